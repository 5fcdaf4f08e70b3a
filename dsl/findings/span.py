"""The place of a piece of text: file, line and column, from 1, the end not included."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text file; lines and columns count from 1, `end_column` is one past the last character.

    `file` is the path as the user would name it. A span of line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


MANIFEST = "piece.yaml"
"""The file name of a manifest."""
THE_MANIFEST = Span(MANIFEST)
"""The manifest as a whole, for code that does not know its name; `at_manifest` puts it in."""
