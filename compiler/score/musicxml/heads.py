"""The heads of notes in MusicXML: the key that each sounds, its staff, instrument and ties; grace notes."""

from collections.abc import Callable
from fractions import Fraction

from ..guard.faults import fault
from ..guard.xml import Node
from ..playback.written import WrittenNote
from .chords import Draft, Voice
from .directions import note_velocity
from .lengths import Lengths
from .parts import Instrument, Part
from .scale import SEMITONES, STEPS, Line
from .signatures import Signatures
from .values import decimal, shown, whole

MAX_GRACES = 64
MAX_NOTES_IN_CHORD = 64


class Heads:
    """The note heads of one part, as its walk passes them."""

    def __init__(
        self,
        part: Part,
        name: str,
        signatures: Signatures,
        lengths: Lengths,
        said: Callable[[], str],
        notice: Callable[[str, str, str], None],
    ) -> None:
        """name     of the file, as the composer calls it
        said     the place that is read, in words
        notice   reports a message, a hint and a code about it
        """
        self.part = part
        self.name = name
        self.signatures = signatures
        self.lengths = lengths
        self.said = said
        self.notice = notice

    def staff(self, fields: dict[str, Node]) -> int:
        number = whole(fields["staff"].text, 1, 999) if "staff" in fields else 1
        return self.part.staves[min(number or 1, len(self.part.staves)) - 1]

    def instrument(self, fields: dict[str, Node]) -> Instrument:
        node = fields.get("instrument")
        if node is None:
            return self.part.leading
        return self.part.instruments.get(node.attributes.get("id", ""), self.part.leading)

    def add(self, node: Node, fields: dict[str, Node], draft: Draft, *, is_cue: bool) -> bool:
        """Adds a note head to a chord; False where it has no pitch."""
        if len(draft.notes) >= MAX_NOTES_IN_CHORD:
            message = f"{self.said()}: more than {MAX_NOTES_IN_CHORD} notes in one chord"
            raise fault("MV407", self.name, message, line=node.line)
        found = self.pitch(node, fields, draft.staff)
        if found is None:
            return False
        pitch, line = found
        forward, back = _ties(node, fields)
        attributes = node.attributes
        draft.lines.append(line)
        draft.notes.append(
            WrittenNote(
                pitch,
                forward and not is_cue,
                back and not is_cue,
                plays=not is_cue,
                velocity=note_velocity(attributes.get("dynamics", "")) if attributes else None,
                events=self.events(attributes, draft) if attributes else (),
                alter=None if line is None else line[1],
            )
        )
        return True

    def events(self, attributes: dict[str, str], draft: Draft) -> tuple[tuple[int, int, int], ...]:
        """A note that is attacked or released a little before or after its written time."""
        if ("attack" not in attributes and "release" not in attributes) or not draft.length_qn:
            return ()
        attack = (decimal(attributes.get("attack", "0")) or Fraction(0)) / self.lengths.divisions
        release = (decimal(attributes.get("release", "0")) or Fraction(0)) / self.lengths.divisions
        # Never before its bar, which a repeat may enter; never without a sound.
        attack = min(max(attack, -draft.offset_qn), draft.length_qn * Fraction(9, 10))
        end = min(max(draft.length_qn + release, attack), draft.length_qn * 2)
        onset = int(1000 * attack / draft.length_qn)
        length = max(int(1000 * end / draft.length_qn) - onset, 1)
        return () if (onset, length) == (0, 1000) else ((0, onset, length),)

    def pitch(self, node: Node, fields: dict[str, Node], staff: int) -> tuple[int, Line | None] | None:
        """The key that a note sounds and how it is written; None for a note without one, which is not played.

        Raises PieceError MV407 for what is not a pitch: a wrong note would be heard.
        """
        written = fields.get("pitch")
        if written is None:
            key = self.key(fields)
            return None if key is None else (key, None)
        step = STEPS.get(written.value("step").upper())
        octave = whole(written.value("octave"), -1, 10)
        if step is None or octave is None:
            text = f"{written.value('step')[:8]}{written.value('octave')[:8]}"
            raise fault("MV407", self.name, f"{self.said()}: {shown(text)} is not a pitch")
        alter = 0
        if written.has("alter"):
            stated = decimal(written.value("alter") or "0")
            if stated is None or abs(stated) > 12:
                message = f"{self.said()}: a note is altered by {shown(written.value('alter'))}"
                raise fault("MV407", self.name, message, line=node.line)
            if stated.denominator != 1:
                self.notice("pitches between the keys are played on the nearest key", "", "MV425")
            alter = round(stated)
        pitch = 12 * (octave + 1) + SEMITONES[step] + alter
        pitch += self.signatures.shift(staff)
        if not 0 <= pitch <= 127:
            message = f"{self.said()} holds a note of pitch {pitch}; MIDI has 0 to 127"
            raise fault("MV407", self.name, message, line=node.line)
        return pitch, (octave * 7 + step, alter)

    def key(self, fields: dict[str, Node]) -> int | None:
        """The key of a percussion note: its instrument's, else the pitch at which it is drawn."""
        drawn = fields.get("unpitched")
        if drawn is None:
            self.notice("a note without a pitch is not played", "write its pitch", "MV423")
            return None
        instrument = self.instrument(fields)
        if instrument.key is not None and ("instrument" in fields or len(self.part.instruments) == 1):
            return instrument.key
        step = STEPS.get(drawn.value("display-step").upper(), 6)
        octave = whole(drawn.value("display-octave"), 0, 9)
        return min(12 * ((4 if octave is None else octave) + 1) + SEMITONES[step], 127)

    def grace(self, node: Node, fields: dict[str, Node], voice: Voice) -> None:
        found = self.pitch(node, fields, self.staff(fields))
        if found is None:
            return
        forward, back = _ties(node, fields)
        note = WrittenNote(found[0], forward, back, alter=None if found[1] is None else found[1][1])
        attributes = fields["grace"].attributes
        if "chord" in fields and voice.graces and len(voice.graces[-1][0]) < MAX_NOTES_IN_CHORD:
            voice.graces[-1][0].append(note)
            return
        if len(voice.graces) >= MAX_GRACES:
            message = f"{self.said()}: more than {MAX_GRACES} grace notes on one chord"
            raise fault("MV407", self.name, message, line=node.line)
        voice.graces.append(([note], attributes.get("slash") == "yes"))


def _ties(node: Node, fields: dict[str, Node]) -> tuple[bool, bool]:
    """Whether a head is tied forward, and back: <tie> sounds, <tied> is drawn, and many files have one."""
    forward = back = False
    if "tie" not in fields and "notations" not in fields:
        return forward, back
    for child in node.children:
        marks = child.each("tied") if child.tag == "notations" else (child,) if child.tag == "tie" else ()
        for mark in marks:
            kind = mark.attributes.get("type")
            forward |= kind in ("start", "continue")
            back |= kind in ("stop", "continue")
    return forward, back
