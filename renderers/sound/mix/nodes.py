"""Nodes of buses and of the mix, each known by exactly what it reads; names and paths are in none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....compiler.plan import BusPlan, EffectPlan, SoundPlan
from ....store.file_digests import FileDigests
from ....store.node import Node
from ....store.packages import packages
from ....store.values.keys import digest_of

BUS_VERSION = 1
CHAIN_VERSION = 1
MIX_VERSION = 1
WET, DRY, MIX, CHAIN = "wet", "dry", "mix", "chain"
"""Names of files in records."""


def dry_node(bus: BusPlan, sources: Sequence[str], plan: SoundPlan) -> Node:
    """The sum of the stems of a bus, for a send that is taken before the chain, or for a listener."""
    reads = {
        "stems": digest_of(list(sources)),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "soxr"),
    }
    return Node.of("dry", BUS_VERSION, bus.name, reads)


def bus_node(bus: BusPlan, sources: Sequence[str], plan: SoundPlan, digests: FileDigests) -> Node:
    """The node of a bus's contribution to the mix, from what it reads of its stems."""
    placed = (bus.azimuth_deg, bus.elevation_deg, bus.distance, bus.width_deg, bus.level)
    reads = {
        "stems": digest_of(list(sources)),
        "chain": _chain_digest(bus.chain, digests),
        "gain": digest_of(bus.gain),
        "ear": digest_of((bus.ear, bus.ear_offset)),
        "space": digest_of((bus.space, placed, None if bus.sofa is None else digests.of(bus.sofa))),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard", "soxr"),
    }
    return Node.of("bus", BUS_VERSION, bus.name, reads)


def chain_node(part: BusPlan, sources: Sequence[str], plan: SoundPlan, digests: FileDigests) -> Node:
    """A bus, or its part that is in one place, before it is moved: a lane of its ear is not in it."""
    reads = {
        "stems": digest_of(list(sources)),
        "chain": _chain_digest(part.chain, digests),
        "gain": digest_of(part.gain),
        "measured": part.level,
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard", "soxr"),
    }
    return Node.of("chain", CHAIN_VERSION, part.name, reads)


def mix_node(plan: SoundPlan, buses: Sequence[Mapping[str, str]], digests: FileDigests) -> Node:
    """The finished sound, from the digests of its buses' files."""
    numbers = {back.name: k for k, back in enumerate(plan.returns)}
    sends = [
        [(numbers[send.to], send.gain, files[DRY] if send.is_before else files[WET]) for send in bus.sends]
        for bus, files in zip(plan.buses, buses, strict=True)
    ]
    reads = {
        "buses": digest_of([files[WET] for files in buses]),
        "sends": digest_of(sends),
        "returns": digest_of([(_chain_digest(back.chain, digests), back.gain) for back in plan.returns]),
        "master": digest_of(plan.master),
        "fades": digest_of((plan.fade_in_s, plan.fade_out_s, plan.unheard_count > 0)),
        "seam": str(plan.seam_count),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard"),
    }
    return Node.of("mix", MIX_VERSION, "mix", reads)


def _chain_digest(chain: Sequence[EffectPlan], digests: FileDigests) -> str:
    return digest_of(
        [
            (
                effect.plugin,
                effect.constants,
                effect.automation,
                effect.settings,
                None if effect.file is None else digests.of(effect.file),
                None if effect.preset is None else digests.of(effect.preset),
            )
            for effect in chain
        ]
    )
