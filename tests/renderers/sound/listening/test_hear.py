"""Beats, bars, onsets and pitch classes of music whose truth is known; a click track to the millisecond."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from musicvis.renderers.sound.listening.beats import at_level, carried, steadied
from musicvis.renderers.sound.listening.decode import RATE_HZ
from musicvis.renderers.sound.listening.hear import Heard, Wishes, hear, summed
from musicvis.renderers.sound.listening.together import misfits
from numpy.typing import ArrayLike, NDArray

from .conftest import Band, band, recording_of


def f_measure(truth: ArrayLike, found: ArrayLike, window_s: float = 0.07) -> float:
    """2·hits/(both): each true time may be hit by one found time within the window."""
    left = sorted(np.asarray(found, float).tolist())
    wanted = sorted(np.asarray(truth, float).tolist())
    hits = 0
    for time_s in wanted:
        near = [other for other in left if abs(other - time_s) <= window_s]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time_s)))
            hits += 1
    return 2.0 * hits / (len(wanted) + len(np.asarray(found)))


@pytest.fixture(scope="module")
def heard_pop(pop: Band) -> Heard:
    return hear(pop.recording)


@pytest.fixture(scope="module")
def heard_waltz(waltz_band: Band) -> Heard:
    return hear(waltz_band.recording, Wishes(notes="chroma"))


def within(times_s: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    return times_s[times_s < truth[-1] + 0.1]


def test_beats_and_bars_of_a_band_are_found(heard_pop: Heard, pop: Band) -> None:
    assert f_measure(pop.beats_s, within(heard_pop.beats_s, pop.beats_s)) >= 0.95
    bars_s = heard_pop.beats_s[heard_pop.places == 0]
    assert heard_pop.beats_of_bar == 4
    assert f_measure(pop.bars_s, within(bars_s, pop.bars_s)) >= 0.95


def test_a_band_that_plays_to_a_click_has_one_tempo(heard_pop: Heard, pop: Band) -> None:
    assert np.diff(heard_pop.beats_s) == pytest.approx(np.diff(pop.beats_s)[0], abs=1e-9)


def test_beats_are_steadied_where_all_of_them_are_near_one_line() -> None:
    noise_s = np.random.default_rng(3).uniform(-0.004, 0.004, 200)
    steady_s = 0.31 + np.arange(200) * 60 / 126
    assert np.diff(steadied(steady_s + noise_s)) == pytest.approx(60 / 126, abs=1e-12)
    # Not a whole number of beats a minute: the line stays as it was measured.
    odd_s = 0.31 + np.arange(200) * 60 / 126.4
    assert np.diff(steadied(odd_s + noise_s)) == pytest.approx(60 / 126.4, rel=1e-4)
    # A player who becomes 2% faster stays as he is.
    free_s = np.cumsum(np.linspace(0.48, 0.47, 200))
    assert steadied(free_s) is free_s


def test_three_beats_in_a_bar_are_told_from_four(heard_waltz: Heard, waltz_band: Band) -> None:
    assert heard_waltz.beats_of_bar == 3
    assert heard_waltz.bpm == pytest.approx(150.0, abs=0.5)
    bars_s = heard_waltz.beats_s[heard_waltz.places == 0]
    assert f_measure(waltz_band.bars_s, within(bars_s, waltz_band.bars_s)) >= 0.95


def test_onsets_are_found_and_the_strongest_class_sounds(heard_pop: Heard, pop: Band) -> None:
    onsets = sorted({note.onset_s for note in pop.notes})
    assert f_measure(onsets, heard_pop.onsets_s, 0.05) >= 0.75
    right = []
    for frame in range(25, 500, 5):
        sounding = {
            n.pitch % 12
            for n in pop.notes
            if not n.is_drums and n.onset_s <= frame / 50 <= n.onset_s + n.length_s
        }
        if sounding:
            right.append(int(heard_pop.classes[frame].argmax()) in sounding)
    assert np.mean(right) >= 0.95


def test_notes_by_factorisation_are_mostly_those_that_are_played(heard_pop: Heard, pop: Band) -> None:
    played = {(round(n.onset_s * 20), n.pitch) for n in pop.notes if not n.is_drums}
    found = {(round(n.onset_s * 20), n.pitch) for n in heard_pop.notes}
    near = {(time + shift, pitch) for time, pitch in found for shift in (-1, 0, 1)}
    assert len(played & near) / len(played) > 0.4


def test_notes_by_chroma_are_classes_in_one_octave(heard_waltz: Heard) -> None:
    assert {note.pitch for note in heard_waltz.notes} <= set(range(60, 72))
    assert {0, 4, 7} & {note.pitch % 12 for note in heard_waltz.notes if note.onset_s < 1.0}


def test_clicks_that_begin_late_stand_within_10_ms_to_their_end() -> None:
    length_s, step_s, late_s = 60.0, 60.0 / 97.3, 0.35
    times_s = np.arange(late_s, length_s - 0.5, step_s)
    samples = np.zeros(round(length_s * RATE_HZ), np.float32)
    fade = np.exp(-np.arange(660) / RATE_HZ * 120.0)
    for time_s in times_s.tolist():
        first = round(time_s * RATE_HZ)
        samples[first : first + 660] += 0.8 * np.sin(2 * np.pi * 1000 * np.arange(660) / RATE_HZ) * fade
    found = hear(recording_of(samples), Wishes(notes="chroma"))
    assert found.beats_s[0] == pytest.approx(late_s, abs=0.010)
    assert np.abs(found.beats_s[: len(times_s)] - times_s).max() < 0.010


def test_what_sounds_before_the_first_beat_is_not_cut_off(pop: Band) -> None:
    # The recording begins in the middle of a beat, with sound.
    cut = recording_of(pop.recording.samples[round(0.25 * RATE_HZ) :])
    found = hear(cut, Wishes(notes="chroma"))
    assert found.beats_s[0] <= 0.0
    assert found.beats_s[1] == pytest.approx(0.25, abs=0.02)


def test_the_listener_may_know_better(pop: Band) -> None:
    told = Wishes(tempi_bpm=(110.0, 130.0), level="half", beats=3, first_s=2.0, notes="chroma")
    found = hear(pop.recording, told)
    assert found.bpm == pytest.approx(60.0, abs=0.5)
    assert found.beats_of_bar == 3
    assert 2.0 in found.beats_s[found.places == 0]


@pytest.mark.parametrize(("weak", "heard_bpm"), [(0.25, 85.0), (1.0, 170.0)])
def test_quick_beats_of_which_every_second_is_weak_are_halves(weak: float, heard_bpm: float) -> None:
    step_s, draw = 60.0 / 170.0, np.random.default_rng(1)
    samples = np.zeros(round(14.0 * RATE_HZ), np.float32)
    click = draw.normal(0.0, 1.0, 400).astype(np.float32) * np.exp(-np.arange(400, dtype=np.float32) / 80)
    for number in range(38):
        at = round((0.2 + number * step_s) * RATE_HZ)
        samples[at : at + 400] += click * np.float32(0.5 * (weak if number % 2 else 1.0))
    found = hear(recording_of(samples), Wishes(notes="chroma"))
    assert found.bpm == pytest.approx(heard_bpm, rel=0.01)
    # --double is of what is heard without it.
    doubled = hear(recording_of(samples), Wishes(notes="chroma", level="double"))
    assert doubled.bpm == pytest.approx(2 * heard_bpm, rel=0.01)


def test_beats_at_other_levels() -> None:
    times_s = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert at_level(times_s, "double", np.ones(5)).tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert at_level(times_s, "triple", np.ones(5))[:4].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert at_level(times_s, "half", np.array([0.0, 1.0, 0.0, 1.0, 0.0])).tolist() == [1.0, 3.0]


def test_beats_are_carried_to_both_ends() -> None:
    assert carried(np.array([1.1, 1.6, 2.1]), 3.2).tolist() == pytest.approx(
        [0.1, 0.6, 1.1, 1.6, 2.1, 2.6, 3.1]
    )


def test_noise_has_no_clear_beat() -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.1, 10 * RATE_HZ).astype(np.float32)
    found = hear(recording_of(noise), Wishes(notes="chroma"))
    assert [finding.code for finding in found.findings] == ["MV549"]


def test_a_band_has_a_clear_beat(heard_pop: Heard) -> None:
    assert heard_pop.findings == ()


def test_stems_that_do_not_fit_together_are_reported(pop: Band) -> None:
    samples = pop.recording.samples
    late = np.concatenate([np.zeros(round(0.12 * RATE_HZ), np.float32), samples])
    assert list(misfits([pop.recording, recording_of(samples * 0.5)])) == []
    told = [finding.message for finding in misfits([pop.recording, recording_of(late)])]
    assert any("120 ms late" in message for message in told), told
    short = [finding.message for finding in misfits([pop.recording, recording_of(samples[: 8 * RATE_HZ])])]
    assert "lasts 8.0 s and band.wav 12.0 s" in short[0]


def test_a_sum_is_as_long_as_the_longest() -> None:
    both = summed([recording_of(np.ones(3, np.float32)), recording_of(np.ones(5, np.float32))])
    assert both.samples.tolist() == [2, 2, 2, 1, 1]


def test_the_number_of_threads_changes_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from musicvis.renderers.sound.listening.decode import Recording\n"
        "from musicvis.renderers.sound.listening.hear import hear\n"
        "t = np.arange(6 * 22050) / 22050\n"
        "y = sum(np.sin(2 * np.pi * f * t) * np.exp(-(t % 0.5) * 6) for f in (220, 330, 554)) * 0.2\n"
        "h = hear(Recording(Path('y'), y.astype(np.float32), 'wav', 22050, 1, 0.6, '0' * 64))\n"
        "print(hashlib.sha256(repr((h.beats_s.tolist(), h.places.tolist(), h.notes)).encode()).hexdigest())"
    )
    import os

    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(said) == 1


def test_swapped_bars_are_no_truth(pop: Band) -> None:
    """The measure of these tests can fail: beats half a beat off miss all."""
    assert f_measure(pop.beats_s, pop.beats_s + 0.25) == 0.0
    assert len(band(120.0, 4, 3.0).bars_s) == 2
