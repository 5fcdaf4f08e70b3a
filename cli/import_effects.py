"""`musicvis import`: lanes of today's form from an original effects.json, or from schedules."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..api import lanes_import
from ..api.errors import RequestError
from .files import writing_told
from .output import JSON, echo_json, format_option
from .report import tell_findings

if TYPE_CHECKING:
    from fractions import Fraction

    from ..compiler.write.bridges.incoming import Schedules


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
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown

    findings = Findings()
    try:
        clock = None if score is None else lanes_import.score_clock(score, findings)
        schedules = lanes_import.schedules_in(effects)
        if schedules is None:
            made = lanes_import.imported_effects(effects, clock, fix, findings)
        else:
            _check_options(schedules, {"--lane": pairs, "--score": score, "--fps": fps})
            rate = None if fps is None else _rate(fps)
            lanes = dict(_pair(pair, schedules.names) for pair in pairs)
            made = lanes_import.imported_schedules(schedules, effects, clock, lanes, rate, findings)
    except RequestError as error:
        raise click.UsageError(shown(str(error))) from None
    except PieceError as error:
        tell_findings((*findings, *error.diagnostics), {})
        sys.exit(1)
    tell_findings(findings, {} if made is None else {str(effects): made.source})
    if made is None:
        sys.exit(1)
    for segment in made.repaired:
        click.echo(
            shown(f"{segment.file}:{segment.line}: ear_mid of a straight segment was taken as ear_f"),
            err=True,
        )
    if output is not None:
        with writing_told("nothing was written"):
            made = lanes_import.written(made, output)
    elif form != JSON:
        click.echo(made.text, nl=False)
    click.echo(shown(_ended(made)), err=True)
    if made.left_out:
        click.echo(shown(f"left out: {', '.join(made.left_out[:20])}"), err=True)
    if form == JSON:
        echo_json(_record(made))
    if made.program is None and clock is None and "domain: seconds" in made.text:
        click.echo("name the score with --score, and most of `domain: seconds` can go", err=True)


def _check_options(schedules: "Schedules", options: dict[str, object]) -> None:
    """Raises click.UsageError where an option that a schedule needs is left out."""
    from ..dsl.findings.plain import shown

    if not options["--lane"]:
        fields = lanes_import.listed_fields(schedules)
        said = f"this is a file of {schedules.program} with the fields {', '.join(fields)}; "
        said += f"say which becomes which lane: --lane {shlex.quote(f'{fields[0]}=visuals.zoom')}"
        raise click.UsageError(shown(said))
    if options["--score"] is None:
        raise click.UsageError("name the score with --score, so that what is read has places in the music")
    if options["--fps"] is None and schedules.fps is None and schedules.fields:
        raise click.UsageError("the file does not say how many frames a second has: write --fps 15")


def _pair(written: str, names: list[str]) -> tuple[str, str]:
    """Reads --lane: a field, and the lane that it becomes; names of fields may contain `=`."""
    field = max((name for name in names if written.startswith(f"{name}=")), key=len, default=None)
    return written.partition("=")[::2] if field is None else (field, written[len(field) + 1 :])


def _rate(text: str) -> "Fraction":
    try:
        return lanes_import.frames_a_second(text)
    except RequestError as error:
        raise click.UsageError(f"--fps {text}: {error.hint}") from None


def _ended(made: lanes_import.ImportedLanes) -> str:
    """The result of the import, in words."""
    from ..dsl.findings.plain import counted

    lines = len(made.text.splitlines())
    if made.program is not None:
        return f"{made.size} of {made.program} became {counted(lines, 'line')}"
    compared = ""
    if made.differs_at_most is not None:
        compared = f"; at {counted(made.places, 'place')} they differ by {made.differs_at_most:.0e} at most"
    return f"{counted(made.lines_before, 'line')} became {lines}{compared}"


def _record(made: lanes_import.ImportedLanes) -> dict[str, object]:
    lines = len(made.text.splitlines())
    output = None if made.path is None else str(made.path)
    record: dict[str, object] = {"output": output, "lanes": made.text if output is None else None}
    if made.program is not None:
        return {**record, "lines": lines, "program": made.program, "left_out": list(made.left_out)}
    return {
        **record,
        "lines_before": made.lines_before,
        "lines": lines,
        "repaired": len(made.repaired),
        "differs_at_most": made.differs_at_most,
    }
