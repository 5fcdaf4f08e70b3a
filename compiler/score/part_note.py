"""A note and the part that plays it."""

from dataclasses import dataclass

from .model import Note


@dataclass(frozen=True, slots=True)
class PartNote:
    """A note that the picture sees, and the part that plays it."""

    note: Note
    part: str
