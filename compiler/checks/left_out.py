"""Music that a piece leaves out: notes that show nothing, tracks in no part, parts that no bus plays."""

from collections.abc import Iterator, Sequence

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.plain import counted
from ...dsl.model.audio import Bus
from ...dsl.model.piece import Piece
from ...dsl.values.pitch_classes import PITCH_CLASSES
from ..notes.casting import Cast
from ..score.model import Note
from ..sound.plan_sound import Sources
from ..time.clock import Clock

NAMES_MOST = 6
"""The most names that are listed."""


def left_out(
    piece: Piece, clock: Clock, shown: Cast, buses: Sequence[Bus], sources: Sources
) -> Iterator[Diagnostic]:
    """A warning for each kind of music that is not seen or not heard, with a count and the first place."""
    heard = _heard_tracks(buses, sources)
    yield from _in_no_part(piece, clock, sources, is_all_known=heard is not None)
    if heard is not None:
        yield from _not_heard(piece, clock, sources, heard)
    # Where the sound moves the picture, no note shows anything.
    if piece.visuals.mapping == "notes":
        yield from _showing_nothing(piece, clock, shown, sources)


def _in_no_part(piece: Piece, clock: Clock, sources: Sources, is_all_known: bool) -> Iterator[Diagnostic]:
    taken = frozenset[int]().union(*(part.tracks for part in sources.parts))
    lost = [note for note in sources.score.notes if note.track not in taken]
    if lost:
        yield _warning(
            "MV352",
            piece,
            "/parts",
            f"{_count(lost, sources)}, those of {_tracks(lost, sources)}, are in no part, so they are not "
            f"{'heard or seen' if is_all_known else 'seen'}; the first stands at",
            "name their instrument under `tracks` of a part",
            lost[0],
            clock,
        )


def _not_heard(piece: Piece, clock: Clock, sources: Sources, heard: frozenset[int]) -> Iterator[Diagnostic]:
    for part in sources.parts:
        lost = [n for n in sources.score.notes if n.track in part.tracks and n.track not in heard]
        if lost:
            yield _warning(
                "MV353",
                piece,
                "/audio/buses",
                f"{_count(lost, sources)}, those of the part {part.name}, are not heard, because no bus "
                "plays them; the first stands at",
                f"add a bus: `{part.name}: {{}}`",
                lost[0],
                clock,
            )


def _heard_tracks(buses: Sequence[Bus], sources: Sources) -> frozenset[int] | None:
    """The tracks of the score that buses play; None where recordings or other scores may hold any of them."""
    tracks = {part.name: part.tracks for part in sources.parts}
    found: set[int] = set()
    for bus in buses:
        for stem in bus.stems:
            is_other = stem.file is not None or stem.score is not None
            name = stem.part or stem.plays or (bus.name if is_other and bus.name in tracks else None)
            if name is None:
                return None
            found |= tracks.get(name, frozenset())
    return frozenset(found)


def _showing_nothing(piece: Piece, clock: Clock, shown: Cast, sources: Sources) -> Iterator[Diagnostic]:
    if not shown.classless:
        return
    taken = frozenset[int]().union(*(part.tracks for part in sources.parts))
    notes = [note for note in sources.score.notes if note.track in taken]
    lost = [notes[i] for i in shown.classless]
    by = piece.visuals.classes_by
    if by == "pitch":
        present = {note.pitch % 12 for note in lost}
        keys = "no " + ", ".join(name for i, name in enumerate(PITCH_CLASSES) if i in present)
    elif by == "part":
        keys = f"no key for {_tracks(lost, sources)}"
    else:
        keys = "no key for their words, or nothing is sung to them"
    yield _warning(
        "MV350",
        piece,
        "/visuals/classes",
        f"{_count(lost, sources)} ({len(lost) / len(notes):.0%}) show nothing: `classes` has {keys}; "
        "the first stands at",
        "add the key `other`, for all notes that have no key",
        lost[0],
        clock,
    )


def _count(lost: Sequence[Note], sources: Sources) -> str:
    return f"{len(lost):,} of {counted(len(sources.score.notes), 'note')}"


def _tracks(lost: Sequence[Note], sources: Sources) -> str:
    names = list(dict.fromkeys(sources.score.tracks[note.track].name or "a track" for note in lost))
    return ", ".join(names[:NAMES_MOST]) + (" and others" if len(names) > NAMES_MOST else "")


def _warning(
    code: str, piece: Piece, pointer: str, message: str, hint: str, first: Note, clock: Clock
) -> Diagnostic:
    """A warning at a key of the manifest; the message goes on with the place of the first note."""
    span = dict(piece.spans).get(pointer, piece.score.span)
    place = clock.position(first.onset_qn)
    return Diagnostic(
        code, span, f"{message} {place}", hint, Severity.WARNING, clock.musical_place(first.onset_qn)
    )
