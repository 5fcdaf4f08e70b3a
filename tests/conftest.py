"""What every test stands on: a machine without weights."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def empty_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of weights of the test's own, so that those of whoever runs it play no part."""
    store = tmp_path_factory.getbasetemp() / "no-weights"
    monkeypatch.setenv("MUSICVIS_WEIGHTS", str(store))
    return store
