"""The texts of a piece on the disk."""

from pathlib import Path


def text_of(path: Path, root: Path) -> str:
    """The text of a file with its line ends; follows no link below `root`. Raises PieceError."""
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.span import Span
    from ...dsl.text.files import MAX_TEXT_BYTES, decoded, read_named

    data = read_named(path, MAX_TEXT_BYTES, Span(str(path)), root)
    text = data if isinstance(data, Diagnostic) else decoded(data, str(path), Span(str(path)))
    if isinstance(text, Diagnostic):
        raise PieceError([text])
    return text
