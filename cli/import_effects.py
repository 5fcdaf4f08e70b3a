"""`musicvis import`: the original effects.json becomes lanes of today's form."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .files import write_new
from .output import JSON, echo_json, format_option
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock


@click.command("import", short_help="Turn an original effects.json into lanes of today.")
@click.argument(
    "effects", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="EFFECTS.JSON"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of lanes; it must not be there yet. [default: stdout]",
)
@click.option(
    "--score",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The score: checks the places, and lets what it can follow the beats.",
)
@click.option("--fix", is_flag=True, help="Do the one certain repair: straight with ear_mid and no ear_f.")
@format_option("One object: output, lanes, lines_before, lines, repaired, findings.")
def import_command(effects: Path, output: Path | None, score: Path | None, fix: bool, form: str) -> None:
    """Turn an original effects.json into lanes of today's form.

    The lanes move as before. Each set of the file becomes the lane of a bus of its name. With --score, old
    and new are compared, and movements follow the beats wherever that is the same; without it each keeps
    `domain: seconds`.
    """
    from ..compiler.write.convert_effects import compared, converted
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown
    from ..dsl.read.legacy_effects import load_upstream

    clock = None if score is None else score_clock(score)
    try:
        sets = load_upstream(effects, fix=fix)
        findings = Findings(sets.findings)
        text = converted(sets.lanes, clock, findings)
        check = None if clock is None or text is None else compared(sets.lanes, text, clock)
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(1)
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


def score_clock(path: Path) -> "Clock":
    """The clock of a score file; on a fault, says it and ends the command with code 1."""
    from ..compiler.score.read import read_score_file
    from ..compiler.time.clock import Clock
    from ..dsl.findings.diagnostics import PieceError

    try:
        score = read_score_file(path)
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(1)
    tell_findings(score.findings, {})
    if not score.measures:
        raise click.UsageError(f"{path} has no bars")
    return Clock.from_score(score)
