"""Writes a value in the notation of the old one: its unit, its quotes and its digits."""

from __future__ import annotations

import re
from math import isfinite, log10

from ..dsl.text.format import scalar_text
from ..dsl.text.yaml_reader import parse_source
from ..dsl.values.units import Unit

TEXT_MOST = 200
DECIMALS_MOST = 6
LEVEL_LEAST = 1e-6
"""A level of 0 has no decibels: it is written as -120 dB."""
_NUMBER = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+(?:\.(?P<decimals>[0-9]*))?|\.(?P<bare>[0-9]+))(?:[eE][-+]?[0-9]+)?)"
)
_QUANTITY = re.compile(_NUMBER.pattern + r"(?P<gap> ?)(?P<unit>%|dB|Hz|kHz|ms|s|/ ?b|)\Z")


class EditError(ValueError):
    """An edit that cannot be made, and why in words."""


def respelled(old: str, value: float | str, unit: Unit) -> str:
    """A value in the way in which the old one was written: quotes, unit, digits."""
    if isinstance(value, str):
        return text_like(old, value)
    if not isfinite(value):
        raise EditError("the value is not a number")
    quote = old[0] if old[:1] in "'\"" and old[-1:] == old[:1] else ""
    found = _QUANTITY.match(old[len(quote) : len(old) - len(quote)])
    if found is None:
        raise EditError(f"{old[:40]} is not a number")
    decimals = len(found["decimals"] or found["bare"] or "")
    written = found["unit"].replace(" ", "")
    if written == "dB" and unit is Unit.GAIN:
        value, most = 20.0 * log10(max(value, LEVEL_LEAST)), 2
    elif unit is Unit.GAIN:
        # As fine as one hears: two digits are a tenth of a decibel at 0.9, and half of one at 0.1.
        most = 2 if value >= 0.1 else 3 if value >= 0.01 else 4
        value, most = (value * 100.0, most - 2) if written == "%" else (value, most)
    else:
        value, most = value * {"%": 100.0, "ms": 1000.0, "kHz": 0.001}.get(written, 1.0), DECIMALS_MOST
    return f"{quote}{number_text(value, decimals, most)}{found['gap']}{found['unit']}{quote}"


def number_text(value: float, decimals: int, most: int = DECIMALS_MOST) -> str:
    """A number with as few decimals as it needs, and at least the given number."""
    text = f"{value:.{max(most, decimals)}f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    plain = f"{whole}.{part}" if part else whole
    return plain.removeprefix("-") if float(plain) == 0.0 else plain


def text_like(old: str, new: str) -> str:
    if not new.strip() or len(new) > TEXT_MOST or not new.isprintable():
        raise EditError("the text is empty, too long, or holds what cannot be printed")
    if old[:1] == '"':
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if old[:1] == "'":
        return "'" + new.replace("'", "''") + "'"
    source, findings = parse_source(f"{{a: {new}}}", "")
    if not findings and source.complete and isinstance(source.value, dict) and list(source.value) == ["a"]:
        read = source.value["a"]
        is_number = isinstance(read, int | float) and not isinstance(read, bool)
        if read == new or (is_number and source.spellings.get("/a") == new):
            return new
    return scalar_text(new)


def read_back(written: str) -> str:
    """A scalar as text, as it will be read."""
    source, findings = parse_source(f"{{a: {written}}}", "")
    if findings or not isinstance(source.value, dict) or list(source.value) != ["a"]:
        raise EditError(f"{written[:40]} is not allowed there")
    return source.spellings.get("/a") or str(source.value["a"])
