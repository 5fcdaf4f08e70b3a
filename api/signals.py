"""Ctrl-C and SIGTERM, as every command that takes long treats them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_first_signal(act: Callable[[int], object]) -> Iterator[None]:
    """Within it, the first SIGINT or SIGTERM calls `act` with its number; a second one ends the process."""
    watched = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in watched}

    def first(number: int, frame: FrameType | None) -> None:
        for each in watched:
            signal.signal(each, signal.SIG_DFL)
        act(number)

    for number in watched:
        signal.signal(number, first)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
