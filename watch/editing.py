"""Edits from the page, written into the composer's files: only where these are what the page saw.

Everything is done in the thread that reads the piece, one after the other. What is written comes back
through the watcher, as any save does: there is no second path.
"""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..compiler.compile import Heard
from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic, PieceError, has_errors
from ..dsl.findings.span import Span
from ..dsl.load import load_piece
from ..dsl.read.lanes import lane_units
from ..dsl.text.files import MAX_TEXT_BYTES, decoded, read_named
from ..dsl.values.position import parse_place
from ..dsl.values.units import Unit
from ..store.writing import ChangedError, replace_unchanged
from . import wire
from .conductor import Conductor
from .edits import EditError, changed, with_point, without_point
from .refusals import FindingsError, RefusedError
from .session import Version
from .texts import Texts, digest_of_text
from .trouble import told
from .view import findings_shown

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

    command   an editor's, as ("code", "-g", "{file}:{line}"); None where none is known
    """

    def __init__(self, conductor: Conductor, command: Sequence[str] | None = None) -> None:
        self._conductor, self._command = conductor, command
        self._done: list[Step] = []
        self._undone: list[Step] = []
        conductor.steps = lambda: (bool(self._done), bool(self._undone))

    async def edit(self, edit: wire.Edit) -> wire.Done:
        """Make an edit. Raises RefusedError."""
        step = await self._conductor.in_reader(self._edited, edit)
        self._done = [*self._done[-STEPS_MOST:], step]
        self._undone.clear()
        return self._told(step.file, step.after)

    async def undo(self) -> wire.Done:
        """Take the last edit back. Raises RefusedError."""
        return await self._stepped(self._done, self._undone, "nothing is left to be undone", is_back=True)

    async def redo(self) -> wire.Done:
        """Make it again. Raises RefusedError."""
        return await self._stepped(self._undone, self._done, "nothing is left to be redone", is_back=False)

    async def tried(self, edit: wire.Edit) -> wire.Tried:
        """The lanes as they would be with an edit. Raises RefusedError."""
        lanes: wire.Tried = await self._conductor.in_reader(self._tried, edit)
        return lanes

    async def open(self, asked: wire.OpenInEditor) -> None:
        """Open a file of the piece in the user's editor. Raises RefusedError."""
        version = self._version()
        if asked.file not in version.texts.by_name:
            raise RefusedError(404, "this file is not of the piece")
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
        # Nobody waits for an editor; but a process that has ended stays in the system until it is asked for.
        threading.Thread(target=opened.wait, daemon=True).start()

    async def _stepped(
        self, stack: list[Step], other: list[Step], nothing: str, *, is_back: bool
    ) -> wire.Done:
        if not stack:
            raise RefusedError(409, nothing)
        step = stack.pop()
        old, new = (step.after, step.before) if is_back else (step.before, step.after)
        try:
            await self._conductor.in_reader(self._write, step.file, old, new)
        except RefusedError:
            # The file is the composer's again: older steps of it would be refused, too.
            stack[:] = [one for one in stack if one.file != step.file]
            self._tell()
            raise
        other.append(step)
        return self._told(step.file, new)

    # In the thread that reads

    def _edited(self, edit: wire.Edit) -> Step:
        version, path, data, new = self._prepared(edit)
        self._refuse_broken(version, path, new)
        after = new.encode("utf-8")
        self._write(edit.file, data, after)
        return Step(edit.file, data, after)

    def _tried(self, edit: wire.Edit) -> wire.Tried:
        _, path, _, new = self._prepared(edit)
        found = self._conductor.session.tried({str(path): new}, edit.file)
        lanes = tuple(one for one in found if isinstance(one, wire.Lane))
        if len(lanes) != len(found):
            raise RefusedError(422, "the piece could not be read any more")
        return wire.Tried(lanes)

    def _prepared(self, edit: wire.Edit) -> tuple[Version, Path, bytes, str]:
        """The file, its bytes, and its text with the edit. Raises RefusedError."""
        version = self._version()
        path = self._path(version, edit.file)
        data = self._read(path)
        if hashlib.sha256(data).hexdigest() != edit.digest:
            raise RefusedError(409, MOVED)
        if edit.add is not None and digest_of_text(version.texts.by_name[edit.file]) != edit.digest:
            # Where a new point belongs is known of the text that was read last.
            raise RefusedError(409, "the last change is still being read: nothing was written")
        text = decoded(data, str(path), Span(str(path)))
        if isinstance(text, Diagnostic):
            raise RefusedError(422, text.message)
        try:
            return version, path, data, _applied(text, edit, version)
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
            raise RefusedError(507, f"nothing was written: {told(error)}") from None

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
        """Where a file of the piece lies; a name that is none of the piece's is refused."""
        if file not in version.texts.by_name:
            raise RefusedError(404, "this file is not of the piece")
        return version.texts.path_of(file)

    def _told(self, file: str, data: bytes) -> wire.Done:
        self._tell()
        return wire.Done(file, hashlib.sha256(data).hexdigest())

    def _tell(self) -> None:
        hub = self._conductor.hub
        hub.tell(wire.Edited(hub.version, bool(self._done), bool(self._undone)))


def _applied(text: str, edit: wire.Edit, version: Version) -> str:
    """The text with an edit. Raises EditError."""
    if (bool(edit.changes), edit.add is not None, bool(edit.remove)).count(True) != 1:
        raise EditError("an edit changes values, adds a point, or removes one")
    unit_of = units(edit.file, version)
    if edit.changes:
        return changed(text, edit.changes, unit_of)
    if edit.remove:
        return without_point(text, edit.remove)
    assert edit.add is not None
    return with_point(
        text,
        edit.add.pointer,
        _before(edit.add, edit.file, version),
        edit.add.at,
        edit.add.value,
        unit_of,
    )


def _before(add: wire.NewPoint, file: str, version: Version) -> int | None:
    """The number of the point after which a new one stands. Raises EditError."""
    heard: Any = version.heard
    if heard is None:
        raise EditError("the piece has errors: mend these first")
    place = parse_place(add.at, Span(""))
    findings = Findings()
    at = None if isinstance(place, Diagnostic) else heard.clock.locate(place, findings)
    if at is None:
        raise EditError(findings[0].message if findings else f"{add.at[:40]} is not a place")
    lane = next(
        (
            lane
            for lane in heard.piece.lanes
            if lane.pointer == add.pointer and version.texts.name_of(lane.span.file) == file
        ),
        None,
    )
    if lane is None:
        raise EditError("there is no such lane")
    places = [heard.clock.locate(point.at, []) for point in lane.points]
    if at in places:
        raise EditError("a point stands there already")
    return max((k for k, known in enumerate(places) if known is not None and known < at), default=None)


def units(file: str, version: Version) -> Callable[[str], Unit]:
    """The unit of each value of a file, by its pointer."""
    heard: Heard | None = version.heard
    owners = {}
    if heard is not None:
        unit_of_lane = lane_units(heard.piece.audio)
        owners = {
            lane.pointer: unit_of_lane(lane.name)
            for lane in heard.piece.lanes
            if lane.pointer and version.texts.name_of(lane.span.file) == file
        }

    def unit_of(pointer: str) -> Unit:
        for owner, unit in owners.items():
            if pointer.startswith(f"{owner}/"):
                return unit
        return Unit.GAIN if pointer.startswith("/audio/") and pointer.endswith("/gain") else Unit.ANY

    return unit_of
