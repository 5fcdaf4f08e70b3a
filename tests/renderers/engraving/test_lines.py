"""Where lines of a page end, and the keys of staves that Verovio does not read."""

from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import fromstring

import pytest
from musicvis.compiler.score.model import Meter, Track
from musicvis.compiler.score.notation.write import musicxml
from musicvis.compiler.score.playback.written import (
    Key,
    Place,
    WrittenBar,
    WrittenChord,
    WrittenNote,
    WrittenScore,
)
from musicvis.renderers.engraving.geometry import Box, PageGeometry
from musicvis.renderers.engraving.lines import lines, with_lines
from musicvis.renderers.engraving.process import different_keys, with_keys

COMMON = Meter(4, 4)
MEI = "http://www.music-encoding.org/ns/mei"


def score(keys: tuple[tuple[int, ...], ...]) -> str:
    """A score whose staves each have a whole note and a key in every bar."""
    bars = tuple(WrittenBar(Fraction(4), COMMON, str(k + 1)) for k in range(len(keys[0])))
    chords = tuple(
        WrittenChord(Place(bar, Fraction(0)), Fraction(4), staff, 1, (WrittenNote(60),), staff)
        for staff in range(len(keys))
        for bar in range(len(bars))
    )
    tracks = tuple(Track(f"Part {k}") for k in range(len(keys)))
    written = WrittenScore("", tracks, tuple((k, 1) for k in range(len(keys))), bars, chords)
    signs = tuple(Key(staff, bar, fifths) for staff, row in enumerate(keys) for bar, fifths in enumerate(row))
    return musicxml(replace(written, keys=signs), "score")


@pytest.mark.parametrize(
    ("widths", "room", "begun"),
    [
        # Full lines first would be 3 + 1 bars; two lines of two bars are equally full.
        ([30, 30, 30, 30, 95, 95], 100, [0, 2, 4, 5]),
        # The last line may be short, but not nearly empty.
        ([50, 50, 50, 50, 50], 100, [0, 2, 4]),
        ([50, 50, 50, 50, 10], 100, [0, 1, 3]),
        # A bar that is wider than a line has one for itself.
        ([40, 150, 40], 100, [0, 1, 2]),
        ([40], 100, [0]),
    ],
)
def test_lines_hold_what_fits_and_are_equally_full(
    widths: list[float], room: float, begun: list[int]
) -> None:
    found = lines(widths, [0.0] * len(widths), room, room)
    assert found == begun
    for first, end in zip(found, [*found[1:], len(widths)], strict=True):
        assert sum(widths[first:end]) <= room or end == first + 1


def test_a_change_of_key_behind_a_line_takes_room_on_it() -> None:
    assert lines([50, 50, 50], [0, 0, 0], 100, 100) == [0, 2]
    assert lines([50, 50, 50], [0, 20, 0], 100, 100) == [0, 1]


def test_the_score_says_where_its_lines_begin() -> None:
    text = score(((0, 0, 0, 0), (0, 0, 0, 0)))
    strip = PageGeometry(1000, 300, {k: Box(40 + 150 * k, 0, 190 + 150 * k, 72) for k in range(4)})
    root = fromstring(with_lines(text, strip, 2 * 150 + 2 * 40 + 70, 40))
    first, second = root.findall("part")
    begun = [bar.get("id") for bar in first.iter("measure") if bar.find("print") is not None]
    assert begun == ["m2"]
    assert second.find(".//print") is None


def test_keys_are_named_where_staves_change_to_different_ones() -> None:
    assert different_keys(score(((0, 2, 2), (0, 2, 2)))) == {}
    assert different_keys(score(((0, 2, -1), (2, 4, 1)))) == {"m1": [2, 4], "m2": [-1, 1]}


@pytest.mark.parametrize("has_change", [True, False])
def test_every_staff_has_its_own_key_in_mei(has_change: bool) -> None:
    change = '<scoreDef><keySig sig="2s"/><meterSig count="3" unit="4"/></scoreDef>' if has_change else ""
    mei = f'<mei xmlns="{MEI}"><section><measure xml:id="m0"/>{change}<measure xml:id="m1"/></section></mei>'
    root = fromstring(with_keys(mei, {"m1": [2, -4, 0]}))
    (section,) = root
    assert [node.tag.removeprefix(f"{{{MEI}}}") for node in section] == ["measure", "scoreDef", "measure"]
    keys = [(node.get("n"), node[0].get("sig")) for node in section.iter(f"{{{MEI}}}staffDef")]
    assert keys == [("1", "2s"), ("2", "4f"), ("3", "0")]
    assert section[1].find(f"{{{MEI}}}keySig") is None
    assert (section[1].find(f"{{{MEI}}}meterSig") is not None) == has_change


def test_verovio_draws_the_keys_of_every_staff() -> None:
    pytest.importorskip("verovio")
    from musicvis.renderers.engraving.engrave import pages_of
    from musicvis.renderers.engraving.sheet import STRIP_OPTIONS

    (svg,) = pages_of(score(((0, 2), (2, 4))), STRIP_OPTIONS)
    staves = fromstring(svg).findall(".//{*}g[@id='m1']/{*}g[@class='staff']")
    signs = [staff.findall(".//{*}g[@class='keySig']//{*}use") for staff in staves]
    sharps = [sum("E262" in str(use.attrib) for use in row) for row in signs]
    assert sharps == [2, 4]
