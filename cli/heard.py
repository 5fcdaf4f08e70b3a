"""The options with which a user guides the listener: for `musicvis listen` and `musicvis new`."""

import re
import time
from pathlib import Path

import click

from ..api.making.heard import track_name
from ..api.making.listening import checked_tempi
from .report import TerminalReporter

_TIME = re.compile(
    r"(?:(?P<minutes>\d{1,4}):(?=\d{1,2}(?:\.|s|$)))?(?P<seconds>\d{1,6}(?:\.\d{1,9})?)(?P<unit>ms|s)?"
)
_TEMPI = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:\.\.(\d{1,3}(?:\.\d+)?))?")
PATIENCE_S = 5.0
TEMPO_SPREAD = 1.06
"""The factor that turns a single given tempo into a range: that much slower, and that much faster."""


class Patience:
    """Progress that is reported only where listening takes long."""

    def __init__(self, reporter: TerminalReporter) -> None:
        self._reporter = reporter
        self._started_s = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if time.monotonic() - self._started_s > PATIENCE_S:
            self._reporter.progress(stage, done, total)


def parse_seconds(text: str) -> float:
    """`0.42s`, `420ms`, `12.4` or `1:12.4` in seconds; raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if found is None or (found["unit"] == "ms" and found["minutes"]):
        raise ValueError(f"{text} is not a time; write 0.42s, 420ms or 1:12.4")
    seconds = float(found["seconds"]) / (1000.0 if found["unit"] == "ms" else 1.0)
    return 60.0 * int(found["minutes"] or 0) + seconds


def parse_tempi(text: str) -> tuple[float, float]:
    """`90..130`, or one tempo and a little around it, in beats a minute; raises ValueError."""
    found = _TEMPI.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text} is not a range of tempi; write 126 or 90..130, within 20..400 beats a minute"
        )
    low, high = float(found[1]), float(found[2] or found[1])
    if low == high:
        return checked_tempi(low / TEMPO_SPREAD, high * TEMPO_SPREAD)
    return checked_tempi(low, high)


def parse_mark(text: str) -> tuple[str, float]:
    """`A=0:12.4`: a name and a time; raises ValueError."""
    name, equals, time = text.rpartition("=")
    if not equals or not 0 < len(name.strip()) <= 100 or not name.isprintable():
        raise ValueError(f"{text} is not a mark; write NAME=TIME, e.g. A=0:12.4")
    return name.strip(), parse_seconds(time)


def parse_stem(text: str) -> tuple[str, Path]:
    """`drums=takes/drums.wav`, or the file alone: the name of a part and its recording; raises ValueError."""
    name, equals, file = text.partition("=")
    if not equals:
        name, file = "", text
    if not file or len(name) > 100 or not name.isprintable():
        raise ValueError(f"{text} is not a stem; write NAME=FILE, e.g. drums=drums.wav")
    return name.strip() or track_name(Path(file)), Path(file)


def usage(error: ValueError) -> click.BadParameter:
    """A wrong value on the command line."""
    return click.BadParameter(str(error))
