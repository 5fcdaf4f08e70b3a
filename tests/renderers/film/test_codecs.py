"""Films in every codec and container, decoded again by FFmpeg: what they are, their frames, their sound."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from musicvis.compiler.plan import Chapter
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.encoding import CODECS, CONTAINERS, QUALITIES, codec_for
from musicvis.renderers.film import codec as codecs
from musicvis.renderers.film.check import frame_digests, verify_film
from musicvis.renderers.film.codec import checked_codec, has_encoder
from musicvis.renderers.film.join import Named, Part, join
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.film.track import READERS, write_track
from numpy.typing import NDArray

RATE_HZ, FPS = 48_000, Fraction(30)
SIZE = 64, 64
COUNTS = (9, 6)
NAMED = {"h265": "hevc", "prores4444": "prores"}
PAIRS = [
    (suffix, name) for suffix, container in CONTAINERS.items() for name in container.codecs if name != "h264"
]
HELD = [pair for pair in PAIRS if CONTAINERS[pair[0]].audio_codec]


def frame(k: int) -> NDArray[np.uint8]:
    """A bright square that walks over a slope of greys, in colours of its own."""
    width_px, height_px = SIZE
    planes = np.full((height_px * 3 // 2, width_px), 110 + k, np.uint8)
    planes[:height_px] = np.linspace(40, 160, width_px, dtype=np.uint8)
    planes[20:36, 2 * k : 2 * k + 16] = 220
    return planes


def parts(folder: Path, name: str, counts: tuple[int, ...] = COUNTS) -> list[Part]:
    made, k = [], 0
    for number, count in enumerate(counts):
        path = folder / f"{name}{number}"
        with SegmentWriter(path, PictureFormat(*SIZE, FPS), QUALITIES["draft"], name) as writer:
            for _ in range(count):
                writer.write_frame(frame(k))
                k += 1
        made.append(Part(path, count))
    return made


def click() -> NDArray[np.float32]:
    """Half a second of silence with a short tone at a quarter of a second."""
    sound = np.zeros((RATE_HZ // 2, 2), np.float32)
    t = np.arange(960) / RATE_HZ
    sound[12_000:12_960] = 0.5 * np.sin(2 * np.pi * 1000 * t)[:, None]
    return sound


def film_in(folder: Path, suffix: str, name: str) -> Path:
    film = folder / f"film{suffix}"
    write_track(folder / "track", [click()], CONTAINERS[suffix], RATE_HZ)
    join(parts(folder, name), folder / "track", film, FPS, Named("Étude"))
    return film


def heard(path: Path) -> NDArray[np.float64]:
    """The left channel at the times that a player gives it: sample n is at n / RATE_HZ."""
    found = np.zeros(RATE_HZ, np.float64)
    with av.open(str(path)) as file:
        for block in file.decode(audio=0):
            samples = block.to_ndarray().astype(np.float64)
            samples = samples[0] if block.format.is_planar else samples.reshape(-1, 2)[:, 0]
            start = round(block.pts * block.time_base * RATE_HZ)
            samples = samples[max(0, -start) :]
            found[max(0, start) : max(0, start) + len(samples)] = samples
    return found / np.abs(found).max()


@pytest.mark.parametrize(("suffix", "name"), HELD)
def test_each_container_holds_each_of_its_codecs_whole_and_in_time(
    tmp_path: Path, suffix: str, name: str
) -> None:
    if not has_encoder(CODECS[name].encoder):
        pytest.skip(f"FFmpeg has no {CODECS[name].encoder} here")
    film = film_in(tmp_path, suffix, name)
    assert verify_film(film, [tmp_path / f"{name}{k}" for k in range(len(COUNTS))]) == sum(COUNTS)
    with av.open(str(film)) as file:
        video: Any = file.streams.video[0]
        assert video.codec_context.name.removeprefix("lib").split("_")[0] in (NAMED.get(name, name), "dav1d")
        assert video.codec_context.pix_fmt.startswith(CODECS[name].pixels[:7])
        assert video.average_rate == FPS
        assert file.metadata["title"] == "Étude"
        shown = [f.pts * f.time_base for f in file.decode(video=0)]
    assert [float(t) for t in shown] == pytest.approx([k / 30 for k in range(15)], abs=0.001)
    # The tone begins where it was put, to the two milliseconds that a lossy codec smears it.
    loud = np.flatnonzero(np.abs(heard(film)) > 0.3)
    assert loud[0] / RATE_HZ == pytest.approx(0.25, abs=0.002)


@pytest.mark.parametrize("name", [name for name in CODECS if name != "h264"])
def test_a_codec_shows_the_frame_that_it_was_given_and_is_the_same_bytes_twice(
    tmp_path: Path, name: str
) -> None:
    if not has_encoder(CODECS[name].encoder):
        pytest.skip(f"FFmpeg has no {CODECS[name].encoder} here")
    files = []
    for run in "ab":
        folder = tmp_path / run
        folder.mkdir()
        files.append(parts(folder, name, (9,))[0].file)
    assert files[0].read_bytes() == files[1].read_bytes()
    with av.open(str(files[0]), format=READERS["mp4"]) as file:
        shown = [f.reformat(format="yuv420p").to_ndarray() for f in file.decode(video=0)]
    luma = np.stack(shown)[:, : SIZE[1]].astype(float)
    wanted = np.stack([frame(k) for k in range(9)])[:, : SIZE[1]].astype(float)
    error = np.sqrt(((luma - wanted) ** 2).mean())
    assert error < 8.0


def test_a_quality_of_prores_is_a_profile_that_the_file_names(tmp_path: Path) -> None:
    tags = {}
    kinds = (("draft", "prores"), ("web", "prores"), ("master", "prores"), ("web", "prores4444"))
    for quality, name in kinds:
        path, film = tmp_path / f"{quality}{name}", tmp_path / "film.mov"
        with SegmentWriter(path, PictureFormat(*SIZE, FPS), QUALITIES[quality], name) as writer:
            writer.write_frame(frame(0))
        join([Part(path, 1)], None, film, FPS)
        with av.open(str(film)) as file:
            tags[quality, name] = file.streams.video[0].codec_context.codec_tag
    # Apple's four letters: proxy, LT, HQ, 4444.
    assert list(tags.values()) == ["apco", "apcs", "apch", "ap4h"]


def test_apple_finds_its_own_four_letters_in_h265(tmp_path: Path) -> None:
    with av.open(str(film_in(tmp_path, ".mp4", "h265"))) as file:
        assert file.streams.video[0].codec_context.codec_tag == "hvc1"


def test_a_codec_that_a_container_cannot_hold_is_reported_with_one_that_can(tmp_path: Path) -> None:
    with pytest.raises(PieceError) as error:
        checked_codec(".webm", "h264")
    (finding,) = error.value.diagnostics
    assert finding.code == "MV702"
    assert "VP9" in finding.hint or "vp9" in finding.hint
    assert ".mp4 or .mkv or .mov" in finding.hint
    assert codec_for(".webm", None).title == "VP9" and codec_for(".gif", "vp9").title == "H.264"


def test_a_missing_encoder_is_reported_with_the_available_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "has_encoder", lambda name: name != "libvpx-vp9")
    with pytest.raises(PieceError) as error:
        checked_codec(".webm", None)
    (finding,) = error.value.diagnostics
    assert finding.code == "MV703" and "libvpx-vp9" in finding.message
    assert ".mp4" in finding.hint and ".webm" not in finding.hint


def test_ffmpeg_has_no_encoder_of_an_unknown_name() -> None:
    assert has_encoder("libx264") and not has_encoder("no_such_codec")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".webm"])
def test_chapters_are_read_back(tmp_path: Path, suffix: str) -> None:
    film = tmp_path / f"film{suffix}"
    name = "h264" if suffix != ".webm" else "vp9"
    made = parts(tmp_path, name)
    chapters = (Chapter("Intro", Fraction(0)), Chapter("Größe {A}", Fraction(1, 3)))
    for path in (film, tmp_path / f"again{suffix}"):
        join(made, None, path, FPS, Named("Étude", chapters, Fraction(1, 2)))
    with av.open(str(film)) as file:
        found: Any = file.chapters()
        read = [(c["metadata"]["title"], round(float(c["start"] * c["time_base"]), 3)) for c in found]
    assert read == [("Intro", 0.0), ("Größe {A}", 0.333)]
    assert film.read_bytes() == (tmp_path / f"again{suffix}").read_bytes()
    if suffix != ".webm":
        assert len(list(frame_digests(film, READERS[CONTAINERS[suffix].format]))) == 15
