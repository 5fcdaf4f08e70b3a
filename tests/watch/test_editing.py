"""Edits that are written: nothing of the composer's is lost, whatever they do at the same time."""

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from musicvis.store import writing
from musicvis.watch.editing import Editing
from musicvis.watch.hub import Hub
from musicvis.watch.refusals import FindingsError, RefusedError
from musicvis.watch.session import Session
from musicvis.watch.wire import requests, responses


class Desk:
    """The conductor that edits need: its version, and this thread as its thread."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(folder / "piece.yaml")
        self.hub = Hub()
        self.steps: Callable[[], tuple[bool, bool]] = lambda: (False, False)
        self.read()

    def read(self) -> None:
        """The piece as it is now."""
        self.version = self.session.read(lambda lanes: None)

    async def in_reader(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """At once."""
        return function(*arguments)


class Page:
    """A page that edits one file."""

    def __init__(self, folder: Path, file: str = "effects.yaml", command: list[str] | None = None) -> None:
        self.desk = Desk(folder)
        self.editing = Editing(self.desk, command)  # type: ignore[arg-type]
        self.path, self.file = folder / file, file
        self.digest = hashlib.sha256(self.path.read_bytes()).hexdigest()

    def change(self, pointer: str, value: float | str) -> responses.Done:
        """Write one value, with the digest that this page saw last."""
        return self.edit(changes=(requests.Change(pointer, value),))

    def edit(self, **what: Any) -> responses.Done:
        """Make an edit."""
        done = asyncio.run(self.editing.edit(requests.Edit(self.file, self.digest, **what)))
        self.digest = done.digest
        self.desk.read()
        return done

    def undo(self) -> responses.Done:
        """Take the last one back."""
        return asyncio.run(self.editing.undo())

    def redo(self) -> responses.Done:
        """Make it again."""
        return asyncio.run(self.editing.redo())


def refused(status: int, call: Callable[..., object], *arguments: Any, **more: Any) -> str:
    """The words with which a call is refused."""
    with pytest.raises(RefusedError) as caught:
        call(*arguments, **more)
    assert caught.value.status == status, caught.value.reason
    return caught.value.reason


def test_a_drag_is_written_and_taken_back_byte_for_byte(piece: Path) -> None:
    page = Page(piece)
    before = page.path.read_bytes()
    done = page.edit(changes=(requests.Change("/near/0/to", -0.25), requests.Change("/near/1/hold", -0.25)))
    after = page.path.read_bytes()
    assert b"{at: 1|1,  to: -0.25, shape: half_cosine}   # to the right" in after
    assert b"{at: 2|1,  hold: -0.25}" in after
    assert done.digest == hashlib.sha256(after).hexdigest()
    # Lanes of any later version are of this text, or of one that came after it.
    assert done.version == 1
    assert page.desk.steps() == (True, False)
    page.undo()
    assert page.path.read_bytes() == before and page.desk.steps() == (False, True)
    page.redo()
    assert page.path.read_bytes() == after
    page.undo()
    refused(409, page.undo)
    assert page.path.read_bytes() == before


def test_levels_classes_and_ranges_are_written_into_the_manifest(piece: Path) -> None:
    page = Page(piece, "piece.yaml")
    page.change("/audio/buses/near/stems/0/gain", 0.5)
    page.change("/audio/buses/far/stems/0/gain", 1.0)
    page.change("/visuals/classes/C", "lighthouse")
    page.change("/visuals/rules/0/where/range", "2..4")
    text = page.path.read_text()
    for written in ("gain: 50%}", "gain: 0 dB}", "{C: lighthouse, D:", "{range: 2..4, beat: 1}"):
        assert written in text
    for _ in range(4):
        page.undo()
    assert "gain: 70%}" in page.path.read_text() and page.desk.steps() == (False, True)


def test_first_gains_are_written_one_after_the_other_before_the_piece_is_read_again(piece: Path) -> None:
    path = piece / "piece.yaml"
    text = path.read_text()
    path.write_text(text[: text.index("effects:")] + text[text.index("visuals:") :])
    page = Page(piece, "piece.yaml")
    before = path.read_bytes()
    page.desk.read = lambda: None  # type: ignore[method-assign]
    page.change("/audio/buses/Clarinet/gain", 0.5)
    page.change("/audio/buses/Piano/gain", 2.0)
    page.change("/audio/buses/Piano/gain", 1.0)
    assert path.read_bytes() == before + (
        b"audio:\n  buses:\n    Clarinet: {gain: -6.02 dB}\n    Piano: {gain: 0.00 dB}\n"
    )
    for _ in range(3):
        page.undo()
    assert path.read_bytes() == before
    # Which buses there are comes from the text that was read last.
    path.write_bytes(before + b"# mine\n")
    assert "changed meanwhile" in refused(409, page.change, "/audio/buses/Piano/gain", 2.0)
    page.digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert "still being read" in refused(409, page.change, "/audio/buses/Piano/gain", 2.0)
    assert path.read_bytes() == before + b"# mine\n"


def test_points_are_added_in_the_order_of_the_music_and_removed(piece: Path) -> None:
    page = Page(piece)
    before = page.path.read_text()
    page.edit(add=requests.NewPoint("/near", "1|1.5", 0.25))
    assert "  - {at: 1|1.5, to: 0.5,  shape: half_cosine}\n  - {at: 2|1" in page.path.read_text()
    page.edit(remove="/near/1")
    assert page.path.read_text() == before
    assert "already a point" in refused(422, page.edit, add=requests.NewPoint("/near", "2|1", 0.0))
    assert "99" in refused(422, page.edit, add=requests.NewPoint("/near", "99|1", 0.0))
    assert "lane" in refused(422, page.edit, add=requests.NewPoint("/nobody", "1|1.5", 0.0))
    assert page.path.read_text() == before


@pytest.mark.parametrize(
    "theirs",
    [b"near:\n  - {at: 1|1, hold: 0.9}\n", b"", b"\xff\xfe broken", b"near: [\n"],
    ids=["another text", "nothing", "no text", "broken"],
)
def test_a_file_that_was_changed_before_the_edit_keeps_every_byte(piece: Path, theirs: bytes) -> None:
    page = Page(piece)
    page.path.write_bytes(theirs)
    assert "changed meanwhile" in refused(409, page.change, "/near/0/to", 0.1)
    assert page.path.read_bytes() == theirs


def test_a_file_that_is_changed_while_the_edit_is_written_keeps_every_byte(
    piece: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(piece)
    theirs = b"near:\n  - {at: 1|1, hold: 0.9}   # mine\n"
    real = writing.published

    from contextlib import contextmanager

    @contextmanager
    def published(path: Path, root: Path | None = None) -> Any:
        with real(path, root) as partial:
            # The composer saves just when the new text is being written beside theirs.
            page.path.write_bytes(theirs)
            yield partial

    monkeypatch.setattr(writing, "published", published)
    assert "changed meanwhile" in refused(409, page.change, "/near/0/to", 0.1)
    assert page.path.read_bytes() == theirs
    assert sorted(path.name for path in piece.iterdir()) == ["effects.yaml", "piece.yaml", "waltz.mscz"]


def test_undo_is_refused_once_the_composer_has_gone_on(piece: Path) -> None:
    page = Page(piece)
    page.change("/near/0/to", 0.1)
    theirs = page.path.read_bytes() + b"# mine\n"
    page.path.write_bytes(theirs)
    assert "changed meanwhile" in refused(409, page.undo)
    assert page.path.read_bytes() == theirs
    assert page.desk.steps() == (False, False)


def test_a_file_that_was_deleted_is_not_made_again(piece: Path) -> None:
    page = Page(piece)
    page.path.unlink()
    refused(409, page.change, "/near/0/to", 0.1)
    assert not page.path.exists()


def test_nothing_is_written_through_a_link(piece: Path, tmp_path: Path) -> None:
    page = Page(piece)
    other = tmp_path / "other.yaml"
    other.write_bytes(page.path.read_bytes())
    page.path.unlink()
    page.path.symlink_to(other)
    before = other.read_bytes()
    refused(409, page.change, "/near/0/to", 0.1)
    assert other.read_bytes() == before and page.path.is_symlink()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_reported(piece: Path) -> None:
    page = Page(piece)
    before = page.path.read_bytes()
    piece.chmod(0o500)
    try:
        assert "nothing was written" in refused(507, page.change, "/near/0/to", 0.1)
    finally:
        piece.chmod(0o700)
    assert page.path.read_bytes() == before


def test_a_full_disk_is_reported_and_the_text_stays(piece: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(piece)
    before = page.path.read_bytes()

    def full(path: Path, *arguments: object, **more: object) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", full)
    assert "No space left" in refused(507, page.change, "/near/0/to", 0.1)
    monkeypatch.undo()
    assert page.path.read_bytes() == before
    assert len(list(piece.iterdir())) == 3


def test_the_permissions_of_a_file_stay(piece: Path) -> None:
    page = Page(piece)
    page.path.chmod(0o640)
    page.change("/near/0/to", 0.1)
    assert page.path.stat().st_mode & 0o777 == 0o640


def test_a_mark_at_the_beginning_and_line_ends_of_windows_stay(piece: Path) -> None:
    path = piece / "effects.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    page = Page(piece)
    before = path.read_bytes()
    page.change("/near/0/to", 0.1)
    assert path.read_bytes() == before.replace(b"to: 0.5,   shape", b"to: 0.1,   shape")


def test_an_edit_that_would_break_the_piece_is_refused_with_the_findings(piece: Path) -> None:
    page = Page(piece)
    before = page.path.read_bytes()
    with pytest.raises(FindingsError) as caught:
        page.change("/near/1/at", "nowhere")
    assert caught.value.status == 422
    assert [(found.file, found.line) for found in caught.value.findings] == [("effects.yaml", 4)]
    assert page.path.read_bytes() == before


def test_only_texts_of_the_piece_are_edited(piece: Path) -> None:
    page = Page(piece)
    for name in ("../outside.yaml", "/etc/passwd", "waltz.mscz", "", "effects.yaml/", "./effects.yaml"):
        page.file = name
        assert "not part of the piece" in refused(404, page.change, "/near/0/to", 0.1)


def test_an_edit_says_one_thing(piece: Path) -> None:
    page = Page(piece)
    refused(422, page.edit)
    refused(422, page.edit, changes=(requests.Change("/near/0/to", 0.1),), remove="/near/0")


def test_a_try_shows_the_curve_and_writes_nothing(piece: Path) -> None:
    page = Page(piece)
    before = page.path.read_bytes()
    edit = requests.Edit(page.file, page.digest, (requests.Change("/near/1/hold", -0.75),))
    tried = asyncio.run(page.editing.tried(edit))
    assert -0.75 in tried.lanes[0].values and {lane.file for lane in tried.lanes} == {"effects.yaml"}
    assert page.path.read_bytes() == before and page.desk.steps() == (False, False)


def test_an_editor_is_given_a_file_of_the_piece_and_no_shell(piece: Path, tmp_path: Path) -> None:
    script = tmp_path / "editor.py"
    said = tmp_path / "said"
    script.write_text(f"import sys; open({str(said)!r}, 'w').write('|'.join(sys.argv[1:]))")
    page = Page(piece, command=[sys.executable, str(script), "{file}:{line}", "; echo $HOME"])
    asyncio.run(page.editing.open(requests.OpenInEditor("effects.yaml", 3)))
    end_s = time.monotonic() + 60.0
    while not (said.exists() and said.read_text()) and time.monotonic() < end_s:
        time.sleep(0.01)
    assert said.read_text() == f"{piece / 'effects.yaml'}:3|; echo $HOME"
    with pytest.raises(RefusedError):
        asyncio.run(page.editing.open(requests.OpenInEditor("/etc/passwd", 1)))
    page.editing._command = None
    with pytest.raises(RefusedError, match="--editor"):
        asyncio.run(page.editing.open(requests.OpenInEditor("effects.yaml", 3)))
