"""`musicvis check --fix`: writes the certain fixes into the files, after showing the changes."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..api.edits.fix import Fix, fixes_of, write_fixes
from ..api.errors import RequestError
from ..dsl.findings.diagnostics import PieceError
from .files import writing_told
from .output import FINDINGS
from .report import wants_colour

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic

_ADDED, _REMOVED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"


def diff_text(change: Fix, colour: bool) -> str:
    """A unified diff of a change."""
    return "\n".join(_painted(line, colour) for line in change.diff_lines())


def _painted(line: str, colour: bool) -> str:
    style = {"+": _ADDED, "-": _REMOVED}.get(line[:1])
    return f"{style}{line}{_PLAIN}" if colour and style else line


@dataclass(frozen=True, slots=True)
class Fixes:
    """The result of fixing: the changes, and whether they were written."""

    changes: tuple[Fix, ...]
    is_written: bool


def fix_record(fixes: Fixes, left: "Sequence[Diagnostic]") -> dict[str, Any]:
    """Fixes as plain values, with the findings that are left."""
    from ..dsl.findings.render import finding_record

    return {
        "is_written": fixes.is_written,
        "files": [
            {"file": str(change.path), "fixes": change.count, "diff": change.diff()}
            for change in fixes.changes
        ],
        FINDINGS: [finding_record(finding) for finding in left],
    }


def fix_pieces(manifests: Sequence[Path], *, is_shown_only: bool, is_agreed: bool, to_stderr: bool) -> Fixes:
    """Show what would be fixed, ask, and write it.

    A file that is reached through a link, or that changed since it was read, is left alone.
    """
    changes = [change for manifest in manifests for change in fixes_of(manifest)]
    colour = wants_colour(sys.stderr if to_stderr else sys.stdout)
    for change in changes:
        click.echo(diff_text(change, colour), color=colour, err=to_stderr)
    if not changes:
        click.echo("musicvis cannot fix any of these for you", err=True)
        return Fixes((), False)
    total = sum(change.count for change in changes)
    fixes = (
        f"{total} fix{'es' if total != 1 else ''} in {len(changes)} file{'s' if len(changes) != 1 else ''}"
    )
    if is_shown_only:
        click.echo(f"{fixes}; nothing was written", err=True)
        return Fixes(tuple(changes), False)
    if not is_agreed and not click.confirm(f"Write {fixes}?", err=True):
        click.echo("nothing was written", err=True)
        return Fixes(tuple(changes), False)
    try:
        with writing_told("it was not changed"):
            write_fixes(changes)
    except PieceError as error:
        raise click.ClickException(error.diagnostics[0].message) from None
    except RequestError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"wrote {fixes}", err=True)
    return Fixes(tuple(changes), True)
