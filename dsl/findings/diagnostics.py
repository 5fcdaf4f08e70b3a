"""Findings as data: all of them at once, each with a place, a code, a message and a fix."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .plain import escaped, no_command
from .span import THE_MANIFEST, Span


class Severity(StrEnum):
    """The severity of a finding: an error stops a compile, a warning does not, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class MusicalPlace:
    """A place in the music that a finding speaks of, once the score is known."""

    bar: int
    beat: str
    time_s: float | None = None
    frame: int | None = None

    def __str__(self) -> str:
        details = []
        if self.time_s is not None:
            details.append(f"{self.time_s:.2f} s")
        if self.frame is not None:
            details.append(f"frame {self.frame}")
        return f"bar {self.bar} beat {self.beat}" + (f" ({', '.join(details)})" if details else "")


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement of a fix: the text at `span` becomes `text`. An empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a stable code, where, what is wrong, and how to fix it.

    `message` is one sentence in the composer's words, without a full stop; `hint` says what to write instead.
    `edits` are the replacements that follow the hint, where there is no doubt about them; else empty.
    """

    code: str
    span: Span
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    place: MusicalPlace | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def file(self) -> str:
        """The file as the user would name it, or an option as --bars."""
        return self.span.file

    @property
    def line(self) -> int:
        """From 1; 0 where the finding is about the file as a whole."""
        return self.span.line

    @property
    def column(self) -> int:
        """From 1; 0 where the finding is about the file as a whole."""
        return self.span.column

    @property
    def bar(self) -> int | None:
        """The bar in the score, from 1; None where no place in the music is known."""
        return None if self.place is None else self.place.bar

    @property
    def beat(self) -> str | None:
        """The beat in its bar, from 1, as "2" or "3.5"; None where no place in the music is known."""
        return None if self.place is None else self.place.beat

    def __str__(self) -> str:
        """One line: file, line, column, severity, code, message and place."""
        span = self.span
        where = f"{escaped(span.file)}:{span.line}:{span.column}" if span.line else escaped(span.file)
        said = no_command(f"{where}: {self.severity}[{self.code}]: {escaped(self.message)}")
        return said + (f" ({self.place})" if self.place else "")

    def at(self, place: MusicalPlace) -> "Diagnostic":
        """Return the finding with its place in the music."""
        return replace(self, place=place)


class MusicvisError(Exception):
    """The base class of musicvis's exceptions for an unusable piece, call or cache."""


class PieceError(MusicvisError):
    """Input that cannot be used, with every reason found; raised only where nothing can go on."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        said = (f"{d.code} {d.message}" + (f"; {d.hint}" if d.hint else "") for d in self.diagnostics)
        super().__init__("\n".join(said))

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Every reason; `diagnostics` is the same."""
        return self.diagnostics

    def __reduce__(self) -> tuple[type["PieceError"], tuple[tuple[Diagnostic, ...]]]:
        """The arguments for copying it to another process: the findings, not the text."""
        return PieceError, (self.diagnostics,)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding stops a compile."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


def at_manifest(diagnostics: Iterable[Diagnostic], name: str) -> list[Diagnostic]:
    """The findings, those of the manifest as a whole under the name that it has."""
    return [d if d.span != THE_MANIFEST else replace(d, span=Span(name)) for d in diagnostics]
