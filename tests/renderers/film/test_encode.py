"""Files decoded again: tags, times, samples, and bytes that repeat."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from musicvis.renderers.film.encode import FilmWriter, PictureFormat, Quality, sound_of_frames
from numpy.typing import NDArray

RATE_HZ = 48_000
FAST = Quality("ultrafast", 20)


def grey(level: int, width_px: int = 64, height_px: int = 36) -> NDArray[np.uint8]:
    frame = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
    frame[:height_px] = level
    return frame


def hum(sample_count: int) -> NDArray[np.float32]:
    """A tone that rises, so that it fits itself at one place only."""
    t = np.arange(sample_count) / RATE_HZ
    return np.stack([np.sin(2 * np.pi * f * (1 + t) * t) for f in (440, 660)], 1).astype(np.float32) * 0.5


def written(path: Path, fps: Fraction, frame_count: int, sample_count: int, blocks: int = 1000) -> Path:
    sound = hum(sample_count)
    with FilmWriter(path, PictureFormat(64, 36, fps), RATE_HZ, FAST, "Étude") as film:
        for start in range(0, sample_count, blocks):
            film.write_sound(sound[start : start + blocks])
        for k in range(frame_count):
            film.write_frame(grey(16 + k % 200))
    return path


def decoded_sound(path: Path) -> NDArray[Any]:
    with av.open(str(path)) as file:
        blocks = [frame.to_ndarray() for frame in file.decode(audio=0)]
    if blocks[0].dtype == np.int32:
        return np.concatenate([b.reshape(-1, 2) for b in blocks]) / 2**31
    return np.concatenate(blocks, 1).T


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_file_says_what_it_is(tmp_path: Path, suffix: str) -> None:
    with av.open(str(written(tmp_path / f"film{suffix}", Fraction(30), 60, 96_000))) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        context = video.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 64, 36)
        assert context.color_primaries == context.color_trc == context.colorspace == 1  # H.273: BT.709
        assert context.color_range == 1  # limited
        assert (audio.codec_context.name, audio.rate) == ({".mp4": "aac", ".mkv": "flac"}[suffix], RATE_HZ)
        assert file.metadata["title"] == "Étude"
        assert len(list(file.decode(video=0))) == 60


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25, 2)])
def test_frame_k_of_an_mp4_is_shown_at_exactly_k_over_fps(tmp_path: Path, fps: Fraction) -> None:
    with av.open(str(written(tmp_path / "film.mp4", fps, 50, 4800))) as file:
        times = [frame.pts * frame.time_base for frame in file.decode(video=0)]
        assert times == [k / fps for k in range(50)]
        assert file.streams.video[0].average_rate == fps


def test_the_index_of_an_mp4_stands_before_its_pictures(tmp_path: Path) -> None:
    film = written(tmp_path / "film.mp4", Fraction(30), 10, 16_000).read_bytes()
    assert film.index(b"moov") < film.index(b"mdat")


def test_flac_gives_back_every_sample_to_24_bits(tmp_path: Path) -> None:
    sound = decoded_sound(written(tmp_path / "film.mkv", Fraction(30), 30, 48_001))
    assert sound.shape == (48_001, 2)
    assert np.abs(sound - hum(48_001)).max() <= 0.5 / 2**23 + 1e-9


def test_aac_starts_on_the_sample_and_is_as_long_as_the_film(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", Fraction(30), 30, 48_000)
    sound, original = decoded_sound(path), hum(48_000)
    lags = range(-1100, 1101)
    middle = original[20_000:30_000, 0]
    match = [float(middle @ sound[20_000 + lag : 30_000 + lag, 0]) for lag in lags]
    assert lags[int(np.argmax(match))] == 0
    with av.open(str(path)) as file:
        audio = file.streams.audio[0]
        assert audio.duration * audio.time_base == 1


def test_sound_beyond_full_scale_is_clipped_and_not_wrapped(tmp_path: Path) -> None:
    loud = np.array([[1.5, -1.5], [1.0, -1.0]], np.float32).repeat(5000, 0)
    with FilmWriter(tmp_path / "film.mkv", PictureFormat(64, 36, Fraction(30)), RATE_HZ, FAST) as film:
        film.write_sound(loud)
        film.write_frame(grey(16))
    sound = decoded_sound(tmp_path / "film.mkv")
    assert sound[:, 0].min() > 0.999999 and sound[:, 1].max() == -1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_same_film_is_the_same_bytes_whatever_the_blocks_of_sound(tmp_path: Path, suffix: str) -> None:
    one = written(tmp_path / f"one{suffix}", Fraction(30), 40, 64_000, blocks=64_000)
    two = written(tmp_path / f"two{suffix}", Fraction(30), 40, 64_000, blocks=777)
    assert one.read_bytes() == two.read_bytes()


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    with FilmWriter(tmp_path / "film.mp4", PictureFormat(64, 36, Fraction(30)), None, FAST) as film:
        film.write_frame(grey(100))
        with pytest.raises(ValueError, match="without sound"):
            film.write_sound(hum(10))
    with av.open(str(tmp_path / "film.mp4")) as file:
        assert [stream.type for stream in file.streams] == ["video"]


def test_frames_of_another_size_and_samples_of_another_shape_are_refused(tmp_path: Path) -> None:
    with FilmWriter(tmp_path / "film.mp4", PictureFormat(64, 36, Fraction(30)), RATE_HZ, FAST) as film:
        with pytest.raises(ValueError, match=r"a frame is uint8 \(54, 64\), not uint8 \(36, 64\)"):
            film.write_frame(grey(16)[:36])
        with pytest.raises(ValueError, match=r"samples have shape \(n, 2\)"):
            film.write_sound(hum(10).T)
        film.write_frame(grey(16))


def test_a_suffix_that_is_no_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a film ends in \.mp4 or \.mkv, not \.avi"):
        FilmWriter(tmp_path / "film.avi", PictureFormat(64, 36, Fraction(30)), None)


def test_the_sound_of_a_frame_reaches_its_end_and_no_sample_further() -> None:
    assert list(sound_of_frames(3, PictureFormat(64, 36, Fraction(30)), RATE_HZ)) == [1600, 3200, 4800]
    assert list(sound_of_frames(2, PictureFormat(64, 36, Fraction(30000, 1001)), RATE_HZ)) == [1602, 3204]
