"""Messages as JSON and back; refuses anything that the dataclass does not declare."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class WireError(ValueError):
    """JSON that does not match the expected message."""


def plain(value: Any) -> Any:
    """A message as plain JSON values."""
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def written(value: Any) -> bytes:
    """A message as the bytes of its JSON."""
    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read(kind: type, data: bytes) -> Any:
    """The value of a class that bytes of JSON hold; raises WireError for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("the request is not JSON") from error
    return made(kind, found, kind.__name__)


def made(kind: Any, value: Any, where: str) -> Any:
    """A plain value as one of a type; raises WireError, which names where it does not fit."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), value, where)
    if origin is Literal:
        if value not in get_args(kind) or not isinstance(value, str):
            raise WireError(f"{where} is none of {', '.join(get_args(kind))}")
        return value
    if origin is tuple:
        return _tuple(get_args(kind), value, where)
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind, value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1 << 53 else None
    if type(value) is not kind or (kind is float and not isfinite(value)):
        raise WireError(f"{where} is not of type {kind.__name__}")
    # JSON can name half a character, which is no text and cannot be sent back.
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise WireError(f"{where} holds half a character")
    return value


def _object(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise WireError(f"{where} is not an object")
    hints = _hints(kind)
    if strange := sorted(value.keys() - hints.keys()):
        raise WireError(f"{where} has no {strange[0][:40]!r}")
    for part in fields(kind):
        if part.name not in value and part.default is MISSING:
            raise WireError(f"{where}.{part.name} is missing")
    return kind(**{name: made(hints[name], item, f"{where}.{name}") for name, item in value.items()})


def _tuple(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise WireError(f"{where} is not a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(made(kinds[0], item, f"{where}[{k}]") for k, item in enumerate(value))
    if len(value) != len(kinds):
        raise WireError(f"{where} has {len(value)} items, not {len(kinds)}")
    return tuple(made(kind, item, where) for kind, item in zip(kinds, value, strict=True))


def _one_of(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    others = [kind for kind in kinds if kind is not NoneType]
    for kind in others:
        try:
            return made(kind, value, where)
        except WireError:
            if len(others) == 1:
                raise
    raise WireError(f"{where} is of none of the types that it may have")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
