"""The letters that a font file has: its table `cmap`, and nothing else of it.

OpenType 1.9, "cmap - Character to Glyph Index Mapping Table": subtables of format 4 (segments, to U+FFFF) and
12 (groups, all of Unicode); every font of today has one of them. A font is hostile: whatever its numbers say,
no more is read than the file holds, and no more than MOST_RANGES ranges.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass

MOST_RANGES = 100_000
_SFNT = (b"\0\1\0\0", b"OTTO", b"true")
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
"""Platforms and encodings of Unicode, those with most letters first."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Ranges of code points, ascending, from the first up to and with the last."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        index = bisect_right(self.firsts, ord(character)) - 1
        return index >= 0 and ord(character) <= self.lasts[index]


def font_letters(data: bytes) -> Letters | None:
    """The letters of a font, or of the first font of a collection; None where its table cannot be read."""
    try:
        start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
        if data[start : start + 4] not in _SFNT:
            return None
        ranges = _ranges(data, _cmap_at(data, start))
    except (struct.error, ValueError):
        return None
    ranges.sort()
    return Letters(tuple(first for first, _ in ranges), tuple(last for _, last in ranges))


def _cmap_at(data: bytes, start: int) -> int:
    (count,) = struct.unpack_from(">H", data, start + 4)
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return int(offset)
    raise ValueError("a font without a table of letters")


def _ranges(data: bytes, at: int) -> list[tuple[int, int]]:
    _, count = struct.unpack_from(">HH", data, at)
    found: dict[tuple[int, int], int] = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, at + 4 + 8 * number)
        found.setdefault((platform, encoding), at + offset)
    for kind in _UNICODE:
        if kind in found:
            (form,) = struct.unpack_from(">H", data, found[kind])
            if form == 12:
                return _groups(data, found[kind])
            if form == 4:
                return _segments(data, found[kind])
    raise ValueError("a font without a Unicode table that is read here")


def _groups(data: bytes, at: int) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", data, at + 12)
    if count > MOST_RANGES:
        raise ValueError("more groups than any font has")
    groups = (struct.unpack_from(">III", data, at + 16 + 12 * number) for number in range(count))
    return [(first, last) for first, last, glyph in groups if first <= last and (glyph or last > first)]


def _segments(data: bytes, at: int) -> list[tuple[int, int]]:
    """Format 4; a code point whose glyph is 0 is not in the font."""
    (double,) = struct.unpack_from(">H", data, at + 6)
    count = double // 2
    form = f">{count}H"
    lasts = struct.unpack_from(form, data, at + 14)
    firsts = struct.unpack_from(form, data, at + 16 + double)
    deltas = struct.unpack_from(form, data, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(form, data, offsets_at)
    found: list[tuple[int, int]] = []
    looked_at = 0
    for number, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
        if first > last or first == 0xFFFF:
            continue
        if offset == 0:
            lacking = -delta % 0x10000
            parts = (
                [(first, lacking - 1), (lacking + 1, last)] if first <= lacking <= last else [(first, last)]
            )
            found += [part for part in parts if part[0] <= part[1]]
            continue
        looked_at += last - first + 1
        if looked_at > MOST_RANGES:
            raise ValueError("more letters than such a table can have")
        glyphs_at = offsets_at + 2 * number + offset
        glyphs = struct.unpack_from(f">{last - first + 1}H", data, glyphs_at)
        found += [(first + k, first + k) for k, glyph in enumerate(glyphs) if glyph]
    return found
