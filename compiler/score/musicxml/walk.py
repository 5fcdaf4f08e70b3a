"""A walk along one part of a MusicXML file: every note at its exact place, every mark where it stands."""

from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.faults import fault
from ..guard.limits import MAX_DENOMINATOR
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node
from ..playback.written import CLEF_SIGNS, Clef, Place, Transposition, WrittenNote
from .bars import COMMON, Bar, Endings, meter_of, repeat
from .chords import (
    Draft,
    Voice,
    grace_chords,
    lyrics_of,
)
from .directions import Directions, Found, note_velocity
from .lengths import Length, Lengths
from .marks import Marks
from .parts import Instrument, Part, Tracks, set_midi
from .scale import SEMITONES, STEPS, Line
from .values import decimal, shown, whole

MAX_DIVISIONS = 1 << 20
MAX_DURATION_QN = 2048
MAX_GRACES = 64
MAX_NOTES_IN_CHORD = 64
_ZERO = Fraction(0)


@dataclass(slots=True)
class Sheet:
    """What all the parts write."""

    name: str
    bars: list[Bar]
    tracks: Tracks
    sightings: Sightings
    found: Found = field(default_factory=Found)
    fermatas: list[tuple[Place, Fraction]] = field(default_factory=list)
    caesuras: list[tuple[Place, Fraction]] = field(default_factory=list)
    bar_repeats: dict[tuple[int, int], int] = field(default_factory=dict)
    """(staff, bar index) of measure repeats to how many bars back their music stands."""


class Walk:
    """A walk along one part, counting durations."""

    def __init__(self, part: Part, sheet: Sheet, *, is_first: bool) -> None:
        self.part = part
        self.sheet = sheet
        self.is_first = is_first
        self.directions = Directions(sheet.found, part.staves, sheet.sightings, sheet.name)
        self.marks = Marks(self.directions, sheet.fermatas, sheet.caesuras)
        self.endings = Endings()
        self.drafts: list[Draft] = []
        self.rests: list[tuple[str, int, Fraction, Fraction]] = []
        """(voice, bar index, offset, length)."""
        self.held: dict[str, set[int]] = {}
        """Verses of a voice whose syllable is held."""
        self.keys: dict[int, list[tuple[int, int]]] = {staff: [] for staff in part.staves}
        """For each staff, from which bar on how many sharps."""
        self.lengths = Lengths(self.notice, self.checked)
        self.meter = COMMON
        self.transposes: dict[int, int] = {}
        self.transpositions: list[Transposition] = []
        self.clefs: list[Clef] = []
        self.repeats_back: dict[int, int] = {}
        self.index = 0
        self.bar = sheet.bars[0]
        self.stated = self.position = self.began = _ZERO
        self.known: dict[Fraction, Fraction] = {}
        self.voices: dict[str, Voice] = {}
        self.current: Draft | None = None

    def walk(self) -> None:
        for index, measure in enumerate(self.part.measures):
            self.measure(index, measure)
        self.endings.close(len(self.sheet.bars) - 1, is_open=True)
        self.directions.close()

    def where(self) -> Sighting:
        return Sighting(self.index + 1, self.position / self.meter.beat_qn + 1, self.part.name)

    def place(self) -> Place:
        return Place(self.index, self.position)

    def notice(self, message: str, hint: str = "", code: str = "MV422") -> None:
        self.sheet.sightings.add(code, message, self.where(), hint)

    def measure(self, index: int, measure: Node) -> None:
        self.index = index
        self.bar = bar = self.sheet.bars[index]
        if self.is_first and measure.attributes.get("implicit") != "yes":
            bar.printed = measure.attributes.get("number", "")[:20]
        self.stated = self.position = self.began = _ZERO
        self.known = {_ZERO: _ZERO}
        self.voices = {}
        self.marks.early_stops = {}
        self.current = None
        furthest = _ZERO
        first_draft = len(self.drafts)
        for node in measure.children:
            tag = node.tag
            if tag == "note":
                self.note(node)
            elif tag == "backup" or tag == "forward":
                self.move(node)
            elif tag == "attributes":
                self.attributes(node)
            elif tag == "direction" or tag == "sound":
                self.direction(node)
            elif tag == "barline":
                self.barline(node)
            else:
                continue
            furthest = max(furthest, self.position)
        self.finish(index, measure, furthest, first_draft)

    def finish(self, index: int, measure: Node, furthest: Fraction, first_draft: int) -> None:
        """Ends a bar: graces that lead nowhere, its length, its measure repeats."""
        for voice in self.voices.values():
            if voice.graces and voice.last is not None:
                # Graces with nothing behind them in the bar close the chord before them.
                voice.last.graces_after = (*voice.last.graces_after, *grace_chords(voice.graces))
            elif voice.graces:
                message = "grace notes without a note to lean on are not played"
                self.notice(message, "write them before or after a note of their voice", "MV423")
        if any(stated != exact for stated, exact in self.known.items()):
            # The length of a bar whose rounded durations do not add up.
            whole_bar = self.meter.bar_qn
            near = abs(furthest - whole_bar) < Fraction(1, 16)
            furthest = whole_bar if near else Fraction(round(furthest * 32), 32) or furthest
        self.bar.length_qn = max(self.bar.length_qn, furthest)
        if self.repeats_back:
            sounding = {draft.staff for draft in self.drafts[first_draft:]}
            for staff, back in self.repeats_back.items():
                # Some write the music out under the sign.
                if staff not in sounding:
                    self.sheet.bar_repeats[(staff, index)] = back

    def move(self, node: Node) -> None:
        child = node.child("duration")
        step = None if child is None else decimal(child.text)
        self.current = None
        if step is None or step < 0:
            self.notice(f"a <{node.tag}> without a length is left out", "save the score again")
            return
        step = self.checked(step / self.lengths.divisions, node)
        if node.tag == "forward":
            self.go(self.stated + step, self.position + step, node)
        else:
            # Back to the start, a voice whose rounded durations did not add up begins a little late.
            self.go(max(self.stated - step, _ZERO), max(self.position - step, _ZERO), node)

    def go(self, stated: Fraction, position: Fraction, node: Node) -> None:
        """Goes to a place; one that was passed before keeps its exact value."""
        self.stated = stated
        self.position = position = self.known.setdefault(stated, position)
        if position.denominator > MAX_DENOMINATOR or stated.denominator > MAX_DENOMINATOR:
            message = "the note values of this bar add up to no playable length"
            raise fault("MV407", self.sheet.name, f"{self.place_said()}: {message}", line=node.line)

    def place_said(self) -> str:
        return f"{self.part.name}, bar {self.index + 1}"

    def checked(self, value: Fraction, node: Node) -> Fraction:
        if value > MAX_DURATION_QN:
            message = f"{self.place_said()}: a duration of {float(value):g} quarter notes"
            raise fault("MV407", self.sheet.name, message, line=node.line)
        return value

    def attributes(self, node: Node) -> None:
        for child in node.children:
            tag = child.tag
            if tag == "divisions":
                divisions = decimal(child.text)
                if divisions is None or not 0 < divisions <= MAX_DIVISIONS:
                    message = f"{self.place_said()}: {shown(child.text)} divisions of a quarter note"
                    raise fault("MV407", self.sheet.name, message, line=child.line)
                self.lengths.divide(divisions)
            elif tag == "time":
                self.time(child)
            elif tag == "transpose":
                self.transpose(child)
            elif tag == "clef":
                self.clef(child)
            elif tag == "key":
                self.key_signature(child)
            elif tag == "measure-style":
                for sign in child.each("measure-repeat"):
                    self.measure_repeat(sign, child.attributes.get("number", ""))

    def time(self, node: Node) -> None:
        if node.has("senza-misura"):
            return
        meter = meter_of(node)
        if meter is None:
            self.notice("a time signature that no music has is left out", "correct it")
            return
        self.meter = meter
        self.bar.meter = self.bar.meter or meter
        if meter.bar_qn != self.bar.meter.bar_qn:
            message = "a staff has a time signature of its own, bars and beats follow the others"
            self.notice(message, code="MV455")

    def transpose(self, node: Node) -> None:
        chromatic = decimal(node.value("chromatic", "0"))
        octaves = whole(node.value("octave-change", "0"), -9, 9)
        if chromatic is None or octaves is None or abs(chromatic) > 127:
            self.notice("a transposition without a number is left out", "write its semitones")
            return
        staff = whole(node.attributes.get("number", ""), 1, len(self.part.staves))
        shift = round(chromatic) + 12 * octaves
        if staff is None:
            self.transposes = {}
        self.transposes[staff or 0] = shift
        steps = (whole(node.value("diatonic", "0"), -99, 99) or 0) + 7 * octaves
        for index in self.part.staves if staff is None else (self.part.staves[staff - 1],):
            self.transpositions.append(Transposition(index, self.index, shift, steps))

    def clef(self, node: Node) -> None:
        staff = whole(node.attributes.get("number", "1"), 1, len(self.part.staves)) or 1
        sign = node.value("sign")[:20]
        line = whole(node.value("line", "2"), 1, 5) or 2
        octaves = whole(node.value("clef-octave-change", "0"), -3, 3) or 0
        if sign in CLEF_SIGNS:
            self.clefs.append(Clef(self.part.staves[staff - 1], self.place(), sign, line, octaves))

    def key_signature(self, node: Node) -> None:
        """The sharps of a key, which ornaments ask for; 0 for a key that is drawn in other ways."""
        fifths = whole(node.value("fifths", "0"), -7, 7) or 0
        staff = whole(node.attributes.get("number", ""), 1, len(self.part.staves))
        for index in self.part.staves if staff is None else (self.part.staves[staff - 1],):
            self.keys[index].append((self.index, fifths))

    def measure_repeat(self, node: Node, number: str) -> None:
        staff = whole(number, 1, len(self.part.staves))
        staves = self.part.staves if staff is None else (self.part.staves[staff - 1],)
        starts = node.attributes.get("type") == "start"
        back = whole(node.text, 1, 64) or 1
        for index in staves:
            if starts:
                self.repeats_back[index] = back
            else:
                self.repeats_back.pop(index, None)

    def barline(self, node: Node) -> None:
        for child in node.children:
            if child.tag == "repeat":
                repeat(child, self.bar)
            elif child.tag == "ending":
                self.endings.read(child, self.index)
            elif child.tag == "fermata":
                self.notice("a fermata over a bar line is not played", "write it over a note", "MV423")

    def direction(self, node: Node) -> None:
        place = self.place()
        holder = node.child("offset")
        offset = None if holder is None else decimal(holder.text)
        if offset is not None and abs(offset / self.lengths.divisions) <= MAX_DURATION_QN:
            place = Place(self.index, max(self.position + offset / self.lengths.divisions, _ZERO))
        self.directions.read(node, place, self.where())
        sound = node if node.tag == "sound" else node.child("sound")
        if sound is not None:
            for midi in sound.each("midi-instrument"):
                instrument = self.part.instruments.get(midi.attributes.get("id", ""))
                if instrument is not None:
                    set_midi(instrument, midi, self.where(), self.sheet.sightings)

    def note(self, node: Node) -> None:
        fields = {child.tag: child for child in node.children}
        is_cue = "cue" in fields
        label = fields["voice"].text.strip() if "voice" in fields else "1"
        voice = self.voices.get(label)
        if voice is None:
            voice = self.voices[label] = Voice()
        if "grace" in fields:
            if not is_cue:
                self.grace(node, fields, voice)
            return
        if "chord" in fields:
            draft = self.current
            if draft is not None:
                if self.head(node, fields, draft, is_cue=is_cue) and "notations" in fields:
                    self.marks.notations(node, draft, label, voice)
                return
            # A chord that begins with nothing: the rest of one whose first note is left out.
            self.notice("a chord without its first note is played by itself", "", "MV422")
        length = self.lengths.of(node, fields, self.meter.bar_qn)
        self.bar.onsets.append(self.position)
        if "rest" in fields:
            self.current = None
            self.rests.append((label, self.index, self.position, length.exact_qn))
            self.held.pop(label, None)
            if "notations" in fields:
                self.marks.of_rest(node, self.place(), self.staff(fields))
        else:
            self.chord(node, fields, label, voice, length, is_cue=is_cue)
        if length.stated_qn or length.exact_qn:
            self.go(self.stated + length.stated_qn, self.position + length.exact_qn, node)

    def chord(
        self,
        node: Node,
        fields: dict[str, Node],
        label: str,
        voice: Voice,
        length: Length,
        *,
        is_cue: bool,
    ) -> None:
        draft = Draft(
            bar_index=self.index,
            offset_qn=self.position,
            length_qn=length.exact_qn,
            face_qn=length.face_qn,
            dots=length.dots,
            staff=self.staff(fields),
            voice=label,
            track=self.sheet.tracks.of(self.part, self.instrument(fields)),
            line=node.line,
        )
        draft.in_tuplet = length.ratio != 1
        self.current = voice.last = draft
        self.drafts.append(draft)
        self.head(node, fields, draft, is_cue=is_cue)
        if voice.graces:
            draft.graces_before = grace_chords(voice.graces)
            voice.graces = []
        if "lyric" in fields:
            nodes = [child for child in node.children if child.tag == "lyric"]
            found = lyrics_of(nodes, self.held.setdefault(label, set()))
            draft.lyrics = tuple((verse, text) for verse, text, _ in found)
            draft.syllabics = tuple(syllabic for _, _, syllabic in found)
        if "notations" in fields:
            self.marks.notations(node, draft, label, voice, length.ratio)

    def staff(self, fields: dict[str, Node]) -> int:
        number = whole(fields["staff"].text, 1, 999) if "staff" in fields else 1
        return self.part.staves[min(number or 1, len(self.part.staves)) - 1]

    def instrument(self, fields: dict[str, Node]) -> Instrument:
        node = fields.get("instrument")
        if node is None:
            return self.part.leading
        return self.part.instruments.get(node.attributes.get("id", ""), self.part.leading)

    def head(self, node: Node, fields: dict[str, Node], draft: Draft, *, is_cue: bool) -> bool:
        """Adds a note head to a chord; False where it has no pitch."""
        if len(draft.notes) >= MAX_NOTES_IN_CHORD:
            message = f"{self.place_said()}: more than {MAX_NOTES_IN_CHORD} notes in one chord"
            raise fault("MV407", self.sheet.name, message, line=node.line)
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
        attack = (decimal(attributes.get("attack", "0")) or _ZERO) / self.lengths.divisions
        release = (decimal(attributes.get("release", "0")) or _ZERO) / self.lengths.divisions
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
            raise fault("MV407", self.sheet.name, f"{self.place_said()}: {shown(text)} is not a pitch")
        alter = 0
        if written.has("alter"):
            stated = decimal(written.value("alter") or "0")
            if stated is None or abs(stated) > 12:
                message = f"{self.place_said()}: a note is altered by {shown(written.value('alter'))}"
                raise fault("MV407", self.sheet.name, message, line=node.line)
            if stated.denominator != 1:
                self.notice("pitches between the keys are played on the nearest key", code="MV425")
            alter = round(stated)
        pitch = 12 * (octave + 1) + SEMITONES[step] + alter
        if self.transposes:
            number = self.part.staves.index(staff) + 1
            pitch += self.transposes.get(number, self.transposes.get(0, 0))
        if not 0 <= pitch <= 127:
            message = f"{self.place_said()} holds a note of pitch {pitch}; MIDI has 0 to 127"
            raise fault("MV407", self.sheet.name, message, line=node.line)
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
            message = f"{self.place_said()}: more than {MAX_GRACES} grace notes on one chord"
            raise fault("MV407", self.sheet.name, message, line=node.line)
        voice.graces.append(([note], attributes.get("slash") == "yes"))


def _ties(node: Node, fields: dict[str, Node]) -> tuple[bool, bool]:
    """Whether a head is tied forward, and back: <tie> sounds and <tied> is drawn, and many write only one."""
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
