"""What the drums of a first manifest show: a rule for each kind of drum, since their pitches are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...dsl.text.format import scalar_text
from ...dsl.values.pitch_classes import pitch_name
from ..score.model import Note


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of drum: its keys in General MIDI's percussion, and what it shows."""

    name: str
    keys: frozenset[int]
    subject: str
    layer: int = 0
    """In front of drums that are struck with it, or behind: a hi-hat that never rests hides the rest."""


KINDS = (
    Kind("kick", frozenset((35, 36)), "drum", 1),
    Kind("snare, side stick or clap", frozenset((37, 38, 39, 40)), "umbrella", 1),
    Kind("toms", frozenset((41, 43, 45, 47, 48, 50)), "loggerhead", 1),
    Kind("hi-hat", frozenset((42, 44, 46)), "bubble", -1),
    Kind("cymbals", frozenset((49, 51, 52, 53, 55, 57, 59)), "daisy"),
    Kind("bongos, congas and timbales", frozenset(range(60, 67)), "mask"),
)
OTHERS = Kind("other percussion", frozenset(range(128)).difference(*(kind.keys for kind in KINDS)), "chime")
"""tests/cli/test_new.py holds the subjects to the table: all are drawn, and no two of a first manifest by the
same motif."""


def drum_rules(part: str, notes: Sequence[Note]) -> Iterator[str]:
    """The rules for a part of drums, each with the name of what is struck; `part` is a glob for the part."""
    named = f"part: {scalar_text(part)}"
    # The first rule is for all of them, without pitches: later rules win for the drums that have a kind.
    yield f"    - where: {{{named}}}"
    yield "      release: 1b                # a stroke is short"
    yield from _class(OTHERS, notes)
    for kind in KINDS:
        pitches = sorted({note.pitch for note in notes} & kind.keys)
        if not pitches:
            continue
        names = [scalar_text(pitch_name(pitch)) for pitch in pitches]
        struck = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        yield f"    - where: {{{named}, pitch: {struck}}}"
        yield from _class(kind, notes)
        if kind.layer:
            place = "in front of" if kind.layer > 0 else "behind"
            yield f"      layer: {str(kind.layer).ljust(20)}# {place} what is struck with it"


def _class(kind: Kind, notes: Sequence[Note]) -> Iterator[str]:
    count = sum(note.pitch in kind.keys for note in notes)
    if count:
        yield f"      class: {kind.subject.ljust(20)}# {kind.name}: {count} note{'' if count == 1 else 's'}"
