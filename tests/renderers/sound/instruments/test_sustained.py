"""Held tones: they breathe, sections are wide, and both stay where they stand."""

import numpy as np
import pytest
from musicvis.compiler.plan import SoundingNote
from musicvis.renderers.sound.stems.synth import synthesised
from numpy.typing import NDArray

F64 = NDArray[np.float64]

RATE = 48_000
VIOLIN, OBOE, ORGAN, STRINGS, CHOIR, TIMPANI = 40, 68, 19, 48, 52, 47


def tone(program: int, pitch: int = 69, onset_s: float = 0.0, velocity: int = 90) -> F64:
    note = SoundingNote(onset_s, 3.0, pitch, velocity, program, False)
    return np.concatenate(list(synthesised([note], round((onset_s + 3.0) * RATE), RATE)), axis=1)


def levels_db(sound: F64) -> F64:
    """Of each 100 ms from 0.5 s to 2.9 s."""
    steps = sound[:, RATE // 2 : RATE * 29 // 10].reshape(2, -1, RATE // 10)
    return np.asarray(10.0 * np.log10((steps**2).mean(axis=(0, 2))))


@pytest.mark.parametrize("program", [VIOLIN, OBOE])
def test_a_held_tone_breathes_by_a_decibel_or_two_and_an_organ_stands_still(program: int) -> None:
    assert 1.0 < np.ptp(levels_db(tone(program))) < 6.0
    assert np.ptp(levels_db(tone(ORGAN))) < 0.9


def test_the_same_note_always_breathes_alike_and_another_one_differently() -> None:
    again = tone(VIOLIN)
    assert np.array_equal(tone(VIOLIN), again)
    later = tone(VIOLIN, onset_s=0.25)[:, RATE // 4 :]
    assert np.abs(levels_db(later) - levels_db(again)).max() > 0.5


@pytest.mark.parametrize("program", [STRINGS, CHOIR])
def test_a_section_is_wide_and_stands_in_the_middle(program: int) -> None:
    sound = tone(program)[:, RATE // 2 :]
    assert abs(float(np.corrcoef(sound)[0, 1])) < 0.75
    left, right = (sound**2).mean(axis=1)
    assert abs(10.0 * np.log10(right / left)) < 1.0


def test_an_organ_has_a_mixture_above_its_principals() -> None:
    """Ranks at 8, 4, 2 2/3, 2, 1 1/3 and 1 feet: harmonics 1, 2, 3, 4, 6 and 8 of the key's own pipe."""
    power = np.abs(np.fft.rfft(tone(ORGAN, 60)[0, RATE : 2 * RATE])) ** 2
    pitch_hz = 440.0 * 2.0 ** (-9 / 12)

    def level_db(ratio: float) -> float:
        centre = round(ratio * pitch_hz)
        return float(10.0 * np.log10(power[centre - 4 : centre + 5].sum()))

    for ratio in (2.0, 3.0, 4.0, 6.0, 8.0):
        assert level_db(ratio) > level_db(1.0) - 15.0
    assert level_db(0.5) < level_db(1.0)


def test_a_harder_stroke_brings_out_the_head_of_a_kettledrum() -> None:
    above = np.fft.rfftfreq(RATE // 8, 1.0 / RATE) > 400.0
    powers = [np.abs(np.fft.rfft(tone(TIMPANI, 48, velocity=v)[0, : RATE // 8])) ** 2 for v in (40, 115)]
    soft, hard = (float(power[above].sum() / power.sum()) for power in powers)
    assert hard > 1.1 * soft and hard > 0.1
