"""A phrase that returns brings back its noise, a transposed one moved by one vector; nothing leaps."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.notes.casting import cast
from musicvis.compiler.notes.phrases import memory_of
from musicvis.compiler.picture.motif_memory import GLIDE_S, SEMITONE, Remembering, remembered_noise
from musicvis.compiler.picture.noise_path import SIGMA
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.time.tempo_arrays import tempo_arrays
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.lane import Shape
from musicvis.dsl.model.visuals import Rule, Visuals
from musicvis.dsl.values.position import Place, PlaceRange
from musicvis.dsl.values.selector import Where
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
MakeScore = Callable[..., Score]
Noise = Callable[..., F32]

TUNE = [(0, 60), (1, 64), (2, 67), (4, 65), (5, 62), (8, 64), (9, 67), (11, 72), (12, 60)]
OTHER = [(0, 60), (2, 64), (3, 67), (4, 65), (7, 62), (8, 64), (10, 67), (11, 71), (12, 60)]
STEADY: tuple[tuple[int, int], ...] = ((0, 60),)


def played(tune: Sequence[tuple[int, int]], at: int, up: int = 0) -> list[tuple[Any, ...]]:
    return [(at + onset, 1, pitch + up) for onset, pitch in tune]


@pytest.fixture
def noise(make_score: MakeScore) -> Noise:
    """The noise of a score of 4/4 at given quarters of it, one part."""

    def at_quarters(
        notes: list[tuple[Any, ...]],
        quarters_qn: F64,
        tempi: Sequence[tuple[int, int]] = STEADY,
        jitter: Curve | None = None,
        marks: Sequence[tuple[str, int]] = (),
        rules: tuple[Rule, ...] = (),
    ) -> F32:
        score = make_score(["4/4"] * 12, tempi, notes, marks)
        clock = Clock.from_score(score)
        entries = [PartNote(note, "tune") for note in score.notes]
        shown = cast(entries, Visuals(rules=rules), ["tune"], clock, 1).notes
        tempo = tempo_arrays(clock)
        law = Remembering(
            memory_of(entries, ["tune"], clock),
            tempo,
            Curve.constant_of(0.5),
            jitter or Curve.constant_of(0.5),
            2021,
        )
        return remembered_noise(shown, law, tempo.seconds_at(quarters_qn))

    return at_quarters


def within(start_qn: float, tempo_qn_per_s: float = 1.0) -> F64:
    """Quarters of four bars from start_qn, without the glide at their begin."""
    return start_qn + np.linspace(GLIDE_S * tempo_qn_per_s + 0.01, 15.99, 200)


def kicked(bars: str, kick: float) -> Rule:
    span = Span("piece.yaml")
    first, last = (Place(text, span, bar=int(text)) for text in bars.split(".."))
    return Rule(Where(ranges=(PlaceRange(bars, span, first, last),)), span, kick=kick)


@pytest.mark.parametrize(("up", "tempi"), [(0, STEADY), (3, ((0, 60), (16, 90)))])
def test_a_kick_on_a_returning_phrase_moves_the_image_so_much_further_along_its_way(
    noise: Noise, up: int, tempi: Sequence[tuple[int, int]]
) -> None:
    notes = played(TUNE, 0) + played(TUNE, 16, up)

    def way(*rules: Rule) -> float:
        quarters_qn = within(16, 1.5)
        found = noise(notes, quarters_qn, tempi, rules=rules).astype(np.float64)
        return float(np.sqrt((np.diff(found, axis=0) ** 2).sum(axis=1)).sum())

    still, usual, far = (way(kicked("5..9", kick)) for kick in (0.0, 1.0, 4.0))
    assert (far - still) / (usual - still) == pytest.approx(4, rel=0.15)
    assert usual == way()


def test_the_same_kicks_each_time_bring_back_the_same_images(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(TUNE, 16) + played(TUNE, 32)
    first, again = (noise(notes, within(start), rules=(kicked("1..9", 4.0),)) for start in (0, 16))
    np.testing.assert_allclose(again, first, atol=1e-6)
    # Two returns with other kicks than the first time share theirs.
    second, third = (noise(notes, within(start), rules=(kicked("5..13", 4.0),)) for start in (16, 32))
    np.testing.assert_allclose(second, third, atol=1e-6)


def test_four_bars_that_return_bring_back_their_noise(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(TUNE, 16)
    first, again = noise(notes, within(0)), noise(notes, within(16))
    np.testing.assert_allclose(again, first, atol=1e-6)
    assert np.abs(first[0] - first[-1]).max() > 0.5


def test_at_another_tempo_the_same_beats_show_the_same(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(OTHER, 16) + played(TUNE, 32)
    tempi = ((0, 60), (6, 75), (16, 100), (32, 132), (40, 90))
    first, again = noise(notes, within(0, 2.2), tempi), noise(notes, within(32, 2.2), tempi)
    np.testing.assert_allclose(again, first, atol=1e-6)


@pytest.mark.parametrize("semitones", [2, -5, 12])
def test_a_transposed_phrase_is_moved_by_one_vector_everywhere(noise: Noise, semitones: int) -> None:
    notes = played(TUNE, 0) + played(TUNE, 16, semitones)
    moved = noise(notes, within(16)) - noise(notes, within(0))
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-6)
    np.testing.assert_allclose(np.abs(moved[0]), SIGMA * SEMITONE * abs(semitones), atol=1e-6)


def test_two_transpositions_go_along_one_line(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(TUNE, 16, 2) + played(TUNE, 32, -3)
    first = noise(notes, within(0))
    up, down = noise(notes, within(16)) - first, noise(notes, within(32)) - first
    np.testing.assert_allclose(up / 2, down / -3, atol=1e-6)


def test_another_phrase_is_somewhere_else(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(OTHER, 16)
    apart = noise(notes, within(16), marks=[("B", 16)]) - noise(notes, within(0), marks=[("B", 16)])
    assert np.sqrt((apart**2).mean(axis=1)).min() > 0.3
    assert np.abs(apart - apart[0]).max() > 0.3


def test_a_phrase_has_its_images_wherever_it_begins(noise: Noise) -> None:
    alone, later = played(TUNE, 0), played(OTHER, 0) + played(TUNE, 16)
    np.testing.assert_allclose(
        noise(later, within(16), marks=[("B", 16)]), noise(alone, within(0)), atol=1e-6
    )


def test_the_noise_never_leaps_and_stays_in_its_bounds(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(OTHER, 16) + played(TUNE, 32, 12)
    found = noise(notes, np.arange(0, 48, 1 / 240))
    steps = np.sqrt((np.diff(found, axis=0) ** 2).mean(axis=1))
    # From phrase to phrase it goes faster than any kick, and still takes a second.
    assert 0 < steps.min() <= steps.max() < 0.012
    assert np.abs(found).max() <= 2 * SIGMA


def test_frame_rates_and_passages_agree(noise: Noise) -> None:
    notes = played(TUNE, 0) + played(OTHER, 16) + played(TUNE, 32)
    at_24, at_60 = noise(notes, np.arange(0, 47, 1 / 24)), noise(notes, np.arange(0, 47, 1 / 60))
    np.testing.assert_allclose(at_24[::2], at_60[::5], atol=1e-5)
    np.testing.assert_allclose(noise(notes, np.arange(30, 40, 1 / 24)), at_24[720:960], atol=1e-6)


def test_later_notes_change_nothing_before_them(noise: Noise) -> None:
    times = np.arange(0, 31.9, 1 / 24)
    short = played(TUNE, 0) + played(OTHER, 16)
    np.testing.assert_array_equal(noise(short, times), noise(short + played(TUNE, 32), times))


def test_a_lane_of_jitter_acts_in_a_phrase(noise: Noise) -> None:
    calm = Segment(Fraction(8), Fraction(16), Fraction(8), Fraction(16), Shape.HOLD, 0.0, 0.0)
    falling = Curve((calm,), before=1.0)
    notes = played(TUNE, 0)
    before, after = np.arange(0, 8, 0.02), np.arange(8, 16, 0.02)
    wild, tamed = noise(notes, before, jitter=Curve.constant_of(1.0)), noise(notes, before, jitter=falling)
    np.testing.assert_array_equal(wild, tamed)
    assert (
        np.abs(noise(notes, after, jitter=falling) - noise(notes, after, jitter=Curve.constant_of(1.0))).max()
        > 0.05
    )
