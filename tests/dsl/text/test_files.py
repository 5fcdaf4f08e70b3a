"""Files of a piece: nothing outside its folder is opened, whatever its name or kind."""

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.text.files import decoded, name_fault, open_inside, read_inside, read_named

SPAN = Span("piece.yaml", 3, 8, 3, 20)


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    """A folder of a piece beside a secret, with links, a pipe and a folder in it."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("SECRET")
    root = tmp_path / "piece"
    (root / "stems").mkdir(parents=True)
    (root / "stems" / "a.wav").write_bytes(b"RIFF")
    (root / "link.wav").symlink_to("../secret/key")
    (root / "inner.wav").symlink_to("stems/a.wav")
    (root / "folder").symlink_to("../secret")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe.wav")
    return root


def read(root: Path, name: str, limit_bytes: int = 1000) -> bytes | str:
    found = read_inside(root, PurePosixPath(name), limit_bytes, SPAN)
    return found.code if isinstance(found, Diagnostic) else found


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("stems/A.WAV", "did you mean stems/a.wav?"),
        ("stems/vibs.wav", "did you mean stems/vibes.wav?"),
        ("stems/vibes.flac", "names are relative"),  # of another kind
        ("stems/drums.wav", "names are relative"),
        ("photos/sea.jpg", "did you mean photos/sea.PNG?"),
        ("photos/sea.mp4", "names are relative"),
        ("link.wave", "names are relative"),  # no link is proposed
        ("folder/kez", "put a copy in its place"),
    ],
)
def test_a_file_that_is_called_almost_so_is_named(piece: Path, name: str, near: str) -> None:
    (piece / "stems/vibes.wav").write_bytes(b"RIFF")
    (piece / "photos").mkdir()
    (piece / "photos/sea.PNG").write_bytes(b"PNG")
    found = read_inside(piece, PurePosixPath(name), 1000, SPAN)
    assert isinstance(found, Diagnostic) and near in found.hint


def test_a_file_of_the_piece_is_read(piece: Path) -> None:
    assert read(piece, "stems/a.wav") == b"RIFF"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../secret/key", "MV002"),
        ("stems/../../secret/key", "MV002"),
        ("/etc/hostname", "MV002"),
        ("~/key", "MV002"),
        ("-i.wav", "MV002"),
        ("C:\\x.wav", "MV002"),
        ("stems\\a.wav", "MV002"),
        ("https://example.org/a.wav", "MV002"),
        ("file:a.wav", "MV002"),
        ("pipe:0", "MV002"),
        ("concat:a|b", "MV002"),
        ("NUL.wav", "MV002"),
        ("a\0b.wav", "MV002"),
        ("stems/a.wav ", "MV002"),
        ("\u202egpj.wav", "MV002"),
        ("a\nb.wav", "MV002"),
        ("x" * 2000, "MV002"),
        ("link.wav", "MV003"),
        ("inner.wav", "MV003"),
        ("folder/key", "MV003"),
        ("loop", "MV003"),
        ("stems", "MV004"),
        ("pipe.wav", "MV004"),
        ("nothing.wav", "MV001"),
        ("nowhere/a.wav", "MV001"),
        ("stems/a.wav/b", "MV001"),
    ],
)
def test_names_that_lead_out_of_the_piece_are_refused(piece: Path, name: str, code: str) -> None:
    assert read(piece, name) == code


@pytest.mark.parametrize("name", ["", "a//b", "./a", "a/.", "a/..", "a/", "a\0b"])
def test_a_name_that_is_not_plain_is_refused_as_written(name: str) -> None:
    found = name_fault(name, SPAN)
    assert found is not None
    assert (found.code, found.span) == ("MV002", SPAN)


def test_a_file_over_its_limit_is_not_read(piece: Path) -> None:
    assert read(piece, "stems/a.wav", 3) == "MV005"
    assert read(piece, "stems/a.wav", 4) == b"RIFF"


def test_a_descriptor_stays_with_its_file_when_the_name_moves_on(piece: Path) -> None:
    descriptor = open_inside(piece, PurePosixPath("stems/a.wav"), 100, SPAN)
    assert isinstance(descriptor, int)
    (piece / "stems" / "a.wav").unlink()
    (piece / "stems" / "a.wav").symlink_to("../../secret/key")
    with os.fdopen(descriptor, "rb") as file:
        assert file.read() == b"RIFF"


def test_the_user_may_follow_links_but_not_read_pipes(piece: Path) -> None:
    assert read_named(piece / "inner.wav", 100, SPAN) == b"RIFF"
    found = read_named(piece / "pipe.wav", 100, SPAN)
    assert isinstance(found, Diagnostic)
    assert found.code == "MV004"


def test_bytes_that_are_not_utf8_are_reported_with_their_line() -> None:
    found = decoded(b"title: x\ncolor: \xff\n", "piece.yaml", SPAN)
    assert isinstance(found, Diagnostic)
    assert (found.code, "line 2" in found.message) == ("MV007", True)


@given(st.text(max_size=30))
def test_any_name_is_plain_or_a_finding(name: str) -> None:
    if name_fault(name, SPAN) is None:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert str(path) == name
