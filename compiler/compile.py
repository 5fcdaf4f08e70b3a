"""The door of the compiler: a loaded piece to its plan and everything that is wrong with it.

Scores are read and the clock is made; the film's length is weighed; parts, rules and lanes meet the notes;
what no renderer could mend is reported. A plan is made only where no error was found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..dsl.diagnostics import Diagnostic, PieceError, has_errors
from ..dsl.files import MAX_AUDIO_BYTES, MAX_SCORE_BYTES, fault_inside, read_inside, read_named
from ..dsl.piece import Piece
from ..dsl.position import PlaceRange
from ..dsl.span import Span
from ..dsl.units import ExactSeconds
from .clock import Clock
from .expect import unmet
from .film import Film, film_of
from .parts import Cut, part_notes, parts_of
from .score.model import Note, Score
from .score.read import read_score
from .select import PartNote

if TYPE_CHECKING:
    from ..dsl.load import Loaded
    from .plan import Plan
    from .rules import Weights

ReadBytes = Callable[[PurePosixPath, Span], bytes | Diagnostic]


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as `musicvis notes` lists it: seconds exact, from the start of the piece."""

    note: Note
    onset_s: ExactSeconds
    part: str
    """The track's name where the note belongs to no part."""
    track: str
    classes: "Weights" = ()
    """What it shows, after all rules."""
    rules: tuple[int, ...] = ()
    """The rules of the manifest that mean it, numbered from 1."""


@dataclass(frozen=True, slots=True)
class Compilation:
    """What a compile gives: the plan, unless an error stands in the way, and all findings."""

    plan: "Plan | None"
    diagnostics: tuple[Diagnostic, ...]
    score: Score | None = None
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece whose score is read: all later stages begin here."""

    piece: Piece
    score: Score
    clock: Clock
    parts: tuple[Cut, ...]
    notes: tuple[PartNote, ...]
    shelf: "Shelf"


class Shelf:
    """The files of a piece, each read once while it compiles; what cannot be read is in `findings`."""

    def __init__(self, root: Path, read: ReadBytes | None = None) -> None:
        self.findings: list[Diagnostic] = []
        self.root = root
        self._read = read
        self._scores: dict[PurePosixPath, Score | None] = {}

    def score(self, name: PurePosixPath, span: Span) -> Score | None:
        """A score of the piece, its warnings reported once; None where it cannot be read."""
        if name not in self._scores:
            self._scores[name] = self._parsed(name, span)
        return self._scores[name]

    def audio(self, name: PurePosixPath, span: Span) -> Path | None:
        """Where an audio file of the piece lies; None where it cannot be opened."""
        fault = fault_inside(self.root, name, MAX_AUDIO_BYTES, span)
        if fault is not None:
            self.findings.append(fault)
            return None
        return self.root / name

    def _parsed(self, name: PurePosixPath, span: Span) -> Score | None:
        data = (
            self._read(name, span)
            if self._read is not None
            else read_inside(self.root, name, MAX_SCORE_BYTES, span)
        )
        if isinstance(data, Diagnostic):
            self.findings.append(data)
            return None
        try:
            score = read_score(data, str(self.root / name))
        except PieceError as error:
            self.findings.extend(error.diagnostics)
            return None
        self.findings.extend(score.findings)
        return score


def compile_piece(loaded: "Loaded") -> Compilation:
    """The plan of a loaded piece, or every reason why there is none."""
    if loaded.piece is None:
        return Compilation(None, tuple(loaded.diagnostics))
    return compiled(loaded.piece, Shelf(loaded.root), loaded.diagnostics)


def check_piece(loaded: "Loaded") -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a piece, without making its plan."""
    if loaded.piece is None:
        return tuple(loaded.diagnostics)
    return compiled(loaded.piece, Shelf(loaded.root), loaded.diagnostics, plan=False).diagnostics


def hear(loaded: "Loaded", findings: list[Diagnostic]) -> Heard:
    """A loaded piece with its score; raises PieceError where there is none."""
    if loaded.piece is None:
        raise PieceError(loaded.diagnostics)
    findings += loaded.diagnostics
    heard = _heard(loaded.piece, Shelf(loaded.root), findings)
    if heard is None:
        raise PieceError(findings)
    return heard


def matched_rules(heard: Heard) -> tuple[tuple[int, ...], ...]:
    """For each note of the parts the numbers, from 1, of the rules that mean it."""
    from .select import selected

    matched: list[list[int]] = [[] for _ in heard.notes]
    for number, rule in enumerate(heard.piece.visuals.rules, 1):
        for i, meant in enumerate(selected(rule.where, heard.notes, heard.clock, rule.span, [])):
            if meant:
                matched[i].append(number)
    return tuple(map(tuple, matched))


def piece_notes(loaded: "Loaded") -> tuple[tuple[NoteRow, ...], tuple[Diagnostic, ...]]:
    """Every note of the score of a piece, with its classes and rules, and what is wrong.

    Raises PieceError where there is no score to list.
    """
    from .rules import cast

    findings: list[Diagnostic] = []
    heard = hear(loaded, findings)
    parts = [part.name for part in heard.parts]
    shown = cast(heard.notes, heard.piece.visuals, parts, heard.clock, heard.piece.seed)
    findings += (*shown.findings, *heard.shelf.findings)
    seen = {
        id(entry.note): (entry.part, visual.classes, rules)
        for entry, visual, rules in zip(heard.notes, shown.notes, matched_rules(heard), strict=True)
    }
    rows = []
    for note in _selected(heard.score, heard.clock, heard.piece.selection, findings):
        track = heard.score.tracks[note.track].name
        part, classes, rules = seen.get(id(note), (track, (), ()))
        rows.append(NoteRow(note, heard.clock.seconds(note.onset_qn), part, track, classes, rules))
    return tuple(rows), _unique(findings)


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
    findings = list(score.findings)
    names = [track.name for track in score.tracks]
    rows = tuple(
        NoteRow(note, clock.seconds(note.onset_qn), names[note.track], names[note.track])
        for note in _selected(score, clock, selection, findings)
    )
    return rows, tuple(findings)


def compiled(
    piece: Piece, shelf: Shelf, before: Sequence[Diagnostic] = (), *, plan: bool = True
) -> Compilation:
    """A piece to its plan; `before` are the findings of its loading, and errors among them stop the plan."""
    findings = list(before)
    heard = _heard(piece, shelf, findings)
    if heard is None:
        return Compilation(None, _unique(findings))
    film = film_of(piece, heard.clock, findings)
    if film is None:
        return Compilation(None, _unique(findings), heard.score, heard.clock)
    made = _planned(heard, film, findings, plan=plan)
    findings += shelf.findings
    return Compilation(None if has_errors(findings) else made, _unique(findings), heard.score, heard.clock)


def _heard(piece: Piece, shelf: Shelf, findings: list[Diagnostic]) -> Heard | None:
    score = shelf.score(piece.score.file, piece.score.span)
    if score is None or not score.measures:
        findings += shelf.findings
        if score is not None:
            findings.append(
                Diagnostic("MV323", piece.score.span, f"{piece.score.file} has no bars", "write some music")
            )
        return None
    clock = Clock.from_score(score, numbering=piece.score.numbering)
    findings += unmet(piece, score, clock)
    parts = parts_of(piece.parts, score, findings)
    return Heard(piece, score, clock, parts, part_notes(parts, score), shelf)


def _planned(heard: Heard, film: Film, findings: list[Diagnostic], *, plan: bool) -> "Plan | None":
    """Notes, lanes and rules brought together; the plan only where it is asked for and nothing is wrong."""
    from .lanes import Lanes
    from .lint import lint
    from .parameters import visual_targets
    from .rules import cast
    from .stage import Sources, buses_of, sound_plan
    from .timeline import timeline

    piece, clock = heard.piece, heard.clock
    lanes = Lanes(piece.lanes, clock, clock.quarters(film.end_s), piece.seed)
    sources = Sources(heard.score, clock, heard.parts, heard.shelf.score, heard.shelf.audio)
    buses = buses_of(piece, heard.parts)
    sound = sound_plan(buses, sources, lanes, film, findings)
    visual = {target.name: lanes.curve(target) for target in visual_targets(piece.visuals)}
    shown = cast(heard.notes, piece.visuals, [part.name for part in heard.parts], clock, piece.seed)
    events = timeline(piece.video.post, clock, film.end_s, findings)
    findings += shown.findings
    findings += lanes.findings
    findings += lanes.unknown(bus.name for bus in buses)
    findings += lint(piece, clock, shown, buses, sound, sources)
    if not plan or has_errors([*findings, *heard.shelf.findings]):
        return None
    from .picture import ScoreTime, picture_plan
    from .tempo import tempo_arrays

    memory = None
    if piece.visuals.motion.memory == "motif":
        from .phrases import memory_of

        memory = memory_of(heard.notes, [part.name for part in heard.parts], clock)
    score_time = ScoreTime(tempo_arrays(clock), memory)
    picture = picture_plan(piece, film, shown, visual, events, score_time, heard.shelf.root, findings)
    if picture is None:
        return None
    from .plan import BarMark, Plan

    bars = tuple(
        BarMark(measure.bar, measure.pass_number, float(start_s - film.start_s))
        for measure in heard.clock.measures
        if film.start_s <= (start_s := heard.clock.seconds(measure.start_qn)) < film.end_s
    )
    return Plan(piece.title, piece.seed, film.duration_s, picture, sound, bars)


def _selected(
    score: Score, clock: Clock, selection: PlaceRange | None, findings: list[Diagnostic]
) -> tuple[Note, ...]:
    """The notes that begin in a passage; raises PieceError where the score has no such passage."""
    if selection is None:
        return score.notes
    stretch = clock.locate_range(selection, findings)
    if stretch is None:
        raise PieceError(findings)
    return tuple(note for note in score.notes if stretch[0] <= note.onset_qn < stretch[1])


def _unique(findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(findings))
