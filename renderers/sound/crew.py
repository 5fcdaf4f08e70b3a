"""Buses rendered side by side, each in a process of its own, and handed on in the order of the plan."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ...compiler.plan import BusPlan, SoundPlan
from .bus import RenderedBus, rendered_bus

Progress = Callable[[float], None]

# A process costs about a second of imports; below so much sound of all buses together it does not pay.
_LEAST_S = 600.0
_WAITING = 1


def rendered_in_order(
    plan: SoundPlan, folder: Path, keep_dry: bool, workers: int, progress: Progress
) -> Iterator[tuple[BusPlan, RenderedBus]]:
    """Each bus with its files, in the order of the plan; whoever takes them removes them.

    At most `workers` buses and one more are ahead of the one that is taken, so that their files stay few.
    """
    folders = [folder / f"bus-{k}" for k in range(len(plan.buses))]
    keeps = [keep_dry or any(send.is_before for send in bus.sends) for bus in plan.buses]
    sound_s = len(plan.buses) * plan.sample_count / plan.sample_rate_hz
    if min(workers, len(plan.buses)) < 2 or sound_s < _LEAST_S:
        for k, bus in enumerate(plan.buses):
            folders[k].mkdir()
            share = _share(progress, k, len(plan.buses))
            yield bus, rendered_bus(bus, plan, folders[k], keep_dry=keeps[k], progress=share)
        return
    # Processes that are started anew know nothing of our threads, on which a fork may hang.
    with ProcessPoolExecutor(min(workers, len(plan.buses)), get_context("spawn")) as pool:
        under_way: deque[Future[RenderedBus]] = deque()
        started = 0
        try:
            for k, bus in enumerate(plan.buses):
                while started < len(plan.buses) and len(under_way) < workers + _WAITING:
                    folders[started].mkdir()
                    under_way.append(pool.submit(_job, plan, started, folders[started], keeps[started]))
                    started += 1
                rendered = under_way.popleft().result()
                progress((k + 1) / len(plan.buses))
                yield bus, rendered
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _job(plan: SoundPlan, index: int, folder: Path, keep_dry: bool) -> RenderedBus:
    return rendered_bus(plan.buses[index], plan, folder, keep_dry=keep_dry, progress=_nobody)


def _share(progress: Progress, index: int, count: int) -> Progress:
    return lambda share: progress((index + share) / count)


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
