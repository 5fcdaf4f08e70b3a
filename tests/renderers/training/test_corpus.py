"""Pictures and videos become upright squares, each look once; what cannot be used is a finding."""

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.training import corpus as corpus_module
from musicvis.renderers.training.corpus import Corpus, corpus_of
from musicvis.renderers.training.pictures import frames_of
from PIL import Image

from .conftest import painted, write_frames


def codes(frames: Path, **options: int) -> list[str]:
    """The codes of the errors that a folder of frames gives."""
    with pytest.raises(PieceError) as caught:
        corpus_of([frames], 32, **options)
    return [finding.code for finding in caught.value.diagnostics]


def write_video(path: Path, images: list[Image.Image], turn_deg: int = 0) -> Path:
    """A small H.264 video; `turn_deg` anticlockwise puts it upright, as phones write it."""
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height = images[0].size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "10", "preset": "ultrafast"}
        for image in images:
            box.mux(stream.encode(av.VideoFrame.from_image(image)))
        box.mux(stream.encode())
    if turn_deg:
        data = bytearray(path.read_bytes())
        # The matrix of the track header (ISO 14496-12, 8.3.2): version 0 has 40 bytes before it.
        at = data.index(b"tkhd") + 4 + 40
        one, minus = (65536).to_bytes(4, "big"), (-65536).to_bytes(4, "big", signed=True)
        none = bytes(4)
        rows = {90: (none, minus, none, one, none, none), 270: (none, one, none, minus, none, none)}[turn_deg]
        data[at : at + 24] = b"".join(rows)
        path.write_bytes(data)
    return path


def test_sub_folders_are_classes_in_the_order_of_their_names(corpus: Corpus) -> None:
    assert corpus.classes == ("bars", "disc")
    assert corpus.frames.shape == (48, 3, 32, 32)
    assert corpus.labels.tolist() == [0] * 24 + [1] * 24
    assert corpus.findings == ()


def test_a_folder_without_folders_is_one_class(frames: Path) -> None:
    found = corpus_of([frames / "disc"], 32)
    assert found.classes == ("disc",) and len(found) == 24


def test_several_folders_and_videos_are_a_class_each(frames: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", [painted("disc", k / 20) for k in range(20)])
    found = corpus_of([frames / "bars", video], 32)
    assert found.classes == ("bars", "clip")
    assert (found.labels == 1).sum() == 20


def test_the_middle_square_is_kept(tmp_path: Path) -> None:
    wide = Image.new("RGB", (192, 64), (255, 0, 0))
    wide.paste((0, 0, 255), (64, 0, 128, 64))
    wide.save(tmp_path / "wide.png")
    (frame,) = frames_of(tmp_path / "wide.png", 32, 1)
    assert frame[2].min() > 250 and frame[0].max() < 5


def test_a_picture_stands_as_its_camera_was_held(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 64), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise: what was the top is the right side
    image.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    (frame,) = frames_of(tmp_path / "turned.jpg", 32, 1)
    assert frame[:, :, 20:].min() > 200 and frame[:, :, :12].max() < 50


@pytest.mark.parametrize(("turn_deg", "light"), [(0, "top"), (90, "left"), (270, "right")])
def test_a_video_stands_as_its_phone_was_held(tmp_path: Path, turn_deg: int, light: str) -> None:
    image = Image.new("RGB", (64, 64), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 64, 24))
    frame = next(frames_of(write_video(tmp_path / "clip.mp4", [image] * 2, turn_deg), 32, 1)).mean(0)
    edges = {"top": frame[:8].mean(), "left": frame[:, :8].mean(), "right": frame[:, -8:].mean()}
    assert max(edges, key=lambda side: edges[side]) == light


def test_every_nth_frame_of_a_video_is_taken(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", [painted("disc", k / 20) for k in range(20)])
    assert len(list(frames_of(path, 32, 7))) == 3


def test_equal_frames_are_learned_once(tmp_path: Path) -> None:
    folder = write_frames(tmp_path / "all", count=20)
    for number in range(10):
        painted("disc", number / 20).save(folder / "disc" / f"again{number}.png")
    found = corpus_of([folder], 32)
    assert (len(found), found.dropped) == (40, 10)


def test_cuts_in_a_video_are_reported(tmp_path: Path) -> None:
    shots = [painted("disc", k / 40) for k in range(12)] + [painted("bars", k / 40) for k in range(12)]
    found = corpus_of([write_video(tmp_path / "film.mp4", shots)], 32)
    assert [(f.code, "at frame 12" in f.message) for f in found.findings] == [("MV622", True)]


def test_a_transparent_picture_is_dark_where_nothing_is(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    assert next(frames_of(tmp_path / "clear.png", 32, 1)).max() == 0


def broken_png(path: Path) -> None:
    painted("disc", 0).save(path)
    path.write_bytes(path.read_bytes()[:200])


def bomb(path: Path) -> None:
    """100 million pixels that a few bytes say."""
    painted("disc", 0).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = (10_000).to_bytes(4, "big") * 2
    path.write_bytes(data)


def video_cut_off(path: Path) -> None:
    video = write_video(path.with_suffix(".mkv"), [painted("disc", k / 9) for k in range(9)])
    data = bytearray(video.read_bytes())
    data[300:] = os.urandom(len(data) - 300)
    video.write_bytes(data)


@pytest.mark.parametrize(
    "spoil",
    [
        broken_png,
        bomb,
        video_cut_off,
        lambda path: Image.new("RGB", (1, 1)).save(path),
        lambda path: Image.new("RGB", (9000, 63)).save(path),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("<svg/>"),
        lambda path: path.with_suffix(".mp4").write_bytes(b"#EXTM3U\nfile:///etc/passwd\n"),
        lambda path: Image.new("RGB", (64, 64)).save(path, "BMP"),
    ],
    ids=["cut", "bomb", "video", "1px", "flat", "empty", "svg", "playlist", "bmp"],
)
def test_a_file_that_cannot_be_used_stops_with_its_name(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    folder = write_frames(tmp_path / "all", ("disc",), 3)
    spoil(folder / "disc" / "zz.png")
    with pytest.raises(PieceError) as caught:
        corpus_of([folder], 32)
    (finding,) = caught.value.diagnostics
    assert finding.code == "MV619" and "zz" in finding.message and finding.hint


def test_links_and_other_kinds_of_files_are_left_out_and_told(tmp_path: Path) -> None:
    folder = write_frames(tmp_path / "all", ("disc",))
    (tmp_path / "secret.png").write_bytes((folder / "disc/000.png").read_bytes())
    (folder / "disc" / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "disc" / "notes.txt").write_text("a")
    (folder / "disc" / "deeper").mkdir()
    os.mkfifo(folder / "disc" / "pipe.png")
    found = corpus_of([folder], 32)
    assert found.classes == ("disc",) and len(found) == 24
    told = sorted(f.message.split(" is left out")[0] for f in found.findings)
    assert told == ["deeper", "link.png", "linked", "notes.txt", "pipe.png"]
    assert {f.code for f in found.findings} == {"MV621"}


def test_folders_that_make_no_classes_are_findings(tmp_path: Path, frames: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert codes(empty) == ["MV618"]
    (empty / "bass").mkdir()
    assert codes(empty) == ["MV618"]
    few = write_frames(tmp_path / "few", count=5)
    assert codes(few) == ["MV618"]
    painted("disc", 0).save(few / "beside.png")
    assert codes(few) == ["MV620"]
    twins = write_frames(tmp_path / "twins", ("disc",))
    write_frames(twins, ("Disc",))
    assert codes(twins) == ["MV620"]
    odd = write_frames(tmp_path / "odd", ("a" * 65,))
    assert codes(odd) == ["MV620"]
    with pytest.raises(PieceError, match="MV618"):
        corpus_of([tmp_path / "nowhere"], 32)
    with pytest.raises(PieceError, match="MV618"):
        corpus_of([Path(__file__), frames], 32)


def test_too_many_frames_are_refused_while_they_are_read(
    frames: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "MOST_FRAMES", 30)
    with pytest.raises(PieceError, match="MV618") as caught:
        corpus_of([frames], 32, 3)
    assert "--every 6" in caught.value.diagnostics[0].hint
    monkeypatch.undo()
    monkeypatch.setattr(corpus_module, "MOST_BYTES", 32 * 32 * 3 * 30)
    assert codes(frames) == ["MV618"]


def test_the_digest_follows_the_pictures_and_the_classes(
    frames: Path, tmp_path: Path, corpus: Corpus
) -> None:
    assert corpus_of([frames], 32).digest == corpus.digest
    other = write_frames(tmp_path / "all", ("bars", "disk".replace("k", "c")), 24)
    assert corpus_of([other], 32).digest == corpus.digest
    (other / "disc" / "000.png").unlink()
    assert corpus_of([other], 32).digest != corpus.digest
    assert np.array_equal(corpus_of([other], 32).frames[:24], corpus.frames[:24])
