"""Sound does not depend on where its samples lie in memory, to the last bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from musicvis.renderers.sound.block import BLOCK
from musicvis.renderers.sound.effects.freeverb import Freeverb, Room
from musicvis.renderers.sound.effects.pedalboard_host import through_plugin
from musicvis.renderers.sound.master.limiter import limiter_gain
from musicvis.renderers.sound.master.meter import LoudnessMeter
from musicvis.renderers.sound.master.peaks import oversampled_peaks
from musicvis.renderers.sound.space.choose import balanced
from musicvis.renderers.sound.space.farrow import bank
from musicvis.renderers.sound.stems.recording import _resampled
from musicvis.tests.shifted import shifted
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def hosted(samples: F64) -> F64:
    import pedalboard

    blocks = through_plugin(pedalboard.Chorus(), iter([samples]), [], BLOCK, samples.shape[1], RATE)
    return np.concatenate(list(blocks), axis=1)


def measured(samples: F64) -> list[float]:
    meter = LoudnessMeter(RATE)
    meter.add(samples)
    loudness = meter.loudness()
    return [getattr(loudness, name) for name in loudness.__slots__]


@pytest.mark.parametrize(
    "made",
    [
        oversampled_peaks,
        lambda samples: bank(samples[0]),
        lambda samples: Freeverb(Room(), RATE).wet(samples),
        lambda samples: limiter_gain(np.abs(samples[0]) * 3.0, 0.9, RATE),
        lambda samples: np.concatenate(list(_resampled([samples], 44_100, RATE)), axis=1),
        lambda samples: balanced(samples, np.linspace(-1.0, 1.0, samples.shape[1]), 0.5),
        measured,
        hosted,
    ],
    ids=["peaks", "farrow", "room", "limiter", "resampler", "balance", "meter", "plugin"],
)
def test_samples_that_begin_anywhere_sound_alike(made: Callable[[F64], Any]) -> None:
    samples = np.random.default_rng(2).standard_normal((2, BLOCK)) * 0.2
    whole = np.asarray(made(shifted(samples, 0)))
    for by_bytes in (8, 16, 24, 40, 56):
        assert np.array_equal(np.asarray(made(shifted(samples, by_bytes))), whole), by_bytes
