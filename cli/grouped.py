"""Help that is read from the top: options in groups, and commands in the order of use."""

from collections.abc import Mapping, Sequence
from typing import Any

import click


class GroupedCommand(click.Command):
    """A command whose help lists options under titles; those without a title come last."""

    def __init__(self, *args: Any, groups: Mapping[str, Sequence[str]] | None = None, **options: Any) -> None:
        """groups   titles, and the names of the parameters under each"""
        super().__init__(*args, **options)
        self.groups = groups or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group with its title."""
        titled = {name: title for title, names in self.groups.items() for name in names}
        rows: dict[str, list[tuple[str, str]]] = {title: [] for title in (*self.groups, "Other options")}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                rows[titled.get(parameter.name or "", "Other options")].append(record)
        for title, records in rows.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class OrderedGroup(click.Group):
    """A group that lists its commands under titles, in the order of use, and suggests corrections."""

    def __init__(
        self, *args: Any, sections: Mapping[str, Sequence[str]] | None = None, **options: Any
    ) -> None:
        """sections   titles, and the names of the commands under each"""
        super().__init__(*args, **options)
        self.sections = sections or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands in the order of use."""
        ordered = [name for names in self.sections.values() for name in names]
        return [*(n for n in ordered if n in self.commands), *sorted(set(self.commands) - set(ordered))]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section with its title."""
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, names in self.sections.items():
            rows = [(name, self.commands[name].get_short_help_str(width)) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a name; the error for an unknown name suggests the nearest one."""
        name = args[0] if args else ""
        if name and name not in self.commands and not name.startswith("-"):
            ctx.fail(unknown_command(name, tuple(self.commands)))
        return super().resolve_command(ctx, args)


def unknown_command(name: str, known: Sequence[str]) -> str:
    """The message for an unknown command: the nearest name, or the command for such a file."""
    from difflib import get_close_matches
    from pathlib import Path

    from ..dsl.text.typed import typed
    from .next_step import step_for

    near = get_close_matches(name.casefold()[:100], known, 1, 0.6)
    if near:
        return f"there is no command {name}; did you mean {near[0]}?"
    path = Path(name)
    if step := step_for(path, "musicvis compile"):
        return f"{name} is not a command.\n{step}"
    if (path / "piece.yaml").is_file() or path.name == "piece.yaml":
        return f"there is no command {name}; to compile the piece, type: {typed('musicvis', 'compile', path)}"
    return f"there is no command {name}; musicvis --help lists them"
