"""A MusicXML file (.musicxml, .xml, .mxl) as a Score: notes by music21 at sounding pitch, structure from the
XML itself.

music21 is imported only here and only when such a file is read. It sees documents that have passed the
guards, and its offsets are taken exactly: floats of binary fractions and `Fraction`s, nothing rounded to a
grid.
"""

import re
import warnings
from collections.abc import Sequence
from typing import Any

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ..guard.archive import root_document
from ..guard.faults import fault, warning
from ..guard.limits import MAX_XML_CHARACTERS
from ..guard.xml import parse_xml
from ..model import Score
from ..playback.play import play
from ..playback.repeats import playing_order
from ..playback.written import WrittenScore
from .notes import Sheet, Staff, read_staff
from .structure import read_frame
from .walk import Frame

_ZIP = b"PK\x03\x04"
_PLAIN_GRACE = re.compile(rb"<grace(?![^>]*slash)(?=[\s/>])")
_DOCUMENT_TYPES = ("score-partwise",)


def read_musicxml(data: bytes, name: str, digest: str) -> Score:
    """The score in a MusicXML file.

    Raises PieceError: MV402 to MV408 as the MuseScore reader does, MV420 where music21 is not installed,
    MV421 where it cannot read what the guards let pass.
    """
    document = root_document(data, name, (".musicxml", ".xml")) if data.startswith(_ZIP) else data
    if len(document) > MAX_XML_CHARACTERS:
        raise fault("MV401", name, f"{len(document)} bytes of MusicXML, at most {MAX_XML_CHARACTERS}")
    frame = read_frame(parse_xml(document, name, _DOCUMENT_TYPES), name)
    # Refused here, an endless repeat never reaches music21.
    playing_order(frame.bars, frame.voltas, name)
    findings: list[Diagnostic] = []
    parts = _parts(document, frame, name)
    written = _written(frame, parts, name, findings)
    return play(written, name, digest, findings)


def _parts(document: bytes, frame: Frame, name: str) -> list[list[Any]]:
    """music21's staves of each part, in the order of the file, at sounding pitch."""
    try:
        from music21 import converter, stream
    except ImportError:
        hint = "pip install 'musicvis[musicxml]'"
        raise fault("MV420", name, "reading MusicXML needs music21, which is not installed", hint) from None
    with warnings.catch_warnings():
        # What music21 cannot import of layout and wedges does not concern the notes.
        warnings.simplefilter("ignore")
        try:
            # Without the attribute music21 takes every grace note for an acciaccatura.
            parsed = converter.parseData(_PLAIN_GRACE.sub(b'<grace slash="no"', document), format="musicxml")
            sounding = parsed.toSoundingPitch()
            staves = list(sounding.parts) if isinstance(sounding, stream.Score) else [sounding]
        # music21 raises whatever its many helpers raise; its failure is the file's fault to the composer.
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            raise fault("MV421", name, f"music21 cannot read it: {reason}") from None
    grouped: list[list[Any]] = []
    position = 0
    for track in frame.tracks:
        grouped.append(staves[position : position + track.staff_count])
        position += track.staff_count
    if position != len(staves):
        raise fault("MV421", name, f"music21 finds {len(staves)} staves where the file has {position}")
    return grouped


def _written(
    frame: Frame, parts: Sequence[Sequence[Any]], name: str, findings: list[Diagnostic]
) -> WrittenScore:
    sheet = Sheet(name, frame.bars)
    staff_tracks: list[tuple[int, int]] = []
    for track, staves in enumerate(parts):
        for number, staff in enumerate(staves, start=1):
            try:
                read_staff(
                    Staff(
                        part=staff,
                        index=len(staff_tracks),
                        track=track,
                        is_drums=frame.tracks[track].is_drums,
                        exact_places=frame.exact[track],
                        drum_notes=frame.drum_notes[track],
                    ),
                    sheet,
                )
            except PieceError:
                raise
            # As above: the streams' helpers fail as they please on odd content.
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                raise fault("MV421", name, f"music21's notes cannot be used: {reason}") from None
            staff_tracks.append((track, number))
    if sheet.late_count:
        findings.append(
            warning("MV456", name, f"{sheet.late_count} chords stand outside their bars and are not played")
        )
    return WrittenScore(
        title=frame.title,
        tracks=tuple(frame.tracks),
        staff_tracks=tuple(staff_tracks),
        bars=tuple(frame.bars),
        chords=tuple(sheet.chords),
        voltas=tuple(frame.voltas),
        tempi=tuple(frame.tempi),
        dynamics=tuple(frame.dynamics),
        hairpins=tuple(frame.hairpins),
        marks=tuple(frame.marks),
        bar_repeats=frame.bar_repeats,
    )
