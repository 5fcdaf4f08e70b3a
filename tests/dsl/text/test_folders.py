"""Folders of a piece are opened without following what the piece brings, and also without POSIX."""

from pathlib import Path

import pytest
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.text import folders
from musicvis.dsl.text.folders import Folder, LinkedError, guarded
from musicvis.store.writing import make_folders, published, replace_text, write_new


@pytest.fixture(params=["relative", "by name"])
def piece(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A piece beside a folder of the user; once on a system that opens no file relative to a folder."""
    if request.param == "by name":
        monkeypatch.setattr(folders, "_is_relative", lambda: False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    root = tmp_path / "piece"
    (root / "inner").mkdir(parents=True)
    (root / "piece.yaml").write_text("musicvis: 1\n")
    return root


def test_the_user_answers_for_what_is_above_the_outermost_manifest(piece: Path) -> None:
    assert guarded(piece / "inner" / "a") == (piece, ("inner", "a"))
    (piece / "inner" / "piece.yaml").touch()
    assert guarded(piece / "inner" / "a") == (piece, ("inner", "a"))
    assert guarded(piece.parent / "mine" / "file") == (piece.parent / "mine", ())
    mine = piece.parent / "mine"
    assert guarded(mine / "file", mine) == (mine, ("file",))


def test_a_link_to_a_piece_is_the_users_own(piece: Path) -> None:
    (piece.parent / "short").symlink_to(piece)
    with published(piece.parent / "short" / "a") as partial:
        partial.write_text("a")
    assert (piece / "a").read_text() == "a"


@pytest.mark.parametrize("name", ["link", "away/file", "inner/link"])
def test_nothing_is_written_through_a_link(piece: Path, name: str) -> None:
    mine = piece.parent / "mine"
    (piece / "link").symlink_to(mine / "file")
    (piece / "inner" / "link").symlink_to(mine / "file")
    (piece / "away").symlink_to(mine)
    path = piece / name
    with pytest.raises(PieceError, match="MV009"), published(path) as partial:
        partial.write_text("harm")
    with pytest.raises(PieceError, match="MV009"):
        replace_text(path, "harm")
    with pytest.raises((PieceError, FileExistsError)):
        write_new({path: b"harm"})
    with pytest.raises(PieceError, match="MV009"):
        write_new({piece / "away" / "new": b"harm"})
    with pytest.raises(PieceError, match="MV009"):
        make_folders(piece / "away" / "new")
    assert [(p.name, p.read_text()) for p in mine.iterdir()] == [("file", "mine")]


def test_a_folder_exchanged_while_it_is_written_to_leads_nowhere(piece: Path) -> None:
    if not folders._is_relative():
        pytest.skip("this system looks at names")
    mine = piece.parent / "mine"
    with published(piece / "inner" / "film.mp4") as partial:
        (piece / "inner").rename(piece / "moved")
        (piece / "inner").symlink_to(mine)
        partial.write_text("film")
    assert [path.name for path in mine.iterdir()] == ["file"]
    assert (piece / "moved" / "film.mp4").read_text() == "film"


def test_a_file_exchanged_for_a_link_while_it_is_written_is_noticed(piece: Path) -> None:
    target = piece / "inner" / "film.mp4"
    target.write_text("of yesterday")
    with pytest.raises((PieceError, OSError)), published(target) as partial:
        partial.unlink()
        partial.symlink_to(piece.parent / "mine" / "file")
    assert target.read_text() == "of yesterday"
    (piece / "another").write_text("of another")
    with pytest.raises(OSError, match="exchanged"), published(target) as partial:
        (piece / "another").replace(partial)
    assert target.read_text() == "of yesterday" and len(list(target.parent.iterdir())) == 1


def test_a_link_put_in_the_place_of_the_film_meanwhile_is_replaced_and_not_followed(piece: Path) -> None:
    target = piece / "inner" / "film.mp4"
    with published(target) as partial:
        partial.write_text("film")
        target.symlink_to(piece.parent / "mine" / "file")
    assert not target.is_symlink() and target.read_text() == "film"
    assert (piece.parent / "mine" / "file").read_text() == "mine"


def test_a_hard_link_keeps_its_other_name_as_it_was(piece: Path) -> None:
    (piece / "hard").hardlink_to(piece.parent / "mine" / "file")
    replace_text(piece / "hard", "new")
    assert (piece.parent / "mine" / "file").read_text() == "mine" and (piece / "hard").read_text() == "new"


def test_permissions_stay_where_a_text_is_replaced(piece: Path) -> None:
    (piece / "a").write_text("a")
    (piece / "a").chmod(0o640)
    replace_text(piece / "a", "b")
    assert (piece / "a").stat().st_mode & 0o777 == 0o640


def test_a_failure_takes_back_all_new_files_and_folders(piece: Path) -> None:
    (piece / "taken").touch()
    with pytest.raises(OSError):
        write_new({piece / "a" / "b": b"1", piece / "taken" / "c": b"2"})
    assert sorted(path.name for path in piece.iterdir()) == ["inner", "piece.yaml", "taken"]


def test_a_name_of_any_length_gets_a_temporary_one_that_fits(piece: Path) -> None:
    name = "é" * 120 + ".mp4"
    with published(piece / name) as partial:
        partial.write_text("a")
    assert (piece / name).read_text() == "a"


def test_no_descriptor_is_left_open(piece: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    (piece / "link").symlink_to(piece / "inner")
    for _ in range(20):
        with pytest.raises(LinkedError):
            Folder.around(piece / "link" / "a")
        with published(piece / "inner" / "a"):
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before
