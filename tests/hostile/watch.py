"""Cases one after another under a watchdog: how many were accepted, refused, escaped or never ended."""

import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from musicvis.dsl.findings.diagnostics import PieceError

CASE_CPU_S = 20.0
"""A case that computes longer counts as hung. Time of the processor: a busy machine hangs nobody."""


@dataclass(slots=True)
class Counts:
    """The results of a campaign's cases."""

    name: str
    cases: int = 0
    accepted: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """The counts of refusals, by the code of the first finding."""
    foreign: list[tuple[int, bytes, str]] = field(default_factory=list)
    """Cases that raised something else: number, input, the end of the traceback."""
    hung: list[tuple[int, bytes]] = field(default_factory=list)
    slowest_s: float = 0.0
    """Of the processor."""
    checked: int = 0
    """Accepted cases that another program was asked about."""

    @property
    def refused(self) -> int:
        return self.codes.total()

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.cases} cases, {self.accepted} accepted, {self.refused} refused, "
            f"{len(self.foreign)} foreign exceptions, {len(self.hung)} hung, slowest {self.slowest_s:.2f} s"
        )

    def run(self, number: int, data: bytes, case: Callable[[], None]) -> None:
        """Run a case; PieceError is a refusal, and any other exception is counted and told."""
        self.cases += 1
        before_s = time.process_time()
        try:
            with watchdog(CASE_CPU_S):
                case()
            self.accepted += 1
        except PieceError as error:
            self.codes[error.diagnostics[0].code] += 1
            if any(not d.message or not d.hint or not d.span.file for d in error.diagnostics):
                self.foreign.append((number, data, f"a refusal without a place or a mend: {error}"))
        except HungError:
            self.hung.append((number, data))
        except Exception:
            self.foreign.append(
                (number, data, "".join(traceback.format_exc().splitlines(keepends=True)[-6:]))
            )
        self.slowest_s = max(self.slowest_s, time.process_time() - before_s)


class HungError(BaseException):
    """Time is up."""


@contextmanager
def watchdog(limit_s: float) -> Iterator[None]:
    """Raises HungError inside it after so many seconds of the processor; for the main thread alone."""

    def up(number: int, frame: FrameType | None) -> None:
        raise HungError

    before = signal.signal(signal.SIGPROF, up)
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
