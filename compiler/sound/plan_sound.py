"""The sound of a piece: buses with their stems, chains and lanes, placed in the film."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath

from ...dsl.findings.collector import Findings
from ...dsl.findings.span import Span
from ...dsl.model.audio import AUTO_GAIN_DB, Bus, Effect, Master, Return, Stem
from ...dsl.model.lane import PAN
from ...dsl.model.piece import Piece
from ...dsl.text.audio_headers import RecordingFormat
from ..lanes.curve import Curve
from ..lanes.parameters import (
    Target,
    azimuth_target,
    distance_target,
    ear_target,
    elevation_target,
    gain_target,
    plugin_targets,
    send_target,
)
from ..lanes.resolve import Lanes
from ..notes.parts import Cut, tracks_of
from ..plan import (
    BusPlan,
    EffectPlan,
    MasterPlan,
    ReturnPlan,
    SendPlan,
    SoundPlan,
    StemPlan,
)
from ..score.model import Score
from ..time.clock import Clock, clock_of
from ..time.passage import CUT_FADE_IN_S, CUT_FADE_OUT_S, SAMPLE_RATE_HZ, Film
from .controllers import is_panned, moving_channels
from .installed import Outside
from .note_spread import EarOf, ears_of
from .voices import Voiced, intervals, onsets, panned, sounding, voices

STEM_SLACK_S = Fraction(1, 100)

ReadScore = Callable[[PurePosixPath, Span], Score | None]
"""A score file of the piece; None and findings where it cannot be read."""
FindFile = Callable[[PurePosixPath, Span], Path | None]
"""An audio file of the piece; None and findings where it is not there or none that can be read."""
ReadRecording = Callable[[PurePosixPath, Span], tuple[RecordingFormat, bool] | None]
"""The header of an audio file and whether all of it is silence; None where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The inputs from which the sound of a bus is planned."""

    score: Score
    clock: Clock
    parts: tuple[Cut, ...]
    read_score: ReadScore
    find_file: FindFile
    recording: ReadRecording
    outside: Outside


def buses_of(piece: Piece, parts: Sequence[Cut]) -> tuple[Bus, ...]:
    """The buses as written, or one for each part with the default chain; `audio.sounds` plays their notes."""
    buses = piece.audio.buses or tuple(
        Bus(
            name=part.name,
            span=piece.score.span,
            stems=(Stem(span=piece.score.span, part=part.name),),
            chain=piece.audio.default_chain,
        )
        for part in parts
    )
    sounds, span = piece.audio.sounds, dict(piece.spans).get("/audio/sounds")
    if sounds is None:
        return buses
    return tuple(
        replace(
            bus,
            stems=tuple(
                stem
                if stem.by or stem.file is not None
                else replace(stem, by="fluidsynth", soundfont=sounds, soundfont_span=span)
                for stem in bus.stems
            ),
        )
        for bus in buses
    )


def sound_plan(
    piece: Piece,
    buses: Sequence[Bus],
    sources: Sources,
    lanes: Lanes,
    film: Film,
    findings: Findings,
) -> SoundPlan:
    """All buses as the sound renderer needs them: seconds from the first sample of the film."""
    return SoundPlan(
        sample_rate_hz=SAMPLE_RATE_HZ,
        sample_count=film.sample_count,
        buses=tuple(_bus_plan(bus, sources, lanes, film, findings) for bus in buses),
        returns=tuple(_return_plan(back, sources, lanes, film) for back in piece.audio.returns),
        master=_master_plan(piece.audio.master, buses),
        seed=piece.seed,
        fade_out_s=min(CUT_FADE_OUT_S, float(film.duration_s) / 4) if film.is_cut_after else 0.0,
        fade_in_s=CUT_FADE_IN_S if film.is_cut_before else 0.0,
    )


def stem_intervals(bus: Bus, sources: Sources) -> tuple[tuple[Fraction, Fraction], ...]:
    """The intervals in which keys of a bus are held, in exact seconds; empty for recordings."""
    scratch = Findings()
    return intervals([_notes(stem, sources, scratch) for stem in bus.stems])


def has_recording(bus: Bus) -> bool:
    """Whether a stem of the bus is a recording, whose silences are unknown until it is read."""
    return any(stem.file is not None or stem.by for stem in bus.stems)


@dataclass(frozen=True, slots=True)
class _Place:
    """The sources of the places of a bus's notes.

    ear_of      each note among the others of its bus
    is_written  the manifest places the bus, so that the pan of its score does not
    is_pan      what it writes is a lane that follows that pan
    """

    ear_of: EarOf | None
    is_written: bool
    is_pan: bool


def _bus_plan(bus: Bus, sources: Sources, lanes: Lanes, film: Film, findings: Findings) -> BusPlan:
    def placed_by(target: Target) -> Curve | None:
        """The lane of a parameter that may be absent altogether."""
        curve = lanes.curve(target)
        return curve.seen_from(film.start_s) if curve.is_moved else None

    ear_of = ears_apart(bus, sources, findings)
    azimuth = lanes.first(azimuth_target(bus).name)
    ear = lanes.first(ear_target(bus).name)
    written = [lane for lane in (azimuth, ear) if lane is not None]
    is_pan = any(lane.played is not None and lane.played.controller == PAN for lane in written)
    place = _Place(ear_of, bool(written) or bus.spread is not None, is_pan)
    plans = [_stem_plan(stem, bus, sources, film, place, findings) for stem in bus.stems]
    if azimuth is not None and ear is not None:
        findings.error(
            "MV317",
            azimuth.span,
            f"bus {bus.name} is moved by its ear and by its azimuth",
            f"keep one of {ear_target(bus).name} and {azimuth.name}: an ear of 1 is an azimuth of 90",
        )
    return BusPlan(
        name=bus.name,
        stems=tuple(plan for plan in plans if plan is not None),
        chain=tuple(_effect_plan(bus, effect, sources, lanes, film) for effect in bus.chain),
        gain=lanes.curve(gain_target(bus)).seen_from(film.start_s),
        ear=lanes.curve(ear_target(bus)).seen_from(film.start_s),
        space=bus.space,
        azimuth_deg=placed_by(azimuth_target(bus)),
        elevation_deg=placed_by(elevation_target(bus)),
        distance=placed_by(distance_target(bus)),
        width_deg=bus.width_deg,
        level=bus.level,
        sofa=sources.outside.head(bus.sofa, bus.span) if bus.space == "hrtf" else None,
        sends=tuple(
            SendPlan(send.to, lanes.curve(send_target(bus, send)).seen_from(film.start_s), send.is_before)
            for send in bus.sends
        ),
    )


def ears_apart(bus: Bus, sources: Sources, findings: Findings) -> EarOf | None:
    """The place of each note of a bus relative to the others, the same for every passage."""
    if bus.spread is None:
        return None
    scratch = Findings()
    notes = onsets(
        [_notes(stem, sources, scratch) for stem in bus.stems if stem.file is None and stem.by != "musescore"]
    )
    if not notes and not scratch:
        message = f"bus {bus.name} has no notes to spread: a recording has one place"
        hint = "remove its `ear`, or play its score with the built-in instruments"
        findings.warn("MV230", bus.span, message, hint)
    return ears_of(bus.spread, notes)


def _return_plan(back: Return, sources: Sources, lanes: Lanes, film: Film) -> ReturnPlan:
    return ReturnPlan(
        name=back.name,
        chain=tuple(_effect_plan(back, effect, sources, lanes, film) for effect in back.chain),
        gain=lanes.curve(gain_target(back)).seen_from(film.start_s),
    )


def _master_plan(master: Master, buses: Sequence[Bus]) -> MasterPlan:
    plan = MasterPlan(master.loudness_lufs, master.ceiling_dbtp, master.is_dithered, master.most_reduction_db)
    # A recording has noise below its music; a synthesised sound has none.
    is_noisy = any(stem.file is not None for bus in buses for stem in bus.stems)
    return replace(plan, most_gain_db=AUTO_GAIN_DB) if master.is_auto and is_noisy else plan


def _effect_plan(bus: Bus | Return, effect: Effect, sources: Sources, lanes: Lanes, film: Film) -> EffectPlan:
    """An effect: constant parameters as numbers, those that a lane or the tempo moves as curves."""
    constants = dict(effect.parameters)
    moving: list[tuple[str, Curve]] = []
    for name, target in plugin_targets(bus, effect):
        curve = lanes.parameter(target, name in effect.per_beat)
        constant = curve.constant
        if constant is None:
            moving.append((name, curve.seen_from(film.start_s)))
        elif curve.is_moved or name in constants:
            constants[name] = constant
    # In a fixed order, whatever the manifest's: a VST3 may depend on the order of its parameters.
    ordered = sorted(constants.items()) if effect.vst3 is None else constants.items()
    plan = EffectPlan(effect.plugin, effect.label or effect.plugin, tuple(ordered), tuple(moving))
    if effect.vst3 is None:
        return plan
    preset = effect.vst3.preset
    return replace(
        plan,
        file=sources.outside.plugin(effect.vst3.file, effect.span),
        preset=sources.outside.preset(preset, effect.span) if preset is not None else None,
        settings=effect.vst3.words,
    )


def _stem_plan(
    stem: Stem,
    bus: Bus,
    sources: Sources,
    film: Film,
    place: _Place,
    findings: Findings,
) -> StemPlan | None:
    if stem.file is None and stem.by != "musescore":
        plan = _notes_plan(stem, bus, sources, film, place, findings)
        if stem.soundfont is None:
            return plan
        soundfont = sources.outside.soundfont(stem.soundfont, stem.soundfont_span or stem.span)
        return replace(plan, by=stem.by, soundfont=soundfont, file_offset_s=stem.offset_s or 0.0)
    file = sources.find_file(stem.file, stem.span) if stem.file is not None else None
    if stem.file is not None and file is None:
        return None
    return StemPlan(
        name=str(stem.file or stem.score),
        gain=stem.gain,
        file=file,
        file_offset_s=float(film.start_s) + (stem.offset_s or 0.0),
        by=stem.by,
        score=sources.outside.root / stem.score if stem.score is not None else None,
        reference=sounding(_played(stem, bus, sources, findings), None),
        is_aligned=stem.aligned,
        is_shifted=stem.offset_s is not None,
    )


def _notes_plan(
    stem: Stem,
    bus: Bus,
    sources: Sources,
    film: Film,
    place: _Place,
    findings: Findings,
) -> StemPlan:
    """The notes of a stem and what the controllers of its score do to them."""
    name = stem.part if stem.part is not None else str(stem.score)
    voiced = _notes(stem, sources, findings)
    score = sources.score if stem.score is None else sources.read_score(stem.score, stem.span)
    if score is None or not voiced or not score.channels:
        return StemPlan(name, stem.gain, notes=sounding(voiced, film, place.ear_of))
    channels, numbers = moving_channels(score, voiced[0][1], film.start_s)
    is_stereo = bus.space == "balance"
    if place.is_written and is_panned(score, (note.channel for note, _ in voiced)):
        message = f"the pan of {name} in its MIDI file is not heard: bus {bus.name} has a place of its own"
        hint = "to hear the pan of the file, remove the ear of the bus"
        if not place.is_pan:
            findings.note("MV417", stem.span, message, hint)
    elif not is_stereo:
        voiced = panned(voiced, score)
    if place.is_written or not is_stereo:
        channels = tuple(replace(channel, ear=((0.0, 0.0),)) for channel in channels)
    notes = sounding(voiced, film, place.ear_of, numbers)
    return StemPlan(name, stem.gain, notes=notes, channels=channels)


def _played(stem: Stem, bus: Bus, sources: Sources, findings: Findings) -> Sequence[tuple[Voiced, Clock]]:
    """The notes that a recording should hold: of its score, of the part it plays, or of all parts."""
    if stem.score is not None:
        return _notes(stem, sources, findings)
    names = [part.name for part in sources.parts]
    if stem.plays is None and bus.name not in names:
        return [found for name in names for found in _notes(replace(stem, part=name), sources, findings)]
    return _notes(replace(stem, part=stem.plays or bus.name), sources, findings)


def _notes(stem: Stem, sources: Sources, findings: Findings) -> Sequence[tuple[Voiced, Clock]]:
    if stem.score is not None:
        score = sources.read_score(stem.score, stem.span)
        if score is None or not score.measures:
            return ()
        clock = _clock_of(score, sources)
        if abs(clock.end_s - sources.clock.end_s) > STEM_SLACK_S:
            findings.warn(
                "MV322",
                stem.span,
                f"{stem.score} lasts {float(clock.end_s):.2f} s, the score of the piece "
                f"{float(sources.clock.end_s):.2f} s, so they will drift apart",
                "give both the same bars, repeats and tempo marks",
            )
        tracks = tracks_of(stem.tracks, score, stem.span, findings)
    else:
        score, clock = sources.score, sources.clock
        part = next((part for part in sources.parts if part.name == stem.part), None)
        if part is None:
            names = ", ".join(part.name for part in sources.parts)
            findings.error("MV320", stem.span, f"no part is called {stem.part}", f"the parts are {names}")
            return ()
        tracks = part.tracks
    return voices(score, tracks, clock)


def _clock_of(score: Score, sources: Sources) -> Clock:
    """The clock of a stem's score: that of the piece, where bars and tempi are the same."""
    main = sources.score
    is_same = score.measures == main.measures and score.tempi == main.tempi
    return sources.clock if is_same else clock_of(score)
