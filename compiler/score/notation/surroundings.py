"""Lines over chords: slurs, glissandi, tremolos between two, held syllables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from ..playback.written import Place, WrittenChord, WrittenScore
from .notes import Around, strokes
from .values import value_of

_Row = list[tuple[tuple[int, Fraction], int]]
# MusicXML numbers the lines that are open at one time, up to 16.
_LINES = 16


@dataclass(slots=True)
class _Draft:
    slur_starts: list[int] = field(default_factory=list)
    slur_stops: list[int] = field(default_factory=list)
    hold: Fraction | None = None
    caesura: bool = False
    extended: set[int] = field(default_factory=set)
    glissando_starts: list[tuple[int, int]] = field(default_factory=list)
    glissando_stops: list[tuple[int, int]] = field(default_factory=list)
    tremolo_stops: int = 0


def surroundings(score: WrittenScore) -> dict[int, Around]:
    """The surroundings of each chord by its index; chords without any are left out."""
    drafts: dict[int, _Draft] = defaultdict(_Draft)
    rows: dict[tuple[int, int], _Row] = defaultdict(list)
    for index, chord in enumerate(score.chords):
        rows[chord.staff, chord.voice].append((_order(chord.place), index))
    for row in rows.values():
        row.sort()
    for row in rows.values():
        _follow(score.chords, [index for _, index in row], drafts)
    _slurs(score, rows, drafts)
    _holds(score, drafts)
    return {
        index: Around(
            tuple(d.slur_starts),
            tuple(d.slur_stops),
            d.hold,
            d.caesura,
            frozenset(d.extended),
            tuple(d.glissando_starts),
            tuple(d.glissando_stops),
            d.tremolo_stops,
        )
        for index, d in drafts.items()
    }


def _follow(chords: Sequence[WrittenChord], row: Sequence[int], drafts: Mapping[int, _Draft]) -> None:
    """The effect of a chord on the one that follows it in its voice."""
    for number, (here, after) in enumerate(pairwise(row)):
        chord, following = chords[here], chords[after]
        held = {verse for verse, text in following.lyrics if not text}
        drafts[here].extended |= {verse for verse, text in chord.lyrics if text and verse in held}
        if chord.tremolo is not None and chord.tremolo.between_chords:
            value = value_of(chord.length_qn, chord.face_qn, chord.dots)
            drafts[after].tremolo_stops = 0 if value is None else strokes(chord.tremolo, value)
        for k, note in enumerate(chord.notes):
            if note.glissando:
                aim = note.pitch + len(note.glissando) * (1 if note.glissando[-1] >= 0 else -1)
                ends = [n for n, other in enumerate(following.notes) if other.pitch == aim]
                if ends:
                    line = (number + k) % _LINES + 1
                    drafts[here].glissando_starts.append((k, line))
                    drafts[after].glissando_stops.append((ends[0], line))


def _slurs(score: WrittenScore, rows: Mapping[tuple[int, int], _Row], drafts: Mapping[int, _Draft]) -> None:
    """The ends of slurs at the chords where they are; one that finds no chord is left out."""
    at: dict[tuple[int, int, tuple[int, Fraction]], int] = {
        (staff, voice, place): index for (staff, voice), row in rows.items() for place, index in row
    }
    open_: dict[int, list[tuple[int, Fraction]]] = {}
    tracks = score.staff_tracks
    for slur in sorted(score.slurs, key=lambda slur: (_order(slur.start), _order(slur.end))):
        begin, end = _order(slur.start), _order(slur.end)
        for voice in (slur.voice,) if slur.voice else range(1, 5):
            start, stop = at.get((slur.staff, voice, begin)), at.get((slur.staff, voice, end))
            if start is None or stop is None or start == stop:
                continue
            # The number is free in the whole part once the slurs that had it have ended.
            ends = open_.setdefault(tracks[slur.staff][0], [(0, Fraction(0))] * _LINES)
            line = next((n for n, until in enumerate(ends) if until < begin), None)
            if line is not None:
                ends[line] = end
                drafts[start].slur_starts.append(line + 1)
                drafts[stop].slur_stops.append(line + 1)
            break


def _holds(score: WrittenScore, drafts: Mapping[int, _Draft]) -> None:
    holds = {hold.start: hold.stretch for hold in score.holds}
    breaths = {_before(score, pause.place) for pause in score.pauses}
    marked: set[Place] = set()
    for index, chord in enumerate(score.chords):
        if chord.place in holds:
            drafts[index].hold = holds[chord.place]
        end = Place(chord.place.bar_index, chord.place.offset_qn + chord.length_qn)
        if end in breaths and end not in marked:
            marked.add(end)
            drafts[index].caesura = True


def _before(score: WrittenScore, place: Place) -> Place:
    """A place at the start of a bar as the end of the bar before it."""
    if place.offset_qn == 0 and place.bar_index > 0:
        return Place(place.bar_index - 1, score.bars[place.bar_index - 1].length_qn)
    return place


def _order(place: Place) -> tuple[int, Fraction]:
    return (place.bar_index, place.offset_qn)
