"""A place of the piece in words: what `musicvis explain` says, in sections for the page."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

from ..compiler.classes.table import ClassTable
from ..compiler.reports.explain import Moment, SoundingNote, moment_in
from ..compiler.time.clock import Clock
from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import PieceError
from .refusals import RefusedError
from .session import Version
from .wire import responses

GRID = 48
"""Parts of a quarter note to which a moment of the playhead is moved, where one is near."""
NEAR_S = 0.015
STEPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def explained(version: Version, s: str | None, at: str | None) -> responses.Explained:
    """All that acts at a moment or at a written place. Raises RefusedError for one that does not exist."""
    heard = version.heard
    assert heard is not None
    place = at[:80] if at is not None else place_at(_seconds(s), heard.clock)
    try:
        moment = moment_in(heard, place, Findings())
    except PieceError as error:
        raise RefusedError(404, error.diagnostics[0].message) from None
    return responses.Explained(moment.position, moment.time_s, tuple(_sections(moment, version)))


def place_at(s: float, clock: Clock) -> str:
    """A moment as a place of the language, on the grid of the music where it is near."""
    at_s = max(Fraction(0), Fraction(s).limit_denominator(100_000))
    if at_s >= clock.end_s:
        return f"end+{float(at_s - clock.end_s):.6f}s" if at_s > clock.end_s else "end"
    snapped = Fraction(round(clock.quarters(at_s) * GRID), GRID)
    if abs(float(clock.seconds(snapped) - at_s)) <= NEAR_S and 0 <= snapped < clock.end_qn:
        return str(clock.position(snapped))
    return f"end-{float(clock.end_s - at_s):.6f}s"


def _seconds(text: str | None) -> float:
    try:
        found = float((text or "")[:32])
    except ValueError:
        found = float("nan")
    if not isfinite(found) or abs(found) > 1e6:
        raise RefusedError(400, "s is a number of seconds, or at is a place")
    return found


def _sections(moment: Moment, version: Version) -> Sequence[tuple[str, tuple[str, ...]]]:
    name_of = version.texts.name_of
    assert version.heard is not None
    table = version.heard.classes
    tempo = f"{moment.meter}, {moment.quarters_per_minute:.4g} quarter notes a minute"
    section = f", section {moment.section}" if moment.section else ""
    shown = ", ".join(f"{name} {weight:.0%}" for name, weight in moment.shown)
    found = [
        ("Time", (f"{moment.time_s:.3f} s", f"{tempo}{section}")),
        ("Sounding", tuple(_note(note, table) for note in moment.notes) or ("no key is down",)),
        ("Shown", (shown or "nothing of any class",)),
        ("Rules", tuple(f"rule {n} ({name_of(span.file)}:{span.line})" for n, span in moment.rules)),
        (
            "Lanes",
            tuple(
                f"{m.lane} {round(m.value, 3) + 0.0:g}: {m.words}"
                + (f" ({name_of(m.span.file)}:{m.span.line})" if m.span.line else "")
                for m in moment.movements
            ),
        ),
        ("Picture", tuple(f"{h.words} ({name_of(h.span.file)}:{h.span.line})" for h in moment.post)),
    ]
    return [(title, lines) for title, lines in found if lines]


def _note(note: SoundingNote, classes_of: ClassTable) -> str:
    pitch = f"{STEPS[note.pitch % 12]}{note.pitch // 12 - 1}"
    classes = ", ".join(f"{classes_of.name(index)} {weight:.0%}" for index, weight in note.classes)
    begins = "begins" if note.begins else f"since {note.since}"
    sung = f"sings {note.word}, " if note.word else ""
    played = f"{pitch}, velocity {note.velocity}, {begins}, until {note.until}"
    return f"{note.part}: {sung}{played}: {classes or 'shows nothing'}"
