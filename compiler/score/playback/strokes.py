"""The sound of a written chord: its notes with ties, graces, tremolo strokes and gates, from its start."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..guard.limits import MAX_DENOMINATOR
from .ornaments import ORNAMENTS, Spelled, Turn, glissando, spelled
from .ties import Head, Ties
from .written import GraceChord, WrittenChord, WrittenNote

# MuseScore 3: an acciaccatura lasts 65 ms, all those before one chord together at most half of it.
_ACCIACCATURA_S = Fraction(65, 1000)
# A grace note of a drumset, a flam, lasts 15 ms.
_FLAM_S = Fraction(15, 1000)
# Thousandths of the chord that an appoggiatura takes: half, two thirds of a dotted, four sevenths of a doubly
# dotted.
_APPOGGIATURA = {0: 500, 1: 667, 2: 571}
_WHOLE = 1000
_TICKS = 480
_ARPEGGIO_TICKS = 64
_ANY_TEMPO = Fraction(120)
# A trill over more than that is a mistake, or an attack on the reader's time.
_LONGEST_ORNAMENT_QN = 1024
_NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One sound: `delay_qn` after the chord's place on paper."""

    note: WrittenNote
    pitch: int
    delay_qn: Fraction
    length_qn: Fraction
    gate_qn: Fraction
    grace: bool = False


def strokes_of(
    index: int, chords: Sequence[WrittenChord], ties: Ties, quarters_per_minute: Fraction
) -> list[Stroke]:
    """All that chord number `index` sounds like, at a tempo."""
    chord = chords[index]
    if not chord.length_qn:
        return []
    strokes: list[Stroke] = []
    ornament = _ornament(chords, ties, index, quarters_per_minute)
    if ornament is not None:
        strokes.extend(_ornament_graces(chord, ornament))
        for number, note in enumerate(chord.notes):
            head = (index, number)
            if not note.plays or head in ties.from_grace or _goes_on(chords, ties, head):
                continue
            turns = _on_scale(ornament.turns, note)
            if turns is None or note.events:
                strokes.extend(_head(chords, ties, (index, number), 0, 0, quarters_per_minute))
            else:
                gate = 100 if chord.graces_after else chord.gate_percent
                strokes.extend(_turned(note, turns, gate))
        return strokes
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
            strokes.extend(_head(chords, ties, (index, number), before, after, quarters_per_minute))
    return strokes


def _ornament(
    chords: Sequence[WrittenChord], ties: Ties, index: int, quarters_per_minute: Fraction
) -> Spelled | None:
    """The ornament of a chord, over all that is tied to it; None where it has none or it does not fit."""
    chord = chords[index]
    if not chord.ornament or chord.tremolo is not None or chord.arpeggio is not None:
        return None
    if not any(note.neighbours for note in chord.notes):
        return None
    length = max(chord.length_qn + _tied_length(chords, ties, (index, n)) for n in range(len(chord.notes)))
    if length.denominator > MAX_DENOMINATOR or length > _LONGEST_ORNAMENT_QN:
        return None
    graces = len(chord.graces_before), len(chord.graces_after)
    return spelled(ORNAMENTS[chord.ornament], length, quarters_per_minute, graces)


def _goes_on(chords: Sequence[WrittenChord], ties: Ties, head: Head) -> bool:
    """Whether a head is tied to one before it whose ornament lasts through it."""
    while (before := ties.before.get(head)) is not None:
        head = before
        if chords[head[0]].ornament:
            return True
    return False


def _tied_length(chords: Sequence[WrittenChord], ties: Ties, head: Head) -> Fraction:
    length = _NONE
    while (following := ties.following.get(head)) is not None:
        head = following
        length += chords[head[0]].length_qn
        if length.denominator > MAX_DENOMINATOR:
            break
    return length


def _ornament_graces(chord: WrittenChord, ornament: Spelled) -> list[Stroke]:
    """The grace notes of a chord with an ornament: as fast as it, before and after it."""
    strokes: list[Stroke] = []
    end = ornament.turns[-1].delay_qn + ornament.turns[-1].length_qn
    for graces, start in ((chord.graces_before, _NONE), (chord.graces_after, end)):
        for number, grace in enumerate(graces):
            delay = start + ornament.each_qn * number
            for note in grace.notes:
                if note.plays:
                    each = ornament.each_qn
                    strokes.append(Stroke(note, note.pitch, delay, each, each, grace=True))
    return strokes


def _on_scale(turns: Sequence[Turn], note: WrittenNote) -> list[Turn] | None:
    """The turns in semitones; None where the note does not know its neighbours."""
    scale = {0: 0, **dict(note.neighbours)}
    if any(turn.step not in scale for turn in turns):
        return None
    return [Turn(scale[turn.step], turn.delay_qn, turn.length_qn) for turn in turns]


def _turned(note: WrittenNote, turns: Sequence[Turn], gate_percent: int) -> list[Stroke]:
    return [
        Stroke(
            note,
            min(max(note.pitch + turn.step, 0), 127),
            turn.delay_qn,
            turn.length_qn,
            turn.length_qn * gate_percent / 100,
        )
        for turn in turns
    ]


def _head(
    chords: Sequence[WrittenChord],
    ties: Ties,
    head: Head,
    before: int,
    after: int,
    quarters_per_minute: Fraction,
) -> list[Stroke]:
    chord = chords[head[0]]
    note = chord.notes[head[1]]
    if head in ties.from_grace or _goes_on(chords, ties, head):
        return []
    if note.glissando and not note.events:
        turns = glissando(note.glissando, chord.length_qn, quarters_per_minute)
        return _turned(note, turns, chord.gate_percent)
    events = _events(chord, note, before, after, quarters_per_minute)
    if len(events) == 1 and head in ties.joined:
        return []
    length_more, gate_more = _tied(chords, ties, head)
    if chord.longer_qn:
        gate_more += chord.longer_qn
    strokes: list[Stroke] = []
    for number, (semitones, onset, length) in enumerate(events):
        is_last = number == len(events) - 1
        delay = _share(chord.length_qn, onset)
        gate = _share(chord.length_qn, length)
        written = _share(chord.length_qn, _ungated(chord, note, length, before, after))
        if chord.late_qn and not number:
            delay += chord.late_qn
            gate = max(gate - chord.late_qn, gate / 2)
            written = max(written - chord.late_qn, written / 2)
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
    """Thousandths of a length; nearly always 0 or 1000."""
    if thousandths == 0:
        return _NONE
    return length_qn if thousandths == _WHOLE else length_qn * thousandths / _WHOLE


def _events(
    chord: WrittenChord, note: WrittenNote, before: int, after: int, quarters_per_minute: Fraction
) -> list[tuple[int, int, int]]:
    """(semitones, onset, length) of a note's strokes in thousandths of its chord."""
    if note.events:
        return list(note.events)
    gate = 100 if after else chord.gate_percent
    if chord.tremolo is not None:
        count = int(chord.face_qn / chord.tremolo.stroke_qn)
        if count > 0:
            step = _WHOLE // count
            # A grace note before a roll takes its time from the roll's first strokes.
            begins = [max(step * number, before) for number in range(count)]
            return [
                (0, begin, (step * (number + 1) - begin) * gate // 100)
                for number, begin in enumerate(begins)
                if begin < step * (number + 1)
            ]
    if chord.arpeggio is not None and len(chord.notes) > 1:
        onset = _arpeggio_onset(chord, note, quarters_per_minute)
        return [(0, onset, _WHOLE - onset)]
    return [(0, before, (_WHOLE - before - after) * gate // 100)]


def _arpeggio_onset(chord: WrittenChord, note: WrittenNote, quarters_per_minute: Fraction) -> int:
    """The onset of a note of an arpeggio: the notes are at most a 64th triplet apart, in seconds, at 120."""
    apart = _ARPEGGIO_TICKS
    while apart and apart * len(chord.notes) > chord.length_qn * _TICKS:
        apart = 2 * apart // 3
    pitches = sorted(other.pitch for other in chord.notes)
    rank = pitches.index(note.pitch)
    if chord.arpeggio is None:
        return 0
    if chord.arpeggio.downward:
        rank = len(pitches) - 1 - rank
    share = int(apart * rank * _WHOLE / (chord.length_qn * _TICKS))
    return min(int(share * quarters_per_minute / 120 * chord.arpeggio.stretch), _WHOLE * 9 // 10)


def _ungated(chord: WrittenChord, note: WrittenNote, length: int, before: int, after: int) -> int:
    """The length on paper of a stroke, in thousandths: as if it were held to its end."""
    if note.events:
        return length
    if chord.tremolo is not None and chord.face_qn >= chord.tremolo.stroke_qn:
        return length * 100 // chord.gate_percent if chord.gate_percent else length
    if chord.arpeggio is not None and len(chord.notes) > 1:
        return length
    return _WHOLE - before - after


def _tied(chords: Sequence[WrittenChord], ties: Ties, head: Head) -> tuple[Fraction, Fraction]:
    """(length, held length) that the heads tied to this one add."""
    length = gate = _NONE
    while (following := ties.following.get(head)) is not None:
        head = following
        chord = chords[head[0]]
        note = chord.notes[head[1]]
        if len(_events(chord, note, 0, 0, _ANY_TEMPO)) != 1 or note.glissando:
            break
        events = _events(chord, note, 0, 0, _ANY_TEMPO)
        length += chord.length_qn
        if length.denominator > MAX_DENOMINATOR:
            # The caller refuses such a note; adding on would only take time.
            break
        gate += chord.length_qn * events[0][2] / _WHOLE
    return length, gate


def _grace_shares(chord: WrittenChord, quarters_per_minute: Fraction) -> tuple[int, int, int]:
    """Thousandths of the chord that graces take: those before it, those after it, and each one before it."""
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
        if chord.graces_before[0].is_acciaccatura or count > 1:
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
    # Inside a tuplet the chords take less than they are drawn for, and so do the strokes.
    total = max(chord.length_qn * 2, chord.face_qn)
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
