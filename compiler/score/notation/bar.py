"""One bar of one part as MusicXML: signatures, voices, bar lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..model import Track
from ..playback.written import Clef, Place, Volta, WrittenChord, WrittenScore
from .directions import Direction, Directions
from .elements import Element, add, number
from .ids import bar_id
from .notes import Around, Desk, accidentals_of, add_chord, add_rest
from .spelling import key_at
from .surroundings import surroundings
from .voices import Event, events_of

_ZERO = Fraction(0)
_NOTHING = Around()


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its staves in the score, and what plays it."""

    identity: str
    track: Track
    staves: tuple[int, ...]
    instruments: dict[tuple[int, int], str]
    """(track, key of a drum or -1) to the id of the instrument; empty if one plays all and is not a drum."""
    listed: list[tuple[str, Track, int | None]]
    """(id, track, key of a drum) of every instrument."""


class BarWriter:
    """Writes the bars of a score."""

    def __init__(self, score: WrittenScore, parts: Sequence[Part], divisions: int) -> None:
        self.score = score
        self.divisions = divisions
        self.first = parts[0]
        self.directions = Directions(score, frozenset(staff for part in parts for staff in part.staves))
        self.around = surroundings(score)
        self.holds = {hold.start: hold.stretch for hold in score.holds}
        self.voices = _voices(score)
        self.numbers: dict[tuple[int, int], list[int]] = {}
        for staff, bar, voice in sorted(self.voices):
            self.numbers.setdefault((staff, bar), []).append(voice)
        self.keys = {
            staff: sorted((k for k in score.keys if k.staff == staff), key=lambda key: key.bar_index)
            for part in parts
            for staff in part.staves
        }
        self.key_changes = {key.bar_index for keys in self.keys.values() for key in keys}
        self.clefs: dict[tuple[int, int], list[Clef]] = {}
        for clef in sorted(score.clefs, key=lambda clef: clef.place.offset_qn):
            self.clefs.setdefault((clef.staff, clef.place.bar_index), []).append(clef)
        self.shifts = {(t.staff, t.bar_index): t for t in score.transpositions}
        self.endings = {volta.first_bar: volta for volta in score.voltas}
        self.hooks: dict[int, Volta] = {volta.last_bar: volta for volta in score.voltas}
        self.forward = _forward_repeats(score)
        self.after_jump = any(bar.jump is not None and bar.jump.play_repeats for bar in score.bars)

    def write(self, node: Element, part: Part, index: int) -> None:
        bar = self.score.bars[index]
        node.set("id", bar_id(index))
        node.set("number", bar.printed or f"X{index + 1}")
        if not bar.printed:
            node.set("implicit", "yes")
        self._left(node, index)
        self._attributes(node, part, index)
        is_later = False
        for position, staff in enumerate(part.staves):
            numbers = self.numbers.get((staff, index), [1])
            desk = self._desk(part, staff, index)
            for voice in numbers:
                chords = self.voices.get((staff, index, voice), [])
                if is_later:
                    self.move(node, "backup", bar.length_qn)
                is_later = True
                # The first voice has rests where it has no notes, and carries the marks over the staff.
                leads = voice == numbers[0]
                events = events_of(chords, bar.length_qn, bar.meter, is_first=leads)
                walk = _Walk(self, node, part, staff, index, 4 * position + voice, desk)
                walk.write(events, self.directions.of(staff, index) if leads else [], leads=leads)
        self._right(node, index)

    def move(self, node: Element, tag: str, length_qn: Fraction) -> None:
        add(add(node, tag), "duration", number(length_qn * self.divisions))

    def _desk(self, part: Part, staff: int, index: int) -> Desk:
        changes = [t for t in self.score.transpositions if t.staff == staff and t.bar_index <= index]
        semitones = changes[-1].semitones if changes else 0
        fifths = key_at(self.keys[staff], index)
        chords = [
            entry
            for voice in self.numbers.get((staff, index), ())
            for entry in self.voices[staff, index, voice]
        ]
        is_drums = part.track.is_drums
        signs = {} if is_drums else accidentals_of(chords, fifths, semitones)
        return Desk(self.divisions, fifths, semitones, is_drums, part.identity, part.instruments, signs)

    def _left(self, node: Element, index: int) -> None:
        volta = self.endings.get(index)
        if index in self.forward or volta is not None:
            line = add(node, "barline", location="left")
            if index in self.forward:
                add(line, "bar-style", "heavy-light")
            if volta is not None:
                numbers = ",".join(map(str, volta.endings)) or "1"
                add(line, "ending", f"{numbers}.", number=numbers, type="start")
            if index in self.forward:
                add(line, "repeat", direction="forward")

    def _right(self, node: Element, index: int) -> None:
        bar, volta = self.score.bars[index], self.hooks.get(index)
        is_last = index == len(self.score.bars) - 1
        if not (bar.repeat_count or volta is not None or is_last):
            return
        line = add(node, "barline", location="right")
        if bar.repeat_count or is_last:
            add(line, "bar-style", "light-heavy")
        if volta is not None:
            numbers = ",".join(map(str, volta.endings)) or "1"
            add(line, "ending", number=numbers, type="discontinue" if volta.is_open else "stop")
        if bar.repeat_count:
            repeat = add(line, "repeat", direction="backward", times=bar.repeat_count)
            if self.after_jump:
                repeat.set("after-jump", "yes")

    def _attributes(self, node: Element, part: Part, index: int) -> None:
        holder = Element("attributes")
        if index == 0:
            add(holder, "divisions", self.divisions)
        several = len(part.staves) > 1
        for position, staff in enumerate(part.staves, start=1):
            fifths = next((k.fifths for k in self.keys[staff] if k.bar_index == index), None)
            if part.track.is_drums and index in self.key_changes:
                # Drums have no key, whatever the file says; readers would give them the key of the others.
                fifths = 0
            if fifths is None and index == 0:
                fifths = 0
            if fifths is not None:
                add(add(holder, "key", **_staff(position, several)), "fifths", fifths)
        meter = self.score.bars[index].meter
        if index == 0 or meter != self.score.bars[index - 1].meter:
            time = add(holder, "time")
            add(time, "beats", meter.numerator)
            add(time, "beat-type", meter.denominator)
        if index == 0 and several:
            add(holder, "staves", len(part.staves))
        for position, staff in enumerate(part.staves, start=1):
            clefs = self.clefs.get((staff, index), [])
            now = next((clef for clef in reversed(clefs) if clef.place.offset_qn == 0), None)
            if now is None and index == 0:
                now = self._first_clef(part, staff)
            if now is not None:
                add_clef(holder, now, position if several else None)
        for position, staff in enumerate(part.staves, start=1):
            change = self.shifts.get((staff, index))
            if change is not None:
                _add_transpose(holder, change.semitones, change.steps, _staff(position, several))
        if len(holder):
            node.append(holder)

    def _first_clef(self, part: Part, staff: int) -> Clef:
        """The clef of a staff whose file names none: by the middle of its notes."""
        if part.track.is_drums:
            return Clef(staff, Place(0, _ZERO), "percussion", 3)
        pitches = sorted(note.pitch for c in self.score.chords if c.staff == staff for note in c.notes)
        if pitches and pitches[len(pitches) // 2] < 57:
            return Clef(staff, Place(0, _ZERO), "F", 4)
        return Clef(staff, Place(0, _ZERO), "G", 2)


class _Walk:
    """A walk along one voice of a bar."""

    def __init__(
        self, writer: BarWriter, node: Element, part: Part, staff: int, index: int, label: int, desk: Desk
    ) -> None:
        self.writer = writer
        self.node = node
        self.part = part
        self.staff = staff
        self.index = index
        self.label = label
        self.desk = desk
        self.number = part.staves.index(staff) + 1 if len(part.staves) > 1 else None

    def write(self, events: Sequence[Event], marks: list[Direction], *, leads: bool) -> None:
        length = self.writer.score.bars[self.index].length_qn
        clefs = [c for c in self.writer.clefs.get((self.staff, self.index), []) if c.place.offset_qn > 0]
        clefs = clefs if leads else []
        here = _ZERO
        for event in events:
            if event.onset_qn < here:
                self.writer.move(self.node, "backup", here - event.onset_qn)
            here = event.onset_qn
            while clefs and clefs[0].place.offset_qn <= here:
                add_clef(add(self.node, "attributes"), clefs.pop(0), self.number)
            end = here + event.length_qn
            while marks and marks[0].place.offset_qn < min(end, length):
                self._direction(marks.pop(0), here)
            if event.chord is None:
                hold = self.writer.holds.get(Place(self.index, here)) if leads else None
                add_rest(self.node, event, self.desk, self.label, self.number, hold)
            else:
                self._chord(event, event.chord)
            here = end
        for mark in marks:
            self._direction(mark, here)
        for clef in clefs:
            add_clef(add(self.node, "attributes"), clef, self.number)
        if here < length:
            self.writer.move(self.node, "forward", length - here)
        elif here > length:
            self.writer.move(self.node, "backup", here - length)

    def _chord(self, event: Event, chord_index: int) -> None:
        chord = self.writer.score.chords[chord_index]
        around = self.writer.around.get(chord_index, _NOTHING)
        if chord.place.bar_index != self.index:
            # A copy under a measure repeat: lines end in the bar that it copies.
            around = Around(tremolo_stops=around.tremolo_stops)
        staff = self.number
        if staff is not None and chord.shown_staff in self.part.staves:
            staff = self.part.staves.index(chord.shown_staff) + 1
        add_chord(
            self.node, event, chord, around, self.desk, voice=self.label, staff=staff, bar_index=self.index
        )

    def _direction(self, mark: Direction, here: Fraction) -> None:
        element = mark.element
        offset = mark.place.offset_qn - here
        kinds = sum(child.tag == "direction-type" for child in element)
        if offset:
            node = Element("offset")
            node.text = number(offset * self.desk.divisions)
            element.insert(kinds, node)
            kinds += 1
        if self.number is not None:
            node = Element("staff")
            node.text = str(self.number)
            element.insert(kinds, node)
        self.node.append(element)


def add_clef(holder: Element, clef: Clef, number_: int | None) -> None:
    node = add(holder, "clef", **_staff(number_ or 1, number_ is not None))
    add(node, "sign", clef.sign)
    if clef.sign != "percussion":
        add(node, "line", clef.line)
    if clef.octaves:
        add(node, "clef-octave-change", clef.octaves)


def _add_transpose(holder: Element, semitones: int, steps: int, staff: dict[str, object]) -> None:
    """Whole octaves stand apart from the rest."""
    octaves = int(Fraction(steps, 7))
    node = add(holder, "transpose", **staff)
    add(node, "diatonic", steps - 7 * octaves)
    add(node, "chromatic", semitones - 12 * octaves)
    if octaves:
        add(node, "octave-change", octaves)


def _staff(position: int, several: bool) -> dict[str, object]:
    return {"number": position} if several else {}


def _forward_repeats(score: WrittenScore) -> set[int]:
    """The bars with a sign where repeats begin: also behind a section break, which MusicXML has not."""
    found = {index for index, bar in enumerate(score.bars) if bar.repeat_start}
    begin: int | None = None
    for index, bar in enumerate(score.bars):
        if index in found:
            begin = None
        if bar.repeat_count and begin is not None:
            found.add(begin)
            begin = None
        if bar.section_break_s is not None:
            begin = index + 1
    return found


def chords_on_paper(score: WrittenScore) -> Iterator[tuple[int, int, WrittenChord]]:
    """(bar index, index, chord) of every chord that is drawn: measure repeats are written out."""
    by_bar: dict[tuple[int, int], list[int]] = {}
    for index, chord in enumerate(score.chords):
        by_bar.setdefault((chord.staff, chord.place.bar_index), []).append(index)
    for (staff, bar_index), back in sorted(score.bar_repeats.items()):
        by_bar[staff, bar_index] = by_bar.get((staff, bar_index - back), [])
    for (_, bar_index), indices in by_bar.items():
        for index in indices:
            yield bar_index, index, score.chords[index]


def _voices(score: WrittenScore) -> dict[tuple[int, int, int], list[tuple[int, WrittenChord]]]:
    """(index, chord) by (staff, bar, voice), in the order of time."""
    found: dict[tuple[int, int, int], list[tuple[int, WrittenChord]]] = {}
    for bar_index, index, chord in chords_on_paper(score):
        found.setdefault((chord.staff, bar_index, chord.voice), []).append((index, chord))
    for row in found.values():
        row.sort(key=lambda entry: entry[1].place.offset_qn)
    return found
