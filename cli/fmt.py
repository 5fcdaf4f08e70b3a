"""`musicvis fmt`: manifests and lanes in one canonical layout, comments kept."""

import sys
from pathlib import Path

import click

from ..api.edits.layout import files_of, laid_out
from ..dsl.findings.plain import counted
from .discover import PiecePath, piece_here
from .files import writing_told
from .output import JSON, echo_json, format_option
from .report import tell_findings


@click.command()
@click.argument("pieces", type=PiecePath(), nargs=-1, metavar="[PIECE]...")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file would change.")
@format_option("One object: files, each with file and state; findings.")
def fmt(pieces: tuple[Path, ...], check: bool, form: str) -> None:
    """Format a piece's manifest and its files of lanes.

    Each level is indented by two spaces, and the points of a lane are aligned in columns. Only spaces
    and empty lines change; values, comments and order stay. PIECE is a folder, its piece.yaml, or any file of
    lanes.
    """
    from ..dsl.findings.plain import shown

    code = changed = 0
    states: dict[Path, str] = {}
    # Each file with the folder of its piece, below which no link is followed.
    roots: dict[Path, Path] = {}
    for piece in pieces or (piece_here(Path.cwd()),):
        roots = dict.fromkeys(files_of(piece), piece.parent) | roots
    for path, root in roots.items():
        with writing_told("it was not changed"):
            done, text = laid_out(path, root, check)
        states[path] = done.state
        if done.state == "refused":
            tell_findings(done.findings, {str(path): text})
            code = 1
        elif done.state != "unchanged":
            changed += 1
            click.echo(shown(f"{path} {'would change' if check else 'was laid out'}"), err=True)
    click.echo(
        f"{changed} of {counted(len(roots), 'file')} {'would change' if check else 'changed'}", err=True
    )
    if form == JSON:
        echo_json({"files": [{"file": str(path), "state": state} for path, state in states.items()]})
    sys.exit(max(code, int(check and changed > 0)))
