"""The door of the compiler: a loaded piece to its plan and everything that is wrong with it.

Scores are read and the clock is made; the film's length is weighed; parts, rules and lanes meet the notes;
what no renderer could mend is reported. A plan is made only where no error was found.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..dsl.findings.diagnostics import Diagnostic, PieceError, has_errors
from ..dsl.findings.span import Span
from ..dsl.model.generators import GeneratorKind
from ..dsl.model.piece import Piece, Visuals
from ..dsl.text.audio_headers import RecordingFormat, checked_format, is_silent
from ..dsl.text.files import MAX_AUDIO_BYTES, MAX_FONT_BYTES, MAX_SCORE_BYTES, open_inside, read_inside
from ..dsl.text.font_letters import Letters, font_letters
from ..dsl.text.picture_header import MAX_PICTURE_BYTES, picture_header
from ..dsl.text.spectrum_header import MAX_SPECTRUM_BYTES, spectrum_header
from ..store.values.keys import digest_of
from .checks.expectations import unmet
from .checks.heard import heard_findings, spectrum_findings
from .checks.letters import lacking
from .checks.spectrum import mapping_findings, no_spectrum
from .checks.walk import walk_findings
from .notes.classes import ClassTable, class_table
from .notes.kinds import kind_of, stand_in
from .notes.own_pictures import picture_faults, written_pictures
from .notes.parts import Cut, part_notes, parts_of
from .notes.selectors import PartNote
from .picture.limits import picture_fault
from .score.model import Score
from .score.read import read_score
from .time.clock import Clock
from .time.passage import Film, film_of
from .time.place_findings import placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..dsl.load import Loaded
    from .lanes.curve import Curve
    from .lanes.resolve import Lanes
    from .notes.casting import Cast
    from .picture.flash_guard import Guarded
    from .picture.lyric_lines import Line
    from .picture.plan_picture import F32, Stage
    from .picture.post import Shown, Timeline
    from .plan import OwnPicture, Plan
    from .sound.plan_sound import Sources

ReadBytes = Callable[[PurePosixPath, Span], bytes | Diagnostic]
ParseScore = Callable[[bytes, str], Score]
"""The score in the bytes of a file of that name; raises PieceError."""


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
    kind: GeneratorKind
    """The generator of the picture."""
    classes: ClassTable
    """What it can show."""
    shelf: "Shelf"
    pictures: "tuple[OwnPicture, ...]" = ()
    """The piece's own pictures that can be read."""


class Shelf:
    """The files of a piece, each read once while it compiles; what cannot be read is in `findings`.

    `answers` holds what was asked of the disk and what it said: with the same answers, the same texts make
    the same plan (compiler/cache/questions.py).
    """

    def __init__(
        self,
        root: Path,
        read: ReadBytes | None = None,
        trusted: tuple[Path, ...] | None = None,
        read_score: ParseScore = read_score,
    ) -> None:
        """trusted   folders of plugins that may run; None where nothing is run, as in a check."""
        self.findings: list[Diagnostic] = []
        self.answers: dict[str, str] = {}
        self.root = root
        self.trusted = trusted
        self._read = read
        self._read_score = read_score
        self._scores: dict[PurePosixPath, Score | None] = {}
        self._recordings: dict[PurePosixPath, tuple[RecordingFormat, bool] | None] = {}

    def score(self, name: PurePosixPath, span: Span) -> Score | None:
        """A score of the piece, its warnings reported once; None where it cannot be read."""
        if name not in self._scores:
            self._scores[name] = self._parsed(name, span)
        return self._scores[name]

    def font(self, name: PurePosixPath, span: Span) -> Letters | None:
        """The letters of a font of the piece; a file that is none is in `findings`."""
        data = read_inside(self.root, name, MAX_FONT_BYTES, span)
        if isinstance(data, Diagnostic):
            self.findings.append(data)
            return None
        if (letters := font_letters(data)) is None:
            hint = "name a .ttf or .otf file"
            self.findings.append(Diagnostic("MV566", span, f"{name} is not a font", hint))
            return None
        self.answers[f"font {name}"] = hashlib.sha256(data).hexdigest()
        return letters

    def picture(self, name: PurePosixPath, span: Span) -> str | None:
        """The sha256 of a picture of the piece; None where it cannot be used, and a finding."""
        data = read_inside(self.root, name, MAX_PICTURE_BYTES, span)
        if isinstance(data, Diagnostic):
            self.findings.append(data)
            return None
        try:
            picture_header(data)
        except ValueError as error:
            hint = "export it again as PNG or JPEG, or name another picture"
            self.findings.append(Diagnostic("MV721", span, f"{name} cannot be shown: {error}", hint))
            return None
        digest = hashlib.sha256(data).hexdigest()
        self.answers[f"picture {name}"] = digest
        return digest

    def audio(self, name: PurePosixPath, span: Span) -> Path | None:
        """Where a recording of the piece lies; None where it cannot be opened, or is none."""
        return None if self.recording(name, span) is None else self.root / name

    def recording(self, name: PurePosixPath, span: Span) -> tuple[RecordingFormat, bool] | None:
        """The header of a recording and whether it is silent throughout; a fault in it is reported once."""
        if name not in self._recordings:
            self._recordings[name] = self._recording(name, span)
        return self._recordings[name]

    def spectrum(self, name: PurePosixPath, span: Span) -> bytes | None:
        """The bytes of a spectrum whose header is right; a fault in it is reported."""
        data = read_inside(self.root, name, MAX_SPECTRUM_BYTES, span)
        if isinstance(data, Diagnostic):
            self.findings.append(data)
            return None
        try:
            spectrum_header(data)
        except ValueError as error:
            self.findings.append(no_spectrum(name, span, error))
            return None
        self.answers[f"spectrum {name}"] = hashlib.sha256(data).hexdigest()
        return data

    def kind(self, visuals: Visuals) -> GeneratorKind | None:
        """What the generator of a piece is; None and a fault in `findings` where that cannot be known."""
        found = kind_of(visuals, self.root)
        if isinstance(found, Diagnostic):
            self.findings.append(found)
            return None
        kind, question, answer = found
        if question:
            self.answers[question] = answer
        return kind

    def _recording(self, name: PurePosixPath, span: Span) -> tuple[RecordingFormat, bool] | None:
        descriptor = open_inside(self.root, name, MAX_AUDIO_BYTES, span)
        if isinstance(descriptor, Diagnostic):
            self.findings.append(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            try:
                form = checked_format(file, os.fstat(file.fileno()).st_size, str(name), span)
            except PieceError as error:
                self.findings.extend(error.diagnostics)
                return None
            found = form, form.wav is not None and is_silent(file, form.wav)
        self.answers[f"recording {name}"] = digest_of(found)
        return found

    def _parsed(self, name: PurePosixPath, span: Span) -> Score | None:
        data = (
            self._read(name, span)
            if self._read is not None
            else read_inside(self.root, name, MAX_SCORE_BYTES, span)
        )
        if isinstance(data, Diagnostic):
            self.findings.append(data)
            return None
        self.answers[f"score {name}"] = hashlib.sha256(data).hexdigest()
        try:
            score = self._read_score(data, str(self.root / name))
        except PieceError as error:
            self.findings.extend(error.diagnostics)
            return None
        self.findings.extend(score.findings)
        return score


def compile_piece(loaded: "Loaded", trusted: tuple[Path, ...] = ()) -> Compilation:
    """The plan of a loaded piece, or every reason why there is none; `trusted`: folders of plugins."""
    if loaded.piece is None:
        return Compilation(None, tuple(loaded.diagnostics))
    return compiled(loaded.piece, Shelf(loaded.root, trusted=trusted), loaded.diagnostics)


def check_piece(loaded: "Loaded") -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a piece, in the order of its files, without making its plan.

    What is left of a piece with errors is checked, too; what may only follow from a gap in it is not told.
    """
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    compilation = compiled(piece, Shelf(loaded.root), plan=False)
    return all_findings(loaded, compilation)


def all_findings(loaded: "Loaded", compilation: Compilation) -> tuple[Diagnostic, ...]:
    """What a check says of a piece that was compiled already, with its plan or without it."""
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    found = [*loaded.diagnostics, *(f for f in compilation.diagnostics if f.code not in loaded.echoes)]
    if compilation.score is not None:
        found += heard_findings(piece, compilation.score, loaded.root)
        found += spectrum_findings(piece, loaded.root)
    if compilation.clock is not None:
        found = placed(found, piece, compilation.clock)
    order = {name: number for number, name in enumerate(loaded.files)}
    last = len(order)
    found.sort(key=lambda f: (order.get(f.span.file, last), f.span.line, f.span.column))
    return _unique(found)


def hear(loaded: "Loaded", findings: list[Diagnostic]) -> Heard:
    """A loaded piece with its score; raises PieceError where there is none."""
    if loaded.piece is None:
        raise PieceError(loaded.diagnostics)
    findings += loaded.diagnostics
    heard = heard_piece(loaded.piece, Shelf(loaded.root), findings)
    if heard is None:
        raise PieceError(findings)
    return heard


def compiled(
    piece: Piece, shelf: Shelf, before: Sequence[Diagnostic] = (), *, plan: bool = True
) -> Compilation:
    """A piece to its plan; `before` are the findings of its loading, and errors among them stop the plan."""
    findings = list(before)
    heard = heard_piece(piece, shelf, findings)
    if heard is None:
        return Compilation(None, _unique(findings))
    return compiled_from(heard, findings, plan=plan)


def compiled_from(heard: Heard, before: Sequence[Diagnostic] = (), *, plan: bool = True) -> Compilation:
    """The same for a piece whose score is read; `before` are all findings until then."""
    piece, shelf, findings = heard.piece, heard.shelf, list(before)
    film = film_of(piece, heard.clock, findings)
    if film is None:
        return Compilation(None, _unique(findings), heard.score, heard.clock)
    made = _planned(heard, film, findings, plan=plan)
    findings += shelf.findings
    return Compilation(None if has_errors(findings) else made, _unique(findings), heard.score, heard.clock)


def heard_piece(piece: Piece, shelf: Shelf, findings: list[Diagnostic]) -> Heard | None:
    """A piece with its score, or None and findings that say why not."""
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
    kind = shelf.kind(piece.visuals) or stand_in(piece.visuals)
    table, pictures = _with_pictures(class_table(kind), piece.visuals, kind, shelf, findings)
    return Heard(piece, score, clock, parts, part_notes(parts, score), kind, table, shelf, pictures)


def _with_pictures(
    table: ClassTable, visuals: Visuals, kind: GeneratorKind, shelf: Shelf, findings: list[Diagnostic]
) -> "tuple[ClassTable, tuple[OwnPicture, ...]]":
    """The classes with the piece's own pictures, and those of them that can be read."""
    written = written_pictures(visuals)
    faults = tuple(picture_faults(written, kind))
    findings += faults
    if faults or not written:
        return table, ()
    from .plan import OwnPicture

    table = replace(table, pictures=tuple(entry.name for entry in written))
    found = []
    for entry in written:
        assert entry.picture is not None
        digest = shelf.picture(entry.picture, entry.span)
        if digest is not None:
            path = shelf.root / entry.picture
            found.append(OwnPicture(table.picture(entry.name), entry.name, path, digest))
    return table, tuple(found)


def cast_of(heard: Heard) -> "Cast":
    """What each note of a piece shows."""
    from .notes.casting import cast

    drums = frozenset(number for number, track in enumerate(heard.score.tracks) if track.is_drums)
    parts = [part.name for part in heard.parts]
    return cast(heard.notes, heard.piece.visuals, parts, heard.clock, heard.piece.seed, heard.classes, drums)


def sources_of(heard: Heard) -> "Sources":
    """Where the buses of a piece get their sound from."""
    from .sound.installed import Outside
    from .sound.plan_sound import Sources

    shelf = heard.shelf
    return Sources(
        heard.score,
        heard.clock,
        heard.parts,
        shelf.score,
        shelf.audio,
        recording=shelf.recording,
        outside=Outside(shelf.root, shelf.trusted, shelf.findings, shelf.answers),
    )


def _planned(heard: Heard, film: Film, findings: list[Diagnostic], *, plan: bool) -> "Plan | None":
    """Notes, lanes and rules brought together; the plan only where it is asked for and nothing is wrong."""
    from .checks.flashes import may_flash
    from .checks.left_out import left_out
    from .checks.piece import lint
    from .lanes.by_itself import by_itself
    from .lanes.parameters import visual_targets
    from .lanes.resolve import Lanes
    from .picture.post import timeline
    from .sound.plan_sound import buses_of, sound_plan
    from .sound.seats import band_of

    piece, clock = heard.piece, heard.clock
    sources = sources_of(heard)
    buses = buses_of(piece, heard.parts)
    # Of the whole piece, so that what notes play is the same in every passage.
    piece_end_qn = clock.quarters(clock.end_s + piece.score.tail_s)
    end_qn = max(piece_end_qn, clock.quarters(film.end_s))
    written = (*piece.lanes, *by_itself(piece, clock))
    moves_light = bool(may_flash(piece))
    band = band_of(heard.notes, buses, sources)
    lanes = Lanes(written, clock, end_qn, piece.seed, band, plan or moves_light)
    sound = sound_plan(piece, buses, sources, lanes, film, findings)
    if film.is_loop:
        from .checks.loop import loop_findings
        from .sound.loop import looped

        findings += loop_findings(piece, sound)
        sound = looped(sound)
    visual = {target.name: lanes.curve(target) for target in visual_targets(piece.visuals)}
    shown = cast_of(heard)
    events = timeline(piece.video.post, clock, film.end_s, findings, clock.end_s + piece.score.tail_s)
    findings += shown.findings
    lines = _lyric_lines(heard, findings)
    for post in piece.video.post:
        if post.font is not None:
            letters = heard.shelf.font(post.font, post.font_span)
            findings += lacking(post.font, post.font_span, letters, (post.title or "", post.subtitle or ""))
    findings += lanes.findings
    findings += lanes.unknown(bus.name for bus in buses)
    findings += lint(piece, clock, shown, buses, sound, sources)
    if fault := picture_fault(piece, shown, film, heard.shelf.root):
        findings.append(fault)
    findings += mapping_findings(piece)
    findings += walk_findings(piece, heard.kind)
    mapped = piece.visuals.spectrum if piece.visuals.mapping == "spectrum" else None
    spectrum = (
        heard.shelf.spectrum(mapped.file, mapped.span)
        if mapped is not None and mapped.file is not None
        else None
    )
    if not has_errors([*findings, *heard.shelf.findings]):
        # What is wrong may be why something is left out.
        findings += left_out(piece, clock, shown, buses, sources)
    if has_errors([*findings, *heard.shelf.findings]):
        return None
    seen = heard
    if film.is_loop and plan:
        from .picture.loop import going_round

        entries, rounds = going_round(heard.notes, shown.notes, film)
        seen, shown = replace(heard, notes=tuple(entries)), replace(shown, notes=tuple(rounds))
    stage = _stage(seen, shown, lanes)
    guard = _guarded(heard, film, visual, events, stage, findings) if moves_light else None
    if not plan:
        return None
    from .picture.plan_picture import Painter, ScoreTime, picture_plan
    from .time.tempo_arrays import tempo_arrays

    motion, returns = piece.visuals.motion, None
    if motion.memory == "motif" or motion.walk:
        from .notes.phrases import memory_of

        returns = memory_of(heard.notes, [part.name for part in heard.parts], clock)
    score_time = ScoreTime(
        tempo_arrays(clock),
        clock,
        memory=returns if motion.memory == "motif" else None,
        returns=returns if motion.walk else None,
    )
    painter = Painter(heard.kind, heard.classes, heard.pictures)
    seen_film = film
    if film.is_loop:
        from .picture.loop import closed, one_frame_more

        seen_film = one_frame_more(film)
    picture = picture_plan(
        piece,
        seen_film,
        shown,
        visual,
        events,
        score_time,
        painter,
        heard.shelf.root,
        findings,
        spectrum,
        stage,
    )
    if picture is None:
        return None
    if film.is_loop:
        picture = closed(picture)
    if guard is not None and not guard.before.is_safe:
        from .picture.flash_guard import held

        picture = held(picture, guard.moving)
    if piece.video.lyrics is not None:
        from .picture.lyric_lines import lyric_plans

        words = lyric_plans(lines, piece.video.lyrics, film, clock, heard.shelf.root)
        picture = replace(picture, titles=(*picture.titles, *words))
    if piece.video.background != "picture":
        from .picture.ground import grounded

        picture = grounded(picture, piece.video.background)
    from .chapters import chapters_of
    from .plan import BarMark, Plan

    bars = tuple(
        BarMark(measure.bar, measure.pass_number, start_s - film.start_s)
        for measure in heard.clock.measures
        if film.start_s <= (start_s := heard.clock.seconds(measure.start_qn)) < film.end_s
    )
    return Plan(
        piece.title,
        piece.seed,
        film.duration_s,
        picture,
        sound,
        bars,
        piece.video.container,
        piece.video.codec,
        chapters_of(clock, film),
    )


def _stage(heard: Heard, shown: "Cast", lanes: "Lanes") -> "Stage | None":
    """The lights of notes, by what the frames of a film show; None where no note has one."""
    if not any(note.spark or note.ring or note.glow for note in shown.notes):
        return None

    def stage(layers: "Sequence[Shown]") -> "F32 | None":
        from .picture.stage import stage_lights

        return stage_lights(heard.notes, shown.notes, lanes.ears(heard.notes), heard.clock, layers)

    return stage


def _guarded(
    heard: Heard,
    film: Film,
    visual: "Mapping[str, Curve]",
    events: "Timeline",
    stage: "Stage | None",
    findings: list[Diagnostic],
) -> "Guarded":
    """The movement of the light, held where it would flash, which is a finding."""
    from .checks.flashes import held_finding, may_flash
    from .picture.flash_guard import guarded, moving_of

    found = guarded(moving_of(film, visual, events, stage), film.fps)
    if not found.before.is_safe:
        spans = may_flash(heard.piece)
        findings.append(held_finding(spans, found.before, found.after, found.share, film, heard.clock))
    return found


def _lyric_lines(heard: Heard, findings: list[Diagnostic]) -> "tuple[Line, ...]":
    """The lines of words on the screen; a font that cannot be used is in the shelf's findings."""
    lyrics = heard.piece.video.lyrics
    if lyrics is None:
        return ()
    from .picture.lyric_lines import lyric_lines

    lines = lyric_lines(lyrics, heard.notes, heard.clock, findings)
    if lyrics.font is not None:
        letters = heard.shelf.font(lyrics.font, lyrics.font_span)
        findings += lacking(lyrics.font, lyrics.font_span, letters, [line.text for line in lines])
    return lines


def _unique(findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(findings))
