"""Each note gets its classes and how they act: by pitch, part, loudness or lyric, and then by rules."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from musicvis.compiler.notes.casting import Cast, cast
from musicvis.compiler.notes.class_keys import default_classes
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.visuals import ClassWeight, Envelope, Rule, Visuals
from musicvis.dsl.values.position import Duration, DurationUnit
from musicvis.dsl.values.selector import NumberRange, PitchRange, Where
from musicvis.dsl.values.subjects import subjects

SPAN = Span("piece.yaml", 1, 1, 1, 2)
MakeScore = Callable[..., Score]


def classes(*keyed: tuple[str, str]) -> tuple[tuple[str, tuple[ClassWeight, ...]], ...]:
    return tuple((key, (ClassWeight(name, 1.0, SPAN),)) for key, name in keyed)


def beats(value: Fraction) -> Duration:
    return Duration(value, DurationUnit.BEATS)


@pytest.fixture
def shown(make_score: MakeScore) -> Callable[..., Cast]:
    """C4, C5, E4 and A4 at 0, 1, 4 and 5 quarters, soft to loud, the last two by another part."""
    notes = [(0, 1, 60, 1, 0), (1, 1, 72, 50, 0), (4, 2, 64, 90, 1), (5, 1, 69, 127, 1)]
    score = make_score(["4/4", "6/8"], [(0, 60), (4, 90)], notes, tracks=("a", "b"))
    entries: Sequence[PartNote] = [PartNote(note, ("right", "left")[note.track]) for note in score.notes]
    lyrics = ("lux", "nox", None, "lux")
    entries = [
        PartNote(replace(entry.note, lyric=lyric), entry.part)
        for entry, lyric in zip(entries, lyrics, strict=True)
    ]

    def casting(**fields: Any) -> Cast:
        return cast(entries, Visuals(**fields), ("right", "left"), Clock.from_score(score), 1)

    return casting


def indices(made: Cast) -> list[int | None]:
    return [note.classes[0][0] if note.classes else None for note in made.notes]


@pytest.mark.parametrize(
    ("by", "keyed", "expected"),
    [
        ("pitch", (("C", "drum"), ("A", "wok")), [541, 541, None, 909]),
        ("part", (("left", "drum"),), [None, None, 541, 541]),
        ("lyric", (("lux", "drum"), ("nox", "wok")), [541, 909, None, 541]),
        ("lyric", (("L*", "drum"), ("NOX", "wok")), [541, 909, None, 541]),
        ("lyric", (("*", "drum"), ("Lux", "wok"), ("other", "shoji")), [909, 541, 789, 909]),
        ("part", (("L*", "drum"), ("other", "shoji")), [789, 789, 541, 541]),
        ("pitch", (("C", "drum"), ("other", "shoji")), [541, 541, 789, 789]),
        ("pitch", (("0", "drum"), ("1", "wok"), ("2", "shoji")), [541, 541, 909, 541]),
        ("part", (("0", "drum"), ("1", "wok")), [541, 541, 909, 909]),
        ("lyric", (("0", "drum"), ("1", "wok")), [541, 909, None, 541]),
        ("loudness", (("0", "drum"), ("1", "wok"), ("2", "shoji")), [541, 909, 789, 789]),
    ],
)
def test_classes_go_by_what_the_manifest_says(
    shown: Callable[..., Cast], by: str, keyed: tuple[tuple[str, str], ...], expected: list[int | None]
) -> None:
    assert indices(shown(classes=classes(*keyed), classes_by=by)) == expected


def test_by_meaning_a_word_without_a_class_goes_on_with_what_its_singer_showed_before(
    make_score: MakeScore,
) -> None:
    text = ("thine", "bells", "and", "thine", "seashore")
    score = make_score(["5/4"], [(0, 60)], [(at, 1, 60, 80, 0) for at in range(5)], tracks=("a",))
    entries = [PartNote(replace(note, lyric=word), "a") for note, word in zip(score.notes, text, strict=True)]
    fields: dict[str, Any] = {
        "classes_by": "meaning",
        "classes": classes(("bells", "drum"), ("other", "wok")),
    }
    made = cast(entries, Visuals(**fields), ("a",), Clock.from_score(score), 1)
    # Before the first word with a class there is nothing to go on with.
    assert indices(made) == [909, 541, 541, 541, 978]


def test_without_classes_twelve_are_drawn_by_the_seed(shown: Callable[..., Cast]) -> None:
    drawn = default_classes(1)
    assert len({subjects()[index].motif for index in drawn}) == 12
    assert {subjects()[index].look for index in drawn} == {"drawn"}
    assert drawn == default_classes(1) != default_classes(2)
    assert indices(shown()) == [drawn[0], drawn[0], drawn[4], drawn[9]]


def test_durations_are_measured_where_each_note_stands(shown: Callable[..., Cast]) -> None:
    made = shown(
        envelope=Envelope(attack=beats(Fraction(1, 2)), release=Duration(Fraction(1), DurationUnit.BARS))
    )
    # A beat is a quarter at 60, then a quaver at 90 quarters a minute; the bars are 4 and 3 quarters.
    assert [note.attack_s for note in made.notes] == pytest.approx([0.5, 0.5, 1 / 6, 1 / 6])
    # A bar on from 1|2 is a quarter into the 6/8: three quarters at 60, and three quarters of one at 90.
    assert made.notes[0].release_s == pytest.approx(4)
    assert made.notes[1].release_s == pytest.approx(3 + 0.75 * 60 / 90)
    assert made.notes[2].release_s == pytest.approx(2)
    assert [(note.onset_s, note.end_s) for note in made.notes[2:]] == [
        (4, 4 + Fraction(4, 3)),
        (4 + Fraction(2, 3), 4 + Fraction(4, 3)),
    ]


def test_later_rules_win_and_each_counts_its_notes(shown: Callable[..., Cast]) -> None:
    loud = Where(velocities=(NumberRange(low=Fraction(90)),))
    made = shown(
        classes=classes(("C", "drum")),
        rules=(
            Rule(
                loud, SPAN, classes=(ClassWeight("wok", 0.7, SPAN), ClassWeight("drum", 0.3, SPAN)), kick=2.0
            ),
            Rule(Where(pitches=(PitchRange(69, 69),)), SPAN, kick=0.5, depth=0.9, truncation=0.2),
            Rule(Where(pitches=(PitchRange(0, 1),)), SPAN, kick=9.0),
        ),
    )
    assert made.rule_matches == (2, 1, 0)
    assert [note.kick for note in made.notes] == [1, 1, 2, 0.5]
    assert [note.depth for note in made.notes] == [None, None, None, 0.9]
    assert made.notes[3].classes == ((909, 0.7), (541, 0.3))
    assert made.notes[3].truncation == 0.2
    assert made.unused_keys == ()


def test_keys_that_no_note_has_are_named(shown: Callable[..., Cast]) -> None:
    assert shown(classes=classes(("C", "drum"), ("D", "wok"))).unused_keys[0][0] == "D"


def test_a_key_whose_notes_all_show_something_else_is_named_and_so_are_notes_without_a_key(
    shown: Callable[..., Cast],
) -> None:
    screen = (ClassWeight("screen", 1.0, SPAN),)
    high, low = Where(pitches=(PitchRange(69, 69),)), Where(pitches=(PitchRange(60, 60),))
    keyed = classes(("C", "drum"), ("A", "wok"))
    made = shown(classes=keyed, rules=(Rule(high, SPAN, classes=screen), Rule(low, SPAN, classes=screen)))
    # One of two notes with C still shows the drum.
    assert [key for key, _ in made.hidden_keys] == ["A"]
    assert made.classless == (2,)
    assert shown(classes=keyed).hidden_keys == ()
    assert shown(classes=(*keyed, *classes(("other", "ox")))).classless == ()


def test_a_rule_of_which_nothing_is_left_is_named(shown: Callable[..., Cast]) -> None:
    all_notes, high = Where(), Where(pitches=(PitchRange(69, 69),))
    first, last = Rule(high, SPAN, kick=2.0), Rule(all_notes, SPAN, kick=0.5)
    both = replace(first, hue_deg=9.0)
    assert shown(rules=(first, last)).idle_rules == (0,)
    assert shown(rules=(both, last)).idle_rules == () == shown(rules=(last, first)).idle_rules


def test_rules_that_would_take_minutes_are_a_finding(
    shown: Callable[..., Cast], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four notes, and two things that the rule says of each: parts and a range of pitches.
    rule = Rule(Where(parts=("left",), pitches=(PitchRange(0, 127),)), SPAN, kick=2.0)
    monkeypatch.setattr("musicvis.compiler.notes.casting.QUESTIONS_MOST", 16)
    made = shown(rules=(rule, rule))
    assert not made.findings and made.notes[2].kick == 2.0
    made = shown(rules=(rule, rule, rule))
    assert [finding.code for finding in made.findings] == ["MV105"]
    assert made.notes[2].kick == 1.0 and all(made.rule_matches)
