"""Selectors of notes: the keys of `where`."""

from fractions import Fraction

from ..text.yaml_source import Node
from ..values.position import Duration, parse_beat
from ..values.selector import (
    LengthRange,
    NumberRange,
    PitchRange,
    Where,
    parse_lengths,
    parse_pitches,
    parse_velocities,
)
from .reader import Reading, each_of, texts


def read_where(node: Node, reading: Reading) -> Where:
    """A selector."""
    every, chord = node.get("every"), node.get("chord")
    return Where(
        parts=texts(node.get("part")),
        staves=tuple(int(text) for text in texts(node.get("staff"))),
        voices=tuple(int(text) for text in texts(node.get("voice"))),
        pitches=tuple(
            reading.parsed("pitch", parse_pitches(item.text, item.span), item, PitchRange())
            for item in each_of(node, "pitch")
        ),
        ranges=tuple(reading.range(item) for item in each_of(node, "range")),
        beats=tuple(_beat(item, reading) for item in each_of(node, "beat")),
        every=_grid(every, reading) if every else None,
        velocities=tuple(
            reading.parsed("velocity", parse_velocities(item.text, item.span), item, NumberRange())
            for item in each_of(node, "velocity")
        ),
        lengths=tuple(
            reading.parsed("length", parse_lengths(item.text, item.span), item, LengthRange())
            for item in each_of(node, "length")
        ),
        articulations=texts(node.get("articulation")),
        chord=chord.text if chord else None,
        lyrics=texts(node.get("lyric")),
        words=texts(node.get("word")),
        # A mark may be written as in a place: @B.
        sections=tuple(name.removeprefix("@").strip() for name in texts(node.get("section"))),
        spans=tuple((key, value.span) for key, value in node.items()),
    )


def _beat(node: Node, reading: Reading) -> Fraction | str:
    if node.text == "last":
        return "last"
    beat = parse_beat(node.text)
    if beat is None:
        reading.find(
            "MV114", node.span, f"`{node.text}` is not a beat", "beats count from 1: 1, 2.5, 1+2/3, last"
        )
    return beat or Fraction(1)


def _grid(node: Node, reading: Reading) -> Duration | None:
    every = reading.duration(node)
    if every is not None and every.value == 0:
        reading.find("MV206", node.span, "the grid step must be longer than 0", "write 1b, 1/16 or 2bar")
    return every
