"""Titles: where they stand, how large they are, and what becomes of letters that no font has."""

from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import TitleLook, TitlePlan
from musicvis.renderers.picture import lettering
from musicvis.renderers.picture.end_card import _may_be_spaced
from musicvis.renderers.picture.lettering import lettering_of
from musicvis.renderers.picture.title import _broken, drawn_title, overlay_of
from musicvis.tests.fonts import square_font


def box(
    text: str, width_px: int = 640, height_px: int = 360, shadow: str | None = None
) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is drawn."""
    drawn = drawn_title(TitlePlan(text, 0, 1, "#FFFFFF", shadow), width_px, height_px)
    assert drawn is not None
    top, left, cover, _ = drawn
    return (top, left, *cover.shape)


def test_a_title_stands_in_the_middle() -> None:
    top, left, height_px, width_px = box("HOH")
    assert (
        abs(top + height_px / 2 - 180) <= 6
    )  # the anchor is the middle of the font's line, not of its capitals
    assert abs(left + width_px / 2 - 320) <= 2


def test_the_letters_grow_with_the_film() -> None:
    small, large = box("Impassive"), box("Impassive", 1920, 1080)
    assert large[2] / small[2] == pytest.approx(3, rel=0.06)
    assert large[3] / small[3] == pytest.approx(3, rel=0.03)


def test_a_long_title_is_broken_between_words_and_stays_inside() -> None:
    one, many = (
        box("A long title"),
        box("A long title that says what this piece is about, and for whom it was written"),
    )
    assert many[2] > 1.8 * one[2]
    assert many[1] >= 0.06 * 640 and many[1] + many[3] <= 0.94 * 640


def test_a_title_that_almost_fits_is_one_line_and_a_broken_one_leaves_no_word_alone() -> None:
    def lines(text: str, size: float) -> int:
        drawn = drawn_title(TitlePlan(text, 0, 1, "#FFFFFF", None, look=TitleLook(size=size)), 360, 640)
        assert drawn is not None
        rows = drawn[2].max(1) > 0.1
        return int((rows[1:] & ~rows[:-1]).sum() + rows[0])

    # Capitals alone: each line is one band of rows.
    one = "THE LANTERN POND"
    assert lines(one, 0.09) == 1
    fitting = max(size / 1000 for size in range(60, 140) if lines(one, size / 1000) == 1)
    widest = max(
        size / 1000
        for size in range(60, 140)
        if lettering_of(one).font_at(size * 0.36).getlength(one) <= 0.86 * 360
    )
    # From the size on which it just fits, it is set smaller up to 1/0.78 of that size, then broken.
    assert fitting / widest == pytest.approx(1 / 0.78, rel=0.04)
    font = lettering_of("A").font_at(30)
    words = "for flute, celesta, harp and cello"
    first, second = _broken(words, font, 0.9 * font.getlength(words))
    assert f"{first} {second}" == words
    assert 0.7 < font.getlength(second) / font.getlength(first) < 1.4
    assert _broken("one\ntwo", font, 1000) == ["one", "two"]


def test_a_rim_of_a_title_has_no_edge_of_its_own() -> None:
    drawn = drawn_title(TitlePlan("I", 0, 1, "#FFFFFF", None, look=TitleLook(rim="#000000")), 640, 360)
    assert drawn is not None
    _, _, cover, rgb = drawn
    row = cover[cover.shape[0] // 2]
    ink = np.flatnonzero(rgb[0, cover.shape[0] // 2] > 0.99)
    beside = row[ink[-1] + 2 :]
    # Dense where it touches the letter, and from there less and less from pixel to pixel, without a step.
    assert beside[0] > 0.8
    assert (np.diff(beside) <= 1e-6).all() and np.diff(beside).min() > -0.2
    assert beside[-1] < 0.1


def test_one_word_that_is_too_long_is_set_smaller() -> None:
    assert box("Llanfairpwllgwyngyllgogerychwyrn")[3] <= 0.87 * 640
    assert box("Llanfairpwllgwyngyllgogerychwyrn")[2] < box("Llanfair")[2]


def test_even_an_endless_title_is_drawn_on_the_film() -> None:
    top, left, height_px, width_px = box("Ig " * 500, 64, 36)
    assert top >= 0 and left >= 0 and top + height_px <= 36 and left + width_px <= 64


def test_letters_are_smooth_at_their_edges_and_full_inside() -> None:
    drawn = drawn_title(TitlePlan("O", 0, 1, "#FFFFFF", None), 640, 360)
    assert drawn is not None
    cover = drawn[2]
    assert cover.max() == 1 and ((cover > 0.1) & (cover < 0.9)).sum() > 50


def test_a_shadow_reaches_below_and_to_the_right_of_its_letters() -> None:
    bare, shadowed = box("I"), box("I", shadow="#000000")
    assert shadowed[0] + shadowed[2] > bare[0] + bare[2] and shadowed[1] + shadowed[3] > bare[1] + bare[3]


def test_the_colours_are_those_that_are_written() -> None:
    drawn = drawn_title(TitlePlan("I", 0, 1, "#C75349", "#E2DCD2"), 640, 360)
    assert drawn is not None
    _, _, cover, rgb = drawn
    seen = {tuple(np.rint(rgb[:, y, x] * 255).astype(int)) for y, x in np.argwhere(cover == 1)}
    assert (0xC7, 0x53, 0x49) in seen


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b\u0007"])
def test_a_blank_title_is_no_overlay(text: str) -> None:
    assert overlay_of(TitlePlan(text, 0, 1, "white", "black"), 64, 36, torch.device("cpu")) is None


def test_plain_english_needs_no_other_font() -> None:
    setting = lettering_of("Impassive “No. 1”…")
    assert (setting.text, setting.remark) == ("Impassive “No. 1”…", "")


def test_letters_of_europe_are_set_and_nothing_is_replaced() -> None:
    for text in ("Größe", "Étude – Œuvre", "Дождь", "Νύχτα", "Dvořák ♭"):
        made = lettering_of(text)
        assert (made.text, made.replaced, made.remark) == (text, (), "")


def test_only_the_character_that_no_font_has_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "SYSTEM_FONTS", ())
    made = lettering_of("Größe 日本")
    assert (made.text, made.replaced) == ("Größe ??", ("日", "本"))
    assert made.remark == "no font here has 日 本; it reads 'Größe ??'"


def test_without_any_other_font_letters_become_the_nearest_and_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lettering, "SYSTEM_FONTS", ())
    monkeypatch.setattr(lettering, "dejavu_path", lambda: None)
    made = lettering_of("Étude – Größe, 猫")
    assert made.text == "Etude - Grosse, ?"
    assert made.remark == "no font here has É – ö ß 猫; it reads 'Etude - Grosse, ?'"


def test_a_title_half_seen_is_half_way_between_the_frame_and_the_title() -> None:
    overlay = overlay_of(TitlePlan("HOH", 0, 1, "white", None), 64, 36, torch.device("cpu"))
    assert overlay is not None
    frames = [torch.full((54, 64), 80, dtype=torch.uint8) for _ in range(3)]
    for frame, opacity in zip(frames, (0.0, 0.5, 1.0), strict=True):
        overlay.blend_onto(frame, opacity)
    none, half, full = (frame.double() for frame in frames)
    assert (none == 80).all() and full.max() > 120
    assert (half - (none + full) / 2).abs().max() <= 1


def test_letters_decomposed_or_composed_are_the_same_title() -> None:
    assert lettering_of("E\u0301tude").text == lettering_of("\u00c9tude").text


def test_pairs_are_kerned_where_pillow_can() -> None:
    from PIL import features

    if not features.check("raqm"):
        pytest.skip("this Pillow has no raqm")
    font = lettering_of("AV").font_at(100)
    # Aileron's GPOS table brings A and V six hundredths of the size closer.
    assert font.getlength("AV") < font.getlength("A") + font.getlength("V") - 5


def rows_of(look: TitleLook, text: str = "HOH", width_px: int = 640, height_px: int = 360) -> tuple[int, int]:
    """The first row that has letters, and how many rows lie between it and the last."""
    drawn = drawn_title(TitlePlan(text, 0, 1, "#FFFFFF", None, look=look), width_px, height_px)
    assert drawn is not None
    return drawn[0], drawn[2].shape[0]


def test_a_title_stands_at_its_place_inside_the_film() -> None:
    (top, _), (middle, _), (bottom, height_px) = (
        rows_of(TitleLook(place=place)) for place in ("top", "middle", "bottom")
    )
    assert 0.05 * 360 < top < middle < bottom < bottom + height_px < 0.95 * 360


@pytest.mark.parametrize(("width_px", "height_px"), [(640, 360), (360, 640)])
def test_the_size_is_a_share_of_the_shorter_side(width_px: int, height_px: int) -> None:
    small, large = (rows_of(TitleLook(size=size), "H", width_px, height_px)[1] for size in (0.1, 0.2))
    assert large == pytest.approx(2 * small, abs=3)
    # Capitals of Aileron are 0.7 of the size high.
    assert small == pytest.approx(0.7 * 0.1 * 360, abs=4)


def test_a_subtitle_stands_below_the_title_and_is_half_as_large() -> None:
    alone, both = rows_of(TitleLook(), "H"), rows_of(TitleLook(subtitle="H"), "H")
    assert both[0] < alone[0]
    drawn = drawn_title(TitlePlan("H", 0, 1, "#FFFFFF", None, look=TitleLook(subtitle="H")), 640, 360)
    assert drawn is not None
    rows = np.flatnonzero((drawn[2] > 0.5).any(1))
    first, second = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    assert len(second) == pytest.approx(len(first) / 2, abs=2)


def test_a_title_is_set_in_the_font_of_the_piece(tmp_path: Path) -> None:
    font = square_font(tmp_path / "bar.ttf", "I")
    drawn = drawn_title(TitlePlan("II", 0, 1, "#FFFFFF", None, look=TitleLook(font=font)), 640, 360)
    assert drawn is not None
    # Its only letter is a solid square of the size of an em.
    assert drawn[2].shape == pytest.approx((0.13 * 360, 2 * 0.13 * 360), abs=3)
    assert drawn[2][4:-4, 4:-4].mean() > 0.98


@pytest.mark.parametrize(
    ("text", "is_spaced"),
    [("Paper Boat", True), ("月光", True), ("गीत", False), ("เย็น", False), ("שיר", False)],
)
def test_letters_that_hang_together_are_not_spaced_on_an_end_card(text: str, is_spaced: bool) -> None:
    assert _may_be_spaced(text) == is_spaced
