"""The store in daily use: what goes in comes out, what is damaged does not, and who may use it."""

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.store.errors import StoreError
from musicvis.store.evict import damaged, keep_within
from musicvis.store.node import Node
from musicvis.store.place import cache_folder, cache_limit, size_from, size_said
from musicvis.store.store import Store, made
from musicvis.store.values.keys import canonical, digest_of, file_digest
from musicvis.tests.store.faults import CALLS, Build, assert_right, content, leftovers, node, published


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_a_build_makes_each_thing_once_and_leaves_nothing_behind(folder: Path) -> None:
    first, second = Build(folder), Build(folder)
    first.run()
    second.run()
    assert first.begun == [0, 1, 2, 3] and second.begun == []
    assert leftovers(folder) == []
    # Four blobs of their own and one that all share.
    assert len(list((folder / "blobs").glob("*/*"))) == 5
    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_a_key_is_what_a_node_reads_and_not_what_it_is_called() -> None:
    one = Node.of("bus", 1, "vibes", {"ear": "a", "gain": "b"})
    assert one.key == Node.of("bus", 1, "marimba", {"gain": "b", "ear": "a"}).key
    others = [
        Node.of("mix", 1, "vibes", {"ear": "a", "gain": "b"}),
        Node.of("bus", 2, "vibes", {"ear": "a", "gain": "b"}),
        Node.of("bus", 1, "vibes", {"ear": "b", "gain": "a"}),
        Node.of("bus", 1, "vibes", {"ear": "a"}),
    ]
    assert len({one.key, *(other.key for other in others)}) == 5


def test_canonical_text_has_one_form_and_no_nan() -> None:
    assert canonical({"b": [1, 2.5, "é"], "a": None}) == b'{"a":null,"b":[1,2.5,"\\u00e9"]}'
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            canonical(value)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.fractions()
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain, plain)
def test_values_that_differ_have_digests_that_differ(one: object, two: object) -> None:
    # repr tells True from 1 and 1.0, as a digest does; a mapping's order is no part of it.
    same = repr(one) == repr(two)
    if same:
        assert digest_of(one) == digest_of(two)
    elif not (isinstance(one, dict) or "{" in repr(one)):
        assert digest_of(one) != digest_of(two)


def test_an_array_counts_by_type_shape_and_bytes_and_not_by_its_layout() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert digest_of(rows) == digest_of(np.asfortranarray(rows)) == digest_of(rows.copy())
    assert len({digest_of(rows), digest_of(rows.astype(np.float64)), digest_of(rows.reshape(3, 2))}) == 3
    with pytest.raises(ValueError, match="NaN"):
        digest_of(np.array([np.nan]))


def test_paths_and_unknown_things_have_no_digest() -> None:
    with pytest.raises(TypeError, match="take that of the file's bytes"):
        digest_of((1, Path("a.wav")))
    with pytest.raises(TypeError, match="object has no digest"):
        digest_of(object())


def test_the_digest_of_a_file_is_that_of_sha256sum(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content(3) * 1000)
    said = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout
    assert file_digest(path) == said.split()[0]


def test_a_record_that_leads_elsewhere_is_damage(folder: Path, tmp_path: Path) -> None:
    import hashlib

    Build(folder).run()
    path = folder / "records" / node(1).key[:2] / f"{node(1).key}.json"
    for digest in ("../../../etc/passwd", "A" * 64, "", "0" * 63 + "/", None, 7):
        said = {"schema": 1, "key": node(1).key, "outputs": {"own": [digest, 5]}, "facts": {}}
        body = canonical(said)
        path.write_bytes(body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n")
        with Store(folder) as store:
            assert store.get(node(1).key) is None
            assert not store.has(node(1).key)
            store.put(node(1).key, *Build(folder)._make(store, 1))


def test_links_in_place_of_blobs_and_records_are_not_followed(folder: Path, tmp_path: Path) -> None:
    Build(folder).run()
    record = folder / "records" / node(2).key[:2] / f"{node(2).key}.json"
    (tmp_path / "moved").write_bytes(record.read_bytes())
    record.unlink()
    record.symlink_to(tmp_path / "moved")
    with Store(folder) as store:
        assert store.get(node(2).key) is None
        entry = store.get(node(1).key)
        assert entry is not None
        blob = entry.files["own"]
        (tmp_path / "blob").write_bytes(blob.read_bytes())
        blob.unlink()
        blob.symlink_to(tmp_path / "blob")
        assert store.get(node(1).key) is None
    assert (tmp_path / "blob").exists() and (tmp_path / "moved").exists()


@pytest.mark.parametrize("year_s", [0, 4102444800])
def test_clocks_decide_nothing_that_matters(folder: Path, year_s: int) -> None:
    Build(folder).run()
    for path in folder.rglob("*"):
        os.utime(path, (year_s, year_s))
    again = Build(folder)
    again.run()
    assert again.begun == []


def test_the_least_recently_used_entry_is_evicted_first(folder: Path) -> None:
    Build(folder).run()
    for number in range(4):
        path = folder / "records" / node(number).key[:2] / f"{node(number).key}.json"
        os.utime(path, (1000 + number, 1000 + number))
    with Store(folder) as store:
        assert store.get(node(0).key) is not None
        own = len(content(0)) + len(content(3)) + len(content(99))
        done = keep_within(store, own + 800)
        assert done is not None and done.kept_bytes <= own + 800
    assert published(folder) == [0, 3]
    assert len(list((folder / "blobs").glob("*/*"))) == 3


def test_a_limit_of_nothing_empties_the_store_and_it_works_again(folder: Path) -> None:
    Build(folder).run()
    with Store(folder) as store:
        done = keep_within(store, 0)
        assert done is not None and (done.kept_bytes, done.kept_entries, done.freed_entries) == (0, 0, 4)
    assert list(folder.glob("blobs/*/*")) == []
    again = Build(folder)
    again.run()
    assert again.begun == [0, 1, 2, 3]


def test_two_stores_open_at_once_are_not_evicted_from(folder: Path) -> None:
    Build(folder).run()
    with Store(folder) as one:
        with Store(folder) as two:
            assert keep_within(two, 0) is None
        assert keep_within(one, 10**9) is not None
    assert published(folder) == [0, 1, 2, 3]


def test_verifying_names_what_is_damaged(folder: Path) -> None:
    Build(folder).run()
    blob = sorted((folder / "blobs").glob("*/*"))[0]
    blob.write_bytes(blob.read_bytes() + b"x")
    with Store(folder) as store:
        assert damaged(store) == (blob.name,)
        assert damaged(store) == ()


def test_a_read_only_store_serves_its_entries_and_names_a_writable_place(folder: Path) -> None:
    Build(folder).run()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        with Store(folder) as store:
            assert store.is_read_only
            entry = made(store, node(1), lambda: pytest.fail("it is there"))
            assert entry is not None
            assert_right(entry, 1)
            with pytest.raises(StoreError, match="can only be read") as refused:
                made(store, node(9), lambda: ({}, {}))
            assert "--cache-dir" in refused.value.hint
            assert keep_within(store, 0) is None
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o700)


def mounted(*arguments: object) -> None:
    """Mount, or skip where this user may not."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True)
    if done.returncode:
        pytest.skip("this user may not mount")


def test_a_disk_that_can_only_be_read_is_not_written_to(folder: Path) -> None:
    Build(folder).run()
    mounted("--bind", folder, folder)
    try:
        mounted("-o", "remount,bind,ro", folder)
        again = Build(folder)
        again.run()
        assert again.begun == []
        with Store(folder) as store, pytest.raises(StoreError, match="can only be read"):
            made(store, node(9), lambda: ({}, {}))
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("kilobytes", [8, 16, 24, 32, 40, 64])
def test_a_full_disk_stops_cleanly_and_what_is_finished_stays(folder: Path, kilobytes: int) -> None:
    folder.mkdir(mode=0o700)
    mounted("-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", folder)
    try:
        build = Build(folder, entries=12)
        stopped = False
        try:
            build.run()
        except (OSError, StoreError):
            stopped = True
        there = published(folder, 12)
        assert stopped == (len(there) < 12)
        mounted("-o", "remount,size=4m", folder)
        again = Build(folder, entries=12)
        again.run()
        assert again.begun == [number for number in range(12) if number not in there]
        assert leftovers(folder) == []
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_store_of_somebody_else_is_refused(folder: Path) -> None:
    Build(folder).run()
    try:
        os.chown(folder, 12345, 12345)
    except PermissionError:
        pytest.skip("this user may give nothing away")
    with pytest.raises(StoreError, match="belongs to another user"):
        Store(folder)


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_store_that_others_may_write_to_is_refused(folder: Path, mode: int) -> None:
    Build(folder).run()
    folder.chmod(mode)
    with pytest.raises(StoreError, match="others may write to") as refused:
        Store(folder)
    assert "chmod go-w" in refused.value.hint


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "aunt.txt").write_text("dear aunt")
    with pytest.raises(StoreError, match=r"holds other files, e.g. aunt\.txt"):
        Store(tmp_path / "letters")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["aunt.txt"]
    with pytest.raises(StoreError, match=r"cannot be opened|is not a folder"):
        Store(tmp_path / "letters" / "aunt.txt")


def test_a_file_system_without_locks_makes_double_work_and_nothing_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import fcntl

    def no_locks(descriptor: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    key = node(1).key
    with Store(folder) as store, store.lock(key, wait=False) as one, store.lock(key, wait=False) as two:
        assert one and two
    Build(folder).run()


def test_a_lock_is_free_when_its_holder_is_killed(folder: Path) -> None:
    with Store(folder):
        pass
    ready, tell = os.pipe()
    process = os.fork()
    if not process:
        with Store(folder) as store, store.lock(node(1).key, wait=True):
            os.write(tell, b"!")
            time.sleep(60)
        os._exit(0)
    os.read(ready, 1)
    with Store(folder) as store:
        with store.lock(node(1).key, wait=False) as is_held:
            assert not is_held
        assert made(store, node(1), lambda: pytest.fail("it is being made"), wait=False) is None
        os.kill(process, 9)
        os.waitpid(process, 0)
        with store.lock(node(1).key, wait=False) as is_held:
            assert is_held
        assert store.sweep() == 0 or leftovers(folder) == []


def test_a_folder_named_on_the_command_line_goes_before_all_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSICVIS_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder(tmp_path / "asked") == tmp_path / "asked"
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("MUSICVIS_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "musicvis"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "musicvis"


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("500MB", 500_000_000), ("1.5 GB", 1_500_000_000), ("20kB", 20_000), ("2TB", 2 * 10**12)],
)
def test_sizes_are_read_in_powers_of_ten(text: str, size: int) -> None:
    assert size_from(text) == size


@pytest.mark.parametrize("text", ["", "20", "GB", "-1GB", "1e9B", "٣GB", "1 GB GB", "1,5GB"])
def test_a_size_without_number_or_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size_from(text)


def test_the_limit_is_the_one_asked_for_or_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_limit(5) == 5
    assert size_said(cache_limit()) == "20.0 GB"
    monkeypatch.setenv("MUSICVIS_CACHE_LIMIT", "3MB")
    assert cache_limit() == 3_000_000


def test_every_call_is_watched() -> None:
    from musicvis.store.system import System

    assert set(CALLS) == {name for name in vars(System) if not name.startswith("_")}
