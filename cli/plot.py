"""`musicvis plot`: a piece as one picture, before anything is rendered."""

import sys
from pathlib import Path

import click

from ..api.build_folder import piece_name, prepare_build_folder
from .discover import PiecePath, piece_here
from .output import JSON, echo_json, format_option
from .report import end_missing, summary, tell_end, tell_findings


@click.command()
@click.argument("piece", type=PiecePath(), required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The picture, a .png.")
@format_option("One object: plot, findings.")
def plot(piece: Path | None, output: Path | None, form: str) -> None:
    """Draw a piece: bars, notes, ear movement and classes.

    The picture is written to build/NAME.png beside the manifest, or where -o says.
    """
    from ..api.errors import RequestError
    from ..api.output import checked_output, refusal, refuse_sources
    from ..api.sources import sources_of
    from ..compiler.compile import compile_piece
    from ..dsl.findings.plain import shown
    from ..dsl.load import load_piece
    from .film_options import in_build_folder

    manifest = piece or piece_here(Path.cwd())
    target = output or in_build_folder(manifest, f"{piece_name(manifest)}.png")
    loaded = load_piece(manifest)
    try:
        if output is not None:
            target = checked_output(output, manifest.parent, {".png": ""}, "a plot")
        refuse_sources(target, sources_of(loaded))
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    compilation = compile_piece(loaded)
    tell_findings(compilation.diagnostics, loaded.files)
    if compilation.plan is None:
        tell_end(f"{manifest}: {summary(compilation.diagnostics)}; nothing was written", is_error=False)
        sys.exit(1)
    try:
        from ..renderers.plot import plot as write_plot

        if output is None:
            prepare_build_folder(target.parent)
        write_plot(compilation.plan, target, manifest.parent)
    except ModuleNotFoundError as error:
        end_missing(error, "to plot")
    except OSError as error:
        tell_end(f"{target} cannot be written: {refusal(error, target.parent)}; nothing was written")
        sys.exit(1)
    click.echo(shown(f"wrote {target}"), err=True)
    if form == JSON:
        echo_json({"plot": str(target)})
