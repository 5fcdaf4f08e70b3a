"""What a session makes for versions that are gone is removed, and nothing else is."""

from pathlib import Path

import pytest
from musicvis.store.store import Store
from musicvis.watch.leftovers import VERSIONS_KEPT, Leftovers


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of the test's own."""
    return Store(tmp_path / "cache")


def key(number: int) -> str:
    """A key."""
    return f"{number:064x}"


def put(store: Store, number: int, data: bytes) -> str:
    """Something under a key."""
    path = store.scratch()
    path.write_bytes(data)
    store.put(key(number), {"file": path}, {})
    return key(number)


def test_only_what_old_versions_alone_need_is_removed(store: Store) -> None:
    leftovers = Leftovers(store)
    before = put(store, 1000, b"of a compile")
    always = put(store, 1001, b"always")
    leftovers.made([always])
    sizes = []
    for k in range(VERSIONS_KEPT + 3):
        leftovers.made([put(store, k, b"x" * (100 + k))])
        sizes.append(leftovers.version({key(k), always, before}))
    assert [store.has(key(k)) for k in range(5)] == [False, False, False, True, True]
    assert store.has(always) and store.has(before)
    assert not any(sizes[:VERSIONS_KEPT]) and all(size >= 100 for size in sizes[VERSIONS_KEPT:])


def test_entries_from_before_the_session_are_kept(store: Store) -> None:
    leftovers = Leftovers(store)
    old = put(store, 1, b"of a compile")
    leftovers.version({old})
    for k in range(2, VERSIONS_KEPT + 4):
        leftovers.version({key(k)})
    assert store.has(old)


def test_a_file_that_another_version_has_too_stays(store: Store) -> None:
    leftovers = Leftovers(store)
    first, twin = put(store, 1, b"silence"), put(store, 2, b"silence")
    leftovers.made([first, twin])
    leftovers.version({first})
    for _ in range(VERSIONS_KEPT):
        leftovers.version({twin})
    entry = store.get(twin)
    assert entry is not None and entry.files["file"].read_bytes() == b"silence"
    assert store.outputs(first) is None
