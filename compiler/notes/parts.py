"""Parts: the tracks of each, and its notes as the picture sees them and as a synthesiser plays them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ...dsl.findings.collector import Findings
from ...dsl.findings.span import Span
from ...dsl.model.piece import Part
from ...dsl.values.nearest import nearest
from ..recent import recent
from ..score.model import Score
from ..score.part_note import PartNote


@dataclass(frozen=True, slots=True)
class Cut:
    """A part and its tracks in the score."""

    name: str
    tracks: frozenset[int]


def parts_of(written: Sequence[Part], score: Score, findings: Findings) -> tuple[Cut, ...]:
    """The parts of a piece: as written, or one for each track that has notes, by its name."""
    if written:
        return tuple(Cut(part.name, tracks_of(part.tracks, score, part.span, findings)) for part in written)
    playing = sorted({note.track for note in score.notes})
    cuts: list[Cut] = []
    taken: set[str] = set()
    for track in playing:
        base = score.tracks[track].name.strip() or score.tracks[track].instrument or f"track {track + 1}"
        name, number = base, 2
        while name in taken:
            name, number = f"{base} {number}", number + 1
        taken.add(name)
        cuts.append(Cut(name, frozenset((track,))))
    return tuple(cuts)


def tracks_of(globs: Sequence[str], score: Score, span: Span, findings: Findings) -> frozenset[int]:
    """The tracks whose name matches one of the globs, ignoring case; all of them without a glob."""
    if not globs:
        return frozenset(range(len(score.tracks)))
    names = [track.name for track in score.tracks]
    found: set[int] = set()
    for glob in globs:
        fitting = {i for i, name in enumerate(names) if fnmatchcase(name.casefold(), glob.casefold())}
        if not fitting:
            near = nearest(glob.rstrip("*"), names, 1, 0.4)
            listed = ", ".join(dict.fromkeys(names[:12])) or "none"
            hint = f"did you mean {near[0]}?" if near else f"its tracks are {listed}"
            findings.error("MV321", span, f"no track of the score is called {glob}", hint)
        found |= fitting
    return frozenset(found)


@recent(2)
def part_notes(parts: Sequence[Cut], score: Score) -> tuple[PartNote, ...]:
    """The notes of the parts, in the order of the score; a track in two parts counts for the first."""
    owner: dict[int, str] = {}
    for part in parts:
        for track in part.tracks:
            owner.setdefault(track, part.name)
    return tuple(PartNote(note, owner[note.track]) for note in score.notes if note.track in owner)
