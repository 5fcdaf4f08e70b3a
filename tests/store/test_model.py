"""The store against a set: any order of puts, kills, damage, evictions and clocks; never wrong bytes."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from musicvis.store.evict import keep_within
from musicvis.store.store import Store
from musicvis.tests.store.faults import Build, WatchedSystem, assert_right, node

NUMBERS = st.integers(0, 3)


class KilledError(BaseException):
    """In place of a SIGKILL: nothing of the store runs after it."""


class Model(RuleBasedStateMachine):
    """`sure` are the entries that must be there: published, and not damaged or evicted since."""

    def __init__(self) -> None:
        super().__init__()
        shared = Path("/dev/shm")
        self.home = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
        self.left: int | None = None
        self.store = self.opened()
        self.sure: set[int] = set()

    def opened(self) -> Store:
        return Store(self.home / "cache", WatchedSystem(self.before))

    def before(self, name: str, count: int, arguments: tuple[Any, ...]) -> None:
        if self.left is not None:
            if self.left == 0:
                raise KilledError
            self.left -= 1

    @rule(number=NUMBERS)
    def put(self, number: int) -> None:
        build = Build(self.store.folder)
        self.store.put(node(number).key, *build._make(self.store, number))
        self.sure.add(number)

    @rule(number=NUMBERS)
    def get(self, number: int) -> None:
        entry = self.store.get(node(number).key)
        if entry is None:
            assert number not in self.sure, "a published entry is gone"
        else:
            assert_right(entry, number)

    @rule(number=NUMBERS, calls=st.integers(0, 25))
    def put_and_be_killed(self, number: int, calls: int) -> None:
        self.left = calls
        try:
            self.put(number)
        except KilledError:
            pass
        finally:
            self.left = None

    @rule(place=st.integers(0, 1000), kind=st.sampled_from(["bit", "half", "gone", "folder", "empty"]))
    def damage(self, place: int, kind: str) -> None:
        folder = self.store.folder
        files = sorted(p for p in [*folder.glob("blobs/*/*"), *folder.glob("records/*/*")] if p.is_file())
        if not files:
            return
        path = files[place % len(files)]
        data = bytearray(path.read_bytes())
        path.unlink()
        # Any entry may have been hurt: from now on only wrong bytes are forbidden.
        self.sure.clear()
        if kind == "bit" and data:
            data[place % len(data)] ^= 1
        if kind == "folder":
            path.mkdir()
        elif kind != "gone":
            path.write_bytes(b"" if kind == "empty" else data[: len(data) // (2 if kind == "half" else 1)])

    @rule(limit=st.sampled_from([0, 3000, 10**9]))
    def evict(self, limit: int) -> None:
        assert keep_within(self.store, limit) is not None
        if limit < 10**9:
            self.sure.clear()

    @rule(year_s=st.sampled_from([0, 10**9, 4 * 10**9]))
    def set_the_clock(self, year_s: int) -> None:
        for path in self.store.folder.rglob("*"):
            os.utime(path, (year_s, year_s))

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = self.opened()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.home, ignore_errors=True)


def tried(examples: int) -> None:
    run_state_machine_as_test(
        Model,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_order_of_events_gives_wrong_bytes_or_loses_what_is_published() -> None:
    tried(150)


@pytest.mark.slow
def test_no_order_of_many_more_events_does() -> None:
    tried(3000)
