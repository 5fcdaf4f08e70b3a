"""A MusicXML file (.musicxml, .xml, .mxl) as a Score.

The guarded XML is read straight onto the paper that MuseScore files are read onto, so that both are played
by the same rules. Places are exact: what rounded durations in whole divisions stand for is worked out.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import PieceError
from ....dsl.findings.span import Span
from ..guard.archive import root_document
from ..guard.faults import fault
from ..guard.limits import MAX_XML_CHARACTERS
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node, parse_xml
from ..model import Score
from ..playback.play import play
from ..playback.written import MAX_TEXT_CHARACTERS, Hold, Key, Pause, Place, WrittenBar, WrittenScore
from .bars import Bar, shared_voltas, written_bars
from .finish import chords_of, slurs_of
from .navigation import place_signs
from .parts import Tracks, read_parts
from .tempo import resolved
from .text import as_utf8
from .walk import Sheet, Walk

_ZIP = b"PK\x03\x04"
_DOCUMENT_TYPES = ("score-partwise", "score-timewise")
# Layout and other elements that no reader of notes needs: most of a file.
_NOT_READ = frozenset(
    {
        "accidental",
        "appearance",
        "beam",
        "color",
        "credit",
        "defaults",
        "display-text",
        "encoding",
        "figured-bass",
        "footnote",
        "group-abbreviation",
        "harmony",
        "level",
        "link",
        "listen",
        "listening",
        "midi-device",
        "miscellaneous",
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
    findings = Findings()
    return play(written_musicxml(data, name, findings), name, digest, findings)


def written_musicxml(data: bytes, name: str, findings: Findings) -> WrittenScore:
    """The score on paper. Raises as `read_musicxml` does."""
    if not data.startswith(_ZIP):
        return _read(data, name, findings)
    try:
        return _read(root_document(data, name, (".musicxml", ".xml")), name, findings)
    except PieceError as error:
        raise PieceError(replace(d, span=Span(d.span.file)) for d in error.diagnostics) from None


def _read(document: bytes, name: str, findings: Findings) -> WrittenScore:
    if len(document) > MAX_XML_CHARACTERS:
        raise fault("MV401", name, f"{len(document)} bytes of MusicXML, at most {MAX_XML_CHARACTERS}")
    text, encoding, is_guess = as_utf8(document)
    root = parse_xml(text, name, _DOCUMENT_TYPES, _NOT_READ, encoding)
    sightings = Sightings()
    if is_guess:
        message = "its text is not in the encoding that it declares; musicvis reads it as Windows-1252"
        sightings.add("MV426", message, Sighting(1), "save it as UTF-8 if names or words are wrong")
    written = _written(root, name, sightings)
    findings += sightings.findings(name)
    return written


def _written(root: Node, name: str, sightings: Sightings) -> WrittenScore:
    parts = read_parts(root, name, sightings)
    bars = [Bar() for _ in range(max(len(part.measures) for part in parts))]
    sheet = Sheet(name, bars, Tracks(parts, name), sightings)
    walks = [Walk(part, sheet, is_first=part is parts[0]) for part in parts]
    for walk in walks:
        walk.walk()
    place_signs(sheet.found.signs, bars)
    voltas = shared_voltas([walk.endings.voltas for walk in walks])
    paper = written_bars(bars, voltas)
    holds = _holds(sheet, paper)
    held = {hold.start for hold in holds}
    chords = [chord for walk in walks for chord in chords_of(walk, paper, held)]
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
        gradual_tempi=tuple(dict.fromkeys(sheet.found.gradual_tempi)),
        holds=tuple(holds),
        pauses=tuple(Pause(place, seconds) for place, seconds in dict.fromkeys(sheet.caesuras)),
        dynamics=tuple(sheet.found.dynamics),
        hairpins=tuple(sheet.found.hairpins),
        marks=tuple(dict.fromkeys(sheet.found.marks)),
        bar_repeats=sheet.bar_repeats,
        slurs=tuple(slur for walk in walks for slur in slurs_of(walk)),
        keys=tuple(
            Key(staff, bar, fifths)
            for walk in walks
            for staff, changes in walk.signatures.keys.items()
            for bar, fifths in changes
        ),
        clefs=tuple(clef for walk in walks for clef in walk.signatures.clefs),
        transpositions=tuple(change for walk in walks for change in walk.signatures.transpositions),
        swings=tuple(dict.fromkeys(sheet.found.swings)),
        texts=tuple(dict.fromkeys(sheet.found.texts)),
        composer=_composer(root),
    )


def _title(root: Node) -> str:
    work = root.child("work")
    return ("" if work is None else work.value("work-title")) or root.value("movement-title")


def _composer(root: Node) -> str:
    identification = root.child("identification")
    for creator in () if identification is None else identification.each("creator"):
        if creator.attributes.get("type") == "composer":
            return " ".join(creator.all_text().split())[:MAX_TEXT_CHARACTERS]
    return ""


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
