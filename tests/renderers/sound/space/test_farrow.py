"""The moving delay: exact at whole samples, true between them, the same bits in any block."""

import numpy as np
import pytest
from musicvis.renderers.sound.space.farrow import DEGREE, TAPS, bank, between, coefficients, split
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def delayed(samples: F64, delay: F64) -> F64:
    """samples (n + 200,), delay (n,): sample k of the result is the one 100 on, that much earlier."""
    ahead, fraction = split(delay)
    return between(bank(samples), np.arange(delay.size) + 100 - TAPS // 2 + 1 + ahead, 2.0 * fraction - 1.0)


@pytest.mark.parametrize(("hz", "error_db"), [(1000, -99), (5000, -98), (10_000, -98), (15_000, -90)])
def test_a_sine_between_samples_is_true(hz: float, error_db: float) -> None:
    n = np.arange(2200)
    turn = 2.0 * np.pi * hz / RATE
    for fraction in (0.1, 0.25, 0.5, 0.77):
        found = delayed(np.sin(turn * n), np.full(2000, fraction))
        error = np.abs(found - np.sin(turn * (np.arange(2000) + 100 - fraction))).max()
        assert 20.0 * np.log10(error) <= error_db


def test_a_whole_delay_returns_the_samples_themselves() -> None:
    samples = np.random.default_rng(1).standard_normal(2200)
    for delay in (0.0, 1.0, -1.0, 19.0, -13.0):
        found = delayed(samples, np.full(2000, delay))
        assert np.abs(found - samples[100 - int(delay) : 2100 - int(delay)]).max() < 1e-12


def test_the_taps_add_up_to_one_at_every_fraction_and_mirror_each_other() -> None:
    taps = coefficients()
    assert taps.shape == (DEGREE + 1, TAPS)
    for z in np.linspace(-1.0, 1.0, 21):
        at = np.polyval(taps[::-1], z)
        # What is left of 1 is the error of the fit, as large as that of the delay.
        assert at.sum() == pytest.approx(1.0, abs=1e-4)
        assert np.polyval(taps[::-1], -z)[::-1] == pytest.approx(at, abs=1e-15)


def test_slices_and_gathers_give_the_same_bits() -> None:
    # Slow movement is read in slices, fast movement sample by sample; both meet in one formula.
    samples = np.random.default_rng(2).standard_normal(5200)
    slow = 8.0 * np.sin(np.arange(5000) / 3000.0)
    fast = 8.0 * np.sin(np.arange(5000) / 20.0)
    for delay in (slow, fast):
        whole = delayed(samples, delay)
        for size in (64, 1000):
            for start in range(0, 4000, 1000):
                part = delayed(samples[start : start + size + 200], delay[start : start + size])
                assert np.array_equal(part, whole[start : start + size])


def test_whole_and_fraction_do_not_depend_on_the_place_in_the_block() -> None:
    ahead, fraction = split(np.array([0.25, -0.25, 3.0, 0.0]))
    assert ahead.tolist() == [-1, 0, -3, 0]
    assert fraction.tolist() == [0.75, 0.25, 0.0, 0.0]
