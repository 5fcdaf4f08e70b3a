"""`musicvis import`: lanes of today's form from schedules, from automation, or an original effects.json."""

import re
import shlex
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .files import write_new
from .output import JSON, echo_json, format_option
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.incoming import Schedules, Wanted

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
LANE = re.compile(rf"(?P<lane>[^:]+)(?::(?P<low>{NUMBER})\.\.(?P<high>{NUMBER}))?\Z", re.ASCII)
"""Behind the field that --lane names."""


@click.command("import", short_help="Turn schedules of other programs into lanes.")
@click.argument("effects", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of lanes to write; it must not exist yet. [default: stdout]",
)
@click.option(
    "--score",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The score, to check places and to let movements follow the beats.",
)
@click.option("--fix", is_flag=True, help="Fix the one certain mistake: straight with ear_mid and no ear_f.")
@click.option(
    "--lane",
    "pairs",
    metavar="FIELD=LANE[:LOW..HIGH]",
    multiple=True,
    help="For a schedule: which field becomes which lane, e.g. zoom=visuals.zoom; "
    "with :1..1.5 its 0 becomes 1 and its 1 becomes 1.5. Repeatable.",
)
@click.option("--fps", help="For a schedule: its frame rate, if the file does not say.")
@format_option("One object: output, lanes, lines_before, lines, repaired or program, findings.")
def import_command(
    effects: Path,
    output: Path | None,
    score: Path | None,
    fix: bool,
    pairs: tuple[str, ...],
    fps: str | None,
    form: str,
) -> None:
    """Turn schedules, automation of a project, or an original effects.json into lanes.

    Schedules are those of Deforum and Parseq; projects end in .dawproject.

    A schedule counts frames. --score gives each frame its place in the music, and each --lane says which
    field becomes which lane. The lane joins the values of the frames by straight lines, in seconds.
    Automation of a DAWproject counts quarter notes, and its points keep their places.

    From an original effects.json, each set becomes the lane of the bus of its name, and moves as before.
    With --score, the command compares old and new, and lets movements follow the beats where that changes
    nothing; without it, each movement keeps `domain: seconds`.
    """
    from ..compiler.write.convert_effects import compared, converted
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.plain import shown
    from ..dsl.read.legacy_effects import load_upstream

    clock = None if score is None else score_clock(score)
    schedules = _schedules(effects)
    if schedules is not None:
        _import_schedules(schedules, effects, clock, output, pairs, fps, form)
        return
    sets = load_upstream(effects, fix=fix)
    findings = Findings(sets.findings)
    text = converted(sets.lanes, clock, findings)
    check = None if clock is None or text is None else compared(sets.lanes, text, clock)
    tell_findings(findings, {str(effects): sets.text})
    for segment in sets.mended:
        click.echo(
            shown(f"{segment.file}:{segment.line}: ear_mid of a straight segment was taken as ear_f"),
            err=True,
        )
    if text is None:
        sys.exit(1)
    if output is not None:
        write_new({output: text.encode()})
    elif form != JSON:
        click.echo(text, nl=False)
    lines = f"{len(sets.text.splitlines())} lines became {len(text.splitlines())}"
    if check is not None:
        lines += f"; at {check.places} places they differ by {check.most:.0e} at most"
    click.echo(lines, err=True)
    if form == JSON:
        echo_json(
            {
                "output": None if output is None else str(output),
                "lanes": text if output is None else None,
                "lines_before": len(sets.text.splitlines()),
                "lines": len(text.splitlines()),
                "repaired": len(sets.mended),
                "differs_at_most": None if check is None else float(check.most),
            }
        )
    if clock is None and "domain: seconds" in text:
        click.echo("name the score with --score, and most of `domain: seconds` can go", err=True)


def _schedules(path: Path) -> "Schedules | None":
    """The schedules or the automation of a file; None for what can be an original effects.json.

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


def _import_schedules(
    schedules: "Schedules",
    file: Path,
    clock: "Clock | None",
    output: Path | None,
    pairs: tuple[str, ...],
    fps: str | None,
    form: str,
) -> None:
    """Write the lanes that --lane names; raises click.UsageError for what is missing."""
    from ..compiler.write.bridges.incoming import lanes_of
    from ..dsl.findings.plain import shown

    moving = schedules.moving
    listed = ", ".join((moving or schedules.names)[:20])
    if not pairs:
        example = (moving or schedules.names)[0]
        raise click.UsageError(
            shown(
                f"this is a file of {schedules.program} with the fields {listed}; "
                f"say which becomes which lane: --lane {shlex.quote(f'{example}=visuals.zoom')}"
            )
        )
    lanes = dict(_pair(pair, schedules.names, listed) for pair in pairs)
    if clock is None:
        raise click.UsageError("name the score with --score, so that what is read has places in the music")
    rate = _rate(fps) if fps is not None else schedules.fps
    if rate is None and schedules.fields:
        raise click.UsageError("the file does not say how many frames a second has: write --fps 15")
    tell_findings(schedules.findings, {})
    exact = None if rate is None else Fraction(rate).limit_denominator(1001)
    text = lanes_of(schedules, lanes, exact, clock, str(file))
    if output is not None:
        write_new({output: text.encode()})
    elif form != JSON:
        click.echo(text, nl=False)
    left = [name for name in moving if name not in lanes]
    click.echo(
        shown(f"{schedules.size} of {schedules.program} became {len(text.splitlines())} lines"), err=True
    )
    if left:
        click.echo(shown(f"left out: {', '.join(left[:20])}"), err=True)
    if form == JSON:
        made = {"output": None, "lanes": text} if output is None else {"output": str(output), "lanes": None}
        echo_json({**made, "lines": len(text.splitlines()), "program": schedules.program, "left_out": left})


def _pair(written: str, names: list[str], listed: str) -> "tuple[str, Wanted]":
    """What --lane says: a field, and the lane that it becomes."""
    from ..compiler.write.bridges.incoming import Wanted
    from ..dsl.findings.plain import shown
    from ..dsl.model.parameters import PICTURE

    field = max((name for name in names if written.startswith(f"{name}=")), key=len, default=None)
    if field is None:
        raise click.UsageError(shown(f"it has no field {written.partition('=')[0]}; it has {listed}"))
    said = LANE.match(written[len(field) + 1 :])
    if said is None:
        raise click.UsageError(
            shown(
                f"write --lane {shlex.quote(f'{field}=LANE')}, as {field}=visuals.zoom, "
                f"or {field}=visuals.zoom:1..1.5"
            )
        )
    lane = said["lane"]
    # The lanes of buses are the piece's own; those of the picture are known.
    of_picture = [parameter.name for parameter in PICTURE]
    if lane.startswith("visuals.") and lane not in of_picture and not lane.startswith("visuals.layers."):
        known = ", ".join(of_picture)
        raise click.UsageError(shown(f"there is no lane {lane}; those of the picture are {known}"))
    if said["low"] is None:
        return field, Wanted(lane)
    return field, Wanted(lane, float(said["low"]), float(said["high"]))


def _rate(text: str) -> Fraction:
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise click.UsageError(f"--fps {text}: write frames a second, e.g. 15 or 30000/1001")
    return rate


def score_clock(path: Path) -> "Clock":
    """The clock of a score file. Raises PieceError where it cannot be read."""
    from ..compiler.score.read import read_score_file
    from ..compiler.time.clock import Clock

    score = read_score_file(path)
    tell_findings(score.findings, {})
    if not score.measures:
        raise click.UsageError(f"{path} has no bars")
    return Clock.from_score(score)
