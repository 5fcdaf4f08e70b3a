"""The text of a file at a broken rule, and the edits that can be made there."""

import re

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.span import Span
from ..text.yaml_source import Node, Source, escaped
from .violations import Broken
from .wording import shown

GLUED = re.compile(r"(?P<key>[A-Za-z_][\w-]*)(?P<between> ?(?P<sign>[:=]) ?)(?P<value>[^\s:/=].*)\Z")
"""A key and its value that YAML takes for one word."""
_SLIP = {":": "MV121", "=": "MV124"}
"""The code of a colon without its space, and of another sign in its place."""


class Written:
    """One file as it is written."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def text_and_span(self, broken: Broken) -> tuple[str, Span]:
        if broken.is_name:
            key = str(broken.value)
            return key, self.source.key_span(f"{broken.pointer}/{escaped(key)}")
        node = Node(self.source, broken.pointer, broken.value)
        return node.text, node.span

    def exactly(self, span: Span, written: str, text: str) -> tuple[Edit, ...]:
        """The edit that puts a text in the place of another one; none where that text is not there."""
        return (Edit(span, text),) if written and self.between(span) == written else ()

    def between(self, span: Span) -> str:
        """The text of a span within one line; "" where it is on several, or beyond the text."""
        lines = self.source.text.splitlines()
        if not 0 < span.line == span.end_line <= len(lines):
            return ""
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]

    def block_span(self, pointer: str) -> Span:
        """The span to report for a whole block: its key, or its beginning."""
        if pointer in self.source.keys:
            return self.source.keys[pointer]
        span = self.source.span(pointer)
        if span.end_line == span.line:
            return span
        return Span(span.file, span.line, span.column, span.line, span.column + 1)

    def unglued(self, span: Span, glued: re.Match[str]) -> Diagnostic:
        """The finding about a key and a value that are GLUED."""
        what = "write a colon instead of `=`"
        if glued["sign"] == ":":
            what = f"a space is missing after the colon of `{shown(glued['key'])}`"
        text = f"{glued['key']}: {glued['value']}"
        edits = self.exactly(span, glued.string, text)
        return Diagnostic(_SLIP[glued["sign"]], span, what, f"write `{shown(text)}`", edits=edits)
