"""Tells the page what the server cannot do at the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..dsl.findings.diagnostics import PieceError
from ..dsl.findings.plain import shown
from ..store.errors import StoreError


@dataclass(slots=True)
class Troubles:
    """Troubles by subject; a listener gets all of them in one text after each change."""

    tell: Callable[[str], object]
    _texts: dict[str, str] = field(default_factory=dict)

    def say(self, about: str, text: str) -> None:
        """Reports a fault; an empty text reports that it is over."""
        if self._texts.get(about, "") == text:
            return
        self._texts[about] = text
        self.tell("; ".join(filter(None, self._texts.values())))


def error_text(error: BaseException) -> str:
    """A line for people about the exception that stopped something."""
    if isinstance(error, PieceError) and error.diagnostics:
        first = error.diagnostics[0]
        return shown(f"{first.message}; {first.hint}" if first.hint else first.message)
    if isinstance(error, StoreError):
        return shown(f"{error.message}; {error.hint}")
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is missing: the extra `render` of musicvis brings it"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return shown(f"{where}{error.strerror or error}")
    return shown(f"{type(error).__name__}: {error}")
