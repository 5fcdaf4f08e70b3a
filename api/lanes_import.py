"""Lanes of today's form from schedules, from automation of a project, or from an original effects.json."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RequestError, taken_files_told

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.incoming import Schedules, Wanted
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span

PathLike = str | os.PathLike[str]
FIELDS_LISTED = 20
"""More fields than that are not named in a message."""
NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
RATE = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20}|/[0-9]{1,20})?\Z", re.ASCII)
LANE = re.compile(rf"(?P<lane>[^:]+)(?::(?P<low>{NUMBER})\.\.(?P<high>{NUMBER}))?\Z", re.ASCII)
"""A lane, and the values that 0 and 1 of a field become."""


@dataclass(frozen=True, slots=True)
class ImportedLanes:
    """Lanes that were another program's.

    text        effects.yaml
    path        where it was written; None where it was not
    program     that made the file, e.g. "Deforum"; None for an original effects.json
    size        how much there was, e.g. "30 frames"; empty for an original effects.json
    left_out    the fields that move, and became no lane
    lines_before how many lines the original effects.json has
    repaired    where an `ear_mid` of a straight segment was taken as its `ear_f`
    places      how many places of old and new lanes were compared; 0 without a score
    differs_at_most   there; None without a score
    findings    warnings
    source      the text that was read, for whoever shows findings in it
    """

    text: str
    path: Path | None
    program: str | None
    size: str
    left_out: tuple[str, ...]
    lines_before: int
    repaired: tuple[Span, ...]
    places: int
    differs_at_most: float | None
    findings: tuple[Diagnostic, ...]
    source: str = ""


def import_lanes(
    path: PathLike,
    *,
    score: PathLike | None = None,
    output: PathLike | None = None,
    lanes: Mapping[str, str] | None = None,
    fps: str | float | Fraction | None = None,
    fix: bool = False,
) -> ImportedLanes:
    """Lanes of a schedule of Deforum or Parseq, of a DAWproject, or of an original effects.json.

    As `musicvis import`.

    score    checks the places, and lets what it can follow the beats; schedules and projects need it
    output   the file of lanes to write; it must not exist yet. None for the text alone
    lanes    of a schedule or a project: which field becomes which lane, as {"zoom": "visuals.zoom"}; with
             "visuals.zoom:1..1.5" its 0 becomes 1, and its 1 becomes 1.5
    fps      of a schedule: its frames a second, where the file does not say
    fix      of an effects.json: make the one certain repair

    Raises PieceError for a file that cannot be read, RequestError for a call that cannot be and for an
    output that exists already.
    """
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError

    file, findings = Path(path), Findings()
    clock = None if score is None else score_clock(Path(score), findings)
    rate = None if fps is None else frames_a_second(str(fps))
    schedules = schedules_in(file)
    if schedules is None:
        if lanes:
            raise RequestError(f"{file} has no fields to choose from", "leave `lanes` out")
        made = imported_effects(file, clock, fix, findings)
        if made is None:
            raise PieceError(findings)
    else:
        made = imported_schedules(schedules, file, clock, dict(lanes or {}), rate, findings)
    if output is None:
        return made
    with taken_files_told():
        return written(made, Path(output))


def written(made: ImportedLanes, output: Path) -> ImportedLanes:
    """Writes the lanes to a file; raises FileExistsError if it exists, or OSError."""
    from dataclasses import replace

    from ..store.writing import write_new

    write_new({output: made.text.encode()})
    return replace(made, path=output)


def imported_effects(path: Path, clock: Clock | None, fix: bool, findings: Findings) -> ImportedLanes | None:
    """The lanes of an original effects.json; None where they cannot be converted, and `findings` say why.

    Raises PieceError for a file that cannot be read.
    """
    from ..compiler.write.convert_effects import compared, converted
    from ..dsl.read.legacy_effects import load_upstream

    sets = load_upstream(path, fix=fix)
    findings += sets.findings
    text = converted(sets.lanes, clock, findings)
    if text is None:
        return None
    check = None if clock is None else compared(sets.lanes, text, clock)
    return ImportedLanes(
        text=text,
        path=None,
        program=None,
        size="",
        left_out=(),
        lines_before=len(sets.text.splitlines()),
        repaired=tuple(sets.mended),
        places=0 if check is None else check.places,
        differs_at_most=None if check is None else float(check.most),
        findings=tuple(findings),
        source=sets.text,
    )


def schedules_in(path: Path) -> Schedules | None:
    """The schedules or the automation of a file; None for a possible original effects.json.

    Raises PieceError for a file that cannot be read, and for one that is known to be something else.
    """
    from ..compiler.write.bridges.incoming import BYTES_MOST, read_incoming
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import read_named

    name = str(path)
    data = read_named(path, BYTES_MOST, Span(name))
    if isinstance(data, Diagnostic):
        raise PieceError([data])
    return read_incoming(data, name)


def imported_schedules(
    schedules: Schedules,
    file: Path,
    clock: Clock | None,
    lanes: Mapping[str, str],
    fps: Fraction | None,
    findings: Findings,
) -> ImportedLanes:
    """The lanes that a file's fields become. Raises RequestError for missing fields, PieceError."""
    from ..compiler.write.bridges.incoming import lanes_of

    listed = listed_fields(schedules)
    if not lanes:
        message = f"this is a file of {schedules.program} with the fields {', '.join(listed)}"
        raise RequestError(message, f"say which becomes which lane: {listed[0]}=visuals.zoom")
    wanted = {field: wanted_lane(schedules, field, said) for field, said in lanes.items()}
    if clock is None:
        raise RequestError("what is read has no places in the music", "name the score")
    rate = fps or schedules.fps
    if rate is None and schedules.fields:
        raise RequestError("the file does not say how many frames a second has", "say it, e.g. 15")
    findings += schedules.findings
    exact = None if rate is None else Fraction(rate).limit_denominator(1001)
    text = lanes_of(schedules, wanted, exact, clock, str(file))
    return ImportedLanes(
        text=text,
        path=None,
        program=schedules.program,
        size=schedules.size,
        left_out=tuple(name for name in schedules.moving if name not in lanes),
        lines_before=0,
        repaired=(),
        places=0,
        differs_at_most=None,
        findings=tuple(findings),
    )


def listed_fields(schedules: Schedules) -> list[str]:
    """The fields to name in a message: those that move, if any do."""
    return (schedules.moving or schedules.names)[:FIELDS_LISTED]


def wanted_lane(schedules: Schedules, field: str, said: str) -> Wanted:
    """The lane for a field, read from "visuals.zoom" or "visuals.zoom:1..1.5". Raises RequestError."""
    from ..compiler.write.bridges.incoming import Wanted
    from ..dsl.model.parameters import PICTURE

    if field not in schedules.names:
        raise RequestError(f"it has no field {field}", f"it has {', '.join(listed_fields(schedules))}")
    found = LANE.match(said)
    if found is None:
        message = f"{said!r} is not a lane for the field {field}"
        raise RequestError(message, f"write {field}=visuals.zoom, or {field}=visuals.zoom:1..1.5")
    lane = found["lane"]
    # The lanes of buses are the piece's own; those of the picture are known.
    of_picture = [parameter.name for parameter in PICTURE]
    if lane.startswith("visuals.") and lane not in of_picture and not lane.startswith("visuals.layers."):
        raise RequestError(f"there is no lane {lane}", f"those of the picture are {', '.join(of_picture)}")
    if found["low"] is None:
        return Wanted(lane)
    return Wanted(lane, float(found["low"]), float(found["high"]))


def frames_a_second(text: str) -> Fraction:
    """A frame rate, as 15 or 30000/1001. Raises RequestError."""
    from ..compiler.write.bridges.deforum import FASTEST_FPS, SLOWEST_FPS

    # Fraction works out 1e999999999, too, which takes as long as its digits are many.
    rate = Fraction(0)
    if RATE.match(text):
        with suppress(ZeroDivisionError):
            rate = Fraction(text)
    if not SLOWEST_FPS <= rate <= FASTEST_FPS:
        raise RequestError(f"{text} is no frame rate", "write frames a second, e.g. 15 or 30000/1001")
    return rate


def score_clock(path: Path, findings: Findings) -> Clock:
    """The clock of a score file. Raises PieceError, and RequestError where it has no bars."""
    from ..compiler.score.read import read_score_file
    from ..compiler.time.clock import Clock

    score = read_score_file(path)
    findings += score.findings
    if not score.measures:
        raise RequestError(f"{path} has no bars")
    return Clock.from_score(score)
