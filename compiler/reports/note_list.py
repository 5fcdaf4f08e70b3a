"""Every note as `musicvis notes` lists it: when it sounds, what it shows, and by which rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.model.visuals import Rule
from ...dsl.text.files import MAX_SCORE_BYTES, read_named
from ...dsl.values.position import PlaceRange
from ...dsl.values.units import ExactSeconds
from ..heard_piece import Heard, cast_of, hear
from ..notes.class_keys import Weights
from ..notes.selectors import selected
from ..recent import recent
from ..score.model import Note, Score
from ..score.part_note import PartNote
from ..score.read import read_score
from ..time.clock import Clock
from ..words.sung import sung_words

if TYPE_CHECKING:
    from ...dsl.load import Loaded


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as `musicvis notes` lists it: seconds exact, from the start of the piece."""

    note: Note
    onset_s: ExactSeconds
    part: str
    """The track's name where the note belongs to no part."""
    track: str
    classes: Weights = ()
    """The classes that it shows after all rules."""
    class_names: tuple[str, ...] = ()
    """The default name of each of them."""
    rules: tuple[int, ...] = ()
    """The rules of the manifest that mean it, numbered from 1."""
    word: str | None = None
    """The word that is sung, notes that it is held over included."""


def piece_notes(loaded: "Loaded") -> tuple[tuple[NoteRow, ...], tuple[Diagnostic, ...]]:
    """Every note of the score of a piece, with its classes and rules, and what is wrong.

    Raises PieceError where there is no score to list.
    """
    findings = Findings()
    heard = hear(loaded, findings)
    shown = cast_of(heard)
    findings += (*shown.findings, *heard.files.findings)
    sung = sung_words(heard.notes)
    seen = {
        id(entry.note): (entry.part, visual.classes, rules, sung.text_at(i))
        for i, (entry, visual, rules) in enumerate(
            zip(heard.notes, shown.notes, matched_rules(heard), strict=True)
        )
    }
    rows = []
    for note in _within(heard.score, heard.clock, heard.piece.selection, findings):
        track = heard.score.tracks[note.track].name
        part, classes, rules, word = seen.get(id(note), (track, (), (), None))
        names = tuple(heard.classes.name(index) for index, _ in classes)
        onset_s = heard.clock.seconds(note.onset_qn)
        rows.append(NoteRow(note, onset_s, part, track, classes, names, rules, word))
    return tuple(rows), tuple(findings)


def score_notes(
    path: Path, selection: PlaceRange | None = None
) -> tuple[tuple[NoteRow, ...], tuple[Diagnostic, ...]]:
    """The notes of a score file, and the reader's warnings; a track is its own part. Raises PieceError."""
    data = read_named(path, MAX_SCORE_BYTES, Span(str(path)))
    if isinstance(data, Diagnostic):
        raise PieceError([data])
    score = read_score(data, str(path))
    if not score.measures:
        return (), score.findings
    clock = Clock.from_score(score)
    findings = Findings(score.findings)
    names = [track.name for track in score.tracks]
    entries = tuple(PartNote(note, names[note.track]) for note in score.notes)
    sung = sung_words(entries)
    words = {id(note): sung.text_at(i) for i, note in enumerate(score.notes)}
    rows = tuple(
        NoteRow(
            note, clock.seconds(note.onset_qn), names[note.track], names[note.track], word=words[id(note)]
        )
        for note in _within(score, clock, selection, findings)
    )
    return rows, tuple(findings)


def matched_rules(heard: Heard) -> tuple[tuple[int, ...], ...]:
    """For each note of the parts the numbers, from 1, of the rules that mean it."""
    return _matched(heard.piece.visuals.rules, heard.notes, heard.clock)


@recent(2)
def _matched(rules: Sequence[Rule], notes: Sequence[PartNote], clock: Clock) -> tuple[tuple[int, ...], ...]:
    matched: list[list[int]] = [[] for _ in notes]
    for number, rule in enumerate(rules, 1):
        for i, meant in enumerate(selected(rule.where, notes, clock, rule.span, Findings())):
            if meant:
                matched[i].append(number)
    return tuple(map(tuple, matched))


def _within(score: Score, clock: Clock, selection: PlaceRange | None, findings: Findings) -> tuple[Note, ...]:
    """The notes that begin in a passage; raises PieceError where the score has no such passage."""
    if selection is None:
        return score.notes
    stretch = clock.locate_range(selection, findings)
    if stretch is None:
        raise PieceError(findings)
    return tuple(note for note in score.notes if stretch[0] <= note.onset_qn < stretch[1])
