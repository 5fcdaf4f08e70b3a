"""Node: one thing that a build makes, named by all that it reads and by nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from .values.keys import canonical

SCHEMA = 1
"""Version of all keys: raised when the form of a key or of a record changes."""


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of work: a bus, a segment, a film.

    Two nodes with the same stage, version and reads have the same output, on any machine and at any time.
    """

    stage: str
    version: int
    """Raised by hand when the stage's output changes."""
    name: str
    """For people: "bar 6", "marimba"; not a part of the key."""
    reads: tuple[tuple[str, str], ...]
    """The inputs by name, sorted: each is a digest or a short plain value."""

    @classmethod
    def of(cls, stage: str, version: int, name: str, reads: Mapping[str, str]) -> Node:
        """A node that reads these."""
        return cls(stage, version, name, tuple(sorted(reads.items())))

    @property
    def key(self) -> str:
        """The key, 64 hexadecimal digits: a digest of everything but the name."""
        said = {"schema": SCHEMA, "stage": self.stage, "version": self.version, "reads": dict(self.reads)}
        return hashlib.sha256(canonical(said)).hexdigest()
