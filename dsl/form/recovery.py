"""A file without its wrong values, so that the rest can still be checked.

A piece with an error is not compiled; but its other values, and what they mean with the score, are looked at
in the same run. What only follows from a gap is not told: see `echoes`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..findings.span import Span
from ..text.yaml_source import DROPPED, Source
from .schema import PIECE, check_form

ROUNDS_MOST = 8
"""The most rounds of leaving parts out, as each may invalidate what is around it."""

_STAND_INS: dict[str, Any] = {"musicvis": 1, "title": "untitled", "score": "untitled.mid"}

_OF_LANES = frozenset(("MV214", "MV311", "MV314", "MV315", "MV342", "MV344", "MV345", "MV346", "MV348"))
_ECHOES: dict[str, frozenset[str]] = {
    "/audio": frozenset(("MV211", "MV310", "MV320", "MV342", "MV353")),
    "/effects": _OF_LANES | {"MV211"},
    "/parts": frozenset(("MV211", "MV320", "MV321", "MV340", "MV341", "MV350", "MV352", "MV353")),
    "/score/numbering": frozenset(("MV301", "MV302", "MV304", "MV324")),
    "/visuals/classes": frozenset(("MV341", "MV350")),
    "/visuals/classes_by": frozenset(("MV114", "MV210", "MV341", "MV350")),
    "/visuals/rules": frozenset(("MV341", "MV350", "MV351")),
}
"""Findings that may only report a value that was left out, by that value."""


def remains(source: Source, name: str, faulty: Iterable[Span]) -> tuple[Source | None, tuple[str, ...]]:
    """The file without the parts at `faulty`, in a valid form, and the pointers that were left out.

    None where nothing is left that could be read. A manifest without a score keeps one that is not there.
    """
    spans = set(faulty)
    dropped: list[str] = []
    for _ in range(ROUNDS_MOST):
        pointers = _pointers(source, spans)
        value = _without(source.value, pointers)
        if name == PIECE and isinstance(value, dict):
            dropped += [f"/{key}" for key in _STAND_INS if key not in value]
            value = {**_STAND_INS, **value}
        dropped += pointers
        source = replace(source, value=value)
        spans = {finding.span for finding in check_form(source, name)}
        if not spans:
            return source, tuple(dropped)
    return None, tuple(dropped)


def echoes(dropped: Iterable[str]) -> frozenset[str]:
    """The codes of findings that may only be consequences of parts left out of the manifest."""
    found: set[str] = set()
    for pointer in dropped:
        for block, codes in _ECHOES.items():
            if f"{pointer}/".startswith(f"{block}/") or block.startswith(f"{pointer}/"):
                found |= codes
    return frozenset(found)


def _pointers(source: Source, spans: Iterable[Span]) -> list[str]:
    """The values that are at these places, or around them; never the whole file."""
    at = {span: pointer for places in (source.values, source.keys) for pointer, span in places.items()}
    found: dict[str, None] = {}
    for span in spans:
        pointer = at.get(span)
        if pointer is None:
            around = [other for other, place in source.values.items() if _holds(place, span)]
            pointer = max(around, key=len, default="")
        if pointer:
            found[pointer] = None
    return list(found)


def _holds(outer: Span, inner: Span) -> bool:
    if outer.file != inner.file:
        return False
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    return begins and (inner.line, inner.column) < (outer.end_line, outer.end_column)


def _without(value: Any, pointers: Iterable[str]) -> Any:
    left = _copied(value)
    for pointer in pointers:
        block = left
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        for part in way:
            block = _inside(block, part)
        if isinstance(block, dict):
            block.pop(last, None)
        elif isinstance(block, list) and last.isdecimal() and int(last) < len(block):
            block[int(last)] = DROPPED
    return left


def _inside(block: Any, key: str) -> Any:
    if isinstance(block, dict):
        return block.get(key)
    if isinstance(block, list) and key.isdecimal() and int(key) < len(block):
        return block[int(key)]
    return None


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
