"""Plans a piece whose score is read: combines its parts, rules and lanes with the notes.

Everything that can be wrong is found on the way, whether or not a plan is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from .checks.letters import lacking
from .checks.spectrum import mapping_findings
from .checks.walk import walk_findings
from .heard_piece import Heard, cast_of, sources_of
from .notes.layering import layer_findings
from .picture.limits import picture_fault
from .time.passage import Film

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    from .plan import PicturePlan, Plan


@dataclass(frozen=True, slots=True)
class _Checked:
    """The parts of the picture that passed their checks; the plan is made from them."""

    shown: "Cast"
    lanes: "Lanes"
    visual: "dict[str, Curve]"
    """The curve of each parameter of the picture, by its name."""
    events: "Timeline"
    lines: "tuple[Line, ...]"
    engraving: "Engraving | None"
    spectrum: bytes | None
    """The file of the spectrum that moves the picture, if one does."""


def planned(
    heard: Heard, film: Film, findings: Findings, followed: set[tuple[int, str]], *, plan: bool
) -> "Plan | None":
    """Combines notes, lanes and rules; returns a plan if one is asked for and there is no error.

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
    # Computed for the whole piece, so that lanes that notes play are the same in every passage.
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

        findings += loop_findings(piece)
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
    _check_letters(heard, findings)
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
        # An error may be the reason why something is left out.
        findings += left_out(piece, clock, shown, buses, sources)
    if findings.has_errors or heard.files.findings.has_errors:
        return None
    made = _Checked(shown, lanes, visual, events, lines, engraving, spectrum)
    seen, made = _going_round(heard, made, film) if film.is_loop and plan else (heard, made)
    stage = _stage(seen, made.shown, lanes)
    guard = _guarded(heard, film, visual, events, stage, findings) if moves_light else None
    if not plan:
        return None
    picture = _picture(heard, film, made, stage, guard, findings)
    if picture is None:
        return None
    from .chapters import chapters_of
    from .plan import BarMark, Plan

    bars = tuple(
        BarMark(measure.bar, measure.pass_number, start_s - film.start_s)
        for measure in clock.measures
        if film.start_s <= (start_s := clock.seconds(measure.start_qn)) < film.end_s
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


def _going_round(heard: Heard, made: _Checked, film: Film) -> tuple[Heard, _Checked]:
    """A piece whose notes also sound before and after the film, as a loop plays them."""
    from .picture.loop import going_round

    entries, rounds = going_round(heard.notes, made.shown.notes, film)
    shown = replace(made.shown, notes=tuple(rounds))
    return replace(heard, notes=tuple(entries)), replace(made, shown=shown)


def _picture(
    heard: Heard,
    film: Film,
    made: _Checked,
    stage: "Stage | None",
    guard: "Guarded | None",
    findings: Findings,
) -> "PicturePlan | None":
    """The plan of the picture with its overlays; None if there is an error."""
    from .picture.plan_picture import Painter, ScoreTime, picture_plan
    from .time.tempo_arrays import tempo_arrays

    piece, clock, root = heard.piece, heard.clock, heard.files.root
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
    streams = _streams(heard, made.shown, made.lanes)
    seen_film = film
    if film.is_loop:
        from .picture.loop import closed, one_frame_more

        seen_film = one_frame_more(film)
    picture = picture_plan(
        piece,
        seen_film,
        made.shown,
        made.visual,
        made.events,
        score_time,
        painter,
        root,
        findings,
        made.spectrum,
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

        words = lyric_plans(made.lines, piece.video.lyrics, film, clock, root)
        picture = replace(picture, titles=(*picture.titles, *words))
    if made.engraving is not None:
        from .picture.score_layer import score_plan

        beside = score_plan(made.engraving, film, clock, str(piece.score.file), findings)
        if beside is None:
            return None
        picture = replace(picture, score=beside)
    if piece.video.background != "picture":
        from .picture.ground import grounded

        picture = grounded(picture, piece.video.background)
    return picture


def _check_letters(heard: Heard, findings: Findings) -> None:
    """Reports characters that the fonts of titles and of the end card lack."""
    piece = heard.piece
    for post in piece.video.post:
        if post.font is not None:
            letters = heard.files.font(post.font, post.font_span)
            findings += lacking(post.font, post.font_span, letters, (post.title or "", post.subtitle or ""))
    if (ending := piece.video.ending) is not None and ending.font is not None:
        letters = heard.files.font(ending.font, ending.font_span)
        findings += lacking(ending.font, ending.font_span, letters, (piece.title, *ending.credits))


def _stage(heard: Heard, shown: "Cast", lanes: "Lanes") -> "Stage | None":
    """The lights of notes on each frame's shown time; None if no note has one."""
    if not any(note.spark or note.ring or note.glow for note in shown.notes):
        return None

    def stage(layers: "Sequence[Shown]") -> "F32 | None":
        from .picture.stage import stage_lights

        return stage_lights(heard.notes, shown.notes, lanes.ears(heard.notes), heard.clock, layers)

    return stage


def _streams(heard: Heard, shown: "Cast", lanes: "Lanes") -> "tuple[StreamLaw, ...]":
    """The layers of the picture with their notes and places; () if there are fewer than two."""
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
    """The movement of the light, reduced where it would flash; that is also a finding."""
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
    """The lines of words on the screen; findings about their font are among those of its files."""
    lyrics = heard.piece.video.lyrics
    if lyrics is None:
        return ()
    from .picture.lyric_lines import lyric_lines

    lines = lyric_lines(lyrics, heard.notes, heard.clock, findings)
    if lyrics.font is not None:
        letters = heard.files.font(lyrics.font, lyrics.font_span)
        findings += lacking(lyrics.font, lyrics.font_span, letters, [line.text for line in lines])
    return lines
