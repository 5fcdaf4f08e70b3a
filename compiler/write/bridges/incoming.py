"""Schedules of other programs as lanes: which program wrote a text, and its values as points of a lane."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import Diagnostic, PieceError, Severity
from ....dsl.findings.plain import counted
from ....dsl.findings.span import Span
from ....dsl.text.format import formatted, scalar_text
from ...time.clock import Clock
from .automation import Automation, points_as_lane, read_project
from .deforum import FIELDS_MOST, ScheduleError, frame_values, is_schedule, known_fps
from .formula import FormulaError
from .parseq import is_parseq, parseq_fields, parseq_fps
from .straight import corners
from .strangers import ZIP, stranger

if TYPE_CHECKING:
    from ....store.values.array_types import F64


LONE = "schedule"
"""The name for the field of a file that contains a single, nameless schedule."""
BYTES_MOST = 32 << 20
"""The largest file: a rendered document of Parseq holds every field at every frame, three times."""
VALUES_MOST = 1e12
"""The largest absolute value of any field: far beyond what a lane can mean."""
LINES_MOST = 12_000
"""The most lines of lanes that are written: more would exceed the limit for texts that are read."""
TOLERANCE = 1e-5
"""The tolerance of a lane against its frames, as a share of the field's range."""
_BEAT_STEP = 10**6


@dataclass(frozen=True, eq=False)
class Schedules:
    """The contents of a file of schedules.

    program     who wrote it
    fps         frames a second, where the file says so
    fields      the values of each field at every frame, float64 (frames,)
    automation  in place of `fields`: points in musical time or in seconds, which need no frames
    """

    program: str
    fps: float | None
    fields: Mapping[str, F64]
    findings: tuple[Diagnostic, ...] = ()
    automation: Mapping[str, Automation] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of what can become a lane."""
        return [*self.fields, *self.automation]

    @property
    def moving(self) -> list[str]:
        """The names of those that move."""
        still = {name for name, values in self.fields.items() if values.min() == values.max()}
        still |= {n for n, one in self.automation.items() if len({point.value for point in one.points}) == 1}
        return [name for name in self.names if name not in still]

    def largest(self) -> Iterator[tuple[str, float]]:
        """The largest value of each field, without its sign."""
        for name, values in self.fields.items():
            yield name, float(np.abs(values).max())
        for name, one in self.automation.items():
            yield name, max(abs(point.value) for point in one.points)

    @property
    def size(self) -> str:
        """The amount of content, in words."""
        if self.automation:
            return counted(sum(len(one.points) for one in self.automation.values()), "point")
        return counted(max(values.size for values in self.fields.values()), "frame")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lane that a field becomes; `low` and `high` are what its values 0 and 1 become."""

    lane: str
    low: float = 0.0
    high: float = 1.0

    def value(self, written: float) -> float:
        return self.low + written * (self.high - self.low)


def read_incoming(data: bytes, name: str) -> Schedules | None:
    """Reads a file of another program; None for what may be an original effects.json.

    Raises PieceError MV682 for a file that is damaged, MV683 for a formula that cannot be worked out, MV686
    for a file that is known and not read.
    """
    found: Schedules | None = None
    if data.startswith(ZIP):
        automation = read_project(data, name)
        if automation is not None and not automation:
            hint = "automate a volume, a pan or a parameter in the program, and save it again"
            span = Span(name, 1, 1, 1, 2)
            raise PieceError([Diagnostic("MV682", span, "nothing in it is automated", hint)])
        if automation is not None:
            found = Schedules("DAWproject", None, {}, tuple(_repeated(name, automation)), automation)
    else:
        with suppress(UnicodeDecodeError):
            found = read_schedules(data.decode("utf-8-sig"), name)
    if found is not None:
        for field_name, most in found.largest():
            if not most <= VALUES_MOST:
                message = f"{field_name} has a value of {most:g}; at most {VALUES_MOST:g} is read"
                raise PieceError([_damaged(name, 1, message)])
        return found
    strange = stranger(data, name)
    if strange is not None:
        raise PieceError([strange])
    return None


def read_schedules(text: str, name: str) -> Schedules | None:
    """The schedules of a text of Deforum or Parseq; None where it is neither.

    Raises PieceError MV682 for a schedule that is damaged, MV683 for a formula that cannot be worked out.
    """
    if is_schedule(text):
        return Schedules("Deforum", None, {LONE: _values(text, None, name, 1, LONE)})
    document = _json(text)
    if is_parseq(document):
        try:
            fields, bent = parseq_fields(document)
        except ScheduleError as error:
            raise PieceError([_damaged(name, 1, f"{error}")]) from None
        if not fields:
            raise PieceError([_damaged(name, 1, "it has no field with a number")])
        return Schedules("Parseq", parseq_fps(document), fields, tuple(_straightened(name, bent)))
    if not isinstance(document, dict):
        return None
    written = {key: value for key, value in document.items() if isinstance(value, str) and is_schedule(value)}
    if not written:
        return None
    if len(written) > FIELDS_MOST:
        message = f"it holds {len(written):,} schedules; at most {FIELDS_MOST} are read"
        raise PieceError([_damaged(name, 1, message)])
    count = document.get("max_frames")
    frame_count = count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None
    found: dict[str, F64] = {}
    findings = Findings()
    for key, value in written.items():
        line = text.count("\n", 0, max(text.find(json.dumps(key)), 0)) + 1
        try:
            found[key] = _values(value, frame_count, name, line, key)
        except PieceError as error:
            # Prompts and names of samplers are schedules of texts.
            findings += error.findings
    if not found:
        raise PieceError(findings)
    return Schedules("Deforum", known_fps(document.get("fps")), found)


def lanes_of(
    schedules: Schedules, lanes: Mapping[str, Wanted], fps: Fraction | None, clock: Clock, file: str = ""
) -> str:
    """The text of lanes: each field as the lane that `lanes` says.

    fps    of the schedules; None for automation, which has no frames
    file   the name of the file, for findings

    A frame shows the time of its middle, as in a film, so that frame 0 is half a frame after the beginning.
    Its points go straight in seconds; those of automation by what its program counted.

    Raises PieceError MV688 for more points than a file of lanes holds.
    """
    text: list[str] = []
    for name, wanted in lanes.items():
        text.append(f"{scalar_text(wanted.lane)}:")
        if name in schedules.automation:
            automation = schedules.automation[name].mapped(wanted.value)
            points: dict[str, str] = {}
            # Of points at one place, the last one applies from there on.
            points.update((_place(at_s, clock), what) for at_s, what in points_as_lane(automation, clock))
            text += [f"  - {{at: {at}, {what}}}" for at, what in points.items()]
        else:
            assert fps is not None, "the command asks for it"
            values = schedules.fields[name]
            text += _points_of_frames(wanted.low + values * (wanted.high - wanted.low), fps, clock)
        if len(text) > LINES_MOST:
            message = f"with {name} there are more than {LINES_MOST:,} points; a file of lanes holds no more"
            hint = "thin out its points in the other program, or take fewer fields at once"
            raise PieceError([Diagnostic("MV688", Span(file, 1, 1, 1, 2), message, hint)])
    return formatted("\n".join(text), "effects.yaml")


def _points_of_frames(values: F64, fps: Fraction, clock: Clock) -> Iterator[str]:
    kept = corners(values, TOLERANCE * float(np.ptp(values)), LINES_MOST)
    if np.ptp(values) == 0:
        kept = kept[:1]
    yield f"  - {{at: {_place(Fraction(0), clock)}, hold: {_number(values[0])}}}"
    for frame, following in pairwise(kept):
        at = _place((frame + Fraction(1, 2)) / fps, clock)
        yield f"  - {{at: {at}, to: {_number(values[following])}, shape: straight, domain: seconds}}"
    if len(kept) > 1:
        at = _place((kept[-1] + Fraction(1, 2)) / fps, clock)
        yield f"  - {{at: {at}, hold: {_number(values[kept[-1]])}}}"


def _values(text: str, frame_count: int | None, name: str, line: int, field: str) -> F64:
    try:
        return frame_values(text, frame_count)
    except ScheduleError as error:
        line += text.count("\n", 0, error.at) if field == LONE else 0
        column = error.at - (text.rfind("\n", 0, error.at) + 1) + 1 if field == LONE else 1
        raise PieceError([_damaged(name, line, f"{field}: {error}", column)]) from None
    except FormulaError as error:
        span = Span(name, line, 1, line, 2)
        hint = "write the values as numbers in the other program, or leave the field out"
        raise PieceError([Diagnostic("MV683", span, f"{field}: {error}", hint)]) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _damaged(name: str, line: int, message: str, column: int = 1) -> Diagnostic:
    hint = "export it again from the program that wrote it"
    return Diagnostic("MV682", Span(name, line, column, line, column + 1), message, hint)


def _repeated(name: str, automation: Mapping[str, Automation]) -> list[Diagnostic]:
    repeated = [field_name for field_name, one in automation.items() if one.repeats]
    if not repeated:
        return []
    message = f"clips play this automation again, and it is read once: {', '.join(repeated[:8])}"
    hint = "make the repeats clips of their own in the other program, and save it again"
    return [Diagnostic("MV689", Span(name, 1, 1, 1, 2), message, hint, Severity.WARNING)]


def _straightened(name: str, bent: tuple[str, ...]) -> Iterator[Diagnostic]:
    if not bent:
        return
    said = ", ".join(bent[:8])
    message = f"these fields are imported with straight movements: {said}"
    hint = "render it in Parseq first: a rendered document holds the values of every frame"
    yield Diagnostic("MV684", Span(name, 1, 1, 1, 2), message, hint, Severity.WARNING)


def _place(time_s: Fraction, clock: Clock) -> str:
    """A time as a place, to a millionth of a beat."""
    if time_s >= clock.end_s:
        return f"end+{float(time_s - clock.end_s):.6f}s"
    at_qn = clock.quarters(time_s)
    measure = clock.measures[clock.measure_index(at_qn)]
    steps = floor(((at_qn - measure.start_qn) / measure.meter.beat_qn + 1) * _BEAT_STEP)
    beat = f"{steps // _BEAT_STEP}.{steps % _BEAT_STEP:06d}".rstrip("0").rstrip(".")
    again = f"@{measure.pass_number}" if measure.pass_number > 1 else ""
    return f"{measure.bar}{again}|{beat}"


def _number(value: float) -> str:
    return f"{value:.9g}"
