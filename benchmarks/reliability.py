"""What a build survives, tried and counted: the tables of docs/reliability.md.

python -m benchmarks.reliability [--quick]: runs every campaign, writes the tables into the document, and ends
with 1 where a promise was broken. It takes about twenty minutes on two cores, most of them for the five films
in full size; with --quick films are drafts and campaigns a tenth.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from musicvis.tests.store import campaigns as store

from .edits import measured

if TYPE_CHECKING:
    from musicvis.tests.hostile.watch import Counts

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- measured by benchmarks/reliability.py -->", "<!-- end of what is measured -->"
BEGIN_THREATS, END_THREATS = "<!-- threats, by benchmarks/reliability.py -->", "<!-- end of the threats -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: how often it was tried, what was seen, and whether it holds."""

    promise: str
    tried: str
    seen: str
    is_kept: bool


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of synchronised files take minutes on a disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


def store_rows() -> Iterator[Row]:
    """The store, by itself."""
    with scratch() as folder:
        seen = store.kills(folder)
    yield Row(
        "a kill loses at most the work in progress, and damages nothing",
        f"{seen.trials} kills: before, after and within each call of a build",
        f"{len(seen.faults)} faults, at most {seen.most_repeated} thing made again",
        not seen.faults and seen.most_repeated <= 1,
    )
    with scratch() as folder:
        seen = store.errors(folder)
    yield Row(
        "a system error stops a build cleanly",
        f"{seen.trials} errors: each call once with ENOSPC, EIO, EACCES and EDQUOT",
        f"{len(seen.faults)} faults; the next build was right each time",
        not seen.faults,
    )
    with scratch() as folder:
        seen = store.power_cuts(folder)
    yield Row(
        "a power cut loses nothing that was finished",
        f"{seen.trials} states of a disk, {seen.counts['different states']} of them different to a reader",
        f"{len(seen.faults)} entries wrong or lost",
        not seen.faults,
    )
    with scratch() as folder:
        seen = store.damages(folder, 300)
    yield Row(
        "damage never reaches a film",
        f"{seen.trials} files damaged in {len(seen.counts)} ways",
        f"{seen.trials - len(seen.faults)} noticed and made again",
        not seen.faults,
    )
    with scratch() as folder:
        seen = store.evictions(folder)
    yield Row(
        "the cache removes nothing that a running or frozen build needs",
        f"{seen.trials} evictions to nothing during a build",
        f"{len(seen.faults)} faults",
        not seen.faults,
    )


def kill_rows(share: int) -> Iterator[Row]:
    """Renders that are killed; after the store, whose kills fork before torch has made this process large."""
    from musicvis.tests.renderers.crews.campaigns import random_kills

    with scratch() as folder:
        kills = random_kills(folder, 300 // share)
    yield Row(
        "a killed render continues where it stopped",
        f"{kills.trials} kills at random instants of {kills.films} films",
        f"{len(kills.faults)} faults, {kills.repeated} segments rendered again, every film the same bytes",
        not kills.faults,
    )


def reader_rows(share: int) -> Iterator[Row]:
    """Everything that reads what strangers wrote."""
    from musicvis.tests.hostile import campaigns as hostile

    for campaign, count in (
        (hostile.midi, 8000),
        (hostile.scores, 5000),
        (hostile.manifests, 4000),
        (hostile.layouts, 1000),
        (hostile.recordings, 2000),
    ):
        yield _read(campaign, count // share)


def _read(campaign: "Callable[[int], Counts]", count: int) -> Row:
    seen = campaign(count)
    return Row(
        f"no input crashes or hangs a reader: {seen.name}",
        f"{seen.cases} damaged files",
        f"{seen.accepted} read, {seen.refused} refused with a place and a fix, {len(seen.foreign)} crashes, "
        f"{len(seen.hung)} hung, slowest {seen.slowest_s:.2f} s",
        not seen.foreign and not seen.hung,
    )


def table(rows: list[Row]) -> str:
    lines = ["| promise | tried | seen |", "|---|---|---|"]
    lines += [
        f"| {row.promise} | {row.tried} | {row.seen}{'' if row.is_kept else ' (broken)'} |" for row in rows
    ]
    return "\n".join(lines)


def edit_table(options: tuple[str, ...]) -> str:
    """The example piece, compiled again after each edit."""
    lines = ["| edit | sound made again | segments rendered | seconds |", "|---|---|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, sound, rendered, total, seconds in measured(Path(folder), *options):
            lines.append(f"| {name} | {sound} | {rendered} of {total} | {seconds:.1f} |")
            print(lines[-1], flush=True)
    return "\n".join(lines)


def threat_table() -> str:
    """Every threat of a stranger's piece, what is promised, and how many tests hold us to it."""
    from musicvis.tests.hostile.rows import ROWS

    lines = ["| | threat | promise | tests |", "|---:|---|---|---:|"]
    for row in ROWS:
        promise = row.promise if row.tests else f"{row.promise} {row.why_not}".strip()
        lines.append(f"| {row.number} | {row.threat} | {promise} | {len(row.tests)} |")
    return "\n".join(lines)


def put_between(begin: str, end: str, said: str) -> None:
    """Put a text between two marks of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    DOCUMENT.write_text(f"{before}{begin}\n{said}\n{end}{after}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    is_quick = "--quick" in arguments
    started_s = time.monotonic()
    rows = []
    share = 10 if is_quick else 1
    for row in chain(store_rows(), kill_rows(share), reader_rows(share)):
        rows.append(row)
        print(f"{'' if row.is_kept else 'BROKEN '}{row.promise}: {row.tried}; {row.seen}", flush=True)
    from .machine import described

    edited = edit_table(("--draft",) if is_quick else ())
    size = "a draft, 640x360 at 15 frames a second" if is_quick else "1920x1080 at 30 frames a second"
    said = (
        f"{described()}\n\n{table(rows)}\n\n### After an edit\n\n"
        f"Impassive, 46.6 s, {size}, compiled again after each edit of the piece as it was:\n\n{edited}"
    )
    put_between(BEGIN, END, said)
    put_between(BEGIN_THREATS, END_THREATS, threat_table())
    print(f"{time.monotonic() - started_s:.0f} s")
    return 0 if all(row.is_kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
