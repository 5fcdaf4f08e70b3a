"""Finds bars and note heads on an engraved page, by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

_NUMBERS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NOTE = re.compile(r"n([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)\Z")
_BAR = re.compile(r"m([0-9]+)\Z")
_HREF = "{http://www.w3.org/1999/xlink}href"
# Heads of a half and shorter, of a whole, of a breve, in a font of 1000 units; others take the widest.
_WIDTHS = {"E0A4": 330.0, "E0A3": 330.0, "E0A2": 430.0, "E0A9": 340.0}
_WIDEST, _HALF_HEIGHT = 480.0, 145.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in the units of its viewBox."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(slots=True)
class PageGeometry:
    """The geometry of a page: the places of its bars and notes."""

    width: float
    height: float
    bars: dict[int, Box] = field(default_factory=dict)
    """By the index of the bar: from bar line to bar line, from the highest staff to the lowest."""
    heads: list[tuple[int, float, int, int, Box]] = field(default_factory=list)
    """(bar index, offset in it in quarter notes, chord, note, place) of each note head."""


def geometry_of(svg: str) -> PageGeometry:
    """The geometry of a page that Verovio engraved."""
    root = ElementTree.fromstring(svg)
    width, height = _numbers(root.get("viewBox", "0 0 1 1"))[2:4]
    page = PageGeometry(width, height)
    for inner in root.iter():
        if _tag(inner) == "svg" and "definition-scale" in inner.get("class", ""):
            scale = width / _numbers(inner.get("viewBox", "0 0 1 1"))[2]
            for margin in inner:
                moved = _numbers(margin.get("transform", "")) or [0.0, 0.0]
                _read(margin, page, scale, (moved[0], moved[1]))
    return page


def _read(node: ElementTree.Element, page: PageGeometry, scale: float, moved: tuple[float, float]) -> None:
    for element in node.iter():
        identity = element.get("id", "")
        if bar := _BAR.match(identity):
            boxes = [box for staff in element if staff.get("class") == "staff" for box in _lines(staff)]
            if boxes:
                page.bars[int(bar[1])] = _scaled(_around(boxes), scale, moved)
        elif note := _NOTE.match(identity):
            index, numerator, denominator, chord, head = map(int, note.groups())
            for use in element.iter():
                if _tag(use) == "use" and use.get(_HREF, "").startswith("#E0"):
                    x, y, size = _numbers(use.get("transform", ""))[:3]
                    wide = _WIDTHS.get(use.get(_HREF, "")[1:5], _WIDEST) * size
                    tall = _HALF_HEIGHT * size
                    box = _scaled(Box(x, y - tall, x + wide, y + tall), scale, moved)
                    page.heads.append((index, numerator / denominator, chord, head, box))
                    break


def _lines(staff: ElementTree.Element) -> Iterator[Box]:
    """The lines of a staff, which are its own paths."""
    for path in staff:
        numbers = _numbers(path.get("d", "")) if _tag(path) == "path" else []
        if len(numbers) == 4:
            yield Box(numbers[0], numbers[1], numbers[2], numbers[3])


def _around(boxes: list[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _scaled(box: Box, scale: float, moved: tuple[float, float]) -> Box:
    x, y = moved
    return Box(
        (box.left + x) * scale, (box.top + y) * scale, (box.right + x) * scale, (box.bottom + y) * scale
    )


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBERS.findall(text)]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
