"""`musicvis export`: bars, sections, notes and lanes as files for other programs."""

import sys
from pathlib import Path

import click

from ..api.export import KINDS
from .discover import PiecePath, piece_here, piece_name
from .film_options import in_build_folder, prepare_build_folder
from .output import JSON, echo_json, format_option
from .place_words import range_callback
from .report import tell_findings


@click.command(short_help="Write bars, notes and lanes for other programs.")
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "--as",
    "kind",
    type=click.Choice(list(KINDS)),
    required=True,
    help="; ".join(f"{name}: {kind.says}" for name, kind in KINDS.items()) + ".",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--bars", metavar="RANGE", callback=range_callback, help="A passage: 5..8 is bars 5, 6 and 7.")
@click.option("--lane", "lanes", metavar="NAME", multiple=True, help="Only these lanes; may be repeated.")
@format_option("One object: file, findings.")
def export(
    piece: Path | None, kind: str, output: Path | None, bars: str | None, lanes: tuple[str, ...], form: str
) -> None:
    """Write bars and sections, notes, or the values of lanes, as a file for another program.

    Times are counted from the first frame of the film, or of the passage that --bars names. The file is
    build/NAME and an ending of its kind, as NAME-lanes.csv, or what -o says.
    """
    from ..api.errors import RequestError
    from ..api.piece import load
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown

    manifest = piece or piece_here(Path.cwd())
    name = piece_name(manifest)
    target = output or in_build_folder(manifest, f"{name}{KINDS[kind].ending}")
    try:
        if output is None:
            prepare_build_folder(target.parent)
        plan = load(manifest).plan(bars=bars)
        tell_findings(plan.findings, {})
        target = plan.export(target, kind, lanes=lanes or None, film=f"{name}.mp4")
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(1)
    except OSError as error:
        raise click.ClickException(shown(f"{target}: {error.strerror or error}")) from None
    if form == JSON:
        echo_json({"file": str(target)})
    else:
        click.echo(shown(str(target)))
