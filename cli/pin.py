"""`musicvis pin`: what `like` became, written into the manifest."""

from pathlib import Path

import click

from .discover import PiecePath, piece_here
from .files import writing_told
from .output import JSON, echo_json, format_option


@click.command(short_help="Write the classes that `like` found into the manifest.")
@click.argument("piece", type=PiecePath(), required=False, metavar="[PIECE]")
@format_option("One object: manifest, pinned, findings.")
def pin(piece: Path | None, form: str) -> None:
    """Write the classes that `like` found into the manifest, so that newer tables cannot change the film.

    `{like: "church bells"}` becomes the class itself. If the line ends there, the words stay as a
    comment. Nothing else changes.
    """
    from ..api.edits.pin import pin_classes

    manifest = piece or piece_here(Path.cwd())
    with writing_told("it was not changed"):
        lines = pin_classes(manifest)
    if form == JSON:
        echo_json({"manifest": str(manifest), "pinned": lines})
    else:
        click.echo("\n".join(lines) or f"{manifest} has no `like`")
