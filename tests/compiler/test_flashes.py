"""Flashes are counted as WCAG and ITU-R BT.1702 say, and a plan that would flash is held."""

from fractions import Fraction

import numpy as np
import pytest
from musicvis.compiler.flashes import Flashing, changes, flashing, seconds, worst
from musicvis.compiler.picture.flash_guard import Moving, guarded, planned

FPS = Fraction(30)


def blinking(hertz: float, low: float, high: float, share: float = 1.0, length_s: float = 3.0) -> np.ndarray:
    """A picture of 100 places, `share` of which blink as a square wave; the others stay at `low`."""
    frames = int(length_s * 30)
    level = np.where(np.floor(np.arange(frames) / 30 * 2 * hertz) % 2, high, low)
    picture = np.full((frames, 100), low)
    picture[:, : round(100 * share)] = level[:, None]
    return picture.astype(np.float32)


@pytest.mark.parametrize(("hertz", "count"), [(1, 1), (2, 2), (3, 3), (5, 5), (7.5, 7)])
def test_a_light_that_blinks_flashes_as_often_as_it_blinks(hertz: float, count: int) -> None:
    found = flashing(blinking(hertz, 0.1, 0.5), None, FPS)
    assert found.count == count
    assert found.is_safe is (count <= 3)


@pytest.mark.parametrize(
    ("low", "high", "share", "why"),
    [
        (0.1, 0.19, 1.0, "less than a tenth of the greatest luminance"),
        (0.82, 1.0, 1.0, "the darker one is bright"),
        (0.1, 0.5, 0.2, "less than a quarter of the picture"),
    ],
)
def test_slow_or_small_changes_are_not_counted_as_flashes(
    low: float, high: float, share: float, why: str
) -> None:
    assert flashing(blinking(5, low, high, share), None, FPS).count == 0, why


def test_a_fade_and_a_cut_are_no_flashes() -> None:
    fade = np.repeat(np.linspace(0, 1, 60, dtype=np.float32)[:, None], 100, axis=1)
    cut = np.concatenate([np.full((30, 100), 0.1), np.full((30, 100), 0.6)]).astype(np.float32)
    assert flashing(fade, None, FPS).count == flashing(cut, None, FPS).count == 0
    assert [is_up for _, is_up in changes(cut, FPS)] == [True]


def test_saturated_red_flashes_where_its_luminance_does_not() -> None:
    steady = np.full((90, 100), 0.15, np.float32)
    red = blinking(5, 0.0, 0.3)
    assert flashing(steady, None, FPS).count == 0
    assert flashing(steady, red, FPS).count == 5


def test_the_worst_second_is_named_by_its_first_frame() -> None:
    quiet = np.full((60, 100), 0.1, np.float32)
    found = worst(seconds(changes(np.concatenate([quiet, blinking(5, 0.1, 0.5)]), FPS), FPS))
    assert found.count == 5
    # The first change of the light that blinks five times a second comes a tenth of a second after 60.
    assert found.frame == 63


def moving(**changes_: np.ndarray) -> Moving:
    ones = np.ones(90)
    return Moving(**({"exposure": ones, "brightness": ones, "fades": ones, "lights": None} | changes_))


def test_a_plan_that_flashes_is_held_where_it_does_and_nowhere_else() -> None:
    blink = np.ones(150)
    blink[60:90] = np.where(np.arange(30) // 3 % 2, 0.3, 1.0)
    ones = np.ones(150)
    plan = Moving(ones, blink, ones, None)
    found = guarded(plan, FPS)
    assert not found.before.is_safe
    assert found.after.is_safe
    assert worst(planned(found.moving, FPS)) == found.after
    assert np.array_equal(found.moving.brightness[:40], blink[:40])
    assert np.array_equal(found.moving.brightness[130:], blink[130:])
    assert np.ptp(found.moving.brightness[62:88]) < np.ptp(blink[62:88])


def test_a_plan_that_does_not_flash_is_left_alone() -> None:
    breath = 1 + 0.1 * np.sin(np.arange(90) / 30 * 2 * np.pi)
    found = guarded(moving(exposure=breath), FPS)
    assert found.before == found.after == Flashing(0)
    assert found.moving.exposure is breath
    assert found.share == 1


def test_wide_lights_are_planned_and_small_ones_do_not_count() -> None:
    def lights(size: float) -> np.ndarray:
        lit = [frame for frame in range(90) if frame % 6 < 3]
        rows = [[frame, 2, x, 0, size, 0.6, 1, 1, 1] for frame in lit for x in (-0.5, 0.5)]
        return np.array(rows, np.float32)

    assert worst(planned(moving(lights=lights(0.9)), FPS)).count == 5
    assert worst(planned(moving(lights=lights(0.05)), FPS)).count == 0
    held = guarded(moving(lights=lights(0.9)), FPS)
    assert held.after.is_safe
    assert held.moving.lights is not None
    assert held.moving.lights[:, 5].max() <= 0.6
