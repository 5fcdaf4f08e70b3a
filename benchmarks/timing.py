"""Times that mean something on a machine that others use too: CPU time of one thread, in turns, medians."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


def cpu_ms_in_turns(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median CPU time of each work: A B C A B C ..., after one call of each that warms up."""
    return in_turns({name: lambda work=work: cpu_ms(work) for name, work in works.items()}, rounds)


def in_turns(timers: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of what each timer says, asked in turns, after one call of each that does not count."""
    for timer in timers.values():
        timer()
    times_ms: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            times_ms[name].append(timer())
    return {name: statistics.median(times) for name, times in times_ms.items()}


def cpu_ms(work: Callable[[], object]) -> float:
    """The CPU time of one call, of all threads."""
    started_s = time.process_time()
    work()
    return (time.process_time() - started_s) * 1e3


@contextmanager
def elsewhere(make: Callable[..., Mapping[str, Callable[[], object]]], *arguments: Any) -> Iterator[Any]:
    """A process of its own that makes some works; the value times one of them by its name, in ms."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, make, arguments), daemon=True)
    process.start()

    def timed(name: str) -> float:
        here.send(name)
        return float(here.recv())

    try:
        yield timed
    finally:
        here.send(None)
        process.join()


def _serve(pipe: Connection, make: Callable[..., Mapping[str, Callable[[], object]]], arguments: Any) -> None:
    works = make(*arguments)
    while (name := pipe.recv()) is not None:
        pipe.send(cpu_ms(works[name]))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
