"""Frames of a video as they are looked at: with square pixels, in the colours that players show."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.renderers.decoding.moving import moving


def first(path: Path) -> np.ndarray:
    """The first frame: uint8 (height, width, 3)."""
    with path.open("rb") as file:
        return np.asarray(next(moving(file, 16)).image())


def write(path: Path, size: tuple[int, int], levels: tuple[int, int, int], shape: Fraction) -> Path:
    """One frame of one colour by its Y, Cb and Cr, of pixels of that shape; its matrix is not said."""
    width, height = size
    planes = np.full((height * 3 // 2, width), levels[0], np.uint8)
    planes[height : height * 5 // 4], planes[height * 5 // 4 :] = levels[1], levels[2]
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.sample_aspect_ratio = shape
        stream.options = {"qp": "0", "preset": "ultrafast"}
        box.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        box.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("size", "levels"),
    [((1280, 720), (63, 102, 240)), ((64, 48), (81, 90, 240))],
    ids=["BT.709 from 720 rows on", "BT.601 below"],
)
def test_red_is_red_by_the_matrix_of_its_size(
    size: tuple[int, int], levels: tuple[int, int, int], tmp_path: Path
) -> None:
    # ITU-R BT.709 and BT.601: what R'G'B' (1, 0, 0) is in 8 bits, limited range.
    shown = first(write(tmp_path / "a.mp4", size, levels, Fraction(1)))
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - (255, 0, 0)).max() < 4


@pytest.mark.parametrize(("shape", "width"), [(Fraction(2), 128), (Fraction(1, 2), 32), (Fraction(1), 64)])
def test_pixels_that_are_not_square_are_made_so(shape: Fraction, width: int, tmp_path: Path) -> None:
    assert first(write(tmp_path / "a.mp4", (64, 48), (128, 128, 128), shape)).shape == (48, width, 3)


def test_a_picture_may_be_made_when_its_file_is_closed(tmp_path: Path) -> None:
    with write(tmp_path / "a.mp4", (64, 48), (128, 128, 128), Fraction(2)).open("rb") as file:
        frames = moving(file, 16)
        frame = next(frames)
        frames.close()
    assert frame.image().size == (128, 48)
