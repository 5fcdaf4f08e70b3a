"""Findings that an author has looked at: `# musicvis: ignore[MV344]` on the line, or alone above it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from .diagnostics import Diagnostic, Severity
from .span import Span

IGNORES_MOST = 1000
"""Limit for one file; later comments are ignored."""

# Every search ends at the next bracket, however long a line is.
_COMMENT = re.compile(r"#\s*musicvis:\s*ignore\[(?P<codes>[^\[\]\n]*)\]")
_CODE = re.compile(r"[^,\s]+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One code of a comment, or its beginning, and the line that it speaks of."""

    code: str
    line: int
    span: Span

    def means(self, finding: Diagnostic) -> bool:
        """Whether the comment suppresses a finding on its line."""
        return finding.code.startswith(self.code)


def without_ignored(
    diagnostics: Sequence[Diagnostic], files: Mapping[str, str]
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """The findings that no comment leaves out, and a note for each code that leaves out nothing.

    files   the texts that were read, by the name that findings carry
    """
    ignores = [ignore for name, text in files.items() for ignore in ignores_of(text, name)]
    by_line: dict[tuple[str, int], list[Ignore]] = {}
    for ignore in ignores:
        by_line.setdefault((ignore.span.file, ignore.line), []).append(ignore)
    used: set[Ignore] = set()
    left: list[Diagnostic] = []
    for finding in diagnostics:
        meant = [i for i in by_line.get((finding.span.file, finding.span.line), ()) if i.means(finding)]
        used.update(meant)
        if not meant:
            left.append(finding)
    return tuple(left), tuple(_unused(ignore) for ignore in ignores if ignore not in used)


def ignores_of(text: str, file: str) -> Iterable[Ignore]:
    """Every code that a comment of the text names, in their order, the first thousand of them."""
    return islice(_ignores(text, file), IGNORES_MOST)


def _ignores(text: str, file: str) -> Iterator[Ignore]:
    if "musicvis:" not in text:
        return
    lines = text.splitlines()
    # A comment alone on its line applies to the next line with content, if any.
    meant = list(range(len(lines) + 1))
    for number in range(len(lines) - 1, 0, -1):
        if not _says_something(lines[number - 1]) and _says_something(lines[meant[number + 1] - 1]):
            meant[number] = meant[number + 1]
    for number, line in enumerate(lines, 1):
        found = _COMMENT.search(line)
        if found is None:
            continue
        for code in _CODE.finditer(found["codes"]):
            start = found.start("codes") + code.start() + 1
            span = Span(file, number, start, number, start + len(code[0]))
            yield Ignore(code[0], meant[number], span)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _unused(ignore: Ignore) -> Diagnostic:
    return Diagnostic(
        "MV216",
        ignore.span,
        f"no finding on line {ignore.line} begins with {ignore.code}",
        "remove it, or correct the code",
        Severity.NOTE,
    )
