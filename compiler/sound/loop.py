"""The sound of a loop: two rounds of its notes and lanes, of which the second is heard.

The first round begins with what still sounds of rounds before it, so that the second begins and ends in the
same state: its tails and echoes at the beginning are those of its own end. A recording does not go round: its
first round is what comes before the passage, and the end of the second goes over into the end of the first.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil

from ..lanes.curve import Curve
from ..plan import BusPlan, ChannelPlan, EffectPlan, Moves, ReturnPlan, SoundPlan, StemPlan
from .voices import EARLIER_S

ROUNDS_MOST = 64
SEAM_S = 0.02
"""The crossfade from the end of a recording to the sound before its beginning, in seconds."""


def looped(sound: SoundPlan) -> SoundPlan:
    """The sound of a film that is a loop."""
    # In whole samples, so that every round is as the one before.
    length_s = sound.sample_count / sound.sample_rate_hz
    return replace(
        sound,
        sample_count=2 * sound.sample_count,
        unheard_count=sound.sample_count,
        seam_count=min(round(SEAM_S * sound.sample_rate_hz), sound.sample_count) if plays_on(sound) else 0,
        buses=tuple(_bus(bus, length_s) for bus in sound.buses),
        returns=tuple(_return(back, length_s) for back in sound.returns),
    )


def plays_on(sound: SoundPlan) -> bool:
    """Whether a bus plays a recording, or another program's performance of a score."""
    return any(_is_recorded(stem) for bus in sound.buses for stem in bus.stems)


def _is_recorded(stem: StemPlan) -> bool:
    return stem.notes is None or bool(stem.by)


def _bus(bus: BusPlan, length_s: float) -> BusPlan:
    def round_of(curve: Curve | None) -> Curve | None:
        return None if curve is None else _round(curve, length_s)

    return replace(
        bus,
        stems=tuple(_stem(stem, length_s) for stem in bus.stems),
        chain=_chain(bus.chain, length_s),
        gain=_round(bus.gain, length_s),
        ear=_round(bus.ear, length_s),
        azimuth_deg=round_of(bus.azimuth_deg),
        elevation_deg=round_of(bus.elevation_deg),
        distance=round_of(bus.distance),
        sends=tuple(replace(send, gain=_round(send.gain, length_s)) for send in bus.sends),
    )


def _return(back: ReturnPlan, length_s: float) -> ReturnPlan:
    return replace(back, chain=_chain(back.chain, length_s), gain=_round(back.gain, length_s))


def _chain(chain: Iterable[EffectPlan], length_s: float) -> tuple[EffectPlan, ...]:
    def moved(effect: EffectPlan) -> tuple[tuple[str, Curve], ...]:
        return tuple((name, _round(curve, length_s)) for name, curve in effect.automation)

    return tuple(replace(effect, automation=moved(effect)) for effect in chain)


def _round(curve: Curve, length_s: float) -> Curve:
    return replace(curve, round_s=length_s)


def _stem(stem: StemPlan, length_s: float) -> StemPlan:
    """The notes that begin in the loop, as often before it as they may still sound, and once after it.

    A recording plays once, and begins a round earlier.
    """
    if _is_recorded(stem):
        return replace(stem, file_offset_s=stem.file_offset_s - length_s)
    rounds = range(-min(ceil(float(EARLIER_S) / length_s), ROUNDS_MOST), 2)
    own = [note for note in stem.notes or () if 0 <= note.onset_s < length_s]
    notes = [
        replace(note, onset_s=note.onset_s + k * length_s, round_s=k * length_s)
        for k in rounds
        for note in own
    ]
    channels = tuple(
        ChannelPlan(*(_moves(moves, length_s, rounds) for moves in (channel.gain, channel.ear, channel.bend)))
        for channel in stem.channels
    )
    return replace(stem, notes=tuple(notes), channels=channels)


def _moves(moves: Moves, length_s: float, rounds: range) -> Moves:
    standing = next((value for at_s, value in reversed(moves) if at_s <= 0), moves[0][1])
    own = [(0.0, standing), *((at_s, value) for at_s, value in moves if 0 < at_s < length_s)]
    return tuple((at_s + k * length_s, value) for k in rounds for at_s, value in own)
