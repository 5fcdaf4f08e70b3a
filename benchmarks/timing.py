"""Times that mean something on a machine that others use too: CPU time of one thread, in turns, medians."""

import statistics
import time
from collections.abc import Callable, Mapping


def cpu_ms_in_turns(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median CPU time of each work: A B C A B C ..., after one call of each that warms up."""
    for work in works.values():
        work()
    times_ms: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            started_s = time.process_time()
            work()
            times_ms[name].append((time.process_time() - started_s) * 1e3)
    return {name: statistics.median(times) for name, times in times_ms.items()}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
