"""Coders: how the values of each type are written as plain JSON, and read again, strictly.

A class is the list of its fields' values, a Fraction "n/d", an Enum the name of its member, a path text, an
infinity {"float": "inf"}, and an array its type, its shape and its number in the npz.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from math import inf, isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from .arrays import MOST_ARRAY_BYTES, CodecError, read_array

_INFINITIES = ((inf, {"float": "inf"}), (-inf, {"float": "-inf"}))


@dataclass(slots=True)
class Desk:
    """The state that is open while one value is written or read."""

    root: Path
    arrays: list[Any] = field(default_factory=list)
    """The arrays that are to be written."""
    archive: zipfile.ZipFile | None = None
    taken: set[int] = field(default_factory=set)
    """Numbers of arrays that were read: none is read twice."""
    fractions: dict[str, Fraction] = field(default_factory=dict)
    """The fractions that were read: a score has few lengths and many notes."""


Step = Callable[[Any, Desk], Any]


@dataclass(frozen=True, slots=True)
class _Coder:
    """The coder of one type: how its values are written and read.

    pack     a value to plain JSON
    unpack   plain JSON to a value
    kinds    what that JSON may be, so that the members of a union are distinguished
    accepts  whether a value is of this type at all

    Both raise CodecError, ValueError or TypeError for what they cannot use.
    """

    pack: Step
    unpack: Step
    kinds: tuple[type, ...]
    accepts: Callable[[Any], bool]


class _Array:
    """Stands for the type of an array, which modules name for type checkers alone."""

    kind = ""

    def __class_getitem__(cls, item: Any) -> type[_Array]:
        import numpy as np

        return _array_of(np.dtype(item).str)


@cache
def _array_of(kind: str) -> type[_Array]:
    return type("Array", (_Array,), {"kind": kind})


_NAMES = {"NDArray": _Array, "F32": _array_of("<f4"), "F64": _array_of("<f8")}


def coder_of(kind: Any) -> _Coder:
    """The coder for a type; raises TypeError for a type that cannot be stored."""
    known = _coders.get(kind)
    if known is None:
        known = _coders[kind] = _new_coder(kind)
    return known


_coders: dict[Any, _Coder] = {}


def _new_coder(kind: Any) -> _Coder:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _union(get_args(kind))
    if origin is tuple:
        return _tuple(get_args(kind))
    if isinstance(kind, type):
        if is_dataclass(kind):
            return _class(kind)
        if issubclass(kind, Enum):
            return _enum(kind)
        if issubclass(kind, _Array):
            return _array(kind.kind)
        if kind in (int, str, bool, NoneType):
            return _plain(kind)
        if kind in _SPELLED:
            return _SPELLED[kind]
    raise TypeError(f"{kind} cannot be stored")


@cache
def _parts(kind: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass and their types."""
    hints = get_type_hints(kind, localns=_NAMES)
    return tuple((part.name, hints[part.name]) for part in fields(kind) if part.init)


def fields_of(kind: Any, known: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
    """The names of the fields of every class that can be in a value of a type."""
    found = {} if known is None else known
    if isinstance(kind, type) and is_dataclass(kind):
        if kind.__name__ not in found:
            parts = _parts(kind)
            found[kind.__name__] = [name for name, _ in parts]
            for _, inner in parts:
                fields_of(inner, found)
    else:
        for inner in get_args(kind):
            fields_of(inner, found)
    return found


def _refused(value: object, kind: str) -> CodecError:
    return CodecError(f"{value!r:.80} is not of type {kind}")


def _plain(kind: type) -> _Coder:
    """The coder of a type that JSON has itself."""

    def same(value: Any, desk: Desk) -> Any:
        if type(value) is not kind:
            raise _refused(value, kind.__name__)
        return value

    return _Coder(same, same, (kind,), lambda value: type(value) is kind)


def _class(kind: type) -> _Coder:
    made: list[tuple[tuple[str, Step, Step], ...]] = []

    def parts() -> tuple[tuple[str, Step, Step], ...]:
        # Resolved at the first value, as the type is recursive: a curve's layers are curves.
        if not made:
            coders = [(name, coder_of(hint)) for name, hint in _parts(kind)]
            made.append(tuple((name, coder.pack, coder.unpack) for name, coder in coders))
        return made[0]

    def pack(value: Any, desk: Desk) -> list[Any]:
        if type(value) is not kind:
            raise _refused(value, kind.__name__)
        return [pack_one(getattr(value, name), desk) for name, pack_one, _ in parts()]

    def unpack(value: Any, desk: Desk) -> Any:
        if type(value) is not list:
            raise _refused(value, kind.__name__)
        return kind(*[part[2](item, desk) for part, item in zip(parts(), value, strict=True)])

    return _Coder(pack, unpack, (list,), lambda value: type(value) is kind)


def _tuple(kinds: tuple[Any, ...]) -> _Coder:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        one = coder_of(kinds[0])
        pack_one, unpack_one = one.pack, one.unpack

        def pack(value: Any, desk: Desk) -> list[Any]:
            if type(value) is not tuple:
                raise _refused(value, "tuple")
            return [pack_one(item, desk) for item in value]

        def unpack(value: Any, desk: Desk) -> tuple[Any, ...]:
            if type(value) is not list:
                raise _refused(value, "tuple")
            return tuple([unpack_one(item, desk) for item in value])

    else:
        coders = [coder_of(kind) for kind in kinds]

        def pack(value: Any, desk: Desk) -> list[Any]:
            if type(value) is not tuple:
                raise _refused(value, "tuple")
            return [coder.pack(item, desk) for coder, item in zip(coders, value, strict=True)]

        def unpack(value: Any, desk: Desk) -> tuple[Any, ...]:
            if type(value) is not list:
                raise _refused(value, "tuple")
            return tuple([coder.unpack(item, desk) for coder, item in zip(coders, value, strict=True)])

    return _Coder(pack, unpack, (list,), lambda value: type(value) is tuple)


def _union(kinds: tuple[Any, ...]) -> _Coder:
    """One of several types, each of which is other JSON."""
    coders = [coder_of(kind) for kind in kinds]
    by_kind = {plain: coder for coder in coders for plain in coder.kinds}
    if len(by_kind) != sum(len(coder.kinds) for coder in coders):
        raise TypeError(f"{kinds} cannot be distinguished")

    def pack(value: Any, desk: Desk) -> Any:
        for coder in coders:
            if coder.accepts(value):
                return coder.pack(value, desk)
        raise _refused(value, " or ".join(str(kind) for kind in kinds))

    def unpack(value: Any, desk: Desk) -> Any:
        coder = by_kind.get(type(value))
        if coder is None:
            raise _refused(value, " or ".join(str(kind) for kind in kinds))
        return coder.unpack(value, desk)

    return _Coder(pack, unpack, tuple(by_kind), lambda value: any(coder.accepts(value) for coder in coders))


def _enum(kind: type[Enum]) -> _Coder:
    members = dict(kind.__members__)

    def pack(value: Any, desk: Desk) -> str:
        if type(value) is not kind:
            raise _refused(value, kind.__name__)
        return str(value.name)

    def unpack(value: Any, desk: Desk) -> Any:
        if type(value) is not str or value not in members:
            raise _refused(value, kind.__name__)
        return members[value]

    return _Coder(pack, unpack, (str,), lambda value: type(value) is kind)


def _array(kind: str) -> _Coder:
    def pack(value: Any, desk: Desk) -> list[Any]:
        import numpy as np

        if not isinstance(value, np.ndarray) or value.dtype.str != kind or not value.ndim:
            raise _refused(type(value), f"array of {kind}")
        desk.arrays.append(np.ascontiguousarray(value))
        return [kind, list(value.shape), len(desk.arrays) - 1]

    def unpack(value: Any, desk: Desk) -> Any:
        if type(value) is not list or len(value) != 3 or value[0] != kind:
            raise _refused(value, f"array of {kind}")
        shape, number = value[1], value[2]
        if type(shape) is not list or not 0 < len(shape) <= 8 or type(number) is not int:
            raise _refused(value, f"array of {kind}")
        sizes_fit = all(type(length) is int and 0 <= length <= MOST_ARRAY_BYTES for length in shape)
        if not sizes_fit or number in desk.taken:
            raise _refused(value, f"array of {kind}")
        desk.taken.add(number)
        return read_array(desk.archive, number, kind, tuple(shape))

    return _Coder(pack, unpack, (list,), lambda value: hasattr(value, "__array_interface__"))


def _pack_float(value: Any, desk: Desk) -> Any:
    if not isinstance(value, float):
        raise _refused(value, "float")
    # JSON has no infinities; a NaN is refused by `canonical`.
    return next((plain for number, plain in _INFINITIES if value == number), float(value))


def _unpack_float(value: Any, desk: Desk) -> float:
    if type(value) is float and isfinite(value):
        return value
    for number, plain in _INFINITIES:
        if value == plain:
            return number
    raise _refused(value, "float")


def _pack_fraction(value: Any, desk: Desk) -> str:
    if not isinstance(value, Fraction):
        raise _refused(value, "Fraction")
    return f"{value.numerator}/{value.denominator}"


def _unpack_fraction(value: Any, desk: Desk) -> Fraction:
    if type(value) is not str:
        raise _refused(value, "Fraction")
    known = desk.fractions.get(value)
    if known is None:
        numerator, _, denominator = value.partition("/")
        below = int(denominator)
        known = Fraction(int(numerator), below) if below else None
        if known is None or _pack_fraction(known, desk) != value:
            raise _refused(value, "Fraction")
        desk.fractions[value] = known
    return known


def _pack_path(value: Any, desk: Desk) -> str:
    if not isinstance(value, Path):
        raise _refused(value, "Path")
    if value.is_absolute() and not value.is_relative_to(desk.root):
        return str(value)
    # A ValueError for a path that depends on where the program was started.
    return value.relative_to(desk.root).as_posix()


def _unpack_path(value: Any, desk: Desk) -> Path:
    if type(value) is not str or "\0" in value or ".." in value.split("/"):
        raise _refused(value, "Path")
    return desk.root / value


_SPELLED: dict[type, _Coder] = {
    float: _Coder(_pack_float, _unpack_float, (float, dict), lambda value: isinstance(value, float)),
    Fraction: _Coder(_pack_fraction, _unpack_fraction, (str,), lambda value: isinstance(value, Fraction)),
    Path: _Coder(_pack_path, _unpack_path, (str,), lambda value: isinstance(value, Path)),
}
