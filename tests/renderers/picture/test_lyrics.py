"""Words on the screen: lit from the left, inside the film, readable on white and on black."""

import numpy as np
import pytest
from musicvis.compiler.plan import LyricStyle, TitlePlan
from musicvis.renderers.picture.lyrics import drawn_lyric

TEXT = "The snow lies deep"


def plan(lit: int, background: str = "box", place: str = "bottom", row: int = 0) -> TitlePlan:
    style = LyricStyle(place, 0.08, "#FFD24A", background)
    return TitlePlan(TEXT, 0, 1, "#FFFFFF", None, style=style, lit=lit, row=row)


def drawn(title: TitlePlan, width_px: int = 640, height_px: int = 360) -> tuple[np.ndarray, np.ndarray]:
    assert title.style is not None
    return drawn_lyric(title, title.style, width_px, height_px)


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB (3, ...): WCAG 2.2."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.tensordot((0.2126, 0.7152, 0.0722), linear, 1)


@pytest.mark.parametrize("paper", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("lit", [0, len(TEXT)])
def test_letters_stand_out_from_their_box_on_any_picture(paper: float, lit: int) -> None:
    cover, rgb = drawn(plan(lit))
    seen = luminance(rgb + paper * (1 - cover))
    letters, box = seen[cover > 0.99].max(), np.median(seen[(cover > 0.6) & (cover < 0.64)])
    assert (letters + 0.05) / (box + 0.05) >= 3.9


def test_words_that_have_begun_are_yellow_and_the_others_white() -> None:
    cover, rgb = drawn(plan(len("The snow"), "none"))
    blue = rgb[2] / np.maximum(cover, 1e-6)
    yellow = np.flatnonzero(((blue < 0.4) & (cover > 0.9)).any(0))
    white = np.flatnonzero(((blue > 0.9) & (cover > 0.9)).any(0))
    assert yellow.max() < white.min()


@pytest.mark.parametrize(("width_px", "height_px"), [(640, 360), (202, 360)])
@pytest.mark.parametrize("place", ["bottom", "middle", "top"])
def test_words_stay_inside_the_safe_part_of_the_film(place: str, width_px: int, height_px: int) -> None:
    cover, _ = drawn(plan(3, "box", place), width_px, height_px)
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    assert rows.min() >= 0.05 * height_px and rows.max() <= 0.95 * height_px
    assert columns.min() >= 0.02 * width_px and columns.max() <= 0.98 * width_px


def test_two_singers_have_rows_that_do_not_overlap() -> None:
    first, second = (drawn(plan(0, row=row))[0] > 0 for row in (0, 1))
    assert not (first & second).any()
