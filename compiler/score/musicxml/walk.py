"""A walk along one part of a MusicXML file: each bar, and where in it every note, rest and mark is."""

from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.faults import fault
from ..guard.limits import MAX_DENOMINATOR
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node
from ..playback.written import Place
from .bars import Bar, Endings, repeat
from .chords import Draft, Voice, grace_chords, lyrics_of
from .directions import Directions, Found
from .heads import Heads
from .lengths import Length, Lengths
from .marks import Marks
from .parts import Part, Tracks, set_midi
from .signatures import Signatures
from .values import decimal, shown

MAX_DIVISIONS = 1 << 20
MAX_DURATION_QN = 2048
_ZERO = Fraction(0)


@dataclass(slots=True)
class Sheet:
    """The shared state of reading the parts."""

    name: str
    bars: list[Bar]
    tracks: Tracks
    sightings: Sightings
    found: Found = field(default_factory=Found)
    fermatas: list[tuple[Place, Fraction]] = field(default_factory=list)
    caesuras: list[tuple[Place, Fraction]] = field(default_factory=list)
    bar_repeats: dict[tuple[int, int], int] = field(default_factory=dict)
    """(staff, bar index) of measure repeats to how many bars back their music is."""


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
        self.signatures = Signatures(part.staves, self.notice)
        self.lengths = Lengths(self.notice, self.checked)
        self.heads = Heads(part, sheet.name, self.signatures, self.lengths, self.place_said, self.notice)
        self.index = 0
        self.bar = sheet.bars[0]
        self.stated = self.position = _ZERO
        self.known: dict[Fraction, Fraction] = {}
        self.voices: dict[str, Voice] = {}
        self.current: Draft | None = None

    def walk(self) -> None:
        for index, measure in enumerate(self.part.measures):
            self.measure(index, measure)
        self.endings.close(len(self.sheet.bars) - 1, is_open=True)
        self.directions.close()

    def where(self) -> Sighting:
        return Sighting(self.index + 1, self.position / self.signatures.meter.beat_qn + 1, self.part.name)

    def place(self) -> Place:
        return Place(self.index, self.position)

    def notice(self, message: str, hint: str = "", code: str = "MV422") -> None:
        self.sheet.sightings.add(code, message, self.where(), hint)

    def measure(self, index: int, measure: Node) -> None:
        self.index = index
        self.bar = bar = self.sheet.bars[index]
        if self.is_first and measure.attributes.get("implicit") != "yes":
            bar.printed = measure.attributes.get("number", "")[:20]
        self.stated = self.position = _ZERO
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
                message = "grace notes without a following note are not played"
                self.notice(message, "write them before or after a note of their voice", "MV423")
        if any(stated != exact for stated, exact in self.known.items()):
            # The length of a bar whose rounded durations do not add up.
            whole_bar = self.signatures.meter.bar_qn
            near = abs(furthest - whole_bar) < Fraction(1, 16)
            furthest = whole_bar if near else Fraction(round(furthest * 32), 32) or furthest
        self.bar.length_qn = max(self.bar.length_qn, furthest)
        if self.signatures.repeats_back:
            sounding = {draft.staff for draft in self.drafts[first_draft:]}
            for staff, back in self.signatures.repeats_back.items():
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
            else:
                self.signatures.read(child, self.bar, self.place())

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
                self.heads.grace(node, fields, voice)
            return
        if "chord" in fields:
            draft = self.current
            if draft is not None:
                if self.heads.add(node, fields, draft, is_cue=is_cue) and "notations" in fields:
                    self.marks.notations(node, draft, label, voice)
                return
            # A chord without a first note: the rest of one whose first note is left out.
            self.notice("a chord without its first note is played by itself", "", "MV422")
        length = self.lengths.of(node, fields, self.signatures.meter.bar_qn)
        self.bar.onsets.append(self.position)
        if "rest" in fields:
            self.current = None
            self.rests.append((label, self.index, self.position, length.exact_qn))
            self.held.pop(label, None)
            if "notations" in fields:
                self.marks.of_rest(node, self.place(), self.heads.staff(fields))
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
            staff=self.heads.staff(fields),
            voice=label,
            track=self.sheet.tracks.of(self.part, self.heads.instrument(fields)),
            line=node.line,
        )
        draft.in_tuplet = length.ratio != 1
        self.current = voice.last = draft
        self.drafts.append(draft)
        self.heads.add(node, fields, draft, is_cue=is_cue)
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
