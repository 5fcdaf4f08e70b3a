"""`musicvis doctor`: what musicvis can use on this machine, and what to type for the rest."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from ..api.machine.doctor import Item, examined
from .discover import PiecePath, nearest_piece
from .output import JSON, echo_json, format_option


@click.command(short_help="List what this machine has, and what to type for the rest.")
@click.argument("piece", type=PiecePath(), required=False)
@format_option("An array of objects, one for each thing.")
def doctor(piece: Path | None, form: str) -> None:
    """List what musicvis can use on this machine, and what to type for what is missing.

    With a PIECE, or inside one, it also checks that piece's folder of BigGAN weights. Exit code 0:
    films can be compiled; 1: something that every film needs is missing.
    """
    items = examined(piece or nearest_piece(Path.cwd()))
    if form == JSON:
        echo_json([asdict(item) for item in items])
    else:
        from ..dsl.findings.plain import shown

        click.echo("\n".join(shown(line) for item in items for line in item_lines(item)))
    sys.exit(int(any(item.needed and not item.found for item in items)))


def item_lines(item: Item) -> list[str]:
    """An item for a person: a line, and where it is missing a second one that says what to type."""
    use = f"  ({item.use})" if item.use else ""
    if item.found:
        return [f"  yes  {item.name} {item.found}{use}"]
    return [f"  {'NO ' if item.needed else 'no '}  {item.name}{use}", f"         {item.mend}"]
