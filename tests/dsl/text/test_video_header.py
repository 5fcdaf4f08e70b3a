"""The header of a video, against what FFmpeg and Pillow write, and against files that lie."""

import io
import struct
from pathlib import Path

import pytest
from musicvis.dsl.text.video_header import VideoHeader, video_header
from musicvis.tests.clips import write_clip
from PIL import Image

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def header(data: bytes) -> VideoHeader:
    return video_header(io.BytesIO(data), len(data))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("videos")
    kinds = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx", ".avi": "mpeg4"}
    found = {}
    for suffix, codec in kinds.items():
        found[suffix] = write_clip(folder / f"a{suffix}", [BLACK, WHITE] * 10, codec=codec).read_bytes()
    frames = [Image.new("L", (64, 48), light) for light in (0, 255)]
    frames[0].save(folder / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    return found | {".gif": (folder / "a.gif").read_bytes()}


@pytest.mark.parametrize(
    ("suffix", "kind", "length_s"),
    [
        (".mp4", "mov", 2.0),
        (".mov", "mov", 2.0),
        (".mkv", "matroska", 2.0),
        (".webm", "matroska", 2.0),
        (".avi", "avi", 2.0),
        (".gif", "gif", None),
    ],
)
def test_kind_size_and_length_are_those_that_were_written(
    videos: dict[str, bytes], suffix: str, kind: str, length_s: float | None
) -> None:
    found = header(videos[suffix])
    assert (found.kind, found.width_px, found.height_px) == (kind, 64, 48)
    assert found.length_s == (None if length_s is None else pytest.approx(length_s, abs=0.01))


def test_a_sound_alone_and_other_files_are_refused(videos: dict[str, bytes]) -> None:
    silent = videos[".mp4"].replace(b"vide", b"soun")
    with pytest.raises(ValueError, match="no picture"):
        header(silent)
    for data in (b"RIFF\0\0\0\0WAVEfmt " + bytes(40), b"#EXTM3U\nfile:///etc/passwd\n", b"%PDF-1.7" * 4):
        with pytest.raises(ValueError, match="not an MP4"):
            header(data)
    with pytest.raises(ValueError, match="empty"):
        header(b"")


def test_sizes_beyond_the_limits_are_refused(videos: dict[str, bytes]) -> None:
    data = bytearray(videos[".mp4"])
    at = data.index(b"tkhd") + 4 + 76
    assert struct.unpack(">II", data[at : at + 8]) == (64 << 16, 48 << 16)
    for size, said in (((4, 48), "needs at least 16"), ((60_000, 60_000), "40 million")):
        data[at : at + 8] = struct.pack(">II", *(side << 16 for side in size))
        with pytest.raises(ValueError, match=said):
            header(bytes(data))


def test_no_beginning_of_a_video_is_a_crash(videos: dict[str, bytes]) -> None:
    for data in videos.values():
        for end in range(0, len(data), 61):
            try:
                found = header(data[:end])
            except ValueError:
                continue
            # What is cut after its header is told by the decoder.
            assert found.kind in ("matroska", "avi", "gif")


def test_no_changed_byte_is_a_crash(videos: dict[str, bytes]) -> None:
    for data in videos.values():
        for place in range(0, min(len(data), 3000), 13):
            spoilt = data[:place] + b"\xff" + data[place + 1 :]
            try:
                header(spoilt)
            except ValueError:
                continue


def test_a_video_of_no_length_is_empty(tmp_path: Path) -> None:
    data = bytearray(write_clip(tmp_path / "a.mp4", [BLACK]).read_bytes())
    at = data.index(b"mvhd") + 4 + 16
    data[at : at + 4] = bytes(4)
    with pytest.raises(ValueError, match="0 seconds"):
        header(bytes(data))
