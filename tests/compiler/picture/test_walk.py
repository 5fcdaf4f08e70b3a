"""The walk stops where the music says, is the same at every frame rate, and goes back where music returns."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.notes.casting import VisualNote
from musicvis.compiler.notes.phrases import Memory, Phrase, Stretch
from musicvis.compiler.picture.walk import TAU_S, TREMBLE, WalkLaw, tremble, walk_plan, walk_weights
from musicvis.compiler.plan import WalkPlan
from musicvis.compiler.score.read import read_score_file
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.values.position import Duration, DurationUnit

WALTZ = Path(__file__).parents[1] / "score/data/waltz.mscz"
BAR = Duration(Fraction(1), DurationUnit.BARS)
BEAT = Duration(Fraction(1), DurationUnit.BEATS)
HALF = Curve.constant_of(0.5)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock.from_score(read_score_file(WALTZ))


def note(onset_s: int, *classes: tuple[int, float]) -> VisualNote:
    return VisualNote(Fraction(onset_s), Fraction(onset_s + 1), 1.0, classes, 0.0, 1.0)


def memory(*stretches: Stretch) -> Memory:
    return Memory(
        (Phrase(Fraction(0), Fraction(1000), "a"),), stretches or (Stretch(Fraction(0), 0, Fraction(0)),)
    )


@pytest.fixture
def law(clock: Clock) -> WalkLaw:
    return WalkLaw("linger", BAR, BEAT, (note(0, (2, 1.0)),), memory(), clock, 5, seed=7)


def layers(fps: int = 10, seconds: int = 12) -> list[tuple[np.ndarray, np.ndarray]]:
    times_s = (np.arange(seconds * fps) + 0.5) / fps
    return [(times_s, np.ones(times_s.size))]


def planned(law: WalkLaw) -> WalkPlan:
    found = walk_plan(law, Fraction(12), layers())
    assert found is not None
    return found


def test_it_lingers_for_a_bar_and_moves_for_a_beat(law: WalkLaw, clock: Clock) -> None:
    walk = planned(law)
    # A pickup of one beat, then bars of three: it leaves at beats 0, 1 and 5.
    beat_s = float(clock.duration_s(Fraction(0), BEAT))
    assert walk.leaves_s[:3].tolist() == pytest.approx([0.0, beat_s, 5 * beat_s])
    assert (walk.arrives_s - walk.leaves_s)[1:4].tolist() == pytest.approx([beat_s] * 3)
    assert walk.arrives_s[-1] >= 12.0


def test_notes_choose_the_class_by_their_shares(law: WalkLaw) -> None:
    assert set(planned(law).classes.tolist()) == {2}
    mixed = replace(law, notes=(note(0, (1, 0.3), (4, 0.7)),), hold=BEAT)
    shares = [planned(replace(mixed, seed=seed)).classes for seed in range(60)]
    assert np.mean(np.concatenate(shares) == 4) == pytest.approx(0.7, abs=0.08)
    assert set(np.concatenate(shares).tolist()) == {1, 4}
    later = replace(law, notes=(note(0, (1, 1.0)), note(5, (3, 1.0)), note(9)))
    walk = planned(later)
    assert [int(c) for c in walk.classes] == [1 if t < 5 else 3 for t in walk.arrives_s]


def test_music_that_returns_goes_back_to_its_places(law: WalkLaw) -> None:
    bars = memory(Stretch(Fraction(0), 0, Fraction(0)), Stretch(Fraction(4), 0, Fraction(0)))
    places = planned(replace(law, memory=bars, hold=BEAT, move=BEAT)).places
    assert places[:6] == ("0", "2", "0", "2", "4", "6")


def test_the_frame_shows_where_the_walk_is(law: WalkLaw) -> None:
    walk = planned(law)
    stops, along = walk.at(np.array([0.0, walk.leaves_s[1], (walk.leaves_s[1] + walk.arrives_s[1]) / 2, 1e3]))
    assert stops.tolist() == [0, 1, 1, len(walk.places) - 1]
    assert along.tolist() == pytest.approx([1.0, 0.0, 0.5, 1.0])


def test_a_slice_has_the_stops_that_it_needs_and_shows_the_same(law: WalkLaw) -> None:
    walk = planned(replace(law, hold=BEAT))
    times_s = walk.layers[0][0]
    part = walk.cut(50, 70)
    assert len(part.places) < len(walk.places)
    stops, along = walk.at(times_s[50:70])
    part_stops, part_along = part.at(part.layers[0][0])
    assert along.tolist() == part_along.tolist()
    assert [walk.places[i] for i in stops] == [part.places[i] for i in part_stops]
    assert [walk.places[max(i - 1, 0)] for i in stops] == [part.places[max(i - 1, 0)] for i in part_stops]


def test_the_classes_of_a_frame_sum_to_one_and_pass_over(law: WalkLaw) -> None:
    walk = planned(replace(law, notes=(note(0, (1, 1.0)), note(2, (3, 1.0)))))
    indices, weights = walk_weights(walk)
    assert indices.tolist() == [1, 3]
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights[0].tolist() == [1.0, 0.0] and weights[-1].tolist() == [0.0, 1.0]


def test_the_trembling_is_the_same_at_every_frame_rate_and_from_anywhere() -> None:
    slow, fast = (tremble(layers(fps)[0][0], HALF, 3, 8) for fps in (10, 30))
    assert np.allclose(slow, fast[1::3], atol=1e-6)
    assert np.allclose(tremble(layers(10)[0][0][60:], HALF, 3, 8), slow[60:], atol=1e-6)


def test_the_trembling_is_an_autoregressive_process_of_its_size() -> None:
    times_s = np.arange(0.0, 200.0, 1 / 60)
    found = tremble(times_s, HALF, 1, 32)
    assert found.std() == pytest.approx(TREMBLE, rel=0.06)
    lag = round(60 * TAU_S)
    correlation = (found[:-lag] * found[lag:]).mean() / found.var()
    assert correlation == pytest.approx(np.exp(-1), abs=0.06)
    assert not tremble(times_s, Curve.constant_of(0.0), 1, 4).any()


def test_too_many_stops_are_no_walk(law: WalkLaw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvis.compiler.picture.walk.MOST_STOPS", 40)
    assert walk_plan(law, Fraction(12), layers()) is not None
    short = Duration(Fraction(1, 10_000), DurationUnit.SECONDS)
    assert walk_plan(replace(law, hold=short, move=short), Fraction(12), layers()) is None


@pytest.mark.parametrize(
    ("motion", "code", "hint"),
    [
        ("{walk: linger}", "MV626", "musicvis train"),
        ("{walk: lingr}", "MV201", "did you mean `linger`?"),
        ("{hold: 2b}", "MV203", "add `walk: linger`"),
        ("{walk: linger, hold: 0b}", "MV206", "write 1bar, 2b or 1/4"),
        ("{walk: linger, move: fast}", "MV112", ""),
    ],
)
def test_faults_of_a_walk_are_reported(tmp_path: Path, motion: str, code: str, hint: str) -> None:
    (tmp_path / "waltz.mscz").write_bytes(WALTZ.read_bytes())
    (tmp_path / "piece.yaml").write_text(
        f"musicvis: 1\ntitle: A\nscore: waltz.mscz\nvisuals: {{generator: embedded, motion: {motion}}}\n"
    )
    found = {f.code: f.hint for f in mv.load(tmp_path).check()}
    assert hint in found[code]
