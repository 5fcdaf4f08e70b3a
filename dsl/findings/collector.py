"""The collector: the stages of one run add their findings to it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

from .diagnostics import Diagnostic, Edit, MusicalPlace, Severity
from .span import Span

FINDINGS_MOST = 100
"""The most findings that are collected from one text."""

T = TypeVar("T")


class Findings(Sequence[Diagnostic]):
    """Findings in the order in which they were made, without duplicates.

    A function that makes something takes a `Findings` and adds to it. A check, which makes nothing else,
    yields its findings, and its caller adds them. An exception carries findings only where nothing can go on.
    """

    __slots__ = ("_found", "_most")

    def __init__(self, known: Iterable[Diagnostic] = (), most: int | None = None) -> None:
        """known   what is there from the start
        most    the number at which `is_full` says that it is time to stop; None for no limit
        """
        self._found = dict.fromkeys(known)
        self._most = most

    def add(self, finding: Diagnostic) -> None:
        """Add a finding that exists already, as one that a parser returned."""
        self._found[finding] = None

    def extend(self, findings: Iterable[Diagnostic]) -> None:
        """Add several in their order."""
        self._found.update(dict.fromkeys(findings))

    def __iadd__(self, findings: Iterable[Diagnostic]) -> "Findings":
        """`findings += more` is `findings.extend(more)`."""
        self.extend(findings)
        return self

    def error(
        self,
        code: str,
        span: Span,
        message: str,
        hint: str = "",
        *,
        place: MusicalPlace | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Add a finding that stops a compile; the arguments are those of Diagnostic."""
        self.add(Diagnostic(code, span, message, hint, place=place, edits=edits))

    def warn(
        self, code: str, span: Span, message: str, hint: str = "", *, place: MusicalPlace | None = None
    ) -> None:
        """Add a finding that does not stop a compile."""
        self.add(Diagnostic(code, span, message, hint, Severity.WARNING, place))

    def note(
        self, code: str, span: Span, message: str, hint: str = "", *, place: MusicalPlace | None = None
    ) -> None:
        """Add a finding that only informs."""
        self.add(Diagnostic(code, span, message, hint, Severity.NOTE, place))

    def taken(self, result: T | Diagnostic) -> T | None:
        """The value that a parser returned; None if it returned a finding, which is added."""
        if isinstance(result, Diagnostic):
            self.add(result)
            return None
        return result

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error and so stops a compile."""
        return any(finding.severity is Severity.ERROR for finding in self._found)

    @property
    def is_full(self) -> bool:
        """Whether the limit on findings is reached."""
        return self._most is not None and len(self._found) >= self._most

    @overload
    def __getitem__(self, index: int) -> Diagnostic: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Diagnostic, ...]: ...

    def __getitem__(self, index: int | slice) -> Diagnostic | tuple[Diagnostic, ...]:
        """The finding of that number, from 0, or several."""
        return tuple(self._found)[index]

    def __iter__(self) -> Iterator[Diagnostic]:
        """In the order in which they were made."""
        return iter(self._found)

    def __len__(self) -> int:
        """The number of findings."""
        return len(self._found)

    def __contains__(self, finding: object) -> bool:
        """Whether this very finding is in the collection."""
        return finding in self._found

    def __repr__(self) -> str:
        """The codes in their order."""
        return f"Findings({', '.join(finding.code for finding in self._found)})"
