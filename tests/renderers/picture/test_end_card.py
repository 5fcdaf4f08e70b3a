"""The end card: where its letters stand."""

import numpy as np
import pytest
from musicvis.compiler.plan import TitleLook, TitlePlan
from musicvis.renderers.picture.end_card import WIDEST, card_masks, parted
from musicvis.renderers.picture.title import drawn_title

WIDE, TALL = (640, 360), (360, 640)


def card(*lines: str, title: str = "Two", **look: object) -> TitlePlan:
    return TitlePlan(title, 0, 1, "#F4F0E8", None, look=TitleLook(credits=lines, **look))  # type: ignore[arg-type]


def columns(mask: np.ndarray) -> tuple[int, int]:
    seen = np.flatnonzero(mask.any(axis=0))
    return int(seen[0]), int(seen[-1])


def rows(mask: np.ndarray) -> tuple[int, int]:
    seen = np.flatnonzero(mask.any(axis=1))
    return int(seen[0]), int(seen[-1])


@pytest.mark.parametrize(
    ("line", "expected"),
    [("Music: Ada", ("Music", "Ada")), ("for Ada", ("", "for Ada")), ("Music:", ("", "Music:"))],
)
def test_a_line_is_a_role_and_a_name(line: str, expected: tuple[str, str]) -> None:
    assert parted(line) == expected


def test_roles_stand_left_of_the_axis_and_names_right_of_it_on_one_baseline() -> None:
    names, roles = card_masks(card("Music: Ada"), *WIDE)
    below = names[rows(roles)[0] - 4 :]
    assert columns(roles)[1] < 320 < columns(below)[0]
    # "ADA" and "Ada" both end on the baseline.
    assert rows(roles)[1] == pytest.approx(rows(names)[1], abs=1)
    # Roles are fainter than names.
    assert roles.max() < 0.7 < names.max()


def test_in_a_tall_film_each_role_stands_above_its_name_in_the_middle() -> None:
    names, roles = card_masks(card("Music: Ada"), *TALL)
    assert rows(roles)[1] < rows(names)[1]
    assert sum(columns(roles)) / 2 == pytest.approx(180, abs=3)


def test_small_capitals_are_spaced_and_joined_scripts_are_not() -> None:
    spaced = columns(card_masks(card("MMMM: x"), *WIDE)[1])
    alone = columns(card_masks(card("M: x"), *WIDE)[1])
    # Four letters with three spaces of .14 of their size take more than four times one of them.
    assert spaced[1] - spaced[0] > 4 * (alone[1] - alone[0] + 1)


def test_a_long_card_is_made_smaller_until_it_has_its_margins() -> None:
    names, roles = card_masks(card(*(f"{'Role' * 6}: {'Name ' * 9}" for _ in range(12))), *WIDE)
    both = names + roles
    first, last = columns(both)
    assert first >= (1 - WIDEST) / 2 * 640 - 1 and last <= (1 + WIDEST) / 2 * 640 + 1
    top, bottom = rows(both)
    assert top > 0 and bottom < 360


def test_a_ground_is_the_whole_frame_in_its_colour() -> None:
    drawn = drawn_title(TitlePlan("", 0, 1, "#000000", None, look=TitleLook(ground="#FF8000")), 64, 36)
    assert drawn is not None
    top, left, cover, rgb = drawn
    assert (top, left, cover.shape) == (0, 0, (36, 64))
    np.testing.assert_allclose(rgb[:, 5, 5], [1.0, 128 / 255, 0.0])
    assert cover.min() == 1.0


def test_an_end_card_is_drawn_in_its_colour() -> None:
    drawn = drawn_title(card("Music: Ada"), *WIDE)
    assert drawn is not None
    _, _, cover, rgb = drawn
    inked = cover > 0.99
    np.testing.assert_allclose(rgb[:, inked].max(axis=1), np.array([0xF4, 0xF0, 0xE8]) / 255, atol=0.01)
