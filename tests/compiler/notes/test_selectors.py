"""Selectors mean the notes that a musician would point at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from musicvis.compiler.notes.selectors import selected
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.position import Duration, DurationUnit, Place, PlaceRange
from musicvis.dsl.values.selector import LengthRange, NumberRange, PitchRange, Where

SPAN = Span("piece.yaml", 1, 1, 1, 2)
MakeScore = Callable[..., Score]

# Onset, length, pitch, velocity, track: 4/4 and then 3/4 from quarter 4 on.
NOTES = [
    (0, 1, 60, 40, 0),
    (0, 1, 64, 80, 0),
    (0, 2, 36, 90, 1),
    (Fraction(3, 2), Fraction(1, 2), 69, 100, 0),
    (3, 1, 72, 64, 0),
    (4, 3, 57, 120, 1),
    (6, Fraction(1, 4), 61, 20, 0),
]


@pytest.fixture
def clock(make_score: MakeScore) -> Clock:
    return Clock.from_score(make_score(["4/4", "3/4"], marks=[("Intro", 0), ("B", 4)]))


@pytest.fixture
def notes(make_score: MakeScore) -> Sequence[PartNote]:
    score = make_score(["4/4", "3/4"], notes=NOTES, tracks=("right", "left"))
    made = [PartNote(note, ("vibes", "bass")[note.track]) for note in score.notes]
    made[3] = PartNote(replace(made[3].note, lyric="Lux", articulations=("staccato", "accent")), "vibes")
    made[5] = PartNote(replace(made[5].note, staff=2, voice=2), "bass")
    return made


def bars(start: int, end: int) -> PlaceRange:
    return PlaceRange(
        f"{start}..{end}", SPAN, Place(f"{start}", SPAN, bar=start), Place(f"{end}", SPAN, bar=end)
    )


def beats(count: int) -> Duration:
    return Duration(Fraction(count), DurationUnit.BEATS)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6]),
        ({"parts": ("Vib*",)}, [0, 1, 3, 4, 6]),
        ({"staves": (2,)}, [5]),
        ({"voices": (2, 3)}, [5]),
        ({"pitches": (PitchRange(pitch_class=0),)}, [0, 2, 4]),
        ({"pitches": (PitchRange(69, 69), PitchRange(0, 40))}, [2, 3]),
        ({"ranges": (bars(2, 3),)}, [5, 6]),
        ({"sections": ("intro",)}, [0, 1, 2, 3, 4]),
        ({"beats": (Fraction(1),)}, [0, 1, 2, 5]),
        ({"beats": (Fraction(5, 2), "last")}, [3, 4, 6]),
        ({"every": beats(2)}, [0, 1, 2, 5, 6]),
        ({"every": Duration(Fraction(2), DurationUnit.BARS)}, [0, 1, 2]),
        ({"velocities": (NumberRange(low=Fraction(90)),)}, [2, 3, 5]),
        ({"velocities": (NumberRange(low=Fraction(90), low_open=True),)}, [3, 5]),
        ({"velocities": (NumberRange(high=Fraction(40)),)}, [0, 6]),
        ({"lengths": (LengthRange(low=beats(2)),)}, [2, 5]),
        ({"lengths": (LengthRange(high=Duration(Fraction(1, 8), DurationUnit.WHOLE_NOTES)),)}, [3, 6]),
        ({"articulations": ("accent", "trill")}, [3]),
        ({"chord": "any"}, [0, 1]),
        ({"chord": "top"}, [1, 2, 3, 4, 5, 6]),
        ({"chord": "bass"}, [0, 2, 3, 4, 5, 6]),
        ({"lyrics": ("l*",)}, [3]),
        ({"parts": ("vibes",), "beats": (Fraction(1),), "pitches": (PitchRange(61, 127),)}, [1]),
    ],
)
def test_a_selector_means_these_notes(
    where: dict[str, Any], expected: list[int], notes: Sequence[PartNote], clock: Clock
) -> None:
    findings = Findings()
    mask = selected(Where(**where), notes, clock, SPAN, findings)
    assert [i for i, meant in enumerate(mask) if meant] == expected
    assert not findings


@pytest.mark.parametrize(
    ("where", "code"),
    [({"parts": ("flute",)}, "MV320"), ({"sections": ("C",)}, "MV303"), ({"ranges": (bars(2, 9),)}, "MV301")],
)
def test_a_selector_of_something_that_is_not_there_means_nothing_and_says_so(
    where: dict[str, Any], code: str, notes: Sequence[PartNote], clock: Clock
) -> None:
    findings = Findings()
    assert not any(selected(Where(**where), notes, clock, SPAN, findings))
    assert [found.code for found in findings] == [code]
