"""`musicvis check`: what is wrong with a piece, and where."""

import sys
from pathlib import Path

import click

from .discover import PiecePath, piece_here
from .report import FORMATS, default_format, exit_code, findings_text, summary, wants_colour


@click.command()
@click.argument("pieces", type=PiecePath(), nargs=-1, metavar="[PIECE]...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How findings are written. [default: text]"
)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
def check(pieces: tuple[Path, ...], form: str | None, strict: bool) -> None:
    """Say what is wrong with a piece, and where.

    PIECE is a folder that holds piece.yaml, or the manifest itself; without one, the piece around the
    current folder.
    Exit code 0: nothing to mend; 1: findings; 2: the command was used wrongly.
    """
    from ..compiler.compile import check_piece
    from ..dsl.diagnostics import Diagnostic
    from ..dsl.load import load_piece

    form = form or default_format()
    diagnostics: list[Diagnostic] = []
    files: dict[str, str] = {}
    for manifest in pieces or (piece_here(Path.cwd()),):
        loaded = load_piece(manifest)
        files |= loaded.files
        diagnostics += check_piece(loaded)
    text = findings_text(diagnostics, files, form, wants_colour(sys.stdout))
    if text:
        click.echo(text)
    if form == "text":
        click.echo(summary(diagnostics), err=True)
    sys.exit(exit_code(diagnostics, strict))
