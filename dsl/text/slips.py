"""Finds the faulty line of broken YAML, and what to write instead.

A YAML reader stops where it can make no sense of the text, which is often a line or a page behind the slip.
Here each line that may be the cause is tried with one repair at a time, and a repair counts only where the
reader then gets further; so a hint is never a guess that does not help.
"""

from collections.abc import Iterator, Sequence

import yaml

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.fixes import BREAK
from ..findings.span import Span
from .block_repairs import indentation, missing_colon, unclosed_brackets, unclosed_quotes
from .line_repairs import (
    Repair,
    backslashes_in_quotes,
    bare_colours,
    equals_for_colon,
    foreign_signs,
    missing_blanks,
    missing_commas,
    stray_tabs,
    values_to_quote,
)

MAX_TRIED = 24
MAX_CHARACTERS = 1 << 16
"""A longer text is read again for no repair: the reader's own words have to do."""
_LINES_BACK = 3
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def slip(text: str, file: str, line: int, begun: int | None) -> Diagnostic | None:
    """The slip that made a YAML reader stop in `line`, from 0; None where none is known.

    begun   the line where the reader says that what it was reading began
    """
    if len(text) > MAX_CHARACTERS:
        return None
    parts = BREAK.split(text)
    lines, breaks = parts[::2], [*parts[1::2], ""]
    line = min(line, len(lines) - 1)
    helps: Repair | None = None
    for tried, repair in enumerate(_repairs(lines, line, begun)):
        if tried >= MAX_TRIED or (helps and (repair.code, repair.line) != (helps.code, helps.line)):
            break
        edited = _edited(lines, repair.edits)
        reached = _stop_of("".join(one + end for one, end in zip(edited, breaks, strict=True)))
        if reached is None:
            return _finding(repair, file)
        if helps is None and reached > max(line, repair.line):
            helps = repair
    return None if helps is None else _finding(helps, file)


def _finding(repair: Repair, file: str) -> Diagnostic:
    edits = tuple(
        Edit(Span(file, at + 1, start + 1, at + 1, end + 1), put) for at, start, end, put in repair.edits
    )
    first = repair.column + 1
    span = Span(file, repair.line + 1, first, repair.line + 1, first + max(repair.width, 1))
    return Diagnostic(repair.code, span, repair.message, repair.hint, edits=edits)


def _stop_of(text: str) -> int | None:
    """The line from 0 where the reader stops; None where it reads all."""
    try:
        for _ in yaml.parse(text, Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        return mark.line if mark else 0
    except (yaml.YAMLError, ValueError):
        return 0
    return None


def _edited(lines: Sequence[str], edits: Sequence[tuple[int, int, int, str]]) -> list[str]:
    out = list(lines)
    for line, start, end, put in sorted(edits, reverse=True):
        out[line] = out[line][:start] + put + out[line][end:]
    return out


def _repairs(lines: list[str], line: int, begun: int | None) -> Iterator[Repair]:
    """The possible repairs, the likeliest first."""
    near = _near(lines, line, begun)
    for at in near:
        yield from foreign_signs(lines, at)
    yield from stray_tabs(lines, near)
    for at in near:
        yield from missing_blanks(lines, at)
    for at in near:
        yield from equals_for_colon(lines, at)
    yield from backslashes_in_quotes(lines, line)
    for at in near:
        yield from bare_colours(lines, at)
    yield from unclosed_quotes(lines, line)
    yield from unclosed_brackets(lines, near)
    for at in near:
        yield from missing_commas(lines, at)
    yield from values_to_quote(lines, line)
    for at in near:
        yield from missing_colon(lines, at)
    yield from indentation(lines, line)
    if near[1:] and not lines[near[0]].strip():
        yield from indentation(lines, near[1])


def _near(lines: list[str], line: int, begun: int | None) -> list[int]:
    """The line where the reader stopped, the written ones before it, and where it began."""
    found = [line]
    at = line - 1
    while at >= 0 and len(found) <= _LINES_BACK:
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            found.append(at)
        at -= 1
    if begun is not None and begun not in found and begun < len(lines):
        found.append(begun)
    return found
