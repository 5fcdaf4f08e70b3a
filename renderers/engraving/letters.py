"""The letters of an engraved page: the font that sets its words, and musical signs within words as paths."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from .words import ROOM, Faces

FONT = "Leland"
"""The font of musical signs, which Verovio brings with it."""
_SVG = "http://www.w3.org/2000/svg"
_VEROVIOS = "Times, serif"
_LINK = "http://www.w3.org/1999/xlink"
# Fonts of musical signs have 1000 units to their size.
_UNITS = 1000.0
_NOTES, _SMALLER = ("\ueca0", "\uecb7"), 0.62
_SIGNS = ("\ue000", "\uf8ff")
_PATH = re.compile(r' d="([^"]+)"')


def with_signs(svg: str, faces: Faces) -> str:
    """A page of Verovio's as other programs draw it, too.

    Words name the font that sets them: `faces`, which a title of these letters would have.

    Signs that are in words, as the note of a metronome mark, become paths: Verovio sets them as letters of
    a font that nobody else has. Signs have no rim, which some draw a pixel wide however thin it is. Words
    whose place is said within the text begin a text of their own.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    root = ElementTree.fromstring(svg)
    for holder in root.iter():
        if holder.get("font-family") == _VEROVIOS:
            holder.set("font-family", faces.families())
    for path in root.iterfind(f".//{{{_SVG}}}defs//{{{_SVG}}}path"):
        path.set("style", "stroke:none")
    for parent in list(root.iter()):
        children = list(parent)
        if not any(child.tag == f"{{{_SVG}}}text" for child in children):
            continue
        for child in children:
            parent.remove(child)
        for child in children:
            for part in _placed(child):
                parent.extend(_taken_out(part) if part.tag == f"{{{_SVG}}}text" else [])
                parent.append(part)
                if part.tag == f"{{{_SVG}}}text":
                    face = faces.of("".join(part.itertext()))
                    if face is not faces.first:
                        part.set("font-family", faces.families(face))
    _centre_hyphens(root, faces)
    return ElementTree.tostring(root, encoding="unicode")


def _centre_hyphens(root: ElementTree.Element, faces: Faces) -> None:
    """Hyphens in the middle between two syllables; Verovio draws one right before the second."""
    rows: dict[float, list[tuple[float, float, list[ElementTree.Element]]]] = defaultdict(list)
    for syllable in root.iterfind(f".//{{{_SVG}}}g[@class='syl']"):
        text = syllable.find(f"{{{_SVG}}}text")
        if text is None:
            continue
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        looks = list(_stretches(text, {}))
        size = max((float(look.get("font-size", "0px").removesuffix("px")) for look, _ in looks), default=0.0)
        end = x + size * faces.width("".join(letters for _, letters in looks))
        # A line under a held syllable is on the letters' own line, a hyphen above it.
        hyphens = [r for r in syllable.iterfind(f"{{{_SVG}}}rect") if float(r.get("y", "0")) < y - 0.1 * size]
        rows[y].append((x, end, hyphens))
    for row in rows.values():
        row.sort(key=lambda entry: entry[0])
        for (_, end, hyphens), (following, _, _) in pairwise(row):
            if len(hyphens) == 1:
                width = float(hyphens[0].get("width", "0"))
                hyphens[0].set("x", f"{(end + following - width) / 2:g}")


def _placed(text: ElementTree.Element) -> list[ElementTree.Element]:
    """A text whose parts say their places, as a text for each of them."""
    spans = [child for child in text if child.get("x") is not None]
    if text.tag != f"{{{_SVG}}}text" or text.get("x") is not None or not spans:
        return [text]
    found = []
    for span in spans:
        own = ElementTree.Element(text.tag, dict(text.attrib))
        for key in ("x", "y", "text-anchor"):
            if span.get(key) is not None:
                own.set(key, span.attrib.pop(key))
        own.append(span)
        found.append(own)
    return found


def _taken_out(text: ElementTree.Element) -> list[ElementTree.Element]:
    """The signs with which a text begins, as paths where they were; the rest of the text moves behind them.

    What is left of the text is its letters alone, each stretch with its look: space between elements would
    be the first letter for some. A sign behind letters is left out: how far these reach, only the font knows.
    """
    x, y = float(text.get("x", "0")), float(text.get("y", "0"))
    begins = text.get("text-anchor", "start") == "start"
    paths: list[ElementTree.Element] = []
    rest: list[ElementTree.Element] = []
    for look, letters in _stretches(text, {}):
        size = float(look.get("font-size", "0px").removesuffix("px"))
        for sign in filter(_is_sign, letters):
            drawn = _sign(sign) if begins and not rest else None
            if drawn is not None:
                # Verovio's notes of metronome marks are larger than those on the staff.
                scale = size / _UNITS * (_SMALLER if _NOTES[0] <= sign <= _NOTES[1] else 1.0)
                # The y of a font goes up.
                place = f"translate({x:g},{y:g}) scale({scale:g},{-scale:g})"
                drawing = {"d": drawn[0], "transform": place, "style": "stroke:none"}
                paths.append(ElementTree.Element(f"{{{_SVG}}}path", drawing))
                x += drawn[1] * scale
        left = "".join(c for c in letters if not _is_sign(c))
        if not rest:
            # A space at the beginning would take the place of the text with it.
            x += 0.3 * size if paths and left[:1].isspace() else 0.0
            left = left.lstrip()
        if left:
            rest.append(ElementTree.Element(f"{{{_SVG}}}tspan", look))
            rest[-1].text = left
    if rest:
        # What is behind the words has made room for them: `words.Faces.padded`.
        rest[-1].text = (rest[-1].text or "").rstrip(f" {ROOM}")
    for child in list(text):
        text.remove(child)
    text.text = None
    text.extend(rest)
    text.set("x", f"{x:g}")
    return paths


def _stretches(node: ElementTree.Element, look: dict[str, str]) -> Iterator[tuple[dict[str, str], str]]:
    """The letters of a text in order, each stretch with the look that its elements give it."""
    for child in node:
        if child.tag == f"{{{_SVG}}}tspan":
            own = look | {key: value for key, value in child.attrib.items() if key not in ("id", "class")}
            if len(child) == 0 and child.text:
                yield own, child.text
            yield from _stretches(child, own)


def _is_sign(character: str) -> bool:
    return _SIGNS[0] <= character <= _SIGNS[1]


@lru_cache(maxsize=256)
def _sign(sign: str) -> tuple[str, float] | None:
    """The path of a sign in Verovio's font, and how far the next one is; None for one that it lacks."""
    spec = find_spec("verovio")
    folder = Path(next(iter(spec.submodule_search_locations or ())), "data") if spec is not None else Path()
    try:
        path = _PATH.search((folder / FONT / f"{ord(sign):04X}.xml").read_text(encoding="utf-8"))
        listed = (folder / f"{FONT}.xml").read_text(encoding="utf-8")
    except OSError:
        return None
    advance = re.search(rf'c="{ord(sign):04X}"[^>]*h-a-x="([\d.]+)"', listed)
    return None if path is None or advance is None else (path[1], float(advance[1]))
