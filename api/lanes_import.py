"""Lanes of today's form from an original effects.json, or from schedules of other programs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RequestError, taken_files_told

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.incoming import Schedules
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span

PathLike = str | os.PathLike[str]
FASTEST_FPS = 1000


@dataclass(frozen=True, slots=True)
class ImportedLanes:
    """Lanes that were another program's.

    text        effects.yaml
    path        where it was written; None where it was not
    program     that made the schedules, as "Deforum"; None for an original effects.json
    frames      of the schedules; 0 for an original effects.json
    left_out    the fields of the schedules that move, and became no lane
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
    frames: int
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
    """Lanes of a schedule of Deforum or Parseq, or of an original effects.json; as `musicvis import`.

    score    checks the places, and lets what it can follow the beats; schedules need it
    output   the file of lanes to write; it must not exist yet. None for the text alone
    lanes    of a schedule: which field becomes which lane, as {"zoom": "visuals.zoom"}
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
        made = imported_schedules(schedules, clock, dict(lanes or {}), rate, findings)
    if output is None:
        return made
    with taken_files_told():
        return written(made, Path(output))


def written(made: ImportedLanes, output: Path) -> ImportedLanes:
    """The lanes, written into a file; raises FileExistsError where it is there already, OSError."""
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
        frames=0,
        left_out=(),
        lines_before=len(sets.text.splitlines()),
        repaired=tuple(sets.mended),
        places=0 if check is None else check.places,
        differs_at_most=None if check is None else float(check.most),
        findings=tuple(findings),
        source=sets.text,
    )


def schedules_in(path: Path) -> Schedules | None:
    """The schedules of a file; None where it is an original effects.json, or nothing that is known."""
    from ..compiler.write.bridges.incoming import read_schedules
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_TEXT_BYTES, decoded, read_named

    name = str(path)
    data = read_named(path, MAX_TEXT_BYTES, Span(name))
    text = data if isinstance(data, Diagnostic) else decoded(data, name, Span(name))
    # What cannot be read is told by the reader of the original form.
    return None if isinstance(text, Diagnostic) else read_schedules(text, name)


def imported_schedules(
    schedules: Schedules,
    clock: Clock | None,
    lanes: Mapping[str, str],
    fps: Fraction | None,
    findings: Findings,
) -> ImportedLanes:
    """The lanes that fields of schedules become. Raises RequestError for what is missing, PieceError."""
    from ..compiler.write.bridges.incoming import lanes_of

    moving = moving_fields(schedules)
    _check_pairs(schedules, lanes, moving)
    if clock is None:
        raise RequestError("a schedule counts frames", "name the score, so that they have places")
    rate = fps or schedules.fps
    if rate is None:
        raise RequestError("the file does not say how many frames a second has", "say it, as 15")
    findings += schedules.findings
    text = lanes_of(schedules, dict(lanes), Fraction(rate).limit_denominator(1001), clock)
    return ImportedLanes(
        text=text,
        path=None,
        program=schedules.program,
        frames=max(values.size for values in schedules.fields.values()),
        left_out=tuple(name for name in moving if name not in lanes),
        lines_before=0,
        repaired=(),
        places=0,
        differs_at_most=None,
        findings=tuple(findings),
    )


def moving_fields(schedules: Schedules) -> list[str]:
    """The fields whose values change."""
    return [name for name, values in schedules.fields.items() if values.min() < values.max()]


def _check_pairs(schedules: Schedules, lanes: Mapping[str, str], moving: list[str]) -> None:
    from ..dsl.model.parameters import PICTURE

    fields = moving or list(schedules.fields)
    listed = ", ".join(fields[:20])
    if not lanes:
        message = f"this is a schedule of {schedules.program} with the fields {listed}"
        raise RequestError(message, f"say which becomes which lane: {fields[0]}=visuals.zoom")
    # The lanes of buses are the piece's own; those of the picture are known.
    of_picture = [parameter.name for parameter in PICTURE]
    for field, lane in lanes.items():
        if field not in schedules.fields:
            raise RequestError(f"it has no field {field}", f"it has {listed}")
        if not lane:
            raise RequestError(f"the field {field} names no lane", f"write {field}=visuals.zoom")
        if lane.startswith("visuals.") and lane not in of_picture and not lane.startswith("visuals.layers."):
            raise RequestError(
                f"there is no lane {lane}", f"those of the picture are {', '.join(of_picture)}"
            )


def frames_a_second(text: str) -> Fraction:
    """A frame rate, as 15 or 30000/1001. Raises RequestError."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= FASTEST_FPS:
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
