"""A MusicXML file (.musicxml, .xml, .mxl) as a Score.

The guarded XML is read straight onto the paper that MuseScore files are read onto, so that both are played
by the same rules. Places are exact: what rounded durations in whole divisions stand for is worked out.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ....dsl.findings.diagnostics import PieceError
from ....dsl.findings.span import Span
from ..guard.archive import root_document
from ..guard.faults import fault
from ..guard.limits import MAX_XML_CHARACTERS
from ..guard.xml import Node, parse_xml
from ..model import Score
from ..musicxml_notices import Notices, spot
from ..playback.articulations import DEFAULT_GATES, DEFAULT_VELOCITIES, gate_percent, velocity_percents
from ..playback.play import play
from ..playback.written import Hold, Pause, Place, WrittenBar, WrittenChord, WrittenScore
from .bars import Bar, shared_voltas, written_bars
from .chords import Draft, table_names
from .navigation import place_signs
from .parts import Tracks, read_parts
from .tempo import resolved
from .walk import Sheet, Walk

_ZIP = b"PK\x03\x04"
_DOCUMENT_TYPES = ("score-partwise", "score-timewise")
# What is only seen, and what no reader of notes asks for: most of a file.
_NOT_READ = frozenset(
    {
        "accidental",
        "appearance",
        "beam",
        "clef",
        "color",
        "credit",
        "defaults",
        "display-text",
        "figured-bass",
        "footnote",
        "group-abbreviation",
        "harmony",
        "identification",
        "key",
        "level",
        "link",
        "listen",
        "listening",
        "midi-device",
        "notehead",
        "notehead-text",
        "part-abbreviation",
        "part-group",
        "part-name-display",
        "play",
        "print",
        "staff-details",
        "staff-lines",
        "stem",
        "technical",
        "tuplet",
        "virtual-instrument",
    }
)
# MuseScore returns to tempo one of its ticks before the next chord.
_TICK_QN = Fraction(1, 480)


def read_musicxml(data: bytes, name: str, digest: str) -> Score:
    """The score in a MusicXML file.

    Raises PieceError: MV401 to MV408 as the MuseScore reader does. A fault inside an archive has no line: the
    composer never sees that text.
    """
    if not data.startswith(_ZIP):
        return _read(data, name, digest, has_lines=True)
    try:
        return _read(root_document(data, name, (".musicxml", ".xml")), name, digest, has_lines=False)
    except PieceError as error:
        raise PieceError(replace(d, span=Span(d.span.file)) for d in error.diagnostics) from None


def _read(document: bytes, name: str, digest: str, *, has_lines: bool) -> Score:
    if len(document) > MAX_XML_CHARACTERS:
        raise fault("MV401", name, f"{len(document)} bytes of MusicXML, at most {MAX_XML_CHARACTERS}")
    root = parse_xml(document, name, _DOCUMENT_TYPES, _NOT_READ)
    notices = Notices(name)
    written = _written(root, name, notices)
    findings = notices.findings()
    if not has_lines:
        findings = [replace(d, span=Span(d.span.file)) for d in findings]
    return play(written, name, digest, findings)


def _written(root: Node, name: str, notices: Notices) -> WrittenScore:
    parts = read_parts(root, name, notices)
    bars = [Bar() for _ in range(max(len(part.measures) for part in parts))]
    sheet = Sheet(name, bars, Tracks(parts, name), notices)
    walks = [Walk(part, sheet, is_first=part is parts[0]) for part in parts]
    for walk in walks:
        walk.walk()
    place_signs(sheet.found.signs, bars, notices, parts[0].name)
    voltas = shared_voltas([walk.endings.voltas for walk in walks])
    paper = written_bars(bars, voltas)
    holds = _holds(sheet, paper)
    held = {hold.start for hold in holds}
    chords = [chord for walk in walks for chord in _chords(walk, paper, held, notices)]
    return WrittenScore(
        title=_title(root),
        tracks=tuple(sheet.tracks.tracks),
        staff_tracks=tuple(
            (index, number)
            for index, part in enumerate(parts)
            for number, _ in enumerate(part.staves, start=1)
        ),
        bars=tuple(paper),
        chords=tuple(chords),
        voltas=tuple(voltas),
        tempi=tuple(resolved(sheet.found.tempi)),
        holds=tuple(holds),
        pauses=tuple(Pause(place, seconds) for place, seconds in dict.fromkeys(sheet.caesuras)),
        dynamics=tuple(sheet.found.dynamics),
        hairpins=tuple(sheet.found.hairpins),
        marks=tuple(dict.fromkeys(sheet.found.marks)),
        bar_repeats=sheet.bar_repeats,
    )


def _title(root: Node) -> str:
    work = root.child("work")
    return ("" if work is None else work.value("work-title")) or root.value("movement-title")


def _holds(sheet: Sheet, bars: Sequence[WrittenBar]) -> list[Hold]:
    """Each fermata, up to where the next note or rest begins in any part."""
    longest: dict[Place, Fraction] = {}
    for place, stretch in sheet.fermatas:
        longest[place] = max(stretch, longest.get(place, stretch))
    onsets: dict[int, list[Fraction]] = {}
    holds = []
    for place, stretch in longest.items():
        index = place.bar_index
        if index not in onsets:
            onsets[index] = sorted(set(sheet.bars[index].onsets))
        following = bisect_right(onsets[index], place.offset_qn)
        is_last = following == len(onsets[index])
        end = bars[index].length_qn if is_last else onsets[index][following]
        if end - _TICK_QN > place.offset_qn:
            holds.append(Hold(place, Place(index, end - _TICK_QN), stretch))
    return holds


def _chords(walk: Walk, bars: Sequence[WrittenBar], held: set[Place], notices: Notices) -> list[WrittenChord]:
    """The chords of a part, voice by voice in each bar."""
    numbers = _voice_numbers(walk.drafts)
    _mark_spans(walk.drafts, walk.slur_spans, "slur")
    _mark_spans(walk.drafts, walk.trill_spans, "trill")
    drafts = sorted(walk.drafts, key=lambda d: (d.bar_index, d.staff, numbers[d.voice]))
    chords = []
    for draft in drafts:
        if not draft.offset_qn < bars[draft.bar_index].length_qn:
            meter = bars[draft.bar_index].meter
            where = spot(walk.part.name, draft.bar_index, draft.offset_qn, meter, draft.line)
            message = "a chord stands outside its bar and is not played"
            notices.add("MV456", message, "correct the bar in the program that made the score", where)
        elif draft.notes or draft.graces_before:
            chords.append(_chord(draft, numbers[draft.voice], walk, held))
    return chords


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
        has_flams=walk.sheet.tracks.tracks[draft.track].is_drums,
        shown_staff=draft.shown_staff,
    )


def _voice_numbers(drafts: Sequence[Draft]) -> dict[str, int]:
    """The number of each voice within the staff on which most of its chords stand: 1, 2, ... in order.

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


def _order(place: Place) -> tuple[int, Fraction]:
    return (place.bar_index, place.offset_qn)
