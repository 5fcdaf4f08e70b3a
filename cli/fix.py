"""`musicvis check --fix`: writes the certain fixes into the files, after showing the changes."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .files import replace_text
from .output import FINDINGS
from .report import wants_colour

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic

ROUNDS_MOST = 20
"""A slip may hide those behind it: each round fixes what can be seen."""
_ADDED, _REMOVED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it was read and as it will be."""

    path: Path
    root: Path
    """The folder of the piece, in which no link is followed."""
    before: str
    after: str
    count: int
    """How many findings it fixes."""


def changes_for(manifest: Path) -> list[Change]:
    """What the fixes of a piece change in its own texts; nothing is written."""
    from ..dsl.findings.fixes import fixed

    first, before = _found(manifest, {})
    findings, texts = first, dict(before)
    counts: dict[str, int] = {}
    for _ in range(ROUNDS_MOST):
        followed_any = False
        for name in dict.fromkeys(edit.span.file for finding in findings for edit in finding.edits):
            if name in texts:
                texts[name], followed = fixed(texts[name], name, findings)
                counts[name] = counts.get(name, 0) + len(followed)
                followed_any |= bool(followed)
        if not followed_any:
            break
        findings, read = _found(manifest, texts)
        # A manifest that can be read names files that were not looked at before.
        for name, text in read.items():
            before.setdefault(name, text)
            texts.setdefault(name, text)
    if not _is_better(first, findings):
        return []
    return [
        Change(Path(name), manifest.parent, before[name], text, counts[name])
        for name, text in texts.items()
        if text != before[name]
    ]


def _is_better(old: "Sequence[Diagnostic]", new: "Sequence[Diagnostic]") -> bool:
    """Whether there are fewer findings, or what stopped the reading is gone or is further down."""
    return len(new) < len(old) or _stop(new) > _stop(old)


def _stop(findings: "Sequence[Diagnostic]") -> float:
    """The first line where something stops the reading of a text; infinite where nothing does."""
    unread = {"MV101", *(f"MV12{i}" for i in range(6))}
    return min((finding.span.line for finding in findings if finding.code in unread), default=inf)


def _found(manifest: Path, texts: Mapping[str, str]) -> "tuple[Sequence[Diagnostic], dict[str, str]]":
    """Findings of a piece, some texts in place of those on the disk, and all texts that were read."""
    from ..api.check import findings_of
    from ..dsl.load import load_piece

    loaded = load_piece(manifest, texts=texts)
    # Of what the score and the classes say, only what can be fixed: all of it says nothing about the text.
    further = [d for d in findings_of(loaded) if d.edits and d not in loaded.diagnostics]
    return (*loaded.diagnostics, *further), dict(loaded.files)


def diff_text(change: Change, colour: bool) -> str:
    """A unified diff of a change."""
    from ..dsl.findings.plain import escaped

    name = str(change.path)
    lines = unified_diff(
        change.before.splitlines(), change.after.splitlines(), name, f"{name} (fixed)", lineterm="", n=1
    )
    return "\n".join(_painted(escaped(line), colour) for line in lines)


def _painted(line: str, colour: bool) -> str:
    style = {"+": _ADDED, "-": _REMOVED}.get(line[:1])
    return f"{style}{line}{_PLAIN}" if colour and style else line


@dataclass(frozen=True, slots=True)
class Fixes:
    """What the fixes change, and whether it was written."""

    changes: tuple[Change, ...]
    is_written: bool


def fix_record(fixes: Fixes, left: "Sequence[Diagnostic]") -> dict[str, Any]:
    """Fixes as plain values, with the findings that are left."""
    from ..dsl.findings.render import finding_record

    return {
        "is_written": fixes.is_written,
        "files": [
            {"file": str(change.path), "fixes": change.count, "diff": diff_text(change, False)}
            for change in fixes.changes
        ],
        FINDINGS: [finding_record(finding) for finding in left],
    }


def fix_pieces(manifests: Sequence[Path], *, is_shown_only: bool, is_agreed: bool, to_stderr: bool) -> Fixes:
    """Show what would be fixed, ask, and write it.

    A file that is reached through a link, or that changed since it was read, is left alone.
    """
    changes = [change for manifest in manifests for change in changes_for(manifest)]
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
    for change in changes:
        _refuse_if_moved(change)
    for change in changes:
        _refuse_if_moved(change)
        replace_text(change.path, change.after, change.root)
    click.echo(f"wrote {fixes}", err=True)
    return Fixes(tuple(changes), True)


def _refuse_if_moved(change: Change) -> None:
    """Raise click.ClickException where the file is a link, or is not what was read."""
    from ..dsl.findings.diagnostics import PieceError
    from .fmt import text_of

    if change.path.is_symlink():
        raise click.ClickException(f"{change.path} is a link; fix the file that it leads to")
    try:
        now = text_of(change.path, change.root)
    except PieceError as error:
        raise click.ClickException(error.diagnostics[0].message) from None
    if now != change.before:
        raise click.ClickException(f"{change.path} changed since it was read; it was not written, try again")
