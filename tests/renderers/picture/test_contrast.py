"""Contrast: letters on a picture, measured in the finished frame."""

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import LyricStyle, TitleLook, TitlePlan
from musicvis.renderers.picture.contrast import LEAST, contrast
from musicvis.renderers.picture.legible import hard_to_read
from musicvis.renderers.picture.title import overlay_of

WIDTH_PX, HEIGHT_PX = 640, 360


def paper(level: int) -> torch.Tensor:
    """A frame of one grey: Y' 16 black .. 235 white."""
    frame = torch.full((HEIGHT_PX * 3 // 2, WIDTH_PX), 128, dtype=torch.uint8)
    frame[:HEIGHT_PX] = level
    return frame


def measured(title: TitlePlan, level: int) -> float:
    frame = paper(level)
    overlay = overlay_of(title, WIDTH_PX, HEIGHT_PX, frame.device)
    assert overlay is not None
    overlay.blend_onto(frame)
    found = contrast(frame, overlay)
    assert found is not None
    return found


def title(color: str, rim: str | None = None, shadow: str | None = None) -> TitlePlan:
    return TitlePlan("HOH", 0, 1, color, shadow, look=TitleLook(size=0.3, rim=rim))


def test_white_on_black_is_21_and_on_itself_1() -> None:
    assert measured(title("#FFFFFF"), 16) == pytest.approx(21, abs=0.3)
    assert measured(title("#000000"), 235) == pytest.approx(21, abs=0.3)
    assert measured(title("#FFFFFF"), 235) == pytest.approx(1, abs=0.05)


def test_grey_letters_have_the_ratio_of_the_formula() -> None:
    # Y' 126 is (126 - 16) / 219 of white in R'G'B'; its luminance by the transfer function of sRGB.
    share = (126 - 16) / 219
    expected = 1.05 / (((share + 0.055) / 1.055) ** 2.4 + 0.05)
    assert measured(title("#FFFFFF"), 126) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("level", [16, 126, 235])
@pytest.mark.parametrize(("color", "rim"), [("#FFFFFF", "#000000"), ("#203040", "#FFFFFF")])
def test_a_rim_makes_a_title_readable_on_any_picture(level: int, color: str, rim: str) -> None:
    assert measured(title(color, rim), level) >= LEAST


@pytest.mark.parametrize("level", [16, 126, 235])
@pytest.mark.parametrize("background", ["box", "shadow"])
@pytest.mark.parametrize("lit", [0, 3])
def test_words_that_are_sung_are_readable_on_any_picture(level: int, background: str, lit: int) -> None:
    style = LyricStyle("bottom", 0.15, "#FFD24A", background)
    assert measured(TitlePlan("HOH", 0, 1, "#FFFFFF", None, style=style, lit=lit), level) >= LEAST


def test_a_picture_of_two_halves_is_as_bad_as_its_worse_one() -> None:
    frame = paper(16)
    frame[:HEIGHT_PX, : WIDTH_PX // 2] = 235
    plan = title("#FFFFFF")
    overlay = overlay_of(plan, WIDTH_PX, HEIGHT_PX, frame.device)
    assert overlay is not None
    overlay.blend_onto(frame)
    found = contrast(frame, overlay)
    assert found is not None and found == pytest.approx(1, abs=0.05)


def test_texts_that_are_hard_to_read_are_one_warning_with_the_worst_first() -> None:
    (finding,) = hard_to_read([("Snow", 2.5), ("Bell", 1.25), ("Snow", 2.0)])
    assert finding.code == "MV652" and "`Bell` 1.2, `Snow` 2.0" in finding.message
    assert list(hard_to_read([])) == []


def test_a_blank_overlay_has_no_contrast() -> None:
    frame = paper(16)
    overlay = overlay_of(title("#FFFFFF"), WIDTH_PX, HEIGHT_PX, frame.device)
    assert overlay is not None
    none = np.zeros_like(overlay.letters)
    from dataclasses import replace

    assert contrast(frame, replace(overlay, letters=none)) is None
