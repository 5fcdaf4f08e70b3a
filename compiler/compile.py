"""The door of the compiler: a loaded piece to its plan and everything that is wrong with it.

Scores are read and the clock is made; the film's length is weighed; parts, rules and lanes meet the notes;
what no renderer could mend is reported. A plan is made only where no error was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic, PieceError
from ..dsl.model.generators import GeneratorKind
from ..dsl.model.piece import Piece, Visuals
from .checks.controllers import without_followed
from .checks.expectations import unmet
from .checks.heard import heard_findings, spectrum_findings
from .checks.letters import lacking
from .checks.spectrum import mapping_findings
from .checks.walk import walk_findings
from .classes.kinds import stand_in
from .classes.own_pictures import LAYERS, clip_fault, picture_faults, with_own, written_pictures
from .classes.table import ClassTable, class_table
from .notes.layering import LayerOfParts, layer_findings, layers_of
from .notes.parts import Cut, part_notes, parts_of
from .picture.limits import picture_fault
from .piece_files import PieceFiles
from .score.model import Score
from .score.part_note import PartNote
from .time.clock import Clock, clock_of
from .time.passage import Film, film_of
from .time.place_findings import placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..dsl.load import Loaded
    from ..store.values.array_types import F32
    from .lanes.curve import Curve
    from .lanes.resolve import Lanes
    from .notes.casting import Cast
    from .picture.flash_guard import Guarded
    from .picture.lyric_lines import Line
    from .picture.plan_picture import Stage
    from .picture.post import Shown, Timeline
    from .picture.score_layer import Engraving
    from .picture.streams import StreamLaw
    from .plan import OwnPicture, Plan
    from .sound.plan_sound import Sources


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
    files: "PieceFiles"
    pictures: "tuple[OwnPicture, ...]" = ()
    """The piece's own pictures that can be read."""
    layers: tuple[LayerOfParts, ...] = ()
    """The layers of the picture, back to front: one that holds all parts where the piece writes none."""


def compile_piece(loaded: "Loaded", trusted: tuple[Path, ...] = ()) -> Compilation:
    """The plan of a loaded piece, or every reason why there is none; `trusted`: folders of plugins."""
    if loaded.piece is None:
        return Compilation(None, tuple(loaded.diagnostics))
    return compiled(loaded.piece, PieceFiles(loaded.root, trusted=trusted), loaded.diagnostics)


def check_piece(loaded: "Loaded") -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a piece, in the order of its files, without making its plan.

    What is left of a piece with errors is checked, too; what may only follow from a gap in it is not told.
    """
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    compilation = compiled(piece, PieceFiles(loaded.root), plan=False)
    return all_findings(loaded, compilation)


def all_findings(loaded: "Loaded", compilation: Compilation) -> tuple[Diagnostic, ...]:
    """What a check says of a piece that was compiled already, with its plan or without it."""
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    found = Findings(loaded.diagnostics)
    found += (f for f in compilation.diagnostics if f.code not in loaded.echoes)
    if compilation.score is not None:
        found += heard_findings(piece, compilation.score, loaded.root)
        found += spectrum_findings(piece, loaded.root)
    if compilation.clock is not None:
        found = Findings(placed(found, piece, compilation.clock))
    order = {name: number for number, name in enumerate(loaded.files)}
    last = len(order)
    return tuple(sorted(found, key=lambda f: (order.get(f.span.file, last), f.span.line, f.span.column)))


def hear(loaded: "Loaded", findings: Findings) -> Heard:
    """A loaded piece with its score; raises PieceError where there is none."""
    if loaded.piece is None:
        raise PieceError(loaded.diagnostics)
    findings += loaded.diagnostics
    heard = heard_piece(loaded.piece, PieceFiles(loaded.root), findings)
    if heard is None:
        raise PieceError(findings)
    return heard


def compiled(
    piece: Piece, files: PieceFiles, before: Iterable[Diagnostic] = (), *, plan: bool = True
) -> Compilation:
    """A piece to its plan; `before` are the findings of its loading, and errors among them stop the plan."""
    findings = Findings(before)
    heard = heard_piece(piece, files, findings)
    if heard is None:
        return Compilation(None, tuple(findings))
    return compiled_from(heard, findings, plan=plan)


def compiled_from(heard: Heard, before: Iterable[Diagnostic] = (), *, plan: bool = True) -> Compilation:
    """The same for a piece whose score is read; `before` are all findings until then."""
    piece, files, findings = heard.piece, heard.files, Findings(before)
    film = film_of(piece, heard.clock, findings)
    if film is None:
        return Compilation(None, tuple(findings), heard.score, heard.clock)
    followed: set[tuple[int, str]] = set()
    made = _planned(heard, film, findings, followed, plan=plan)
    findings += without_followed(files.findings, heard.score, followed)
    return Compilation(None if findings.has_errors else made, tuple(findings), heard.score, heard.clock)


def heard_piece(piece: Piece, files: PieceFiles, findings: Findings) -> Heard | None:
    """A piece with its score, or None and findings that say why not."""
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
    """What each note of a piece shows."""
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
    """Where the buses of a piece get their sound from."""
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


def _planned(
    heard: Heard, film: Film, findings: Findings, followed: set[tuple[int, str]], *, plan: bool
) -> "Plan | None":
    """Notes, lanes and rules brought together; the plan only where it is asked for and nothing is wrong.

    followed   takes the controllers that lanes follow: (track of the score, controller)
    """
    from .checks.flashes import may_flash
    from .checks.left_out import left_out
    from .checks.piece import lint
    from .lanes.by_itself import by_itself
    from .lanes.layer_curves import layer_curves
    from .lanes.parameters import visual_targets
    from .lanes.resolve import Lanes
    from .picture.ending import ending_findings, with_ending
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
    visual |= layer_curves(heard.layers, lanes, visual)
    shown = cast_of(heard)
    events = timeline(piece.video.post, clock, film.end_s, findings, clock.end_s + piece.score.tail_s)
    findings += ending_findings(events, piece, clock)
    events = with_ending(events, piece, clock, heard.files.root)
    findings += shown.findings
    lines = _lyric_lines(heard, findings)
    engraving = _engraving(heard, findings)
    for post in piece.video.post:
        if post.font is not None:
            letters = heard.files.font(post.font, post.font_span)
            findings += lacking(post.font, post.font_span, letters, (post.title or "", post.subtitle or ""))
    if (ending := piece.video.ending) is not None and ending.font is not None:
        letters = heard.files.font(ending.font, ending.font_span)
        findings += lacking(ending.font, ending.font_span, letters, (piece.title, *ending.credits))
    findings += lanes.findings
    followed |= lanes.followed
    findings += lanes.unknown(bus.name for bus in buses)
    findings += lint(piece, clock, shown, buses, sound, sources)
    if fault := picture_fault(piece, shown, film, heard.files.root):
        findings.add(fault)
    findings += mapping_findings(piece)
    findings += walk_findings(piece, heard.kind)
    findings += layer_findings(piece.visuals, heard.layers, heard.notes, film.is_loop)
    mapped = piece.visuals.spectrum if piece.visuals.mapping == "spectrum" else None
    spectrum = (
        heard.files.spectrum(mapped.file, mapped.span)
        if mapped is not None and mapped.file is not None
        else None
    )
    if not (findings.has_errors or heard.files.findings.has_errors):
        # What is wrong may be why something is left out.
        findings += left_out(piece, clock, shown, buses, sources)
    if findings.has_errors or heard.files.findings.has_errors:
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
    streams = _streams(heard, shown, lanes)
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
        heard.files.root,
        findings,
        spectrum,
        stage,
        streams,
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

        words = lyric_plans(lines, piece.video.lyrics, film, clock, heard.files.root)
        picture = replace(picture, titles=(*picture.titles, *words))
    if engraving is not None:
        from .picture.score_layer import score_plan

        beside = score_plan(engraving, film, clock, str(piece.score.file), findings)
        if beside is None:
            return None
        picture = replace(picture, score=beside)
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


def _streams(heard: Heard, shown: "Cast", lanes: "Lanes") -> "tuple[StreamLaw, ...]":
    """The layers of the picture with their notes, and where each is heard; () for fewer than two."""
    if len(heard.layers) < 2:
        return ()
    from .picture.streams import StreamLaw, seats_of

    number_of = {part: number for number, layer in enumerate(heard.layers) for part in layer.parts}
    members: list[list[int]] = [[] for _ in heard.layers]
    for i, entry in enumerate(heard.notes):
        members[number_of[entry.part]].append(i)
    ears = lanes.ears(heard.notes)
    end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
    seats = seats_of(heard.layers, heard.notes, members, ears, heard.clock, end_s)
    return tuple(
        StreamLaw(layer, tuple(shown.notes[i] for i in mine), seat)
        for layer, mine, seat in zip(heard.layers, members, seats, strict=True)
    )


def _guarded(
    heard: Heard,
    film: Film,
    visual: "Mapping[str, Curve]",
    events: "Timeline",
    stage: "Stage | None",
    findings: Findings,
) -> "Guarded":
    """The movement of the light, held where it would flash, which is a finding."""
    from .checks.flashes import held_finding, may_flash
    from .picture.flash_guard import guarded, moving_of

    found = guarded(moving_of(film, visual, events, stage), film.fps)
    if not found.before.is_safe:
        spans = may_flash(heard.piece)
        findings.add(held_finding(spans, found.before, found.after, found.share, film, heard.clock))
    return found


def _engraving(heard: Heard, findings: Findings) -> "Engraving | None":
    """The score beside the picture, before it is engraved."""
    ref = heard.piece.score
    if heard.piece.video.score is None:
        return None
    from .picture.score_layer import engraving_of

    written = heard.files.written(ref.file, ref.span)
    return engraving_of(heard.piece, written, heard.score, heard.parts, findings)


def _lyric_lines(heard: Heard, findings: Findings) -> "tuple[Line, ...]":
    """The lines of words on the screen; a font that cannot be used is in the findings of its files."""
    lyrics = heard.piece.video.lyrics
    if lyrics is None:
        return ()
    from .picture.lyric_lines import lyric_lines

    lines = lyric_lines(lyrics, heard.notes, heard.clock, findings)
    if lyrics.font is not None:
        letters = heard.files.font(lyrics.font, lyrics.font_span)
        findings += lacking(lyrics.font, lyrics.font_span, letters, [line.text for line in lines])
    return lines
