"""A piece whose score is read: its clock, parts, notes and classes. All later stages begin here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import PieceError
from ..dsl.model.generators import GeneratorKind
from ..dsl.model.piece import Piece
from ..dsl.model.visuals import Visuals
from .checks.expectations import unmet
from .classes.kinds import stand_in
from .classes.own_pictures import LAYERS, clip_fault, picture_faults, with_own, written_pictures
from .classes.table import ClassTable, class_table
from .notes.layering import LayerOfParts, layers_of
from .notes.parts import Cut, part_notes, parts_of
from .piece_files import PieceFiles
from .score.model import Score
from .score.part_note import PartNote
from .time.clock import Clock, clock_of

if TYPE_CHECKING:
    from ..dsl.load import Loaded
    from .notes.casting import Cast
    from .plan import OwnPicture
    from .sound.plan_sound import Sources


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece whose score is read: all later stages begin here."""

    piece: Piece
    score: Score
    clock: Clock
    parts: tuple[Cut, ...]
    notes: tuple[PartNote, ...]
    kind: GeneratorKind
    """The generator of the picture."""
    classes: ClassTable
    """The names of the classes that it can show."""
    files: "PieceFiles"
    pictures: "tuple[OwnPicture, ...]" = ()
    """The piece's own pictures that can be read."""
    layers: tuple[LayerOfParts, ...] = ()
    """The layers of the picture, back to front: one that holds all parts where the piece writes none."""


def hear(loaded: "Loaded", findings: Findings) -> Heard:
    """A loaded piece with its score; raises PieceError if there is none."""
    if loaded.piece is None:
        raise PieceError(loaded.diagnostics)
    findings += loaded.diagnostics
    heard = heard_piece(loaded.piece, PieceFiles(loaded.root), findings)
    if heard is None:
        raise PieceError(findings)
    return heard


def heard_piece(piece: Piece, files: PieceFiles, findings: Findings) -> Heard | None:
    """A piece with its score, or None and findings with the reasons."""
    score = files.score(piece.score.file, piece.score.span)
    if score is None or not score.measures:
        findings += files.findings
        if score is not None:
            findings.error("MV323", piece.score.span, f"{piece.score.file} has no bars", "write some music")
        return None
    clock = clock_of(score, piece.score.numbering)
    findings += unmet(piece, score, clock)
    parts = parts_of(piece.parts, score, findings)
    kind = files.kind(piece.visuals) or stand_in(piece.visuals)
    table, pictures = _with_pictures(class_table(kind), piece.visuals, kind, files, clock, findings)
    layers = layers_of(piece.visuals, [part.name for part in parts], findings)
    return Heard(piece, score, clock, parts, part_notes(parts, score), kind, table, files, pictures, layers)


def _with_pictures(
    table: ClassTable,
    visuals: Visuals,
    kind: GeneratorKind,
    files: PieceFiles,
    clock: Clock,
    findings: Findings,
) -> "tuple[ClassTable, tuple[OwnPicture, ...]]":
    """The classes with the piece's own pictures, and those of them that can be read."""
    written = written_pictures(visuals)
    faults = tuple(picture_faults(written, kind))
    findings += faults
    if faults or not written:
        return table, ()
    from .picture.clips import clip_plan
    from .plan import OwnPicture

    table = with_own(table, written)
    found = []
    for entry in written:
        assert entry.picture is not None
        index, path = table.picture(entry.name), files.root / entry.picture
        if entry.clip is None:
            digest = files.picture(entry.picture, entry.span)
            if digest is not None:
                found.append(OwnPicture(index, entry.name, path, digest))
            continue
        video = files.video(entry.picture, entry.span)
        if video is None:
            continue
        header, digest = video
        if fault := clip_fault(entry, header):
            findings.add(fault)
        clip = clip_plan(entry.clip, header, clock)
        found += [OwnPicture(index + k, entry.name, path, digest, clip) for k in range(LAYERS)]
    return table, tuple(found)


def cast_of(heard: Heard) -> "Cast":
    """The cast of a piece: the subjects of each note."""
    from .notes.casting import cast

    drums = frozenset(number for number, track in enumerate(heard.score.tracks) if track.is_drums)
    parts = [part.name for part in heard.parts]
    shown = cast(
        heard.notes,
        heard.piece.visuals,
        parts,
        heard.clock,
        heard.piece.seed,
        heard.classes,
        drums,
        heard.layers,
    )
    if not heard.classes.clips:
        return shown
    from .notes.clips import in_turns

    return in_turns(shown, heard.notes, heard.classes.clips, heard.clock)


def sources_of(heard: Heard) -> "Sources":
    """The inputs from which the sound of the buses is planned: score, recordings, installed sounds."""
    from .sound.installed import Outside
    from .sound.plan_sound import Sources

    files = heard.files
    return Sources(
        heard.score,
        heard.clock,
        heard.parts,
        files.score,
        files.audio,
        recording=files.recording,
        outside=Outside(files.root, files.trusted, files.findings, files.answers),
    )
