"""Checks that a font of the piece has the letters that it must set."""

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.text.font_letters import Letters

NAMED = 12
"""More letters than that are not named."""


def lacking(
    name: PurePosixPath, span: Span, letters: Letters | None, texts: Iterable[str]
) -> Iterator[Diagnostic]:
    """A warning where letters of the texts are not in the font; None for a file that is not a font."""
    if letters is None:
        return
    wanted = dict.fromkeys(c for text in texts for c in unicodedata.normalize("NFC", text) if _is_drawn(c))
    missing = [character for character in wanted if character not in letters]
    if missing:
        named = " ".join(missing[:NAMED]) + (" ..." if len(missing) > NAMED else "")
        message = f"{name} has no {named}: a text with such a letter is set in another font"
        hint = "name a font that has them"
        yield Diagnostic("MV651", span, message, hint, Severity.WARNING)


def _is_drawn(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character)[0] != "C"
