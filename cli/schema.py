"""`musicvis schema`: the form of a piece as JSON Schema, for editors and other programs."""

import click

from ..api.schema import NAMES, schema_text


@click.command(short_help="Print the JSON Schema of a manifest or of lanes.")
@click.argument("name", type=click.Choice(tuple(NAMES)))
@click.option("--json", is_flag=True, expose_value=False, help="No effect: a schema is always JSON.")
def schema(name: str) -> None:
    """Print a JSON Schema (draft 2020-12): of piece.yaml, of effects.yaml, or of an original effects.json.

    An editor with a YAML language server reads it from a file that the first line of a manifest names:

    \b
    musicvis schema piece > .musicvis/piece.schema.json
    # yaml-language-server: $schema=.musicvis/piece.schema.json
    """
    click.echo(schema_text(name), nl=False)
