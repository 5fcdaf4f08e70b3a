"""The calls of the system, each for what it promises."""

import errno
import os
from pathlib import Path

import pytest
from musicvis.store import system
from musicvis.store.system import System, free_bytes, is_own, is_read_only


def test_a_new_file_is_its_owners_alone_and_never_another(tmp_path: Path) -> None:
    descriptor = System().create(tmp_path / "a")
    os.close(descriptor)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        System().create(tmp_path / "a")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        System().create(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_no_program_that_is_started_inherits_a_file(tmp_path: Path) -> None:
    descriptor = System().create(tmp_path / "a")
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


def test_all_of_the_data_is_written_where_the_system_takes_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    descriptor = System().create(tmp_path / "a")
    System().write(descriptor, b"0123456789")
    System().close(descriptor)
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_a_file_is_synced_itself_and_not_what_a_link_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    System().sync_file(tmp_path / "a")
    System().sync_folder(tmp_path)
    assert synced == [(tmp_path / "a").stat().st_ino, tmp_path.stat().st_ino]
    with pytest.raises(OSError):
        System().sync_file(tmp_path / "link")
    with pytest.raises(NotADirectoryError):
        System().sync_folder(tmp_path / "a")


@pytest.mark.parametrize(
    ("number", "is_raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)]
)
def test_a_folder_that_cannot_be_synced_is_no_fault_but_a_failing_disk_is(
    number: int, is_raised: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        opened.append(descriptor)
        raise OSError(number, os.strerror(number))

    opened: list[int] = []
    monkeypatch.setattr(os, "fsync", refuse)
    if is_raised:
        with pytest.raises(OSError):
            System().sync_folder(tmp_path)
    else:
        System().sync_folder(tmp_path)
    with pytest.raises(OSError):
        os.fstat(opened[0])


def test_a_folder_is_its_owners_alone_and_files_move_in_one_step(tmp_path: Path) -> None:
    calls = System()
    calls.make_folder(tmp_path / "own")
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "own" / "b").write_bytes(b"old")
    calls.rename(tmp_path / "a", tmp_path / "own" / "b")
    assert (tmp_path / "own" / "b").read_bytes() == b"new" and not (tmp_path / "a").exists()
    os.utime(tmp_path / "own" / "b", (1, 1))
    calls.touch(tmp_path / "own" / "b")
    assert (tmp_path / "own" / "b").stat().st_mtime > 1_000_000
    with pytest.raises(OSError):
        calls.remove_folder(tmp_path / "own")
    calls.remove(tmp_path / "own" / "b")
    calls.remove_folder(tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


def test_whose_a_file_is_and_what_a_disk_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path.stat()
    assert is_own(state) and not is_read_only(tmp_path)
    disk = os.statvfs(tmp_path)
    assert abs(free_bytes(tmp_path) - disk.f_bavail * disk.f_frsize) < 1 << 30
    monkeypatch.setattr(os, "geteuid", lambda: state.st_uid + 1)
    assert not is_own(state)
    monkeypatch.setattr(system.os, "access", lambda path, mode: mode != os.W_OK)
    assert is_read_only(tmp_path)


def test_without_locks_no_unfinished_work_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from musicvis.store import locks
    from musicvis.store.store import Store

    monkeypatch.setattr(locks, "_module", lambda name: None)
    with Store(tmp_path / "cache") as first:
        unfinished = first.scratch()
        unfinished.write_bytes(b"half")
        with Store(tmp_path / "cache"):
            assert unfinished.read_bytes() == b"half"
