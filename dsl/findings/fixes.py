"""Applies the edits of findings to a text: exact replacements of spans, and nothing else of it changes."""

import re
from collections.abc import Iterable

from .diagnostics import Diagnostic, Edit

BREAK = re.compile("(\r\n|[\n\r\x85\u2028\u2029])")
"""The line ends that spans count: those of YAML."""


def fixed(text: str, file: str, findings: Iterable[Diagnostic]) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text with the edits of its findings, and the findings that were followed.

    The edits of a finding are made all or none; a finding whose edits overlap those of an earlier one waits.
    """
    parts = BREAK.split(text.removeprefix("\ufeff"))
    lines, breaks = parts[::2], [*parts[1::2], ""]
    taken: list[tuple[int, int, int, str]] = []
    followed: list[Diagnostic] = []
    for finding in findings:
        places = [_place(edit, lines) for edit in finding.edits if edit.span.file == file]
        wanted = [place for place in places if place is not None]
        if not wanted or len(wanted) != len(finding.edits):
            continue
        if any(_overlap(one, other) for one in wanted for other in taken):
            continue
        taken += wanted
        followed.append(finding)
    for line, start, end, put in sorted(taken, reverse=True):
        lines[line] = lines[line][:start] + put + lines[line][end:]
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + "".join(one + end for one, end in zip(lines, breaks, strict=True)), tuple(followed)


def _place(edit: Edit, lines: list[str]) -> tuple[int, int, int, str] | None:
    """Line, first and end column from 0, and the new text; None where the span is not in one line."""
    span = edit.span
    line, start, end = span.line - 1, span.column - 1, span.end_column - 1
    if span.end_line != span.line or not 0 <= line < len(lines) or not 0 <= start <= end <= len(lines[line]):
        return None
    return line, start, end, edit.text


def _overlap(one: tuple[int, int, int, str], other: tuple[int, int, int, str]) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]
