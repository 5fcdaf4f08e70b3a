"""Chords of a MusicXML part on paper, once the whole part is read: voices numbered, slurs and trill lines
drawn, swing worked out.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from ..guard.sightings import Sighting
from ..playback.articulations import DEFAULT_GATES, DEFAULT_VELOCITIES, gate_percent, velocity_percents
from ..playback.swing import Beat, swung
from ..playback.written import Place, Slur, WrittenBar, WrittenChord
from .chords import Draft, table_names
from .scale import add_neighbours
from .walk import Walk


def chords_of(walk: Walk, bars: Sequence[WrittenBar], held: set[Place]) -> list[WrittenChord]:
    """The chords of a part, voice by voice in each bar."""
    numbers = _voice_numbers(walk.drafts)
    if any(swing.unit_qn for _, swing in walk.sheet.found.swings):
        _swing(walk, bars)
    _mark_spans(walk.drafts, walk.marks.slur_spans, "slur")
    _mark_spans(walk.drafts, walk.marks.trill_spans, "trill")
    _add_neighbours(walk)
    drafts = sorted(walk.drafts, key=lambda d: (d.bar_index, d.staff, numbers[d.voice]))
    chords = []
    for draft in drafts:
        if not draft.offset_qn < bars[draft.bar_index].length_qn:
            beat = draft.offset_qn / bars[draft.bar_index].meter.beat_qn + 1
            where = Sighting(draft.bar_index + 1, beat, walk.part.name)
            message = "chords stand outside their bars and are not played"
            walk.sheet.sightings.add("MV456", message, where, "correct the bar")
        elif draft.notes or draft.graces_before:
            chords.append(_chord(draft, numbers[draft.voice], walk, held))
    return chords


def slurs_of(walk: Walk) -> list[Slur]:
    """The slurs of a part."""
    numbers = _voice_numbers(walk.drafts)
    staves: dict[tuple[str, Place], int] = {}
    for draft in walk.drafts:
        staves.setdefault((draft.voice, Place(draft.bar_index, draft.offset_qn)), draft.staff)
    return [
        Slur(start, end, staves[voice, start], numbers[voice])
        for voice, start, end in walk.marks.slur_spans
        if (voice, start) in staves
    ]


def _add_neighbours(walk: Walk) -> None:
    """Spells the ornaments of each bar in which there are any."""
    decorated = {draft.bar_index for draft in walk.drafts if draft.ornament}
    if not decorated:
        return
    by_bar: dict[int, list[Draft]] = {}
    for draft in walk.drafts:
        if draft.bar_index in decorated:
            by_bar.setdefault(draft.bar_index, []).append(draft)
    for bar_index, drafts in by_bar.items():
        fifths = {}
        for staff, keys in walk.signatures.keys.items():
            position = bisect_right(keys, bar_index, key=lambda change: change[0]) - 1
            fifths[staff] = keys[position][1] if position >= 0 else 0
        if not add_neighbours(drafts, fifths):
            where = Sighting(bar_index + 1, part=walk.part.name)
            message = "an ornament over notes without a pitch is not played"
            walk.sheet.sightings.add("MV462", message, where, "write the notes out")


def _chord(draft: Draft, voice: int, walk: Walk, held: set[Place]) -> WrittenChord:
    place = Place(draft.bar_index, draft.offset_qn)
    articulations = draft.articulations
    if draft.tremolo is not None:
        articulations.append("tremolo")
    if held and place in held:
        articulations.append("fermata")
    names = table_names(draft.table_names)
    return WrittenChord(
        place=place,
        length_qn=draft.length_qn,
        staff=draft.staff,
        voice=voice,
        notes=tuple(draft.notes),
        track=draft.track,
        face_qn=draft.face_qn,
        dots=draft.dots,
        graces_before=tuple(draft.graces_before),
        graces_after=tuple(draft.graces_after),
        articulations=tuple(dict.fromkeys(articulations)),
        gate_percent=gate_percent(DEFAULT_GATES, names, "slur" in articulations),
        velocity_percents=velocity_percents(DEFAULT_VELOCITIES, names),
        tremolo=draft.tremolo,
        lyrics=tuple(draft.lyrics),
        syllabics=tuple(draft.syllabics),
        ornament=draft.ornament,
        arpeggio=draft.arpeggio,
        late_qn=draft.late_qn,
        longer_qn=draft.longer_qn,
        has_flams=walk.sheet.tracks.tracks[draft.track].is_drums,
        shown_staff=draft.shown_staff,
    )


def _voice_numbers(drafts: Sequence[Draft]) -> dict[str, int]:
    """The number of each voice within the staff on which most of its chords are: 1, 2, ... in order.

    MusicXML numbers the voices of a part through: a piano's lower staff often begins with 5.
    """
    counts: dict[str, dict[int, int]] = {}
    for draft in drafts:
        staves = counts.setdefault(draft.voice, {})
        staves[draft.staff] = staves.get(draft.staff, 0) + 1
    homes: dict[int, list[str]] = {}
    for voice, staves in counts.items():
        homes.setdefault(max(staves, key=lambda staff: (staves[staff], -staff)), []).append(voice)
    numbers: dict[str, int] = {}
    for voices in homes.values():
        ordered = sorted(voices, key=lambda voice: (len(voice), voice) if voice.isdecimal() else (99, voice))
        numbers.update({voice: number for number, voice in enumerate(ordered, start=1)})
    return numbers


def _mark_spans(drafts: Sequence[Draft], spans: Sequence[tuple[str, Place, Place]], name: str) -> None:
    """Names the chords of a voice under its slurs or trill lines, the last chord of each left out."""
    by_voice: dict[str, list[tuple[tuple[int, Fraction], tuple[int, Fraction]]]] = {}
    for voice, start, end in spans:
        by_voice.setdefault(voice, []).append((_order(start), _order(end)))
    if not by_voice:
        return
    joined: dict[str, tuple[list[tuple[int, Fraction]], list[tuple[int, Fraction]]]] = {}
    for voice, pairs in by_voice.items():
        starts: list[tuple[int, Fraction]] = []
        ends: list[tuple[int, Fraction]] = []
        for begin, finish in sorted(pairs):
            if ends and begin < ends[-1]:
                ends[-1] = max(ends[-1], finish)
            else:
                starts.append(begin)
                ends.append(finish)
        joined[voice] = (starts, ends)
    for draft in drafts:
        if draft.voice in joined:
            starts, ends = joined[draft.voice]
            here = (draft.bar_index, draft.offset_qn)
            index = bisect_right(starts, here) - 1
            if index >= 0 and here < ends[index]:
                draft.articulations.append(name)
                if name == "trill":
                    draft.ornament = draft.ornament or "trill"


def _order(place: Place) -> tuple[int, Fraction]:
    return (place.bar_index, place.offset_qn)


def _swing(walk: Walk, bars: Sequence[WrittenBar]) -> None:
    """The changes by swing; rests divide a beat as notes do."""
    changes = sorted(walk.sheet.found.swings, key=lambda change: _order(change[0]))
    starts = [_order(place) for place, _ in changes]
    rows: dict[str, list[tuple[tuple[int, Fraction], Fraction, Draft | None]]] = {}
    for draft in walk.drafts:
        here = (draft.bar_index, draft.offset_qn)
        rows.setdefault(draft.voice, []).append((here, draft.length_qn, draft))
    for voice, bar_index, offset, length in walk.rests:
        rows.setdefault(voice, []).append(((bar_index, offset), length, None))
    missing = max(bars[0].meter.bar_qn - bars[0].length_qn, Fraction(0))
    for row in rows.values():
        row.sort(key=lambda entry: entry[0])
        beats = [
            # A pickup's notes are where they would be in a full bar.
            Beat(Fraction(0), length, offset if bar_index else offset + missing)
            for (bar_index, offset), length, _ in row
        ]
        for index, (here, _, chord) in enumerate(row):
            position = bisect_right(starts, here) - 1
            if chord is None or chord.in_tuplet or position < 0:
                continue
            before = beats[index - 1] if index else None
            after = beats[index + 1] if index + 1 < len(beats) else None
            chord.late_qn, chord.longer_qn = swung(changes[position][1], before, beats[index], after)
