"""The line breaks of a page: bars are distributed so that no line is squeezed and all are about equally
full.

Verovio fills line after line, and squeezes a bar in that almost fits until its words touch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .geometry import PageGeometry

# In the units of a page, on which a staff is 72 high: a clef with its room, a sign of a key, a metre.
_CLEF, _SIGN, _METRE = 60.0, 10.0, 30.0
_FIFTHS = re.compile(r"<fifths>(-?[0-9]+)</fifths>")
_MEASURE = re.compile(r"<measure\b[^<>]*\bid=\"m([0-9]+)\"[^<>]*>")
# So full, to the width of a page, the last line may end as it likes.
_LAST = 0.4


def with_lines(text: str, strip: PageGeometry, page_width: float, margin: float) -> str:
    """A score in MusicXML that says where lines begin, for pages of that width.

    strip   the same score on one line, engraved in the same size
    margin  to the left and the right of the page, and of the strip
    """
    first_part = text[:end] if (end := text.find("</part>")) >= 0 else text
    measures = {int(match[1]): match for match in _MEASURE.finditer(first_part)}
    bars = [index for index in sorted(strip.bars) if index in measures]
    if len(bars) < 2:
        return text
    signs = _SIGN * max((abs(int(fifths)) for fifths in _FIFTHS.findall(text)), default=0)
    widths = [strip.bars[index].right - strip.bars[index].left for index in bars]
    starts = [measures[index].end() for index in bars]
    bodies = [first_part[a:b] for a, b in zip(starts, [*starts[1:], len(first_part)], strict=True)]
    # A change of key or metre is also printed at the end of the line before it.
    extra = [
        (signs if "<fifths>" in body else 0.0) + (_METRE if "<beats>" in body else 0.0) for body in bodies
    ]
    room = page_width - 2 * margin
    label = strip.bars[bars[0]].left - margin
    begun = lines(widths, [*extra[1:], 0.0], room - label, room - _CLEF - signs)
    found, last = [], 0
    for position in (starts[line] for line in begun[1:]):
        found.append(f'{text[last:position]}<print new-system="yes"/>')
        last = position
    return "".join([*found, text[last:]])


def lines(widths: Sequence[float], extra: Sequence[float], first: float, others: float) -> list[int]:
    """The first bar of each line: of all ways to divide the bars, the one with the least empty room.

    extra   what a line needs more where it ends behind a bar
    first   the room of the first line
    others  that of the lines behind it

    The empty room of a line counts squared, as in Knuth and Plass, "Breaking Paragraphs into Lines" (1981).
    """
    count = len(widths)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, count + 1):
        found: list[tuple[float, int]] = []
        used = 0.0
        for begin in range(end - 1, -1, -1):
            used += widths[begin]
            room = max(first if begin == 0 else others, 1.0)
            empty = 1 - (used + extra[end - 1]) / room
            if empty < 0 and begin < end - 1:
                break
            cost = 100 * empty**2 if empty < 0 else empty**2
            if end == count and empty < 1 - _LAST:
                cost = 0.0 if empty >= 0 else cost
            found.append((best[begin][0] + cost, begin))
        best.append(min(found))
    begun = [count]
    while begun[-1] > 0:
        begun.append(best[begun[-1]][1])
    return begun[:0:-1]
