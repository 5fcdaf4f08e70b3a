"""A fault of a score file as an exception with its place, and a warning of a reader as a finding."""

from ....dsl.findings.diagnostics import Diagnostic, PieceError, Severity
from ....dsl.findings.span import Span

# The fix for findings without a better one.
_MENDS = {
    "MV401": "remove pictures and sounds that are stored with the score, and save it again",
    "MV402": "open the score in the program that made it and save it again",
    "MV403": "save the score again",
    "MV405": "check that the right file is named",
    "MV406": "open it in MuseScore and save it again",
    "MV407": "open the score in MuseScore and save it again",
    "MV408": "lower the repeat counts, or cut the score into pieces",
}


def fault(code: str, name: str, message: str, hint: str = "", line: int = 0, column: int = 0) -> PieceError:
    """The exception for a score that cannot be read; `name` is the file as the composer calls it."""
    return PieceError([Diagnostic(code, _span(name, line, column), message, hint or _MENDS.get(code, ""))])


def warning(code: str, name: str, message: str, hint: str = "", line: int = 0) -> Diagnostic:
    """A finding about a score that can be read nevertheless."""
    return Diagnostic(code, _span(name, line, 0), message, hint, Severity.WARNING)


def _span(name: str, line: int, column: int) -> Span:
    if not line:
        return Span(name)
    start = max(column, 1)
    return Span(name, line, start, line, start + 1)
