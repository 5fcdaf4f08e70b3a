"""Parameters that lanes may move, with their ranges: of buses, effects and the picture."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from operator import attrgetter

from ...dsl.model.audio import Bus, Effect, Return, Send
from ...dsl.model.lane import Shape
from ...dsl.model.parameters import (
    AZIMUTH,
    DISTANCE,
    EAR,
    ELEVATION,
    GAIN,
    PICTURE,
    SEND,
    BusParameter,
    PictureParameter,
)
from ...dsl.model.plugins import plugin
from ...dsl.model.visuals import Visuals
from ..time.clock import Clock
from .curve import Curve
from .segment_values import Segment

HEADPHONE_DECLICK_S = 0.040
"""The time of a jump of the whole ear around a head; a smaller one takes its share: it is heard as a
glide."""
SOUND_DECLICK_S = 0.010
"""The time of a jump of gain or ear: less than -115 dB of a full one is left above 4 kHz."""
PLUGIN_DECLICK_S = 0.020


@dataclass(frozen=True, slots=True)
class Target:
    """A parameter that a lane may move: its range, and its value before the lane's first point."""

    name: str
    low: float
    high: float
    neutral: float
    declick_s: float = 0.0
    """The length of a jump; 0 for the picture, whose jumps are cuts at a frame."""
    declick_per_unit_s: float = 0.0
    """The length per unit of a jump, if that is longer."""
    circle: float = 0.0
    """The period of a circular value, such as 360 degrees; 0 if it is not circular."""


def beat_rate(clock: Clock) -> Curve:
    """Beats per second at each time, each bar by its own metre: cycles per beat times this are hertz."""
    changes = {Fraction(0), *clock.tempo_starts_qn}
    meters = [measure.meter for measure in clock.measures]
    changes |= {
        measure.start_qn
        for measure, before in zip(clock.measures[1:], meters, strict=False)
        if measure.meter.beat_qn != before.beat_qn
    }
    segments: list[Segment] = []
    starts = sorted(changes)
    for start, end in zip(starts, [*starts[1:], max(starts[-1], clock.end_qn) + 1], strict=True):
        beat_qn = clock.measures[clock.measure_index(start)].meter.beat_qn
        rate_hz = float(1 / (clock.pace(start) * beat_qn))
        # A rate is not a level: a sudden change of it does not click.
        segments.append(
            Segment(
                start_s=clock.seconds(start),
                end_s=clock.seconds(end),
                start_qn=start,
                end_qn=end,
                shape=Shape.HOLD,
                start_value=rate_hz,
                target=rate_hz,
                hard=True,
            )
        )
    return Curve(tuple(segments), before=segments[0].start_value)


def visual_targets(visuals: Visuals) -> tuple[Target, ...]:
    """The parameters of the picture; before a lane's first point they have the manifest's values."""
    return tuple(
        Target(
            parameter.name,
            parameter.low,
            parameter.high,
            _written(parameter, visuals),
        )
        for parameter in PICTURE
    )


def _written(parameter: PictureParameter, visuals: Visuals) -> float:
    if parameter.control:
        return visuals.steered(parameter.field)
    return attrgetter(parameter.field)(visuals) if parameter.field else parameter.default


def ear_target(bus: Bus) -> Target:
    """The target of a bus's place between the ears."""
    return Target(bus.ear or bus.name, EAR.low, EAR.high, EAR.default, SOUND_DECLICK_S, _glide_s(bus))


def azimuth_target(bus: Bus) -> Target:
    """The target of a bus's azimuth: degrees clockwise from the front, not wrapped at 360."""
    return replace(_of_bus(bus.name, AZIMUTH), declick_per_unit_s=_glide_s(bus) / 90.0, circle=360.0)


def elevation_target(bus: Bus) -> Target:
    """The target of a bus's elevation, in degrees above the horizon."""
    return replace(_of_bus(bus.name, ELEVATION), declick_per_unit_s=_glide_s(bus) / 90.0)


def distance_target(bus: Bus) -> Target:
    """The target of a bus's distance; 1 is the distance of its recording."""
    return _of_bus(bus.name, DISTANCE)


def place_targets(bus: Bus) -> tuple[Target, ...]:
    """The targets that place a bus."""
    return ear_target(bus), azimuth_target(bus), elevation_target(bus), distance_target(bus)


def _glide_s(bus: Bus) -> float:
    return 0.0 if bus.space == "balance" else HEADPHONE_DECLICK_S


def gain_target(bus: Bus | Return) -> Target:
    """The target of a bus's or return's linear level, up to +24 dB; a lane replaces the written gain."""
    return replace(_of_bus(bus.name, GAIN), neutral=bus.gain)


def send_target(bus: Bus, send: Send) -> Target:
    """The target of the linear level of a send from a bus to a return."""
    name = f"{bus.name}.sends.{send.to}"
    return Target(name, SEND.low, SEND.high, send.level, SOUND_DECLICK_S)


def _of_bus(name: str, parameter: BusParameter) -> Target:
    ending, default = parameter.ending, parameter.default
    return Target(f"{name}.{ending}", parameter.low, parameter.high, default, SOUND_DECLICK_S)


def plugin_targets(bus: Bus | Return, effect: Effect) -> tuple[tuple[str, Target], ...]:
    """The parameters of one effect of a bus that a lane may move, by parameter name."""
    name = f"{bus.name}.{effect.label or effect.plugin}"
    if effect.vst3 is not None:
        # Only the plugin knows its bounds.
        return tuple(
            (key, Target(f"{name}.{key}", -inf, inf, value, PLUGIN_DECLICK_S))
            for key, value in effect.parameters
        )
    description = plugin(effect.plugin)
    if description is None:
        return ()
    written = dict(effect.parameters)
    return tuple(
        (
            parameter.name,
            Target(
                f"{name}.{parameter.name}",
                parameter.low,
                parameter.high,
                written.get(parameter.name, parameter.default),
                PLUGIN_DECLICK_S,
            ),
        )
        for parameter in description.parameters
        if parameter.automatable
    )
