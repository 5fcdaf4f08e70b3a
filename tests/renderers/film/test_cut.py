"""Where a film is cut, and what a segment knows of the rest."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.plan import PicturePlan, Steering, TitlePlan
from musicvis.renderers.film.cut import segment_bounds
from musicvis.renderers.film.slices import slice_of

FPS = Fraction(30)


def lengths(bars: list[int], tail: int = 0, before: int = 0) -> list[int]:
    """The frame counts of segments, from the frame counts of bars."""
    lines = [before + sum(bars[:k]) for k in range(len(bars))]
    return [end - first for first, end in segment_bounds(lines, before + sum(bars) + tail, FPS)]


def test_a_bar_of_two_seconds_is_one_segment_and_a_longer_one_equal_parts() -> None:
    assert lengths([60, 60, 45]) == [60, 60, 45]
    assert lengths([61, 150]) == [30, 31, 50, 50, 50]


def test_what_comes_before_the_first_bar_and_after_the_last_is_cut_likewise() -> None:
    assert lengths([60, 60], tail=90, before=20) == [20, 60, 50, 50, 50]


def test_a_bar_of_a_single_frame_is_a_segment() -> None:
    assert lengths([6, 1, 60]) == [6, 1, 60]


def test_a_film_without_frames_has_no_segments() -> None:
    assert segment_bounds([], 0, FPS) == ()


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(0, 100), st.integers(0, 50))
def test_segments_are_every_frame_once_and_none_is_long(bars: list[int], tail: int, before: int) -> None:
    found = lengths(bars, tail, before)
    assert sum(found) == before + sum(bars) + tail
    assert all(0 < length <= 60 for length in found)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(0, 19), st.integers(1, 300))
def test_an_inserted_bar_leaves_all_others_as_they_were(bars: list[int], place: int, new: int) -> None:
    place = min(place, len(bars))
    before, after = lengths(bars[:place]) if place else [], lengths(bars[place:]) if bars[place:] else []
    assert lengths([*bars[:place], new, *bars[place:]]) == [*before, *lengths([new]), *after]


def picture(**changes: object) -> PicturePlan:
    """Ten frames; class 7 is seen on the first four of them, class 9 on all."""
    weights = np.zeros((10, 2), np.float32)
    weights[:4, 0] = 0.5
    weights[:, 1] = 0.5
    plain: dict[str, object] = {
        "noise": np.arange(1280, dtype=np.float32).reshape(10, 128),
        "class_indices": np.array([7, 9]),
        "class_weights": weights,
        "brightness": np.linspace(0, 1, 10, dtype=np.float32),
        "fps": FPS,
        "width_px": 32,
        "height_px": 18,
        "frame": "mirror",
        "upscale": "bicubic",
        "generator": "embedded",
        "weights": None,
        "resolution": 16,
        "generator_seed": 1,
        "class_names": ("cock", "ostrich"),
    }
    return PicturePlan(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_slice_has_its_own_rows_and_only_the_classes_that_are_seen() -> None:
    part = slice_of(picture(), 6, 9)
    assert part.frame_count == 3
    assert np.array_equal(part.noise, picture().noise[6:9])
    assert part.class_indices.tolist() == [9] and part.class_names == ("ostrich",)
    assert np.array_equal(part.classes(0, 3), picture().classes(6, 9))
    assert not part.noise.flags.writeable and part.noise.base is None


def test_titles_are_clipped_to_the_slice_and_those_elsewhere_are_gone() -> None:
    titles = tuple(TitlePlan(text, *frames, "white", None) for text, *frames in (("a", 0, 5), ("b", 2, 8)))
    part = slice_of(picture(titles=titles), 5, 10)
    assert part.titles == (TitlePlan("b", 0, 3, "white", None),)


def test_a_lane_that_moves_elsewhere_is_no_part_of_the_slice() -> None:
    hue = np.zeros(10, np.float32)
    hue[8:] = 20
    moved = picture(steering=Steering.of({"hue_deg": hue, "zoom": np.ones(10, np.float32)}))
    assert slice_of(moved, 0, 8).steering.names == ()
    late = slice_of(moved, 7, 10).steering.lane("hue_deg")
    assert late is not None and late.tolist() == [0, 20, 20]


@pytest.mark.parametrize(
    ("name", "neutral"), [("hue_deg", 0), ("zoom", 1), ("rotation_deg", 0), ("truncation", 1)]
)
def test_a_lane_belongs_to_the_slices_where_it_does_something(name: str, neutral: float) -> None:
    values = np.full(10, neutral, np.float32)
    values[4:6] = 0.5
    is_steering = name != "truncation"
    moved = picture(steering=Steering.of({name: values})) if is_steering else picture(truncation=values)

    def lane(first: int, end: int) -> np.ndarray | None:
        part = slice_of(moved, first, end)
        return part.steering.lane(name) if is_steering else part.truncation

    assert lane(0, 4) is None and lane(6, 10) is None
    seen = lane(3, 5)
    assert seen is not None and seen.tolist() == [neutral, 0.5]
