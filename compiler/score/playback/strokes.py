"""What one chord on paper sounds like: its notes with ties, graces, tremolo strokes and gates, from its own
start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..guard.limits import MAX_DENOMINATOR
from .written import GraceChord, WrittenChord, WrittenNote

# MuseScore 3: an acciaccatura lasts 65 ms, all those before one chord together at most half of it.
_ACCIACCATURA_S = Fraction(65, 1000)
# A grace note of a drumset, a flam, lasts 15 ms.
_FLAM_S = Fraction(15, 1000)
# Thousandths of the chord that an appoggiatura takes: half, two thirds of a dotted, four sevenths of a doubly
# dotted.
_APPOGGIATURA = {0: 500, 1: 667, 2: 571}
_WHOLE = 1000
_NONE = Fraction(0)

Head = tuple[int, int]
"""A note head: index of its chord, index of the note in it."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One sound: `delay_qn` after the chord's place on paper."""

    note: WrittenNote
    pitch: int
    delay_qn: Fraction
    length_qn: Fraction
    gate_qn: Fraction
    grace: bool = False


@dataclass(frozen=True, slots=True)
class Ties:
    """Which note heads are joined."""

    following: dict[Head, Head]
    joined: frozenset[Head]
    """Heads that go on sounding from before and are not struck."""
    from_grace: frozenset[Head]


def ties_of(
    chords: Sequence[WrittenChord], bar_starts: Sequence[Fraction], staff_tracks: Sequence[int]
) -> Ties:
    """Joins each head that ties forward with the head of its pitch that begins where it ends and is tied
    back.

    The same voice is looked at first, then the staff's others, then the part's other staves.
    """
    ends: dict[tuple[int, Fraction, int], list[Head]] = {}
    for index, chord in enumerate(chords):
        start = bar_starts[chord.place.bar_index] + chord.place.offset_qn
        for number, note in enumerate(chord.notes):
            if note.ties_back:
                key = (staff_tracks[chord.staff], start, note.pitch - note.shift)
                ends.setdefault(key, []).append((index, number))
    following: dict[Head, Head] = {}
    joined: set[Head] = set()
    from_grace: set[Head] = set()
    for index, chord in enumerate(chords):
        start = bar_starts[chord.place.bar_index] + chord.place.offset_qn
        for grace in chord.graces_before:
            for note in grace.notes:
                if note.ties_forward:
                    for number, main in enumerate(chord.notes):
                        if main.ties_back and main.pitch == note.pitch:
                            from_grace.add((index, number))
        end = start + chord.length_qn
        for number, note in enumerate(chord.notes):
            if not note.ties_forward:
                continue
            candidates = [
                head
                for head in ends.get((staff_tracks[chord.staff], end, note.pitch - note.shift), ())
                if head not in joined and head[0] != index
            ]
            if candidates:
                target = min(
                    candidates,
                    key=lambda head: (
                        chords[head[0]].staff != chord.staff,
                        chords[head[0]].voice != chord.voice,
                        head,
                    ),
                )
                following[(index, number)] = target
                joined.add(target)
    return Ties(following, frozenset(joined), frozenset(from_grace))


def strokes_of(
    index: int, chords: Sequence[WrittenChord], ties: Ties, quarters_per_minute: Fraction
) -> list[Stroke]:
    """All that chord number `index` sounds like, at a tempo."""
    chord = chords[index]
    if not chord.length_qn:
        return []
    strokes: list[Stroke] = []
    before, after, grace_each = _grace_shares(chord, quarters_per_minute)
    strokes.extend(_graces(chord, chord.graces_before, 0, grace_each))
    if chord.graces_after:
        strokes.extend(_graces(chord, chord.graces_after, _WHOLE - after, after // len(chord.graces_after)))
    if chord.tremolo is not None and chord.tremolo.between_chords:
        partner = _partner(index, chords)
        if partner is not None:
            strokes.extend(_alternating(chord, partner))
        return strokes
    if _is_second_of_tremolo(index, chords):
        return strokes
    for number, note in enumerate(chord.notes):
        if note.plays:
            strokes.extend(_head(chords, ties, (index, number), before, after))
    return strokes


def _head(chords: Sequence[WrittenChord], ties: Ties, head: Head, before: int, after: int) -> list[Stroke]:
    chord = chords[head[0]]
    note = chord.notes[head[1]]
    events = _events(chord, note, before, after)
    if len(events) == 1 and head in ties.joined:
        return []
    if head in ties.from_grace:
        return []
    length_more, gate_more = _tied(chords, ties, head)
    strokes: list[Stroke] = []
    for number, (semitones, onset, length) in enumerate(events):
        is_last = number == len(events) - 1
        delay = _share(chord.length_qn, onset)
        gate = _share(chord.length_qn, length)
        written = _share(chord.length_qn, _ungated(chord, note, length, before, after))
        strokes.append(
            Stroke(
                note,
                min(max(note.pitch + semitones, 0), 127),
                delay,
                written + length_more if is_last and length_more else written,
                gate + gate_more if is_last and gate_more else gate,
            )
        )
    return strokes


def _share(length_qn: Fraction, thousandths: int) -> Fraction:
    """So many thousandths of a length; nearly always none or all of it."""
    if thousandths == 0:
        return _NONE
    return length_qn if thousandths == _WHOLE else length_qn * thousandths / _WHOLE


def _events(chord: WrittenChord, note: WrittenNote, before: int, after: int) -> list[tuple[int, int, int]]:
    """(semitones, onset, length) of a note's strokes in thousandths of its chord."""
    if note.events:
        return list(note.events)
    gate = 100 if after else chord.gate_percent
    if chord.tremolo is not None:
        count = int(chord.face_qn / chord.tremolo.stroke_qn)
        if count > 0:
            step = _WHOLE // count
            return [(0, step * number, step * gate // 100) for number in range(count)]
    return [(0, before, (_WHOLE - before - after) * gate // 100)]


def _ungated(chord: WrittenChord, note: WrittenNote, length: int, before: int, after: int) -> int:
    """The length on paper of a stroke, in thousandths: as if it were held to its end."""
    if note.events:
        return length
    if chord.tremolo is not None and chord.face_qn >= chord.tremolo.stroke_qn:
        return _WHOLE // int(chord.face_qn / chord.tremolo.stroke_qn)
    return _WHOLE - before - after


def _tied(chords: Sequence[WrittenChord], ties: Ties, head: Head) -> tuple[Fraction, Fraction]:
    """(length, held length) that the heads tied to this one add."""
    length = gate = _NONE
    while (following := ties.following.get(head)) is not None:
        head = following
        chord = chords[head[0]]
        events = _events(chord, chord.notes[head[1]], 0, 0)
        if len(events) != 1:
            break
        length += chord.length_qn
        if length.denominator > MAX_DENOMINATOR:
            # The caller refuses such a note; adding on would only take time.
            break
        gate += chord.length_qn * events[0][2] / _WHOLE
    return length, gate


def _grace_shares(chord: WrittenChord, quarters_per_minute: Fraction) -> tuple[int, int, int]:
    """Thousandths of the chord that the graces before it take, those after it, and each one before it."""
    count, count_after = len(chord.graces_before), len(chord.graces_after)
    if not count + count_after:
        return 0, 0, 0
    seconds = chord.length_qn * 60 / quarters_per_minute
    appoggiatura = _APPOGGIATURA.get(min(chord.dots, 2), 500)
    before = each = 0
    weight_after = Fraction(count_after, count + count_after)
    if count and chord.has_flams:
        each = min(int(_FLAM_S / seconds * _WHOLE), _WHOLE // (count + 1))
        before = each * count
    elif count:
        if chord.graces_before[0].is_acciaccatura:
            before = min(_WHOLE // 2, int(_ACCIACCATURA_S * count / seconds * _WHOLE))
            weight_after = Fraction(1)
        else:
            before = int(appoggiatura * Fraction(count, count + count_after))
        each = before // count
    after = int(appoggiatura * weight_after) if count_after else 0
    return before, after, each


def _graces(chord: WrittenChord, graces: Sequence[GraceChord], onset: int, each: int) -> list[Stroke]:
    strokes: list[Stroke] = []
    length = chord.length_qn * each / _WHOLE
    for number, grace in enumerate(graces):
        delay = chord.length_qn * (onset + number * each) / _WHOLE
        for note in grace.notes:
            if not note.plays:
                continue
            # A grace tied to its main note is that note, begun early.
            into_main = note.ties_forward and any(n.ties_back and n.pitch == note.pitch for n in chord.notes)
            sounding = chord.length_qn - delay if into_main else length
            strokes.append(Stroke(note, note.pitch, delay, sounding, sounding, grace=not into_main))
    return strokes


def _partner(index: int, chords: Sequence[WrittenChord]) -> WrittenChord | None:
    """The chord that a tremolo between two chords goes to: the next of its voice in the bar."""
    chord = chords[index]
    if index + 1 < len(chords):
        other = chords[index + 1]
        if (other.staff, other.voice, other.place.bar_index) == (
            chord.staff,
            chord.voice,
            chord.place.bar_index,
        ) and other.place.offset_qn == chord.place.offset_qn + chord.length_qn:
            return other
    return None


def _is_second_of_tremolo(index: int, chords: Sequence[WrittenChord]) -> bool:
    if index == 0:
        return False
    before = chords[index - 1]
    return (
        before.tremolo is not None
        and before.tremolo.between_chords
        and _partner(index - 1, chords) is not None
    )


def _alternating(chord: WrittenChord, partner: WrittenChord) -> list[Stroke]:
    """A tremolo between two chords: each note of the first in turn with its fellow of the second."""
    if chord.tremolo is None:
        return []
    stroke_qn = chord.tremolo.stroke_qn
    total = chord.length_qn * 2
    pairs = int(total / stroke_qn) // 2
    step = int(2 * _WHOLE * stroke_qn / total)
    if not pairs:
        # Too slow for a tremolo: each chord once.
        pairs, step = 1, _WHOLE
    strokes: list[Stroke] = []
    length = chord.length_qn * step / _WHOLE
    for notes, phase in ((chord.notes, 0), (partner.notes, step)):
        for number, note in enumerate(notes):
            if note.plays:
                # The second chord's notes are as loud as their fellows in the first.
                fellow = chord.notes[number if number < len(chord.notes) else 0]
                strokes.extend(
                    Stroke(
                        fellow,
                        note.pitch,
                        chord.length_qn * (2 * step * turn + phase) / _WHOLE,
                        length,
                        length * chord.gate_percent / 100,
                    )
                    for turn in range(pairs)
                )
    return strokes
