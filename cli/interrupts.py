"""Ctrl-C, and a polite request to end: once to stop between two frames, twice to stop at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
