"""Typed values from nodes that match the schema; values without a meaning are collected as findings."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TypeVar

from ..findings.collector import Findings
from ..findings.diagnostics import Diagnostic, Edit
from ..findings.span import Span
from ..text.files import name_fault
from ..text.yaml_source import Node
from ..values.position import (
    Duration,
    DurationUnit,
    Place,
    PlaceRange,
    parse_duration,
    parse_place,
    parse_range,
)
from ..values.quantity import Quantity, examples_within, parse_quantity, parse_ratio
from ..values.units import Unit

T = TypeVar("T")


class Reading:
    """The values of one piece as they are read; one without a meaning gives a finding and a stand-in.

    A stand-in never reaches anyone: a piece with an error in it is not handed on.
    """

    def __init__(self) -> None:
        self.findings = Findings()

    def find(self, code: str, span: Span, message: str, hint: str = "") -> None:
        """Collect a finding."""
        self.findings.error(code, span, message, hint)

    def taken(self, result: T | Diagnostic, stand_in: T) -> T:
        """The value that a parser returned, or a stand-in if it could not read the text."""
        if isinstance(result, Diagnostic):
            self.findings.add(result)
            return stand_in
        return result

    def parsed(self, title: str, result: T | Diagnostic, node: Node, stand_in: T) -> T:
        """The value that a parser gives for a node; if it fails, a finding says what to write.

        title   the kind, as the schemas call it
        """
        if not isinstance(result, Diagnostic):
            return result
        # Imported here, because most pieces have no errors.
        from ..form.suggest import spelling

        found = spelling(title, node.text)
        if found is not None:
            edits = (Edit(node.span, found.text),) if found.sure else ()
            result = replace(result, hint=f"write {found.text}", edits=edits)
        return self.taken(result, stand_in)

    def place(self, node: Node) -> Place:
        """A place as the value of a key."""
        result = parse_place(node.text, node.span)
        return self.parsed("place", result, node, Place("", node.span, bar=1))

    def place_of_key(self, key: str, node: Node) -> Place:
        """A place as a key."""
        return self.taken(parse_place(key, node.key_span), Place("", node.key_span, bar=1))

    def range(self, node: Node) -> PlaceRange:
        """A stretch of the piece."""
        result = parse_range(node.text, node.span)
        return self.parsed("range", result, node, PlaceRange("", node.span, None, None))

    def duration(self, node: Node | None) -> Duration | None:
        """A length of time, where one is written."""
        if node is None:
            return None
        return self.taken(parse_duration(node.text, node.span), Duration(Fraction(0), DurationUnit.SECONDS))

    def quantity(self, node: Node, unit: Unit, low: float, high: float) -> Quantity:
        """A quantity within its bounds, both included."""
        found = parse_quantity(node.text, unit, node.span)
        if isinstance(found, Diagnostic):
            found = replace(found, hint=f"write {examples_within(unit, low, high)}")
        quantity = self.taken(found, Quantity(low))
        if not low <= quantity.value <= high:
            side, limit = ("below", low) if quantity.value < low else ("above", high)
            percent = node.text.rstrip().endswith("%")
            ends = [f"{end * 100:g}%" if percent else f"{end:g}" for end in (low, high)]
            message = f"{node.text} is {side} {ends[limit == high]}, which is the limit"
            hint = f"write a value from {ends[0]} to {ends[1]}"
            if unit is Unit.GAIN and quantity.value < 0:
                hint = f"write {node.text.strip()} dB for decibels, or a factor from 0 to {high:g}"
            self.find("MV206", node.span, message, hint)
        return quantity

    def number(self, node: Node | None, default: float, unit: Unit = Unit.NUMBER, high: float = 1e9) -> float:
        """A number from 0 up to `high`, or the default where none is written."""
        return default if node is None else self.quantity(node, unit, 0.0, high).value

    def share(self, node: Node | None, default: float) -> float:
        """A share 0..1, or the default where none is written."""
        return self.number(node, default, Unit.SHARE, 1.0)

    def ratio(self, node: Node) -> Fraction:
        """An exact number."""
        return self.taken(parse_ratio(node.text, node.span), Fraction(1))

    def file(self, node: Node) -> PurePosixPath:
        """A file of the piece by name; it need not exist."""
        fault = name_fault(node.text, node.span)
        if fault:
            self.findings.add(fault)
        return PurePosixPath(node.text)


def texts(node: Node | None) -> tuple[str, ...]:
    """One text or a list of them."""
    return tuple(item.text for item in node.each()) if node else ()


def named(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The entries of a block, or none where it is not written."""
    return node.items() if node is not None else iter(())


def text_of(node: Node, key: str, default: str) -> str:
    """The text under a key."""
    found = node.get(key)
    return found.text if found else default


def each_of(node: Node, key: str) -> tuple[Node, ...]:
    """The items under a key: one, or those of a list."""
    found = node.get(key)
    return tuple(found.each()) if found else ()


def signed(node: Node | None, default: float) -> float:
    """A plain number of either sign, whose bounds the schema has seen to."""
    return default if node is None else float(node.value)
