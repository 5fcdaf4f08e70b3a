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


def test_a_kill_at_any_instant_costs_at_most_the_entry_in_work(tmp_path: Path) -> None:
    # In a small process of its own: each trial forks, and this one may have loaded torch.
    script = (
        "import json, sys; from pathlib import Path; from musicvis.tests.store import campaigns; "
        "seen = campaigns.kills(Path(sys.argv[1])); "
        "print(json.dumps([seen.faults, seen.trials, seen.most_repeated]))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    faults, trials, most_repeated = json.loads(done.stdout)
    assert faults == [] and trials >= 200 and most_repeated <= 1


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


def without_digests(self: Store, path: Path, size: int | None = None) -> bool:
    return path.exists()


def straight_to_its_name(self: Store, path: Path, target: Path) -> None:
    data = path.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = self.system.create(target) if not target.exists() else None
    if descriptor is not None:
        self.system.write(descriptor, data)
        self.system.close(descriptor)
    path.unlink()


def nothing(*arguments: object) -> int:
    return 0


@pytest.mark.parametrize(
    ("method", "careless", "campaign"),
    [
        ("is_whole", without_digests, "damages"),
        ("_publish", straight_to_its_name, "kills"),
        ("sweep", nothing, "kills"),
    ],
)
def test_the_campaigns_find_a_careless_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, careless: object, campaign: str
) -> None:
    monkeypatch.setattr(Store, method, careless)
    arguments: tuple[object, ...] = (60,) if campaign == "damages" else (True,)
    seen: Seen = getattr(campaigns, campaign)(tmp_path, *arguments)
    assert seen.faults


def test_the_campaigns_find_a_record_that_comes_before_its_blobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Store.put

    def put(self: Store, key: str, files: dict[str, Path], facts: dict[str, object]) -> object:
        from musicvis.store.record import Record
        from musicvis.store.values.keys import file_digest

        outputs = {name: (file_digest(path), path.stat().st_size) for name, path in files.items()}
        self._publish(self._written(Record(key, outputs, facts).written()), self.record_path(key))
        return whole(self, key, files, facts)

    monkeypatch.setattr(Store, "put", put)
    assert campaigns.kills(tmp_path, to_first_fault=True).faults
