"""Signs over and under a staff: tempi, dynamics, wedges, marks, jumps and octave lines."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..playback.velocity import DYNAMICS
from ..playback.written import Jump, Place, Text, WrittenScore, WrittenTempo
from .elements import Element, add, number

_ZERO = Fraction(0)
# MusicXML counts loudness in hundredths of velocity 90.
_FORTE = Fraction(90, 100)
_NAMED = (
    frozenset("p" * n for n in range(1, 7))
    | frozenset("f" * n for n in range(1, 7))
    | frozenset(("mp", "mf", "sf", "sfp", "sfpp", "fp", "rf", "rfz", "sfz", "sffz", "fz", "n", "pf"))
)
# What readers, ours among them, take for a sign, a jump or a tempo.
_STEERS = re.compile(
    r"\W*(?:d\W{0,2}[cs]\b|da capo|dal segno|to (?:the )?coda|al coda|coda\b|segno\b|fine\b"
    r"|a tempo|tempo (?:i|1|primo)\b)",
    re.IGNORECASE,
)
_BEATS = (
    ("quarter", 0, Fraction(1)),
    ("quarter", 1, Fraction(3, 2)),
    ("half", 0, Fraction(2)),
    ("eighth", 0, Fraction(1, 2)),
)


@dataclass(frozen=True, slots=True)
class Direction:
    """A <direction> at its place; of two at one place the lower `order` is first."""

    place: Place
    staff: int
    order: int
    element: Element


class Directions:
    """The directions of a score, by staff and bar."""

    def __init__(self, score: WrittenScore, staves: frozenset[int]) -> None:
        """staves   the staves that are written; the first of them has what belongs to all"""
        self.score = score
        self.staves = staves
        self.first = min(staves)
        self.found: dict[tuple[int, int], list[Direction]] = {}
        self.tempo_words = {text.place: text.text for text in score.texts if text.is_tempo}
        self._signs()
        for name, place in score.marks:
            self._at(place, self.first, 2, "rehearsal", name)
        # Some programs repeat a mark in every part.
        for tempo in dict.fromkeys(score.tempi):
            self._tempo(tempo)
        for text in score.texts:
            self._text(text)
        self._gradual()
        self._swings()
        self._dynamics()
        self._ottavas()

    def of(self, staff: int, bar_index: int) -> list[Direction]:
        """The directions of a staff in a bar, in order of time."""
        found = self.found.get((staff, bar_index), [])
        return sorted(found, key=lambda direction: (direction.place.offset_qn, direction.order))

    def _new(self, place: Place, staff: int, order: int, above: bool) -> tuple[Element, Element]:
        direction = Element("direction", {"placement": "above" if above else "below"})
        self.found.setdefault((staff, place.bar_index), []).append(Direction(place, staff, order, direction))
        return direction, add(direction, "direction-type")

    def _at(
        self, place: Place, staff: int, order: int, tag: str, text: object = None, **attributes: object
    ) -> Element:
        direction, kind = self._new(place, staff, order, tag not in ("dynamics", "wedge"))
        add(kind, tag, text, **attributes)
        return direction

    def _tempo(self, tempo: WrittenTempo) -> None:
        value, hidden = tempo.quarters_per_minute, {"print_object": "no"} if tempo.is_hidden else {}
        if value is None:
            self._at(tempo.place, self.first, 3, "words", "a tempo")
            return
        direction, kind = self._new(tempo.place, self.first, 3, above=True)
        if not hidden and (words := self.tempo_words.pop(tempo.place, "")) and not _STEERS.match(words):
            add(kind, "words", words)
            kind = add(direction, "direction-type")
        beat, dots, length = next((b for b in _BEATS if (value / b[2]).denominator == 1), _BEATS[0])
        metronome = add(kind, "metronome", **hidden)
        add(metronome, "beat-unit", beat)
        for _ in range(dots):
            add(metronome, "beat-unit-dot")
        add(metronome, "per-minute", f"{float(value / length):g}")
        add(direction, "sound", tempo=number(value))

    def _text(self, text: Text) -> None:
        """Writes words so that nobody takes them for a jump or a tempo, except in a tempo mark."""
        if text.is_tempo and self.tempo_words.pop(text.place, None) != text.text:
            return
        if _STEERS.match(text.text) or not (text.is_tempo or text.staff in self.staves):
            return
        staff = self.first if text.is_tempo else text.staff
        _, kind = self._new(text.place, staff, 4, text.is_above)
        add(kind, "words", text.text)

    def _gradual(self) -> None:
        for index, change in enumerate(self.score.gradual_tempi):
            direction, kind = self._new(change.start, self.first, 4, above=True)
            add(kind, "words", "rit." if change.factor < 1 else "accel.")
            line = index % 8 + 1
            add(add(direction, "direction-type"), "dashes", type="start", number=line)
            self._at(change.end, self.first, 0, "dashes", type="stop", number=line)

    def _swings(self) -> None:
        for place, swing in self.score.swings:
            direction, kind = self._new(place, self.first, 5, above=True)
            add(kind, "words", "Swing" if swing.unit_qn else "Straight")
            node = add(add(direction, "sound"), "swing")
            if not swing.unit_qn:
                add(node, "straight")
                continue
            ratio = Fraction(swing.ratio_percent, 100)
            add(node, "first", ratio.numerator)
            add(node, "second", ratio.denominator - ratio.numerator)
            add(node, "swing-type", "16th" if swing.unit_qn == Fraction(1, 4) else "eighth")

    def _dynamics(self) -> None:
        for mark in self.score.dynamics:
            if mark.staff not in self.staves:
                continue
            if mark.symbol:
                direction, kind = self._new(mark.place, mark.staff, 6, above=False)
                holder = add(kind, "dynamics")
                add(holder, mark.symbol) if mark.symbol in _NAMED else add(
                    holder, "other-dynamics", mark.symbol
                )
                if DYNAMICS.get(mark.symbol, (-1, 0))[0] != mark.velocity:
                    add(direction, "sound", dynamics=number(mark.velocity / _FORTE))
            else:
                # A direction needs a sign: of those, this one may be invisible.
                direction, kind = self._new(mark.place, mark.staff, 6, above=False)
                add(kind, "other-direction", "loudness", print_object="no")
                add(direction, "sound", dynamics=number(mark.velocity / _FORTE))
        for index, pin in enumerate(self.score.hairpins):
            if pin.staff in self.staves:
                line = index % 6 + 1
                way = "crescendo" if pin.rises else "diminuendo"
                self._at(pin.start, pin.staff, 7, "wedge", type=way, number=line)
                end = self._before(pin.end, pin.start)
                self._at(end, pin.staff, 1, "wedge", type="stop", number=line)

    def _before(self, end: Place, start: Place) -> Place:
        """The end of a line, in the bar before where it would be the start of the next one."""
        if end.offset_qn == 0 and end.bar_index > start.bar_index:
            return Place(end.bar_index - 1, self.score.bars[end.bar_index - 1].length_qn)
        return end

    def _ottavas(self) -> None:
        """A line over every row of chords of a staff that sound an octave or more from where they are."""
        rows: dict[int, list[tuple[Place, Place, int]]] = {}
        for chord in self.score.chords:
            if chord.staff in self.staves:
                shift = next((note.shift for note in chord.notes if note.shift % 12 == 0), 0)
                end = Place(chord.place.bar_index, chord.place.offset_qn + chord.length_qn)
                rows.setdefault(chord.staff, []).append((chord.place, end, shift))
        for staff, row in rows.items():
            if not any(shift for _, _, shift in row):
                continue
            row.sort(key=lambda entry: (_order(entry[0]), entry[2]))
            begun: tuple[Place, Place, int] | None = None
            for place, end, shift in [*row, (Place(len(self.score.bars), _ZERO), Place(0, _ZERO), 0)]:
                if begun is not None and shift != begun[2]:
                    self._ottava(staff, *begun)
                    begun = None
                if shift:
                    begun = (place, end, shift) if begun is None else (begun[0], end, shift)

    def _ottava(self, staff: int, start: Place, end: Place, shift: int) -> None:
        size = abs(shift) // 12 * 7 + 1
        self._at(start, staff, 8, "octave-shift", type="down" if shift > 0 else "up", size=size)
        self._at(end, staff, 0, "octave-shift", type="stop", size=size)

    def _signs(self) -> None:
        """Segno, coda, Fine and the jumps. Which sign a marker is, the jumps say that name it."""
        jumps = [bar.jump for bar in self.score.bars if bar.jump is not None]
        segni = _numbered((jump.jump_to for jump in jumps), "segno")
        codas = _numbered((jump.continue_at for jump in jumps), "coda")
        leaving = {jump.play_until: jump.continue_at for jump in jumps if jump.continue_at}
        for index, bar in enumerate(self.score.bars):
            start, end = Place(index, _ZERO), Place(index, bar.length_qn)
            for marker in bar.markers:
                if marker in segni:
                    add(self._at(start, self.first, 1, "segno"), "sound", segno=segni[marker])
                if marker in codas:
                    add(self._at(start, self.first, 1, "coda"), "sound", coda=codas[marker])
                if marker in leaving:
                    label = codas.get(leaving[marker], "coda")
                    add(self._at(end, self.first, 1, "words", "To Coda"), "sound", tocoda=label)
                elif marker == "fine":
                    add(self._at(end, self.first, 1, "words", "Fine"), "sound", fine="yes")
            if bar.jump is not None:
                self._jump(bar.jump, Place(index, bar.length_qn), segni)

    def _jump(self, jump: Jump, place: Place, segni: Mapping[str, str]) -> None:
        label = segni.get(jump.jump_to)
        aim = " al Fine" if jump.play_until == "fine" else " al Coda" if jump.continue_at else ""
        direction = self._at(place, self.first, 2, "words", ("D.S." if label else "D.C.") + aim)
        if label:
            add(direction, "sound", dalsegno=label)
        else:
            add(direction, "sound", dacapo="yes")


def _numbered(markers: Iterable[str], kind: str) -> dict[str, str]:
    """A label of our own for each marker, as those of a file may be anything."""
    unique = [marker for marker in dict.fromkeys(markers) if marker not in ("", "start", "end")]
    return {marker: f"{kind}{number}" for number, marker in enumerate(unique, start=1)}


def _order(place: Place) -> tuple[int, Fraction]:
    return (place.bar_index, place.offset_qn)
