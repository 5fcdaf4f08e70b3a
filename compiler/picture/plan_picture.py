"""The picture of a plan: latents, fades and titles, frame by frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.collector import Findings
from ...dsl.model.generators import GeneratorKind
from ...dsl.model.parameters import NEUTRAL, STEERED
from ...dsl.model.piece import Piece
from ...dsl.values.subjects import IMAGENET_COUNT
from ...store.values.array_types import F32, F64
from ..checks.spectrum import no_spectrum
from ..classes.table import ClassTable
from ..lanes.curve import Curve
from ..notes.casting import Cast
from ..notes.class_keys import spectrum_classes
from ..notes.clips import with_the_piece
from ..notes.phrases import Memory
from ..plan import OwnPicture, PicturePlan, Steering, StreamPlan, WalkPlan
from ..time.clock import Clock
from ..time.passage import Film
from ..time.tempo_arrays import TempoArrays
from .clips import clip_progress
from .latents import LatentLaw, Latents, latents, over, stepped
from .post import Shown, Timeline, brightness, frame_times, picture_times, seen_through, title_plans
from .spectrum import SpectrumLaw, read_spectrum, spectrum_latents
from .streams import StreamLaw
from .walk import MOST_STOPS, WalkLaw, walk_plan, walk_weights

Stage = Callable[[Sequence[Shown]], F32 | None]


LAYER_CHANGE_S = 0.04
"""A layer shows few classes, and the next one with its note: a slower change would begin before it."""
FULL_LAYER, FAINT_LAYER = 0.8, 0.03
"""The sum of class weights from which a layer takes all of its place, and the share of it that one keeps
in silence."""


@dataclass(frozen=True, slots=True)
class Painter:
    """The generator as a plan sees it: its kind, and its classes by name."""

    kind: GeneratorKind
    table: ClassTable
    pictures: tuple[OwnPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreTime:
    """The score's tempo, and its phrases if the piece has a memory, for the picture."""

    tempo: TempoArrays
    clock: Clock
    memory: Memory | None = None
    """For noise that remembers."""
    returns: Memory | None = None
    """For a walk: what returns where."""


def picture_plan(
    piece: Piece,
    film: Film,
    shown: Cast,
    lanes: Mapping[str, Curve],
    events: Timeline,
    score_time: ScoreTime,
    painter: Painter,
    root: Path,
    findings: Findings,
    spectrum: bytes | None = None,
    stage: Stage | None = None,
    streams: Sequence[StreamLaw] = (),
) -> PicturePlan | None:
    """The plan of the picture: the contents of each frame; limits.picture_fault has to be checked before.

    stage      the lights of frames, by the time of the piece that each shows
    spectrum   the bytes of the file that moves the picture in place of the notes
    streams    its layers, back to front; () for one picture of all notes
    returns    None and a finding where that file cannot be used
    """
    visuals, video = piece.visuals, piece.video
    weights = None if visuals.weights is None else root / visuals.weights
    times_s = frame_times(film)
    law = LatentLaw(
        depth=lanes["visuals.depth"],
        truncation=lanes["visuals.truncation"],
        hue_deg=lanes["visuals.hue"],
        amount=lanes["visuals.motion.amount"],
        jitter=lanes["visuals.motion.jitter"],
        smooth=visuals.envelope.smooth if visuals.envelope is not None else 0.0,
        keep=visuals.keep,
        seed=piece.seed,
        tempo=score_time.tempo,
        memory=score_time.memory,
        dimensions=painter.kind.latent_size,
        trembles=bool(visuals.motion.walk),
    )
    all_layers = picture_times(times_s, events.speeds)
    first, *layers = all_layers
    stream_plans = tuple(
        _stream(stream, _law_of(stream, law, lanes, piece.seed, number), all_layers, painter)
        for number, stream in enumerate(streams)
    )

    def made_at(at_s: F64) -> Latents | None:
        if spectrum is None:
            return latents(shown.notes, law, at_s)
        return _mapped(piece, lanes, spectrum, at_s, painter, findings)

    made = _together(stream_plans) if streams else _through(made_at, all_layers)
    if made is None:
        return None
    walk = None
    if score_time.returns is not None and spectrum is None:
        seen_at = [(first.times_s, np.ones(len(first.times_s)))]
        seen_at += [(layer.times_s, layer.share) for layer in layers]
        walk = _walk(piece, film, shown, score_time, seen_at, painter, findings)
        if walk is None:
            return None
    steered = {p.field: stepped(seen_through(lanes[p.name], all_layers)) for p in STEERED}
    # The hue depends on the notes, too: see latents().
    steered["hue_deg"] = made.hue_deg
    if walk is not None:
        indices, shares = walk_weights(walk)
        made = replace(made, class_indices=indices, class_weights=shares)
    starts = shown.starts if spectrum is None else with_the_piece(painter.table.clips)
    clips = clip_progress(starts, all_layers, painter.pictures, made)
    light = brightness(times_s, events.fades) * lanes["video.brightness"].values(times_s)
    for array in (made.noise, made.class_indices, made.class_weights):
        array.flags.writeable = False
    return PicturePlan(
        noise=made.noise,
        class_indices=made.class_indices,
        class_weights=made.class_weights,
        brightness=read_only(light),
        fps=film.fps,
        width_px=video.width_px,
        height_px=video.height_px,
        frame=video.frame,
        upscale=video.upscale,
        # Own pictures are painted, even where the weights of BigGAN are there.
        generator="embedded" if painter.pictures else visuals.generator,
        weights=weights,
        resolution=visuals.resolution,
        generator_seed=piece.seed,
        titles=title_plans(events.titles, film, root),
        class_names=tuple(painter.table.name(index) for index in made.class_indices.tolist()),
        steering=Steering.of(steered),
        truncation=_unless_all(1.0, made.truncation),
        lights=None if stage is None else stage(all_layers),
        quality=video.quality,
        weights_sha256=visuals.weights_sha256,
        class_count=_class_count(painter.table, made.class_indices),
        walk=walk,
        pictures=painter.pictures,
        score=None,  # beside the picture: compiler/picture/score_layer.py
        clips=clips,
        streams=stream_plans,
    )


def _through(made_at: Callable[[F64], Latents | None], all_layers: Sequence[Shown]) -> Latents | None:
    """Latents through all that bends the time of the picture."""
    first, *layers = all_layers
    made = made_at(first.times_s)
    if made is None:
        return None
    for layer in layers:
        rows = np.flatnonzero(layer.share > 0)
        if rows.size:
            at_s, share = layer.times_s[rows], layer.share[rows]
            above = made_at(at_s)
            assert above is not None  # the same file as below
            made = over(made, above, rows, share)
    return made


def _law_of(
    stream: StreamLaw, law: LatentLaw, lanes: Mapping[str, Curve], seed: int, number: int
) -> LatentLaw:
    """The law of a layer's latents: its own lanes, and a noise of its own."""
    visuals, name = stream.layer.visuals, f"visuals.layers.{stream.layer.name}"
    return replace(
        law,
        depth=lanes[f"{name}.depth"],
        truncation=lanes[f"{name}.truncation"],
        hue_deg=lanes[f"{name}.hue"],
        amount=lanes[f"{name}.motion.amount"],
        jitter=lanes[f"{name}.motion.jitter"],
        smooth=visuals.envelope.smooth if visuals.envelope is not None else 0.0,
        keep=visuals.keep,
        change_s=LAYER_CHANGE_S,
        give_way=True,
        # Renaming a layer leaves its pictures unchanged.
        seed=seed if number == 0 else f"{seed}/layer {number}",
    )


def _stream(stream: StreamLaw, law: LatentLaw, all_layers: Sequence[Shown], painter: Painter) -> StreamPlan:
    made = _through(lambda at_s: latents(stream.notes, law, at_s), all_layers)
    assert made is not None  # notes always have latents
    for array in (made.noise, made.class_indices, made.class_weights):
        array.flags.writeable = False
    seat = stream.seat
    fullness = (made.class_weights.sum(axis=1) / FULL_LAYER).clip(FAINT_LAYER, 1.0)
    return StreamPlan(
        name=stream.layer.name,
        noise=made.noise,
        class_indices=made.class_indices,
        class_weights=made.class_weights,
        # A faint layer gives way to others: what is seen through it is not smoke.
        strength=_stepped(seen_through(seat.strength, all_layers) * fullness),
        across=_stepped(seen_through(seat.across, all_layers)),
        reach=seat.reach,
        home=round(seat.home, 6),
        contrast=seat.contrast,
        class_names=tuple(painter.table.name(index) for index in made.class_indices.tolist()),
        hue_deg=_unless_all(NEUTRAL["hue_deg"], made.hue_deg),
        truncation=_unless_all(1.0, made.truncation),
    )


def _together(streams: Sequence[StreamPlan]) -> Latents:
    """The combined latents of the layers: each counts by its strength; the noise is the first one's."""
    indices = np.unique(np.concatenate([stream.class_indices for stream in streams]))
    strengths = np.stack([stream.strength for stream in streams]).astype(np.float64)
    shares = strengths / strengths.sum(axis=0)
    weights = np.zeros((strengths.shape[1], indices.size))
    for stream, share in zip(streams, shares, strict=True):
        weights[:, indices.searchsorted(stream.class_indices)] += share[:, None] * stream.class_weights
    none = np.zeros(strengths.shape[1], np.float32)
    return Latents(streams[0].noise, indices, stepped(weights), none, none + np.float32(1.0))


def _class_count(table: ClassTable, indices: NDArray[np.int64]) -> int:
    """The length of the class vectors: ImageNet's, where no subject beside its classes is shown."""
    if table.is_imagenet and not bool((indices >= IMAGENET_COUNT).any()):
        return IMAGENET_COUNT
    return table.shown_count if bool((indices >= len(table)).any()) else len(table)


def _walk(
    piece: Piece,
    film: Film,
    shown: Cast,
    score_time: ScoreTime,
    layers: Sequence[tuple[F64, F64]],
    painter: Painter,
    findings: Findings,
) -> WalkPlan | None:
    """The walk of the film; None and a finding where it has too many stops."""
    motion = piece.visuals.motion
    assert score_time.returns is not None
    law = WalkLaw(
        way=motion.walk,
        hold=motion.hold,
        move=motion.move,
        notes=shown.notes,
        memory=score_time.returns,
        clock=score_time.clock,
        class_count=len(painter.table),
        seed=piece.seed,
    )
    found = walk_plan(law, film.end_s, layers)
    if found is None:
        message = f"the walk has more than {MOST_STOPS:,} stops"
        findings.error("MV628", motion.walk_span, message, "write a longer hold, e.g. hold: 2b")
    return found


def _mapped(
    piece: Piece,
    lanes: Mapping[str, Curve],
    data: bytes,
    times_s: F64,
    painter: Painter,
    findings: Findings,
) -> Latents | None:
    """The latents out of a spectrum; None and a finding where its numbers cannot be used."""
    visuals = piece.visuals
    assert visuals.spectrum is not None and visuals.spectrum.file is not None
    written = visuals.spectrum
    try:
        spectrum = read_spectrum(data)
    except ValueError as error:
        findings.add(no_spectrum(visuals.spectrum.file, written.span, error))
        return None
    offsets_s = [
        stem.offset_s or 0.0 for bus in piece.audio.buses for stem in bus.stems if stem.file is not None
    ]
    by_class, ranked = spectrum_classes(visuals, piece.seed, painter.table, findings)
    law = SpectrumLaw(
        pitch_sensitivity=written.pitch_sensitivity,
        tempo_sensitivity=written.tempo_sensitivity,
        smooth_factor=written.smooth_factor,
        num_classes=written.num_classes,
        classes=by_class,
        ranked=ranked,
        offset_s=written.offset_s if written.offset_s is not None else (offsets_s or [0.0])[0],
        depth=lanes["visuals.depth"],
        truncation=lanes["visuals.truncation"],
        hue_deg=lanes["visuals.hue"],
        jitter=lanes["visuals.motion.jitter"],
        seed=piece.seed,
        dimensions=painter.kind.latent_size,
    )
    return spectrum_latents(spectrum, law, times_s)


def _stepped(values: F64) -> F32:
    return read_only(stepped(values).astype(np.float64))


def read_only(values: F64) -> F32:
    """Values of a plan."""
    found = values.astype(np.float32)
    found.flags.writeable = False
    return found


def _unless_all(neutral: float, values: NDArray[np.floating]) -> F32 | None:
    """The values of a control on each frame, or None if it is neutral on all of them."""
    found = values.astype(np.float32)
    found.flags.writeable = False
    return None if (found == neutral).all() else found
