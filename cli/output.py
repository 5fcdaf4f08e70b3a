"""One habit for programs that listen: `--format json`, or `--json` for short, and JSON on stdout alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

Command = TypeVar("Command", bound=Callable[..., Any])

TEXT, JSON = "text", "json"


def format_option(
    help_text: str, forms: tuple[str, ...] = (TEXT, JSON), default: str | None = TEXT
) -> Callable[[Command], Command]:
    """--format and --json; the command takes the form as `form`.

    help_text   what the JSON is, for --json
    default     the form where neither is written; None leaves that to the command
    """

    def decorated(command: Command) -> Command:
        @wraps(command)
        def with_form(*args: Any, form: str | None, as_json: bool, **options: Any) -> Any:
            if as_json and form not in (None, JSON):
                raise click.UsageError(f"--json and --format {form} exclude each other")
            return command(*args, form=JSON if as_json else form or default, **options)

        shown = f"How to write the result.  [default: {default}]" if default else "How to write findings."
        as_json = click.option("--json", "as_json", is_flag=True, help=help_text)
        form = click.option("--format", "form", type=click.Choice(forms), help=shown)
        return cast(Command, form(as_json(with_form)))

    return decorated


def echo_json(value: Any, indent: int = 1) -> None:
    """Print a value as JSON on stdout."""
    from ..dsl.findings.render import json_text

    click.echo(json_text(value, indent=indent))
