"""Buses rendered side by side, each in a process of its own that puts it into the store."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ....compiler.plan import SoundPlan
from ....store.file_digests import FileDigests
from ....store.graph import Build, Task
from ....store.store import Store
from .bus import bus_tasks
from .graph import SoundGraph

# A process costs about a second of imports; for less sound than this, in all buses together, it does not pay.
_LEAST_S = 600.0


def make_buses(
    plan: SoundPlan, graph: SoundGraph, store: Store, workers: int, on_progress: Callable[[Task, float], None]
) -> int:
    """Make every bus of a graph in several processes, where that pays: how many were missing.

    Raises PieceError where a stem cannot be used; buses that are finished by then are kept.
    """
    count = len(plan.buses)
    sound_s = count * plan.sample_count / plan.sample_rate_hz
    if min(workers, count) < 2 or sound_s < _LEAST_S:
        return 0
    # Spawned processes share no threads with ours, which could make a fork hang.
    with ProcessPoolExecutor(min(workers, count), get_context("spawn")) as pool:
        jobs = [
            pool.submit(_made, plan, k, store.folder, bus.dry is not None)
            for k, bus in enumerate(graph.buses)
        ]
        made = 0
        try:
            for bus, job in zip(graph.buses, jobs, strict=True):
                made += job.result()
                on_progress(bus.wet, 1.0)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return made


def _made(plan: SoundPlan, index: int, folder: Path, keep_dry: bool) -> bool:
    """Make one bus; whether it was missing."""
    bus = bus_tasks(plan.buses[index], plan, FileDigests(), keep_dry=keep_dry)
    with Store(folder) as store:
        build = Build(store)
        for task in bus.tasks:
            build.entry(task)
        return bus.wet in build.made
