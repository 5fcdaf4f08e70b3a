"""Writes the page's edits into the composer's files, unless these have changed since the page saw them.

Everything is done in the thread that reads the piece, one after the other. What is written comes back
through the watcher, as any save does: there is no second path.
"""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..dsl.findings.diagnostics import Diagnostic, PieceError, has_errors
from ..dsl.findings.span import Span
from ..dsl.load import load_piece
from ..dsl.text.files import MAX_TEXT_BYTES, decoded, read_named
from ..store.writing import ChangedError, replace_unchanged
from .applying import applied, goes_by_the_version
from .conductor import Conductor
from .edits import EditError
from .refusals import FindingsError, RefusedError
from .session import Version
from .texts import Texts, digest_of_text
from .trouble import error_text
from .view import findings_shown
from .wire import events, requests, responses

STEPS_MOST = 200
MOVED = "the file was changed meanwhile: nothing was written"


@dataclass(frozen=True, slots=True)
class Step:
    """An edit that was made: the bytes of the file before and after."""

    file: str
    before: bytes
    after: bytes


class Editing:
    """All edits of one piece, and the way back.

    command   an editor's, e.g. ("code", "-g", "{file}:{line}"); None where none is known
    """

    def __init__(self, conductor: Conductor, command: Sequence[str] | None = None) -> None:
        self._conductor, self._command = conductor, command
        self._done: list[Step] = []
        self._undone: list[Step] = []
        conductor.steps = lambda: (bool(self._done), bool(self._undone))

    async def edit(self, edit: requests.Edit) -> responses.Done:
        """Make an edit. Raises RefusedError."""
        step = await self._conductor.in_reader(self._edited, edit)
        self._done = [*self._done[-STEPS_MOST:], step]
        self._undone.clear()
        return self._told(step.file, step.after)

    async def undo(self) -> responses.Done:
        """Take the last edit back. Raises RefusedError."""
        return await self._stepped(self._done, self._undone, "there is nothing to undo", is_back=True)

    async def redo(self) -> responses.Done:
        """Make it again. Raises RefusedError."""
        return await self._stepped(self._undone, self._done, "there is nothing to redo", is_back=False)

    async def tried(self, edit: requests.Edit) -> responses.Tried:
        """The lanes as they would be with an edit. Raises RefusedError."""
        lanes: responses.Tried = await self._conductor.in_reader(self._tried, edit)
        return lanes

    async def open(self, asked: requests.OpenInEditor) -> None:
        """Open a file of the piece in the user's editor. Raises RefusedError."""
        version = self._version()
        if asked.file not in version.texts.by_name:
            raise RefusedError(404, "this file is not part of the piece")
        if self._command is None:
            raise RefusedError(503, "no editor is named: musicvis watch --editor 'code -g {file}:{line}'")
        path, line = str(self._path(version, asked.file)), str(max(1, asked.line))
        words = [word.replace("{file}", path).replace("{line}", line) for word in self._command]
        try:
            opened = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise RefusedError(503, f"{words[0]}: {error.strerror}") from None
        # Nothing waits for the editor, but an ended process stays a zombie until it is polled.
        threading.Thread(target=opened.wait, daemon=True).start()

    async def _stepped(
        self, stack: list[Step], other: list[Step], nothing: str, *, is_back: bool
    ) -> responses.Done:
        if not stack:
            raise RefusedError(409, nothing)
        step = stack.pop()
        old, new = (step.after, step.before) if is_back else (step.before, step.after)
        try:
            await self._conductor.in_reader(self._write, step.file, old, new)
        except RefusedError:
            # The composer has changed the file: older steps would be refused, too.
            stack[:] = [one for one in stack if one.file != step.file]
            self._tell()
            raise
        other.append(step)
        return self._told(step.file, new)

    # In the thread that reads

    def _edited(self, edit: requests.Edit) -> Step:
        version, path, data, new = self._prepared(edit)
        self._refuse_broken(version, path, new)
        after = new.encode("utf-8")
        self._write(edit.file, data, after)
        return Step(edit.file, data, after)

    def _tried(self, edit: requests.Edit) -> responses.Tried:
        _, path, _, new = self._prepared(edit)
        found = self._conductor.session.tried({str(path): new}, edit.file)
        lanes = tuple(one for one in found if isinstance(one, events.Lane))
        if len(lanes) != len(found):
            raise RefusedError(422, "the piece could not be read any more")
        return responses.Tried(lanes)

    def _prepared(self, edit: requests.Edit) -> tuple[Version, Path, bytes, str]:
        """The file, its bytes, and its text with the edit. Raises RefusedError."""
        version = self._version()
        path = self._path(version, edit.file)
        data = self._read(path)
        if hashlib.sha256(data).hexdigest() != edit.digest:
            raise RefusedError(409, MOVED)
        text = decoded(data, str(path), Span(str(path)))
        if isinstance(text, Diagnostic):
            raise RefusedError(422, text.message)
        is_older = digest_of_text(version.texts.by_name[edit.file]) != edit.digest
        if is_older and goes_by_the_version(text, edit, version):
            # The place of a new point, its neighbours, and the parts come from the text that was read last.
            raise RefusedError(409, "the last change is still being read: nothing was written")
        try:
            return version, path, data, applied(text, edit, version)
        except EditError as error:
            raise RefusedError(422, str(error)) from None

    def _refuse_broken(self, version: Version, path: Path, text: str) -> None:
        """Raises FindingsError where the text would make errors that are not there now."""
        manifest = self._conductor.session.manifest
        after = load_piece(manifest, texts={str(path): text})
        errors = [found for found in after.diagnostics if has_errors([found])]
        known = {(found.code, found.message) for found in version.loaded.diagnostics}
        new = [found for found in errors if (found.code, found.message) not in known]
        if new:
            raise FindingsError(422, new[0].message, findings_shown(new, Texts(after)))

    def _write(self, file: str, old: bytes, new: bytes) -> None:
        """New bytes for a file that has the old ones. Raises RefusedError."""
        version = self._version()
        path = self._path(version, file)
        if self._read(path) != old:
            raise RefusedError(409, MOVED)
        try:
            replace_unchanged(path, new.decode("utf-8"), old, version.loaded.root)
        except ChangedError:
            raise RefusedError(409, MOVED) from None
        except PieceError as error:
            raise RefusedError(409, error.diagnostics[0].message) from None
        except OSError as error:
            raise RefusedError(507, f"nothing was written: {error_text(error)}") from None

    def _read(self, path: Path) -> bytes:
        data = read_named(path, MAX_TEXT_BYTES, Span(str(path)), self._version().loaded.root)
        if isinstance(data, Diagnostic):
            raise RefusedError(409, data.message)
        return data

    def _version(self) -> Version:
        if self._conductor.version is None:
            raise RefusedError(409, "the piece was not read yet")
        return self._conductor.version

    @staticmethod
    def _path(version: Version, file: str) -> Path:
        """The path of a file of the piece; refuses a name that is not in the piece."""
        if file not in version.texts.by_name:
            raise RefusedError(404, "this file is not part of the piece")
        return version.texts.path_of(file)

    def _told(self, file: str, data: bytes) -> responses.Done:
        self._tell()
        return responses.Done(file, hashlib.sha256(data).hexdigest(), self._conductor.session.number)

    def _tell(self) -> None:
        hub = self._conductor.hub
        hub.tell(events.Edited(hub.version, bool(self._done), bool(self._undone)))
