"""The picture of a plan: latents, fades and titles, frame by frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.generators import GeneratorKind
from ...dsl.model.piece import Piece
from ..checks.spectrum import no_spectrum
from ..lanes.curve import Curve
from ..notes.casting import Cast, spectrum_classes
from ..notes.classes import ClassTable
from ..notes.phrases import Memory
from ..plan import PicturePlan
from ..time.passage import Film
from ..time.tempo_arrays import TempoArrays
from .latents import LatentLaw, Latents, latents, over
from .post import Timeline, brightness, frame_times, picture_times, title_plans
from .spectrum import SpectrumLaw, read_spectrum, spectrum_latents

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Painter:
    """The generator as a plan knows it: its kind, and its classes by name."""

    kind: GeneratorKind
    table: ClassTable


@dataclass(frozen=True, slots=True)
class ScoreTime:
    """What the picture knows of the score beside its notes: the tempo, and the phrases if it has a memory."""

    tempo: TempoArrays
    memory: Memory | None = None


def picture_plan(
    piece: Piece,
    film: Film,
    shown: Cast,
    lanes: Mapping[str, Curve],
    events: Timeline,
    score_time: ScoreTime,
    painter: Painter,
    root: Path,
    findings: list[Diagnostic],
    spectrum: bytes | None = None,
) -> PicturePlan | None:
    """What each frame shows; whether that can be planned was asked before (limits.picture_fault).

    spectrum   the bytes of the file that moves the picture in place of the notes
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
    )
    first, *layers = picture_times(times_s, events.speeds)

    def made_at(at_s: F64) -> Latents | None:
        if spectrum is None:
            return latents(shown.notes, law, at_s)
        return _mapped(piece, lanes, spectrum, at_s, painter, findings)

    made = made_at(first.times_s)
    if made is None:
        return None
    cameras = [lanes[name] for name in ("visuals.zoom", "visuals.rotation")]
    seen_by = [np.array(camera.values(first.times_s)) for camera in cameras]
    for layer in layers:
        rows = np.flatnonzero(layer.share > 0)
        if rows.size:
            at_s, share = layer.times_s[rows], layer.share[rows]
            above = made_at(at_s)
            assert above is not None  # the same file as below
            made = over(made, above, rows, share)
            for values, camera in zip(seen_by, cameras, strict=True):
                values[rows] = values[rows] * (1.0 - share) + camera.values(at_s) * share
    light = brightness(times_s, events.fades) * lanes["video.brightness"].values(times_s)
    for array in (made.noise, made.class_indices, made.class_weights):
        array.flags.writeable = False
    seen = light.astype(np.float32)
    seen.flags.writeable = False
    zoom, rotation_deg = seen_by
    return PicturePlan(
        noise=made.noise,
        class_indices=made.class_indices,
        class_weights=made.class_weights,
        brightness=seen,
        fps=film.fps,
        width_px=video.width_px,
        height_px=video.height_px,
        frame=video.frame,
        upscale=video.upscale,
        generator=visuals.generator,
        weights=weights,
        resolution=visuals.resolution,
        generator_seed=piece.seed,
        titles=title_plans(events.titles, film, root),
        class_names=tuple(painter.table.name(index) for index in made.class_indices.tolist()),
        hue_deg=_unless_all(0.0, made.hue_deg),
        zoom=_unless_all(1.0, zoom),
        rotation_deg=_unless_all(0.0, rotation_deg),
        truncation=_unless_all(1.0, made.truncation),
        quality=video.quality,
        weights_sha256=visuals.weights_sha256,
        class_count=len(painter.table),
    )


def _mapped(
    piece: Piece,
    lanes: Mapping[str, Curve],
    data: bytes,
    times_s: F64,
    painter: Painter,
    findings: list[Diagnostic],
) -> Latents | None:
    """The latents out of a spectrum; None and a finding where its numbers cannot be used."""
    visuals = piece.visuals
    assert visuals.spectrum is not None and visuals.spectrum.file is not None
    written = visuals.spectrum
    try:
        spectrum = read_spectrum(data)
    except ValueError as error:
        findings.append(no_spectrum(visuals.spectrum.file, written.span, error))
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


def _unless_all(neutral: float, values: NDArray[np.floating]) -> F32 | None:
    """What a control does on each frame, or None where it does nothing on any."""
    found = values.astype(np.float32)
    found.flags.writeable = False
    return None if (found == neutral).all() else found
