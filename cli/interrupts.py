"""Ctrl-C, and a polite request to end: once to stop between two frames, twice to stop at once."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ..api.signals import on_first_signal


class Stopped(KeyboardInterrupt):
    """The user, or the machine, wants the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """130 for Ctrl-C, as shells say it; 75, "try again later" (sysexits.h), for SIGTERM."""
        return 130 if self.number == signal.SIGINT else 75


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it, the first SIGINT or SIGTERM raises Stopped; a second one ends the process at once."""

    def stop(number: int) -> None:
        raise Stopped(number)

    with on_first_signal(stop):
        yield


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], int]]:
    """Within it, the first SIGINT or SIGTERM is only noted; a second one ends the process at once.

    What it gives says which signal came, or 0: for work that stops between two steps of its own.
    """
    came = 0

    def note(number: int) -> None:
        nonlocal came
        came = number

    with on_first_signal(note):
        yield lambda: came


CODES = {"SIGTERM": 75, "SIGHUP": 129}
"""The exit code of a command that a signal ends: that of `Stopped`, and that of shells."""


@contextmanager
def unwound() -> Iterator[None]:
    """Within it, SIGTERM and a closed terminal end the command as Ctrl-C does: no unfinished file stays.

    A signal that is ignored, as with nohup, stays ignored.
    """
    is_main = threading.current_thread() is threading.main_thread()
    # Windows has no SIGHUP.
    known = [getattr(signal, name) for name in CODES if hasattr(signal, name)]
    numbers = [number for number in known if is_main and signal.getsignal(number) is signal.SIG_DFL]

    def end(number: int, frame: FrameType | None) -> None:
        # The next one ends the process at once.
        signal.signal(number, signal.SIG_DFL)
        sys.exit(CODES[signal.Signals(number).name])

    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
