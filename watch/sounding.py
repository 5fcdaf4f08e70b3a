"""The sound of a version, made in its own process: first a provisional mix, then the exact one."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from ..compiler.plan import SoundPlan
from ..renderers.sound.master.meter import LoudnessMeter
from ..renderers.sound.mix.bus import KeptChain, kept_chains
from ..renderers.sound.mix.graph import sound_graph
from ..renderers.sound.mix.nodes import MIX, WET
from ..renderers.sound.mix.render import SoundRender
from ..renderers.sound.space.choose import sources_ready
from ..renderers.sound.wave import read_wav
from ..store.graph import Known, walked
from ..store.store import Store
from .leftovers import Leftovers


@dataclass(frozen=True, slots=True)
class BusSource:
    """The sources of a bus's sound: its contribution to the mix, or its parts, which are not placed yet."""

    name: str
    wet: Path | None = None
    chains: tuple[KeptChain, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """All buses can be heard, some of them by moving them now.

    guess   how the master will mix them, where no exact sound has said that yet
    """

    sources: tuple[BusSource, ...]
    guess: Mixed | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the exact sound that is finished, 0..1."""

    share: float


@dataclass(frozen=True, slots=True)
class Mixed:
    """The exact sound.

    returns   what came back from the returns, for a mix of the moment
    gain      of the master, before its limiter; linear
    """

    file: Path
    digest: str
    sources: tuple[BusSource, ...]
    returns: tuple[Path, ...]
    gain: float
    ceiling: float
    fades_s: tuple[float, float]


def sound_identity(plan: SoundPlan) -> str:
    """The identity of a sound, with the piece's files: equal identities mean equal sounds.

    Two that differ may still sound alike; that is found out where it is made.
    """
    state = hashlib.sha256(pickle.dumps(plan))
    for bus in plan.buses:
        for stem in bus.stems:
            for path in (stem.file, stem.score, stem.soundfont):
                if path is not None:
                    try:
                        found = path.stat()
                        state.update(repr((str(path), found.st_size, found.st_mtime_ns)).encode())
                    except OSError:
                        state.update(b"missing")
    return state.hexdigest()


def made_sound(
    plan: SoundPlan,
    store: Store,
    tell: Callable[[Ready | Share], None],
    go_on: Callable[[], None],
    leftovers: Leftovers | None = None,
    *,
    is_first: bool = False,
) -> Mixed:
    """The exact sound, from the store or made now. On the way it is reported when all buses can be heard.

    go_on       asked between two blocks; it raises to stop
    leftovers   told what is made; None where nobody clears it away
    is_first    no exact sound of the piece is known, so that its gain is guessed on the way

    Raises PieceError where a stem cannot be used, OSError where the store cannot be written.
    """
    sources_ready(plan)
    known = walked([sound_graph(plan).mix], store)
    there = {one.node.key for one in known if one.node is not None and one.is_there}
    chained: set[str] = set()
    if not known[-1].is_there:
        found = []
        wets = _wets(known, store)
        for bus in plan.buses:
            go_on()
            wet = wets.get(bus.name)
            chains = () if wet is not None else kept_chains(bus, plan, store)
            chained.update(chain.key for chain in chains)
            if leftovers is not None:
                leftovers.made([chain.key for chain in chains if chain.is_new])
            found.append(BusSource(bus.name, wet, chains))
        sources = tuple(found)
        tell(Ready(sources, guessed(sources, plan) if is_first else None))

    shown = 0.0

    def progress(share: float) -> None:
        nonlocal shown
        go_on()
        if share - shown >= 0.05:
            shown = share
            tell(Share(share))

    with SoundRender(plan, progress, store=store, workers=1) as render:
        known = walked([render.graph.mix], store)
        wets = _wets(known, store)
        keys = {one.node.key for one in known if one.node is not None}
        if leftovers is not None:
            leftovers.made(keys - there)
            leftovers.version(keys | chained)
        files = render.build.entry(render.graph.mix).files
        returns = tuple(files[f"return-{k}"] for k in range(len(plan.returns)) if f"return-{k}" in files)
        return Mixed(
            file=files[MIX],
            digest=files[MIX].name,
            sources=tuple(BusSource(bus.name, wets.get(bus.name)) for bus in plan.buses),
            returns=returns,
            gain=10.0 ** (render.report.master.gain_db / 20.0),
            ceiling=_ceiling(plan),
            fades_s=(plan.fade_in_s, max(plan.fade_out_s, render.report.cut_fade_s)),
        )


def guessed(sources: Sequence[BusSource], plan: SoundPlan) -> Mixed:
    """An estimate of the mix of buses: movement keeps their loudness, so they are simply added."""
    meter = LoudnessMeter(plan.sample_rate_hz)
    files = [source.wet for source in sources if source.wet is not None]
    files += [chain.file for source in sources for chain in source.chains]
    highest = 0.0
    for blocks in zip(*map(read_wav, files), strict=True):
        both = np.sum(blocks, axis=0)
        meter.add(both)
        highest = max(highest, float(np.abs(both).max(initial=0.0)))
    ceiling, gain = _ceiling(plan), 1.0
    loudness, master = meter.loudness().integrated_lufs, plan.master
    if master.loudness_lufs is not None and isfinite(loudness):
        gain = 10.0 ** (min(master.loudness_lufs - loudness, master.most_gain_db) / 20.0)
        if master.most_reduction_db is not None and highest:
            gain = min(gain, ceiling / highest * 10.0 ** (master.most_reduction_db / 20.0))
    return Mixed(Path(), "", tuple(sources), (), gain, ceiling, (plan.fade_in_s, plan.fade_out_s))


def _ceiling(plan: SoundPlan) -> float:
    return float(10.0 ** (plan.master.ceiling_dbtp / 20.0))


def _wets(known: list[Known], store: Store) -> dict[str, Path]:
    """The buses that the store has, by name."""
    found = {}
    for one in known:
        if one.task.stage == "bus" and one.node is not None and one.is_there:
            outputs = store.outputs(one.node.key)
            if outputs is not None and WET in outputs:
                found[one.task.name] = store.blob(outputs[WET])
    return found
