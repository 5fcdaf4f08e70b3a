"""Requests: what the page asks of the server, as bodies of POST."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """POST /look: the place that a page shows and plays, so that it is rendered first."""

    s: float
    a: float
    b: float
    """The visible stretch."""
    loop: tuple[float, float] | None = None
    full: bool = False
    """Whether the visible stretch is wanted in the film's own quality."""
    playing: bool = False
    page: str = ""
    """The name that the page gives itself, also in `GET /events?page=`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One scalar of a file gets another value, or a bus without a written gain gets one.

    value   a number in the unit of the lane (linear for levels): it is written in the unit and with the
            digits that are there, `50%`, `-6 dB`; or a text, written as it is: a place, a class
    """

    pointer: str
    value: float | str


@dataclass(frozen=True, slots=True)
class NewPoint:
    """A point to be added to a lane.

    pointer   of the lane's list
    at        its place, "7|3"
    value     what is reached there, in the unit of the lane
    """

    pointer: str
    at: str
    value: float


@dataclass(frozen=True, slots=True)
class NewShape:
    """Another shape for a point.

    pointer   of the point
    shape     a name of `GET /shapes`
    """

    pointer: str
    shape: str


@dataclass(frozen=True, slots=True)
class Edit:
    """POST /edit and POST /try: one change of one file, which is one step of undo.

    Exactly one of `changes`, `add`, `remove` and `shape` is given. `remove` is the pointer of a point.
    """

    file: str
    digest: str
    changes: tuple[Change, ...] = ()
    add: NewPoint | None = None
    remove: str = ""
    shape: NewShape | None = None


@dataclass(frozen=True, slots=True)
class OpenInEditor:
    """POST /open-in-editor."""

    file: str
    line: int
