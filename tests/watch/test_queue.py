"""What is rendered next, as tables of cases."""

from dataclasses import replace

import pytest
from musicvis.watch.queue import LEVELS, Task, Whole, must_stop, wanted, wanted_by_all
from musicvis.watch.wire import events, requests


def segments(levels: str) -> list[events.Segment]:
    """Segments of one second each, their levels by first letters: n, s, c, d."""
    named: dict[str, events.Level] = {level[0]: level for level in LEVELS}
    return [
        events.Segment(k, 1, float(k), float(k + 1), "", "", "stale", named[letter], "")
        for k, letter in enumerate(levels)
    ]


def order(levels: str, s: float, a: float, b: float, **more: object) -> str:
    """The order in a row of words: "2s 2c 2d"."""
    look = replace(requests.Look(s, a, b), **more)  # type: ignore[arg-type]
    return " ".join(f"{task.index}{task.level[0]}" for task in wanted(segments(levels), look))


@pytest.mark.parametrize(
    ("levels", "s", "a", "b", "expected"),
    [
        # A picture of the playhead's place first, then what is visible, coarse before draft.
        ("nnnn", 1.5, 1.0, 3.0, "1s 1c 2c 1d 2d 3c 0c 3d 0d"),
        # What is there is not made again.
        ("dddd", 1.5, 0.0, 4.0, ""),
        ("dcdd", 1.5, 0.0, 4.0, "1d"),
        ("dsdd", 1.5, 0.0, 4.0, "1c 1d"),
        # The playhead's own segment counts as visible, wherever one looks.
        ("nnnn", 0.5, 3.0, 4.0, "0s 0c 3c 0d 3d 1c 2c 1d 2d"),
        # What lies ahead comes before what lies as far behind.
        ("ccncc", 2.5, 2.0, 3.0, "2s 2c 2d 3d 4d 1d 0d"),
        # Behind the end of the film nothing is at the playhead.
        ("nn", 9.0, 0.0, 2.0, "1c 0c 1d 0d"),
        ("", 0.0, 0.0, 1.0, ""),
    ],
)
def test_rendering_starts_at_the_visible_place(
    levels: str, s: float, a: float, b: float, expected: str
) -> None:
    assert order(levels, s, a, b) == expected


def test_two_pages_have_a_picture_each_before_either_has_more() -> None:
    looks = (requests.Look(3.5, 3.0, 4.0, page="b"), requests.Look(0.5, 0.0, 1.0, page="a"))
    tasks = wanted_by_all(segments("nnnn"), looks)
    names = [f"{task.index}{task.level[0]}" for task in tasks]
    assert names[:6] == ["3s", "0s", "3c", "0c", "3d", "0d"]
    assert len(names) == len(set(names)) == 4 * 2 + 2
    # With one page it is the order of that page.
    assert wanted_by_all(segments("nnnn"), looks[:1]) == wanted(segments("nnnn"), looks[0])


def test_full_quality_is_made_only_for_the_page_that_asks_for_it() -> None:
    looks = (requests.Look(0.5, 0.0, 1.0), requests.Look(1.5, 1.0, 2.0, full=True))
    full = [Whole(0.0, 1.0, False), Whole(1.0, 2.0, False)]
    assert wanted_by_all(segments("dd"), looks, (), full) == [Task(1, "full")]


def test_in_a_loop_its_beginning_follows_its_end() -> None:
    # At 3.5 of a loop of 1..4 comes 1, then 2; without the loop 4 came next.
    assert order("cccccc", 3.5, 3.0, 4.0, loop=(1.0, 4.0)).startswith("3d 1d 2d")
    assert order("cccccc", 3.5, 3.0, 4.0).startswith("3d 4d")


def test_visible_segments_get_full_quality_before_the_rest_is_drafted() -> None:
    look = requests.Look(0.5, 0.0, 1.0, full=True)
    wholes = [Whole(0.0, 1.0, False), Whole(1.0, 2.0, False)]
    found = wanted(segments("dn"), look, (), wholes)
    assert found == [Task(0, "full"), Task(1, "coarse"), Task(1, "draft")]
    there = [replace(wholes[0], is_there=True), wholes[1]]
    assert wanted(segments("dd"), look, (), there) == []


def test_a_failed_task_is_not_tried_again() -> None:
    look = requests.Look(0.5, 0.0, 1.0)
    assert wanted(segments("c"), look, {Task(0, "draft")}) == []


@pytest.mark.parametrize(
    ("running", "levels", "s", "stops"),
    [
        (Task(0, "draft"), "cn", 0.5, False),
        # The playhead has gone where there is nothing to see yet.
        (Task(0, "draft"), "cn", 1.5, True),
        # What is coarse is finished: it is soon over.
        (Task(0, "coarse"), "sn", 1.5, False),
        # Nobody wants it any more.
        (Task(0, "draft"), "dd", 0.5, True),
        (Task(1, "still"), "nn", 1.5, False),
        (None, "nn", 0.5, False),
    ],
)
def test_work_makes_way_for_the_playhead_and_for_nothing_else(
    running: Task | None, levels: str, s: float, stops: bool
) -> None:
    assert must_stop(running, wanted(segments(levels), requests.Look(s, s, s + 0.1))) is stops
