"""The door: a piece and its score become a plan, or findings say why not."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.compile import Compilation, compiled
from musicvis.compiler.piece_files import PieceFiles
from musicvis.compiler.plan import Plan
from musicvis.compiler.score.model import Score
from musicvis.dsl.findings.diagnostics import Diagnostic, Severity
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.audio import Audio, Bus, Effect, Stem
from musicvis.dsl.model.lane import Lane, Point, Shape
from musicvis.dsl.model.piece import Part, Piece, ScoreRef
from musicvis.dsl.model.video import Post, Video
from musicvis.dsl.model.visuals import ClassWeight, Rule, Visuals
from musicvis.dsl.values.position import Duration, DurationUnit, Place, PlaceRange
from musicvis.dsl.values.selector import Where

SPAN = Span("piece.yaml", 1, 1, 1, 2)
LOOKS = ("MV690", "MV691")
"""Notes on how the embedded generator shows a class."""
MakeScore = Callable[..., Score]
MAIN = PurePosixPath("scores/main.mscz")
MakePlace = Callable[..., Place]

NOTES = [(k, 1, 60 + k % 12, 80, k % 2) for k in range(16)]


class Scores(PieceFiles):
    """Files of a piece whose scores are at hand."""

    def __init__(self, root: Path, scores: dict[str, Score]) -> None:
        super().__init__(root)
        self._at_hand = scores

    def score(self, name: PurePosixPath, span: Span) -> Score | None:
        return self._at_hand[str(name)]


@pytest.fixture
def score(make_score: MakeScore) -> Score:
    """Four bars of 4/4 at one quarter a second, two instruments in turn."""
    return make_score(["4/4"] * 4, notes=NOTES, tracks=("Vibraphone", "Marimba"), marks=[("B", 8)])


@pytest.fixture
def run(score: Score, tmp_path: Path) -> Callable[..., Compilation]:
    """Compile a piece of that score, with fields of the manifest changed."""

    def compile_with(also: dict[str, Score] | None = None, **fields: Any) -> Compilation:
        piece = replace(Piece("Test", 1, ScoreRef(MAIN, SPAN), SPAN), **fields)
        return compiled(piece, Scores(tmp_path, {str(MAIN): score, **(also or {})}))

    return compile_with


def plan_of(compilation: Compilation) -> Plan:
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def codes(compilation: Compilation) -> list[str]:
    return [found.code for found in compilation.diagnostics]


def passage(make_place: MakePlace, start: str, end: str | None) -> PlaceRange:
    return PlaceRange(f"{start}..", SPAN, make_place(start), None if end is None else make_place(end))


def test_a_score_alone_is_a_piece(run: Callable[..., Compilation]) -> None:
    made = run()
    plan = plan_of(made)
    assert not made.diagnostics
    assert plan.duration_s == 19
    assert plan.picture.frame_count == 570
    assert plan.sound.sample_count == 19 * 48_000
    assert [bus.name for bus in plan.sound.buses] == ["Vibraphone", "Marimba"]
    stems = [bus.stems[0] for bus in plan.sound.buses]
    assert [[note.onset_s for note in stem.notes or ()] for stem in stems] == [
        [float(k) for k in range(0, 16, 2)],
        [float(k) for k in range(1, 16, 2)],
    ]
    assert [(bar.bar, bar.start_s) for bar in plan.bars] == [(1, 0.0), (2, 4.0), (3, 8.0), (4, 12.0)]
    assert len(plan.picture.class_indices) == 12
    assert not plan.picture.noise.flags.writeable
    np.testing.assert_allclose(plan.picture.classes(0, 570).sum(axis=1).max(), 0.8, atol=1e-5)


def test_two_compiles_give_the_same_bits(run: Callable[..., Compilation]) -> None:
    one, two = plan_of(run()).picture, plan_of(run()).picture
    np.testing.assert_array_equal(one.noise, two.noise)
    np.testing.assert_array_equal(one.class_weights, two.class_weights)


def test_a_passage_shows_what_the_whole_film_shows_there(
    run: Callable[..., Compilation], make_place: MakePlace
) -> None:
    whole = plan_of(run())
    part = plan_of(run(selection=passage(make_place, "2|1", "4|1")))
    assert part.duration_s == 8
    np.testing.assert_array_equal(part.picture.noise, whole.picture.noise[120:360])
    np.testing.assert_array_equal(part.picture.class_weights, whole.picture.class_weights[120:360])
    assert [(bar.bar, bar.start_s) for bar in part.bars] == [(2, 0.0), (3, 4.0)]
    assert part.sound.fade_in_s > 0
    assert part.sound.fade_out_s > 0
    # A note that began before is still heard, and one after the end is not.
    onsets = [note.onset_s for bus in part.sound.buses for note in bus.stems[0].notes or ()]
    assert min(onsets) == -4
    assert max(onsets) == 7


def test_a_passage_to_the_end_keeps_the_ring_out(
    run: Callable[..., Compilation], make_place: MakePlace
) -> None:
    plan = plan_of(run(selection=passage(make_place, "3|1", None)))
    assert plan.duration_s == 8 + 3
    assert plan.sound.fade_out_s == 0


def test_the_first_seconds_only(run: Callable[..., Compilation]) -> None:
    plan = plan_of(run(limit_s=Fraction(5, 2)))
    assert plan.picture.frame_count == 75
    assert plan.sound.fade_out_s > 0


def test_lanes_reach_buses_plugins_and_the_picture(
    run: Callable[..., Compilation], make_place: MakePlace
) -> None:
    def lane(name: str, value: float, **fields: Any) -> Lane:
        return Lane(name, SPAN, (Point(make_place("1|1"), SPAN, hold=value),), **fields)

    chain = (Effect("tremolo", (("rate", 5.0), ("depth", 0.4)), SPAN),)
    bus = Bus("vibes", SPAN, (Stem(SPAN, part="Vibraphone"),), chain, gain=0.5)
    lanes = (
        lane("vibes", -0.5),
        lane("vibes.tremolo.rate", 7.0),
        lane("visuals.truncation", 0.25),
        lane("video.brightness", 0.5),
        Lane("vibes.gain", SPAN, (Point(make_place("3|1"), SPAN, to=1.0, shape=Shape.STRAIGHT),)),
    )
    plan = plan_of(run(audio=Audio((bus,)), lanes=lanes))
    made = plan.sound.buses[0]
    assert made.ear.constant == -0.5
    assert dict(made.chain[0].constants) == {"rate": 7.0, "depth": 0.4}
    assert made.chain[0].automation == ()
    assert made.gain.values(np.array([0.0, 8.0, 12.0, 16.0])).tolist() == [0.5, 0.5, 0.75, 1.0]
    assert np.abs(plan.picture.noise).max() <= 0.5
    assert plan.picture.brightness.max() == 0.5


def test_a_rate_in_beats_is_hertz_where_the_tempo_stands_and_a_curve_where_it_moves(
    run: Callable[..., Compilation], make_score: MakeScore
) -> None:
    tremolo = Effect("tremolo", (("rate", 2.0),), SPAN, per_beat=("rate",))
    audio = Audio((Bus("bus", SPAN, (Stem(SPAN, score=PurePosixPath("other.mid")),), (tremolo,)),))
    effect = (
        plan_of(run({"other.mid": make_score(["4/4"] * 4, [(0, 60)])}, audio=audio)).sound.buses[0].chain[0]
    )
    assert dict(effect.constants) == {"rate": 2.0}
    moving = make_score(["4/4"] * 4, [(0, 60), (8, 90)], NOTES, tracks=("a", "b"))
    made = run({"scores/main.mscz": moving, "other.mid": moving}, audio=audio)
    ((name, curve),) = plan_of(made).sound.buses[0].chain[0].automation
    assert (name, curve.values(np.array([7.9, 8.1])).tolist()) == ("rate", [2.0, 3.0])


def test_a_stem_of_another_length_is_reported(run: Callable[..., Compilation], make_score: MakeScore) -> None:
    other = make_score(["4/4"] * 3, notes=[(0, 1, 60)])
    audio = Audio((Bus("bus", SPAN, (Stem(SPAN, score=PurePosixPath("other.mid")),)),))
    made = run({"other.mid": other}, audio=audio)
    assert codes(made) == ["MV322"]
    assert len(plan_of(made).sound.buses[0].stems[0].notes or ()) == 1


def test_titles_fades_and_speed_reach_the_plan(
    run: Callable[..., Compilation], make_place: MakePlace
) -> None:
    half = Duration(Fraction(1, 2), DurationUnit.SECONDS)
    video = Video(
        post=(
            Post(make_place("1|1"), SPAN, half, speed=Fraction(1, 5), title="Test"),
            Post(make_place("1|1"), SPAN, half, fade_in=half),
            Post(make_place("4|1"), SPAN, speed=Fraction(-1)),
        )
    )
    plain, bent = plan_of(run()).picture, plan_of(run(video=video)).picture
    # A frame shows its middle: the first is a sixtieth of a second along the fade of half a second.
    assert bent.brightness[[0, 15]].tolist() == pytest.approx([np.sin(np.pi / 60) ** 2, 1])
    assert bent.titles[0].end_frame == 15
    # The middle of frame 12 is 5/60 s before the join and shows 1/60 s before it, as frame 14 does; the end
    # shows the film from 4|1 back: the middle of frame 389 lies 59/60 s after it, that of 330 as far before.
    np.testing.assert_array_equal(bent.noise[12], plain.noise[14])
    np.testing.assert_array_equal(bent.noise[389], plain.noise[330])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parts": (Part("vibes", ("Flute*",), SPAN),)}, "MV321"),
        ({"audio": Audio((Bus("b", SPAN, (Stem(SPAN, part="flute"),)),))}, "MV320"),
        ({"lanes": (Lane("flute", SPAN, ()),)}, "MV310"),
        ({"visuals": Visuals(classes=(("C", (ClassWeight("crane", 1.0, SPAN),)),))}, "MV330"),
        ({"score": ScoreRef(MAIN, SPAN, expect_bars=5)}, "MV324"),
        ({"score": ScoreRef(MAIN, SPAN, tail_s=Fraction(5 * 3600))}, "MV601"),
        ({"video": Video(fps=Fraction(100_000))}, "MV602"),
        ({"video": Video(width_px=5000)}, "MV603"),
        ({"video": Video(width_px=4096, height_px=4096, fps=Fraction(8000))}, "MV604"),
        ({"audio": Audio((Bus("b", SPAN, (Stem(SPAN, file=PurePosixPath("no.wav")),)),))}, "MV001"),
    ],
)
def test_an_error_leaves_no_plan(run: Callable[..., Compilation], changes: dict[str, Any], code: str) -> None:
    made = run(**changes)
    assert made.plan is None
    assert codes(made) == [code]


def test_too_many_classes_over_too_many_frames_are_refused_before_they_are_made(
    run: Callable[..., Compilation],
) -> None:
    weights = tuple(ClassWeight(str(i), 0.001, SPAN) for i in range(1000))
    made = run(
        visuals=Visuals(classes=(("C", weights), ("other", weights))),
        video=Video(fps=Fraction(20_000), width_px=64, height_px=64),
    )
    assert [code for code in codes(made) if code not in LOOKS] == ["MV605"]
    assert made.plan is None


def test_every_expectation_that_the_score_breaks_is_reported(
    run: Callable[..., Compilation], make_place: MakePlace
) -> None:
    ref = ScoreRef(
        MAIN,
        SPAN,
        expect_bars=4,
        expect_meter=((make_place("1"), "4/4"), (make_place("2"), "3/4")),
        expect_tempo=((make_place("1"), Fraction(60)), (make_place("3|2"), Fraction(61))),
    )
    assert [found.message for found in run(score=ref).diagnostics] == [
        "the metre at 2 is 4/4, 3/4 is expected",
        "the tempo at 3|2 is 60 quarter notes per minute, 61 are expected",
    ]


def test_a_pickup_may_be_promised_as_what_it_plays(
    run: Callable[..., Compilation], make_score: MakeScore, make_place: MakePlace
) -> None:
    pickup = make_score(["4/4"] * 2, lengths={0: Fraction(1)}, notes=[(0, 1, 60)])
    for meter in ("1/4", "2/8", "4/4"):
        ref = ScoreRef(MAIN, SPAN, expect_meter=((make_place("1"), meter),))
        assert not run({str(MAIN): pickup}, score=ref).diagnostics


def warnings(compilation: Compilation) -> list[tuple[str, Severity]]:
    assert compilation.plan is not None
    return [(found.code, found.severity) for found in compilation.diagnostics]


def test_lint_names_rules_and_classes_that_nobody_sees(run: Callable[..., Compilation]) -> None:
    visuals = Visuals(
        classes=tuple((key, (ClassWeight(name, 1.0, SPAN),)) for key, name in (("C", "drum"), ("B", "wok"))),
        rules=(Rule(Where(voices=(3,)), SPAN, kick=2.0),),
    )
    visuals = replace(visuals, classes=(*visuals.classes, ("other", (ClassWeight("tusker", 1.0, SPAN),))))
    # Every pitch class is played, but no note is in a third voice, and no part is called C or B.
    assert warnings(run(visuals=visuals)) == [("MV340", Severity.WARNING)]
    short = Visuals(classes=visuals.classes, classes_by="part")
    assert "tusker" not in [f.message.split()[0] for f in run(visuals=short).diagnostics]
    assert warnings(run(visuals=short)) == [("MV341", Severity.NOTE), ("MV341", Severity.NOTE)]


def test_lint_names_jumps_under_notes_and_moves_in_silence(
    run: Callable[..., Compilation], make_score: MakeScore, make_place: MakePlace
) -> None:
    # One note, from 0 to 1 s; it rings until 3 s.
    lonely = make_score(["4/4"] * 4, notes=[(0, 1, 60)])

    def points(*written: tuple[str, dict[str, Any]]) -> tuple[Lane, ...]:
        return (Lane("Piano", SPAN, tuple(Point(make_place(at), SPAN, **fields) for at, fields in written)),)

    def found(*written: tuple[str, dict[str, Any]]) -> list[str]:
        return codes(run({str(MAIN): lonely}, lanes=points(*written)))

    assert found(("1|2", {"hold": 0.5})) == ["MV344"]
    assert found(("1|2", {"hold": 0.015})) == []
    assert found(("3|1", {"hold": 0.5})) == ["MV344"]
    glide = {"to": 0.5, "shape": Shape.STRAIGHT}
    assert found(("1|2", glide), ("2|1", {"hold": 0.5})) == []
    assert found(("2|1", glide)) == ["MV342"]
    saw = {"to": 0.5, "shape": Shape.SAWTOOTH, "cycles": Fraction(16)}
    assert found(("1|1", saw), ("2|1", {"hold": 0.5})) == ["MV344"]
    assert found(("end", {"hold": 0.0})) == ["MV343"]


def test_repeated_findings_are_reported_once(run: Callable[..., Compilation], make_place: MakePlace) -> None:
    broken = Lane("Vibraphone", SPAN, (Point(make_place("9|1"), SPAN, hold=0.5),))
    made = run(lanes=(broken, Lane("Marimba", SPAN, mirror_of="Vibraphone")))
    assert codes(made) == ["MV301"]


def test_a_score_without_bars_is_refused(run: Callable[..., Compilation]) -> None:
    empty = Score("", (), (), (), ())
    made = run({str(MAIN): empty})
    assert (made.plan, codes(made)) == (None, ["MV323"])


def test_what_loading_found_is_kept_and_an_error_of_it_stops_the_plan(score: Score, tmp_path: Path) -> None:
    piece = Piece("Test", 1, ScoreRef(MAIN, SPAN), SPAN)
    before = [
        Diagnostic("MV231", SPAN, "told", severity=Severity.WARNING),
        Diagnostic("MV206", SPAN, "wrong"),
    ]
    made = compiled(piece, Scores(tmp_path, {str(MAIN): score}), before)
    assert (made.plan, codes(made)) == (None, ["MV231", "MV206"])
