"""What the store promises, tried by kills, errors, power cuts and damage; and whether the trials see."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from musicvis.store.store import Store
from musicvis.tests.store import campaigns
from musicvis.tests.store.campaigns import Recorder, Seen


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a folder: thousands of synchronised files cost minutes on a disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)


def kills(folder: Path, careless: str = "") -> Seen:
    """The campaign of kills on a store, or on a careless one to its first fault.

    In a small process of its own: each trial forks, which takes long where torch is loaded.
    """
    script = (
        "import json, sys; from dataclasses import asdict; from pathlib import Path; "
        "from musicvis.tests.store import campaigns, careless; name = sys.argv[2]; careless.become(name); "
        "print(json.dumps(asdict(campaigns.kills(Path(sys.argv[1]), to_first_fault=bool(name)))))"
    )
    command = [sys.executable, "-c", script, str(folder), careless]
    return Seen(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


def test_a_kill_at_any_instant_costs_at_most_the_entry_in_work(tmp_path: Path) -> None:
    seen = kills(tmp_path)
    assert seen.faults == [] and seen.trials >= 200 and seen.most_repeated <= 1


def test_an_error_of_any_call_stops_cleanly_and_the_next_build_goes_on(tmp_path: Path) -> None:
    seen = campaigns.errors(tmp_path)
    assert seen.faults == [] and seen.trials >= 300


def test_a_power_cut_loses_nothing_that_is_published(tmp_path: Path) -> None:
    seen = campaigns.power_cuts(tmp_path)
    assert seen.faults == [] and seen.trials >= 10_000


def test_damage_is_noticed_and_made_good(tmp_path: Path) -> None:
    seen = campaigns.damages(tmp_path, 300)
    assert seen.faults == [] and set(seen.counts) == set(campaigns.DAMAGES)


def test_nothing_is_evicted_under_a_build_even_a_frozen_one(tmp_path: Path) -> None:
    seen = campaigns.evictions(tmp_path)
    assert seen.faults == [] and seen.trials == 20


class Forgetful(Recorder):
    """A store that leaves one kind of call out."""

    forgotten: tuple[str, ...] = ()

    def _remember(self, name: str, number: int, arguments: tuple[object, ...]) -> None:
        if name not in self.forgotten:
            super()._remember(name, number, arguments)


@pytest.mark.parametrize("forgotten", [("sync", "sync_file"), ("sync_folder",), ("sync",)])
def test_the_power_cut_finds_a_store_that_does_not_synchronise(
    tmp_path: Path, forgotten: tuple[str, ...]
) -> None:
    careless = type("Careless", (Forgetful,), {"forgotten": forgotten})
    assert campaigns.power_cuts(tmp_path, careless, most=20, to_first_fault=True).faults


@pytest.mark.parametrize("name", ["straight to its name", "never swept", "record first"])
def test_the_kills_find_a_careless_store(tmp_path: Path, name: str) -> None:
    assert kills(tmp_path, name).faults


def test_the_damages_find_a_store_that_takes_any_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "is_whole", lambda self, path, size=None: path.exists())
    assert campaigns.damages(tmp_path, 60).faults
