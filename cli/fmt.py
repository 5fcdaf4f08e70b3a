"""`musicvis fmt`: manifests and lanes in one canonical layout, comments kept."""

import sys
from pathlib import Path

import click

from .discover import PiecePath, piece_here
from .files import replace_text
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
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown
    from ..dsl.text.format import formatted

    code = changed = 0
    states: dict[Path, str] = {}
    # Each file with the folder of its piece, below which no link is followed.
    roots: dict[Path, Path] = {}
    for piece in pieces or (piece_here(Path.cwd()),):
        roots = dict.fromkeys(files_of(piece), piece.parent) | roots
    for path in roots:
        text = ""
        try:
            text = text_of(path, roots[path])
            laid_out = formatted(text, str(path))
        except PieceError as error:
            tell_findings(error.diagnostics, {str(path): text})
            code, states[path] = 1, "refused"
            continue
        if laid_out == text:
            states[path] = "unchanged"
            continue
        if not check:
            try:
                replace_text(path, laid_out, roots[path])
            except PieceError as error:
                tell_findings(error.diagnostics, {})
                code, states[path] = 1, "refused"
                continue
        changed += 1
        states[path] = "would change" if check else "laid out"
        click.echo(shown(f"{path} {'would change' if check else 'was laid out'}"), err=True)
    click.echo(f"{changed} of {len(roots)} files {'would change' if check else 'changed'}", err=True)
    if form == JSON:
        echo_json({"files": [{"file": str(path), "state": state} for path, state in states.items()]})
    sys.exit(max(code, int(check and changed > 0)))


def files_of(path: Path) -> list[Path]:
    """A manifest and the YAML files of lanes that it names and that are there; a file of lanes alone."""
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import name_fault
    from ..dsl.text.yaml_reader import parse_source

    try:
        source, _ = parse_source(text_of(path, path.parent), str(path))
    except PieceError:
        return [path]
    named = source.value.get("effects") if isinstance(source.value, dict) else None
    lanes = [
        path.parent / name
        for name in (named if isinstance(named, list) else [named])
        if isinstance(name, str)
        and name.lower().endswith((".yaml", ".yml"))
        and name_fault(name, Span(str(path))) is None
    ]
    return [path, *(lane for lane in lanes if lane.is_file())]


def text_of(path: Path, root: Path) -> str:
    """The text of a file, its line ends as they are; below `root` no link is followed. Raises PieceError."""
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_TEXT_BYTES, decoded, read_named

    data = read_named(path, MAX_TEXT_BYTES, Span(str(path)), root)
    text = data if isinstance(data, Diagnostic) else decoded(data, str(path), Span(str(path)))
    if isinstance(text, Diagnostic):
        raise PieceError([text])
    return text
