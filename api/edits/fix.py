"""Finds the changes that the certain fixes make to a piece's files, and writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RequestError

if TYPE_CHECKING:
    from ...dsl.findings.diagnostics import Diagnostic

ROUNDS_MOST = 20
"""The most rounds of fixing: a mistake may hide others, which the next round finds."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A file of a piece as it was read, and as its fixes make it."""

    path: Path
    root: Path
    """The folder of the piece, in which no link is followed."""
    before: str
    after: str
    count: int
    """The number of findings that it fixes."""

    def diff(self) -> str:
        """The change as a unified diff; control characters are escaped."""
        return "\n".join(self.diff_lines())

    def diff_lines(self) -> list[str]:
        """The lines of the diff."""
        from ...dsl.findings.plain import escaped

        name = str(self.path)
        before, after = self.before.splitlines(), self.after.splitlines()
        return [
            escaped(line) for line in unified_diff(before, after, name, f"{name} (fixed)", lineterm="", n=1)
        ]


def fixes_of(manifest: Path) -> tuple[Fix, ...]:
    """The fixes of a piece, as changes to its own texts; writes nothing."""
    from ...dsl.findings.fixes import fixed

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
        return ()
    return tuple(
        Fix(Path(name), manifest.parent, before[name], text, counts[name])
        for name, text in texts.items()
        if text != before[name]
    )


def write_fixes(fixes: Sequence[Fix]) -> None:
    """Writes the fixed files, each as a whole or not at all.

    Raises RequestError where a file is a link, or changed since it was read: then nothing more is written;
    PieceError and OSError where one cannot be read or written.
    """
    from ...store.writing import replace_text

    for fix in fixes:
        _refuse_if_moved(fix)
    for fix in fixes:
        _refuse_if_moved(fix)
        replace_text(fix.path, fix.after, fix.root)


def _is_better(old: Sequence[Diagnostic], new: Sequence[Diagnostic]) -> bool:
    """Whether there are fewer findings, or the fault that stops the reading is gone or is further down."""
    return len(new) < len(old) or _stop(new) > _stop(old)


def _stop(findings: Sequence[Diagnostic]) -> float:
    """The first line where something stops the reading of a text; infinite where nothing does."""
    unread = {"MV101", *(f"MV12{i}" for i in range(6))}
    return min((finding.span.line for finding in findings if finding.code in unread), default=inf)


def _found(manifest: Path, texts: Mapping[str, str]) -> tuple[Sequence[Diagnostic], dict[str, str]]:
    """The findings of a piece in which some texts replace those on the disk, and all texts that were read."""
    from ...dsl.load import load_piece
    from ..check import findings_of

    loaded = load_piece(manifest, texts=texts)
    # Of what the score and the classes say, only what can be fixed: all of it says nothing about the text.
    further = [d for d in findings_of(loaded) if d.edits and d not in loaded.diagnostics]
    return (*loaded.diagnostics, *further), dict(loaded.files)


def _refuse_if_moved(fix: Fix) -> None:
    """Raises RequestError if the file is a link, or has changed since it was read."""
    from .texts import text_of

    if fix.path.is_symlink():
        raise RequestError(f"{fix.path} is a link; fix the file that it leads to")
    if text_of(fix.path, fix.root) != fix.before:
        raise RequestError(f"{fix.path} changed since it was read; it was not written, try again")
