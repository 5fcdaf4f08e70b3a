"""Scripts that join letters, run from right to left, or write no spaces; fonts are of the machine or made."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import LyricStyle, TitlePlan
from musicvis.renderers.picture.legible import letters_told
from musicvis.renderers.picture.lettering import Font, dejavu_path, lettering_of
from musicvis.renderers.picture.lyrics import drawn_lyric
from musicvis.tests.fonts import square_font
from PIL import features

pytestmark = pytest.mark.skipif(not features.check("raqm"), reason="this Pillow has no raqm")
BEH, SALAM, NUR = "\u0628", "\u0633\u0644\u0627\u0645", "\u0646\u0648\u0631"


@pytest.fixture
def dejavu() -> Callable[[float], Font]:
    if dejavu_path() is None:
        pytest.skip("DejaVu Sans is not here")
    setting = lettering_of(BEH)
    assert setting.replaced == ()
    return setting.font_at


def drawn(text: str, lit: int, font: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Columns of letters that have begun, and of the others."""
    style = LyricStyle("bottom", 0.1, "#FFD24A", "none", font)
    cover, rgb = drawn_lyric(TitlePlan(text, 0, 1, "#FFFFFF", None, style=style, lit=lit), style, 640, 360)
    blue = rgb[2] / np.maximum(cover, 1e-6)
    begun = ((blue < 0.4) & (cover > 0.9)).any(0)
    others = ((blue > 0.9) & (cover > 0.9)).any(0)
    return np.flatnonzero(begun), np.flatnonzero(others)


def test_arabic_letters_are_joined(dejavu: Callable[[float], Font]) -> None:
    font = dejavu(100)
    # Two of a letter joined are narrower than two that stand alone, which a non-joiner keeps apart.
    assert font.getlength(BEH + BEH) < 0.9 * font.getlength(BEH + "\u200c" + BEH)


def test_what_keeps_letters_apart_stays_in_the_text(dejavu: Callable[[float], Font]) -> None:
    setting = lettering_of(BEH + "\u200c" + BEH)
    assert (setting.text, setting.replaced) == (BEH + "\u200c" + BEH, ())


def test_an_arabic_line_is_lit_from_the_right(dejavu: Callable[[float], Font]) -> None:
    begun, others = drawn(f"{SALAM} {NUR}", len(SALAM))
    assert others.size and begun.size and others.max() < begun.min()


def test_a_combining_mark_stands_on_its_letter(dejavu: Callable[[float], Font]) -> None:
    font = dejavu(100)
    # X with an acute has no character of its own.
    assert font.getlength("X\u0301") == pytest.approx(font.getlength("X"), abs=1)
    assert font.getbbox("X\u0301")[1] < font.getbbox("X")[1]


def test_ideographs_are_set_in_a_font_of_the_piece_and_lit_one_by_one(tmp_path: Path) -> None:
    font = square_font(tmp_path / "moon.ttf", "床前明月")
    begun, others = drawn("床前明月", 2, font)
    assert begun.size and others.size and begun.max() < others.min()
    assert begun.size == pytest.approx(others.size, abs=8)


def test_letters_that_no_font_has_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvis.renderers.picture.lettering.SYSTEM_FONTS", ())
    plans = [TitlePlan("月光", 0, 1, "#FFFFFF", None), TitlePlan("Moon", 0, 1, "#FFFFFF", None)]
    (finding,) = letters_told(plans, lambda text: None)
    assert finding.code == "MV651" and "月 光" in finding.message
