"""What every test stands on: a machine without weights, and a cache with nothing in it."""

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from musicvis.dsl.model import generators

# Python keeps what it compiled, for the tests and for every process that they start, also where images of
# containers say otherwise: without that each start of the command compiles its sources anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# The tests run in several processes; threads of each would only wait for one another.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# No test is red because a machine is slow or busy. `make soak` tries each property on more examples.
SLOW = [HealthCheck.too_slow]
settings.register_profile("quick", deadline=None, max_examples=40, suppress_health_check=SLOW)
settings.register_profile("soak", settings.get_profile("quick"), max_examples=200)
settings.load_profile(os.environ.get("MUSICVIS_EXAMPLES", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors where we work on musicvis, not where somebody tries it a year from now."""
    if os.environ.get("MUSICVIS_WARNINGS") == "error":
        config.addinivalue_line("filterwarnings", "error")
        # torch and its friends announce their own future.
        config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:torch.*")


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """No test outlives a power cut: what is written need not be on the disk before the next line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def empty_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders, each for one test; a folder is made only where a test needs one."""
    home = tmp_path_factory.mktemp("own")
    return (home / str(number) for number in count())


@pytest.fixture(autouse=True)
def empty_store(empty_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of weights of the test's own, so that those of whoever runs it play no part."""
    store = next(empty_folders) / "none"
    monkeypatch.setenv("MUSICVIS_WEIGHTS", str(store))
    return store


@pytest.fixture(autouse=True)
def own_cache(empty_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own: what another test has made plays no part."""
    cache = next(empty_folders)
    cache.mkdir()
    monkeypatch.setenv("MUSICVIS_CACHE", str(cache))
    return cache


@pytest.fixture(autouse=True)
def own_generators() -> Iterator[None]:
    """Unregisters what a test has registered."""
    before = dict(generators._registered)
    yield
    generators._registered.clear()
    generators._registered.update(before)
