"""Times that mean something on a machine that others use too: CPU time of one thread, in turns, medians."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

REPEATED = 6
"""Calls in a row whose wall time is taken."""

Works = Callable[..., Mapping[str, Callable[[], object]]]
"""Makes some works."""


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


def wall_ms(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    started_s = time.perf_counter()
    work()
    return (time.perf_counter() - started_s) * 1e3


@contextmanager
def elsewhere(make: Works, *arguments: Any) -> Iterator[Callable[[str], float]]:
    """A process of its own that makes some works; the value gives the CPU time of one by its name, in ms."""
    with _served(make, arguments) as pipe:

        def timed(name: str) -> float:
            pipe.send((name, cpu_ms, 1))
            return float(pipe.recv()[0])

        yield timed


def together_ms(make: Works, copies: int, name: str, *arguments: Any) -> float:
    """The median wall time of a call of one work, in so many processes at once, by their number."""
    with ExitStack() as stack:
        pipes = [stack.enter_context(_served(make, arguments)) for _ in range(copies)]
        for calls in (1, REPEATED):  # the first warms up, and waits till all are made
            for pipe in pipes:
                pipe.send((name, wall_ms, calls))
            times_ms = [time_ms for pipe in pipes for time_ms in pipe.recv()]
    return statistics.median(times_ms) / copies


@contextmanager
def _served(make: Works, arguments: tuple[Any, ...]) -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, make, arguments), daemon=True)
    process.start()
    there.close()  # so that its end is seen here
    try:
        yield here
    finally:
        here.close()
        process.join()


def _serve(pipe: Connection, make: Works, arguments: tuple[Any, ...]) -> None:
    works = make(*arguments)
    with suppress(EOFError):
        while True:
            name, timer, calls = pipe.recv()
            pipe.send([timer(works[name]) for _ in range(calls)])


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
