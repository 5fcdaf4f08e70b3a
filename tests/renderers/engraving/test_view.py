"""The score on a frame: where it lies, what moves, which notes are lit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import ScorePlan
from musicvis.renderers.engraving.sheet import Sheet
from musicvis.renderers.engraving.view import CURSOR_AT, ScoreStand, ScoreView

WIDTH, HEIGHT = 40, 40
LAYER = 20
GREY = 60


def plan(**changes: Any) -> ScorePlan:
    """Four frames: bar 0 at 0, 2 and 4 quarter notes, and then bar 0 again, as a repeat has it."""
    plain = ScorePlan(
        text="",
        mode="strip",
        place="bottom",
        height=1 / 2,
        ink="#000000",
        lit="#FF0000",
        ground="#FFFFFF",
        opacity=1.0,
        bar_lengths_qn=np.array([4.0, 4.0]),
        places=np.array([[0, 0], [0, 2], [1, 3], [0, 0]], np.float64),
        ahead=np.tile([-1.0, 0.0], (4, 1)),
        sounding=np.array([[1, 3, 0, 7, 0]], np.int64),
    )
    return replace(plain, **changes)


def sheet(width: int = 200) -> Sheet:
    """Two bars of 90 pixels; in the first a note at 20 and one at 60, each a black square."""
    page = np.zeros((LAYER, width), np.uint8)
    page[8:12, 18:22] = page[8:12, 58:62] = 255
    return Sheet(
        pages=(page,),
        bars=np.array([[0, 0, 10, 100, 4, 16], [1, 0, 100, 190, 4, 16]], np.float64),
        moments=np.array([[0, 0, 20], [0, 2, 60]], np.float64),
        heads=np.array([[0, 3, 0, 0, 18, 8, 22, 12], [0, 7, 0, 0, 58, 8, 62, 12]], np.float64),
    )


def stand(score: ScorePlan, paper: Sheet | None = None) -> ScoreStand:
    return ScoreStand(score, paper or sheet(), WIDTH, HEIGHT)


def blended(view: ScoreView | None, opacity: float = 1.0) -> np.ndarray[Any, Any]:
    """The luma of a grey frame with the score on it."""
    frame = torch.full((HEIGHT * 3 // 2, WIDTH), GREY, dtype=torch.uint8)
    assert view is not None
    view.blend_onto(frame, opacity)
    return frame.numpy()[:HEIGHT]


def test_a_place_between_two_notes_is_between_them_and_the_last_one_goes_to_the_bar_line() -> None:
    there = stand(plan())
    assert [there.x_of(0, offset) for offset in (0.0, 1.0, 2.0, 3.0, 4.0)] == [20, 40, 60, 80, 100]
    # A bar without notes: from bar line to bar line.
    assert there.x_of(1, 2.0) == 145


def test_a_strip_passes_the_cursor_and_a_repeat_takes_it_back() -> None:
    there = stand(plan(opacity=0.0, sounding=np.zeros((0, 5), np.int64)))
    first, second, last, again = (there.view(frame) for frame in range(4))
    column = round(CURSOR_AT * WIDTH)
    for view in (first, second, last):
        assert view is not None
        assert view.covers[0][:, column].max() > 0.6
    assert first is not None
    assert again is not None
    assert np.array_equal(first.covers[0], again.covers[0])
    # The note at 60 stands under the cursor on the second frame, that at 20 has passed.
    assert second is not None
    assert second.covers[0][10, column - 2 : column + 2].min() == 1
    assert second.covers[0][10, :4].max() == 0


def test_the_sheet_moves_by_parts_of_a_pixel() -> None:
    half = plan(places=np.array([[0, 0.025]]), opacity=0.0)
    view = stand(half).view(0)
    assert view is not None
    # Half a pixel to the left: the square's edges are half ink.
    assert view.covers[0][9, 8:11].tolist() == pytest.approx([0, 0.5, 1.0], abs=0.01)


def test_only_the_rows_of_the_layer_change() -> None:
    for place, rows in (("bottom", range(20, 40)), ("top", range(20)), ("middle", range(10, 30))):
        found = blended(stand(plan(place=place)).view(0))
        changed = np.flatnonzero((found != GREY).any(1))
        assert changed.tolist() == list(rows)


def test_in_a_tall_film_the_score_keeps_away_from_the_buttons_of_players() -> None:
    tall = [ScoreStand(plan(height=0.2, place=place), sheet(), WIDTH, 100) for place in ("top", "bottom")]
    # 16 of a hundred rows at the top and at the bottom.
    assert [(there.top_px, there.top_px + there.high_px) for there in tall] == [(16, 36), (64, 84)]
    whole = ScoreStand(plan(height=1.0), sheet(), WIDTH, 100)
    assert (whole.top_px, whole.high_px) == (0, 100)


def test_paper_is_white_and_ink_black_in_limited_range() -> None:
    found = blended(stand(plan(sounding=np.zeros((0, 5), np.int64))).view(1))
    # The note at 60 lies under the cursor; the paper beside it is 235.
    assert found[HEIGHT - 1, 0] == 235
    first = blended(stand(plan(places=np.array([[0, 2.3]]))).view(0))
    assert first.min() == 16


def test_a_note_is_lit_while_it_sounds_and_only_then() -> None:
    red = 63  # Y' of #FF0000 in BT.709, limited range
    for frame, is_lit in ((0, False), (1, True), (2, True), (3, False)):
        score = plan(places=np.tile([0.0, 1.0], (4, 1)))
        found = blended(stand(score).view(frame))
        # At 40 stands the cursor; the note at 60 is 20 pixels to the right of it.
        column = round(CURSOR_AT * WIDTH) + 20
        assert found[HEIGHT - LAYER + 9, column] == (red if is_lit else 16)


def test_a_page_stands_still_in_the_middle_and_the_cursor_moves() -> None:
    score = plan(mode="page", opacity=0.0, places=np.array([[0, 0], [0, 2]], np.float64))
    paper = sheet(30)
    there = stand(score, replace(paper, moments=np.array([[0, 0, 5], [0, 2, 25]], np.float64)))
    views = [there.view(frame) for frame in (0, 1)]
    found = [np.flatnonzero(view.covers[0][5] > 0.6) for view in views if view is not None]
    # The page of 30 pixels begins at 5.
    assert [columns.mean() for columns in found] == pytest.approx([9.5, 29.5])


def test_a_page_is_turned_before_its_first_note_and_the_cursor_comes_from_the_left() -> None:
    paper = sheet(30)
    paper = replace(
        paper,
        pages=(paper.pages[0], np.zeros_like(paper.pages[0])),
        bars=np.array([[0, 0, 2, 28, 4, 16], [1, 1, 4, 26, 4, 16]], np.float64),
        moments=np.array([[0, 0, 6], [0, 2, 16], [1, 0, 14]], np.float64),
    )
    ahead = np.array([[-1, 0], [1, 0.0], [1, 0.5], [-1, 0]])
    score = plan(
        mode="page", opacity=0.0, places=np.array([[0, 3], [0, 3.5], [0, 3.7], [1, 0.0]]), ahead=ahead
    )
    views = [stand(score, paper).view(frame) for frame in range(4)]
    # The page of 30 pixels begins at 5; the second has no ink but the cursor.
    found = [np.flatnonzero(view.covers[0][5] > 0.6).mean() for view in views if view is not None]
    assert found == pytest.approx([5 + 22, 5 + 4, 5 + 9, 5 + 14], abs=1)
    assert [view.covers[0].max() > 0.9 for view in views if view is not None] == [True, False, False, False]
    # On one page, nothing is turned.
    one = replace(paper, pages=paper.pages[:1], bars=paper.bars * [1, 0, 1, 1, 1, 1])
    still = stand(score, one).view(1)
    assert still is not None
    assert np.flatnonzero(still.covers[0][5] > 0.6).mean() > 20


def test_a_bar_that_is_not_on_the_sheet_shows_nothing() -> None:
    assert stand(plan(places=np.array([[9, 0]], np.float64))).view(0) is None


def test_it_fades_with_the_picture() -> None:
    score = plan()
    whole, half, none = (blended(stand(score).view(0), share) for share in (1.0, 0.5, 0.0))
    assert (none == GREY).all()
    assert abs(int(half[HEIGHT - 1, 0]) - (235 + GREY) / 2) <= 1
    assert whole[HEIGHT - 1, 0] == 235


def test_a_slice_shows_what_the_whole_shows() -> None:
    score = plan()
    part = score.cut(1, 3)
    for frame in (1, 2):
        whole, cut = stand(score).view(frame), stand(part).view(frame - 1)
        assert np.array_equal(blended(whole), blended(cut))
    every_other = score.thinned(2)
    assert np.array_equal(blended(stand(every_other).view(1)), blended(stand(score).view(2)))


def test_frames_repeat_where_neither_the_place_nor_what_sounds_changes() -> None:
    still = plan(places=np.zeros((4, 2)))
    assert still.repeats().tolist() == [False, True, False]
    assert plan().repeats().tolist() == [False, False, False]
