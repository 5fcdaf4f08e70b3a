"""A file appears whole or not at all."""

from pathlib import Path

import pytest
from musicvis.store.writing import published


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    with published(target) as partial:
        partial.write_bytes(b"whole")
        assert partial.parent == tmp_path and partial.suffix == ".mp4"
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"of yesterday")
    with pytest.raises(error), published(target) as partial:
        partial.write_bytes(b"half")
        raise error
    assert target.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with published(tmp_path / "film.mp4"):
        pass
    assert (tmp_path / "film.mp4").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "real.mp4"
    real.write_bytes(b"old")
    (tmp_path / "film.mp4").symlink_to(real)
    with published(tmp_path / "film.mp4") as partial:
        partial.write_bytes(b"new")
    assert (tmp_path / "film.mp4").is_symlink() and real.read_bytes() == b"new"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()
    with (
        pytest.raises(IsADirectoryError, match="a folder has the name of the file"),
        published(tmp_path / "film.mp4"),
    ):
        pass


def test_a_missing_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"), published(tmp_path / "nowhere" / "film.mp4"):
        pass
