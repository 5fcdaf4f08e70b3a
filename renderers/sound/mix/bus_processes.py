"""Buses rendered side by side, each in a process of its own that puts it into the store."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ....compiler.plan import SoundPlan
from ....store.store import Store
from .bus import KeptBus, kept_bus

Progress = Callable[[float], None]

# A process costs about a second of imports; below so much sound of all buses together it does not pay.
_LEAST_S = 600.0


def kept_buses(
    plan: SoundPlan, store: Store, keeps: Sequence[bool], workers: int, progress: Progress
) -> list[KeptBus]:
    """Every bus in the order of the plan; those that are there cost nothing.

    keeps   for each bus, whether the sum of its stems is kept too

    Raises PieceError where a stem cannot be used; buses that are finished by then are kept.
    """
    count = len(plan.buses)
    sound_s = count * plan.sample_count / plan.sample_rate_hz
    if min(workers, count) < 2 or sound_s < _LEAST_S:
        return [
            kept_bus(bus, plan, store, keep_dry=keeps[k], progress=_share(progress, k, count))
            for k, bus in enumerate(plan.buses)
        ]
    # Processes that are started anew know nothing of our threads, on which a fork may hang.
    with ProcessPoolExecutor(min(workers, count), get_context("spawn")) as pool:
        jobs = [pool.submit(_job, plan, k, store.folder, keeps[k]) for k in range(count)]
        found = []
        try:
            for k, job in enumerate(jobs):
                found.append(job.result())
                progress((k + 1) / count)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return found


def _job(plan: SoundPlan, index: int, folder: Path, keep_dry: bool) -> KeptBus:
    with Store(folder) as store:
        return kept_bus(plan.buses[index], plan, store, keep_dry=keep_dry, progress=_nobody)


def _share(progress: Progress, index: int, count: int) -> Progress:
    return lambda share: progress((index + share) / count)


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
