"""Pictures that move, read by Pillow: their frames, their times, their colours, played again and again."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film.moving import moving_picture
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from PIL import Image

FPS = Fraction(20)
LEVELS = (40, 90, 140, 190, 230)


def segments(folder: Path) -> list[Path]:
    """Two segments whose frames are one grey each."""
    made = []
    for number, levels in enumerate((LEVELS[:3], LEVELS[3:])):
        path = folder / f"segment{number}"
        with SegmentWriter(path, PictureFormat(32, 16, FPS), QUALITIES["master"]) as writer:
            for level in levels:
                planes = np.full((24, 32), 128, np.uint8)
                planes[:16] = level
                writer.write_frame(planes)
        made.append(path)
    return made


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_a_moving_picture_has_every_frame_for_its_time_and_plays_for_ever(
    tmp_path: Path, suffix: str
) -> None:
    picture: Any = SimpleNamespace(width_px=32, height_px=16, fps=FPS)
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        moving_picture(segments(tmp_path), file, picture)
    assert files[0].read_bytes() == files[1].read_bytes()
    greys, times_ms = [], []
    with Image.open(files[0]) as image:
        assert image.format == {".apng": "PNG"}.get(suffix, suffix[1:].upper()) and image.size == (32, 16)
        assert image.info["loop"] == 0
        for number in range(image.n_frames):
            image.seek(number)
            image.load()  # only then a WebP says how long the frame lasts
            times_ms.append(image.info["duration"])
            greys.append(float(np.asarray(image.convert("L"), float).mean()))
    assert times_ms == [50] * 5
    # BT.709 of limited range: 16 is black, 235 white.
    assert greys == pytest.approx([255 * (level - 16) / 219 for level in LEVELS], abs=6)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_a_moving_picture_has_the_colour_of_its_segments(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "segment"
    with SegmentWriter(path, PictureFormat(32, 16, FPS), QUALITIES["master"]) as writer:
        planes = np.empty((24, 32), np.uint8)
        # (224, 32, 32) by the matrix of BT.709, in limited range: Y' 79, Cb 109, Cr 212.
        planes[:16], planes[16:20], planes[20:] = 79, 109, 212
        writer.write_frame(planes)
    picture: Any = SimpleNamespace(width_px=32, height_px=16, fps=FPS)
    moving_picture([path], tmp_path / f"red{suffix}", picture)
    with Image.open(tmp_path / f"red{suffix}") as image:
        found = np.asarray(image.convert("RGB"), float).mean((0, 1))
    assert found == pytest.approx([224, 32, 32], abs=5)
