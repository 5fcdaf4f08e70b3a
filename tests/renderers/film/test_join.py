"""Segments, a sound track, and the film joined from them, decoded again: tags, times, samples, bytes."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from musicvis.renderers.encoding import CONTAINERS, QUALITIES, Quality
from musicvis.renderers.film.check import frame_digests, verify_film
from musicvis.renderers.film.join import JoinError, Named, Part, join
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.film.track import READERS, decoded_peak, write_track, write_track_under
from numpy.typing import NDArray

FINAL = QUALITIES["master"]
RATE_HZ = 48_000
FAST = Quality("ultrafast", 20)
BARS = (60, 47, 60, 1, 31)
"""Frames of some segments: whole bars, a part of one, and a single frame."""
RATES = [Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25, 2)]


def frame(k: int, width_px: int = 64, height_px: int = 36) -> NDArray[np.uint8]:
    """A picture that is like no other: a bright column that wanders over grey noise."""
    random = np.random.default_rng(k)
    planes = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
    planes[:height_px] = random.integers(90, 110, (height_px, width_px))
    planes[:height_px, (3 * k) % width_px] = 235
    return planes


def segments(
    folder: Path, fps: Fraction, counts: Sequence[int] = BARS, quality: Quality = FAST
) -> list[Part]:
    parts, first = [], 0
    for number, count in enumerate(counts):
        # Without a suffix, as in the store.
        path = folder / f"segment{number}"
        with SegmentWriter(path, PictureFormat(64, 36, fps), quality) as writer:
            for k in range(first, first + count):
                writer.write_frame(frame(k))
        parts.append(Part(path, count))
        first += count
    return parts


def hum(sample_count: int) -> NDArray[np.float32]:
    """A tone that rises, so that it fits itself at one place only."""
    t = np.arange(sample_count) / RATE_HZ
    return np.stack([np.sin(2 * np.pi * f * (1 + t) * t) for f in (440, 660)], 1).astype(np.float32) * 0.5


def track_of(folder: Path, suffix: str, sample_count: int, block: int = 1000) -> Path:
    sound, path = hum(sample_count), folder / f"track{block}"
    blocks = (sound[start : start + block] for start in range(0, sample_count, block))
    assert write_track(path, blocks, CONTAINERS[suffix], RATE_HZ) == sample_count
    return path


def film_of(
    folder: Path,
    fps: Fraction,
    suffix: str = ".mp4",
    counts: Sequence[int] = BARS,
    quality: Quality = FAST,
) -> Path:
    film = folder / f"film{suffix}"
    samples = round(sum(counts) / fps * RATE_HZ)
    join(segments(folder, fps, counts, quality), track_of(folder, suffix, samples), film, fps, Named("Étude"))
    return film


def decoded_sound(path: Path) -> NDArray[Any]:
    with av.open(str(path)) as file:
        blocks = [block.to_ndarray() for block in file.decode(audio=0)]
    if blocks[0].dtype == np.int32:
        return np.concatenate([b.reshape(-1, 2) for b in blocks]) / 2**31
    return np.concatenate(blocks, 1).T


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_file_says_what_it_is(tmp_path: Path, suffix: str) -> None:
    with av.open(str(film_of(tmp_path, Fraction(30), suffix))) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        context = video.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 64, 36)
        assert context.color_primaries == context.color_trc == context.colorspace == 1  # H.273: BT.709
        assert context.color_range == 1  # limited
        assert (audio.codec_context.name, audio.rate) == ({".mp4": "aac", ".mkv": "flac"}[suffix], RATE_HZ)
        assert file.metadata["title"] == "Étude"


@pytest.mark.parametrize("fps", RATES)
def test_a_film_is_exactly_the_frames_of_its_segments_on_the_grid(tmp_path: Path, fps: Fraction) -> None:
    counts = tuple(min(count, int(2 * fps)) for count in BARS)
    film = film_of(tmp_path, fps, counts=counts, quality=FINAL)
    parts = [tmp_path / f"segment{k}" for k in range(len(counts))]
    wanted = [digest for part in parts for digest in frame_digests(part, READERS["mp4"])]
    assert list(frame_digests(film, READERS["mp4"])) == wanted and len(set(wanted)) == sum(counts)
    with av.open(str(film)) as file:
        stream = file.streams.video[0]
        assert stream.average_rate == fps
        times = [shown.pts * shown.time_base for shown in file.decode(video=0)]
    assert times == [k / fps for k in range(sum(counts))]
    with av.open(str(film)) as file:
        packets = [p for p in file.demux(video=0) if p.dts is not None]
        assert all(one.dts < two.dts for one, two in pairwise(packets))
        # Some pictures are decoded before others that are shown earlier, and none is later than it must be.
        assert [p.pts for p in packets] != sorted(p.pts for p in packets)
        assert min(p.pts - p.dts for p in packets) == 0
        starts = [round(p.pts * p.time_base * fps) for p in packets if p.is_keyframe]
    assert starts == [sum(counts[:k]) for k in range(len(counts))]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_same_parts_are_the_same_bytes_whatever_the_blocks_of_sound(tmp_path: Path, suffix: str) -> None:
    fps = Fraction(30)
    for name, block in (("one", 64_000), ("two", 777)):
        track = track_of(tmp_path, suffix, 64_000, block)
        join(segments(tmp_path, fps, (20, 20)), track, tmp_path / f"{name}{suffix}", fps)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_a_segment_is_the_same_bytes_on_a_processor_without_vector_units(tmp_path: Path) -> None:
    plain = Quality(FINAL.preset, FINAL.crf, f"{FINAL.parameters}:asm=0")
    found = []
    for quality in (FINAL, plain, FINAL):
        # Large enough that x264 would take more threads if it were allowed to.
        with SegmentWriter(tmp_path / "s", PictureFormat(320, 180, Fraction(30)), quality) as writer:
            for k in range(20):
                writer.write_frame(frame(k, 320, 180))
        found.append((tmp_path / "s").read_bytes())
    assert found[0] == found[1] == found[2]
    # x264 writes down how it was set up; its bytes depend on how many threads there are.
    assert b" threads=1 " in found[0]


def test_a_segment_starts_with_the_only_picture_of_its_own_even_at_a_hard_cut(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    with SegmentWriter(path, PictureFormat(64, 36, Fraction(30)), FINAL) as writer:
        for k in range(60):
            writer.write_frame(frame(k) if k < 30 else 255 - frame(k))
    with av.open(str(path), "r", format=READERS["mp4"]) as file:
        starts = [p.is_keyframe for p in file.demux(video=0) if p.dts is not None]
    assert starts == [True] + [False] * 59


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_pictures_lie_beside_their_sound_all_through_the_file(tmp_path: Path, suffix: str) -> None:
    # Two frames a second: a long film of few frames.
    film = film_of(tmp_path, Fraction(2), suffix, (4,) * 16, FINAL)
    with av.open(str(film)) as file:
        packets = [(p.pos, p.stream.type, p.dts * p.time_base) for p in file.demux() if p.dts is not None]
    latest: dict[str, Fraction] = {"video": Fraction(0), "audio": Fraction(0)}
    for _, kind, time_s in sorted(packets):
        latest[kind] = time_s
        assert abs(latest["video"] - latest["audio"]) < 2
    assert min(latest.values()) > 30


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_track_is_the_same_bytes_whenever_it_is_written(tmp_path: Path, suffix: str) -> None:
    assert (
        track_of(tmp_path, suffix, 9000, 700).read_bytes()
        == track_of(tmp_path, suffix, 9000, 900).read_bytes()
    )


def test_a_film_does_not_say_by_which_version_of_a_library_it_was_joined(tmp_path: Path) -> None:
    assert b"Lavf" not in film_of(tmp_path, Fraction(30), counts=(5,)).read_bytes()


def test_the_index_of_an_mp4_stands_before_its_pictures(tmp_path: Path) -> None:
    film = film_of(tmp_path, Fraction(30), counts=(10,)).read_bytes()
    assert film.index(b"moov") < film.index(b"mdat")


def test_flac_gives_back_every_sample_to_24_bits(tmp_path: Path) -> None:
    track = track_of(tmp_path, ".mkv", 48_001)
    join(segments(tmp_path, Fraction(30), (30,)), track, tmp_path / "film.mkv", Fraction(30))
    sound = decoded_sound(tmp_path / "film.mkv")
    assert sound.shape == (48_001, 2)
    assert np.abs(sound - hum(48_001)).max() <= 0.5 / 2**23 + 1e-9


def test_aac_starts_on_the_sample_and_is_as_long_as_the_film(tmp_path: Path) -> None:
    path = film_of(tmp_path, Fraction(30), counts=(30,))
    sound, original = decoded_sound(path), hum(48_000)
    lags = range(-1100, 1101)
    middle = original[20_000:30_000, 0]
    match = [float(middle @ sound[20_000 + lag : 30_000 + lag, 0]) for lag in lags]
    assert lags[int(np.argmax(match))] == 0
    with av.open(str(path)) as file:
        audio = file.streams.audio[0]
        assert audio.duration is not None and audio.time_base is not None
        assert audio.duration * audio.time_base == 1


def test_sound_beyond_full_scale_is_clipped_and_not_wrapped(tmp_path: Path) -> None:
    loud = np.array([[1.5, -1.5], [1.0, -1.0]], np.float32).repeat(5000, 0)
    write_track(tmp_path / "loud.mka", [loud], CONTAINERS[".mkv"], RATE_HZ)
    sound = decoded_sound(tmp_path / "loud.mka")
    assert sound[:, 0].min() > 0.999999 and sound[:, 1].max() == -1


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    join(segments(tmp_path, Fraction(30), (5,)), None, tmp_path / "film.mp4", Fraction(30))
    with av.open(str(tmp_path / "film.mp4")) as file:
        assert [stream.type for stream in file.streams] == ["video"]


def test_a_segment_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    fps = Fraction(30)
    one, two = segments(tmp_path, fps, (5, 6))
    with pytest.raises(JoinError, match="segment 1 has 6 frames, not 7"):
        join([one, Part(two.file, 7)], None, tmp_path / "film.mp4", fps)
    (tmp_path / "other").mkdir()
    (other,) = segments(tmp_path / "other", fps, (5,), Quality("medium", 20))
    with pytest.raises(JoinError, match="segment 1 was encoded with other settings"):
        join([one, other], None, tmp_path / "film.mp4", fps)


def test_a_segment_that_is_cut_off_is_no_film_to_anybody(tmp_path: Path) -> None:
    (part,) = segments(tmp_path, Fraction(30), (60,))
    data = part.file.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        part.file.write_bytes(data[: int(len(data) * share)])
        with pytest.raises((av.FFmpegError, JoinError)):
            join([part], None, tmp_path / "film.mp4", Fraction(30))


def test_a_frame_that_is_not_that_of_its_segment_is_found(tmp_path: Path) -> None:
    film = film_of(tmp_path, Fraction(30), counts=(10, 10))
    one, two = tmp_path / "segment0", tmp_path / "segment1"
    assert verify_film(film, [one, two]) == 20
    with pytest.raises(JoinError, match="frame 10 of the film"):
        verify_film(film, [one, one])
    with pytest.raises(JoinError, match="frame 10 of the film"):
        verify_film(film, [one])


def test_frames_of_another_size_and_samples_of_another_shape_are_refused(tmp_path: Path) -> None:
    with (
        SegmentWriter(tmp_path / "film.mp4", PictureFormat(64, 36, Fraction(30)), FAST) as film,
    ):
        with pytest.raises(ValueError, match=r"a frame is uint8 \(54, 64\), not uint8 \(36, 64\)"):
            film.write_frame(frame(0)[:36])
        film.write_frame(frame(0))
    with pytest.raises(ValueError, match=r"samples have shape \(n, 2\)"):
        write_track(tmp_path / "t", [hum(10).T], CONTAINERS[".mp4"], RATE_HZ)


def test_the_ceiling_holds_for_what_a_player_decodes(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    noise = random.standard_normal((RATE_HZ, 2)).astype(np.float32)
    # Clicks and clipped noise: what AAC moves most.
    loud = np.clip(noise, -0.85, 0.85)
    loud[::4800] = 0.85
    container = CONTAINERS[".mp4"]
    write_track(tmp_path / "plain.m4a", [loud], container, RATE_HZ)
    ceiling = 10 ** (-1 / 20)
    assert decoded_peak(tmp_path / "plain.m4a", container) > ceiling
    gains = [
        write_track_under(tmp_path / name, lambda: [loud], container, RATE_HZ, -1.0)
        for name in ("one.m4a", "two.m4a")
    ]
    assert decoded_peak(tmp_path / "one.m4a", container) <= ceiling
    assert gains[0] == gains[1] < 1
    assert (tmp_path / "one.m4a").read_bytes() == (tmp_path / "two.m4a").read_bytes()
