"""A record: a line of JSON that describes the files of a key, and the digest of that line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .node import SCHEMA
from .values.keys import canonical

MOST_RECORD_BYTES = 16 << 20
DIGITS = frozenset("0123456789abcdef")


class DamagedError(Exception):
    """Raised for bytes that differ from those that were written."""


@dataclass(frozen=True, slots=True)
class Record:
    """The record of the files that were made under a key.

    outputs   digest and size in bytes of each file, by its name
    facts     what else is known of it: plain JSON
    """

    key: str
    outputs: Mapping[str, tuple[str, int]]
    facts: Mapping[str, Any]

    def written(self) -> bytes:
        """The bytes of its file."""
        outputs = {name: [digest, size] for name, (digest, size) in self.outputs.items()}
        body = canonical({"schema": SCHEMA, "key": self.key, "outputs": outputs, "facts": dict(self.facts)})
        return body + b"\n" + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n"


def read_record(data: bytes, key: str) -> Record:
    """Reads a record; raises DamagedError if the bytes are not a record of that key."""
    body, _, digest = data.removesuffix(b"\n").rpartition(b"\n")
    if not data.endswith(b"\n") or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        raise DamagedError("the digest of the record is another")
    try:
        said = json.loads(body)
        if said["schema"] != SCHEMA or said["key"] != key:
            raise DamagedError("the record is of another key")
        outputs = {str(name): _output(*output) for name, output in said["outputs"].items()}
        facts = said["facts"]
        if not isinstance(facts, dict):
            raise DamagedError("the record has no facts")
        return Record(key, outputs, facts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise DamagedError("the record has another form") from fault


def _output(digest: object, size: object) -> tuple[str, int]:
    """Accepts only a possible name of a blob: a record must not lead to any other file."""
    if not is_digest(digest) or not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise DamagedError("an output of the record has another form")
    return str(digest), size


def is_digest(value: object) -> bool:
    """Whether a value is the text of a sha256 digest."""
    return isinstance(value, str) and len(value) == 64 and DIGITS.issuperset(value)
