"""MIDI controllers act on the sound of a stem: level, side and pitch of its channels, in film seconds."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ..plan import ChannelPlan, Moves
from ..score.model import Channel, Score, Steps
from ..time.clock import Clock

SIDES = 7
"""The places to either side at which headphones hear notes: each has the pan of its note's onset."""


def moving_channels(
    score: Score, clock: Clock, start_s: Fraction
) -> tuple[tuple[ChannelPlan, ...], Mapping[int, int]]:
    """The channels that a controller changes, and which of them each channel of the score is."""
    plans: list[ChannelPlan] = []
    numbers: dict[int, int] = {}
    for number, channel in enumerate(score.channels):
        if _moves(channel.gain, 1.0) or _moves(channel.ear, 0.0) or _moves(channel.bend, 0.0):
            numbers[number] = len(plans)
            plans.append(
                ChannelPlan(
                    gain=_seconds(channel.gain, clock, start_s),
                    ear=_seconds(channel.ear, clock, start_s),
                    bend=_seconds(channel.bend, clock, start_s),
                )
            )
    return tuple(plans), numbers


def is_panned(score: Score, channels: Iterable[int | None]) -> bool:
    """Whether any of those channels is ever panned away from the middle."""
    return any(number is not None and _moves(score.channels[number].ear, 0.0) for number in set(channels))


def side_at(channel: Channel, onset_qn: Fraction) -> float:
    """The pan of a channel at that time, as one of 15 places."""
    value = next(value for begun, value in reversed(channel.ear) if begun <= onset_qn)
    return round(value * SIDES) / SIDES


def _moves(steps: Steps, neutral: float) -> bool:
    return any(value != neutral for _, value in steps)


def _seconds(steps: Steps, clock: Clock, start_s: Fraction) -> Moves:
    return tuple((float(clock.seconds(onset_qn) - start_s), value) for onset_qn, value in steps)
