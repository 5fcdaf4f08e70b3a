"""The files of a piece while it compiles: each is read once, and each question to the disk is remembered."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic, PieceError
from ..dsl.findings.span import Span
from ..dsl.model.generators import GeneratorKind
from ..dsl.model.visuals import Visuals
from ..dsl.text.audio_headers import RecordingFormat, checked_format, is_silent
from ..dsl.text.files import (
    MAX_AUDIO_BYTES,
    MAX_FONT_BYTES,
    MAX_SCORE_BYTES,
    digest_of_open,
    open_inside,
    read_inside,
)
from ..dsl.text.font_letters import Letters, font_letters
from ..dsl.text.picture_header import MAX_PICTURE_BYTES, PICTURE_SUFFIXES, SIZES, SizeError, picture_header
from ..dsl.text.spectrum_header import MAX_SPECTRUM_BYTES, spectrum_header
from ..dsl.text.video_header import MAX_VIDEO_BYTES, VIDEO_SUFFIXES, VideoHeader, video_header
from ..store.values.keys import digest_of
from .checks.spectrum import no_spectrum
from .classes.kinds import kind_of
from .score.model import Score
from .score.read import read_score

if TYPE_CHECKING:
    from .score.playback.written import WrittenScore

ReadBytes = Callable[[PurePosixPath, Span], bytes | Diagnostic]
ParseScore = Callable[[bytes, str], Score]
"""The score in the bytes of a file of that name; raises PieceError."""


class PieceFiles:
    """The files of a piece, each read once while it compiles; what cannot be read is in `findings`.

    `answers` holds what was asked of the disk and what it said: with the same answers, the same texts make
    the same plan (compiler/cache/questions.py).
    """

    def __init__(
        self,
        root: Path,
        read: ReadBytes | None = None,
        trusted: tuple[Path, ...] | None = None,
        read_score: ParseScore = read_score,
    ) -> None:
        """trusted   folders of plugins that may run; None where nothing is run, as in a check."""
        self.findings = Findings()
        self.answers: dict[str, str] = {}
        self.root = root
        self.trusted = trusted
        self._read = read
        self._read_score = read_score
        self._scores: dict[PurePosixPath, Score | None] = {}
        self._recordings: dict[PurePosixPath, tuple[RecordingFormat, bool] | None] = {}

    def score(self, name: PurePosixPath, span: Span) -> Score | None:
        """A score of the piece, its warnings reported once; None where it cannot be read."""
        if name not in self._scores:
            self._scores[name] = self._parsed(name, span)
        return self._scores[name]

    def written(self, name: PurePosixPath, span: Span) -> "WrittenScore | None":
        """A score of the piece that `score` has read, on paper; None for a format without notation."""
        from .score.read import written_score

        data = self._bytes(name, span)
        return None if isinstance(data, Diagnostic) else written_score(data, str(self.root / name))

    def _bytes(self, name: PurePosixPath, span: Span) -> bytes | Diagnostic:
        """The bytes of a score."""
        if self._read is not None:
            return self._read(name, span)
        return read_inside(self.root, name, MAX_SCORE_BYTES, span)

    def font(self, name: PurePosixPath, span: Span) -> Letters | None:
        """The letters of a font of the piece; a file that is none is in `findings`."""
        data = self.findings.taken(read_inside(self.root, name, MAX_FONT_BYTES, span))
        if data is None:
            return None
        if (letters := font_letters(data)) is None:
            hint = "name a .ttf or .otf file"
            self.findings.error("MV566", span, f"{name} is not a font", hint)
            return None
        self.answers[f"font {name}"] = hashlib.sha256(data).hexdigest()
        return letters

    def picture(self, name: PurePosixPath, span: Span) -> str | None:
        """The sha256 of a picture of the piece; None where it cannot be used, and a finding."""
        data = self.findings.taken(read_inside(self.root, name, MAX_PICTURE_BYTES, span))
        if data is None:
            return None
        try:
            picture_header(data)
        except ValueError as error:
            hint = "export it again as PNG or JPEG, or name another picture"
            if isinstance(error, SizeError):
                hint = f"change its size: {SIZES}; or name another picture"
            if name.suffix.lower() in VIDEO_SUFFIXES:
                hint = f"write video: {name}"
            self.findings.error("MV721", span, f"{name} cannot be shown: {error}", hint)
            return None
        digest = hashlib.sha256(data).hexdigest()
        self.answers[f"picture {name}"] = digest
        return digest

    def video(self, name: PurePosixPath, span: Span) -> tuple[VideoHeader, str] | None:
        """The header and the sha256 of a video of the piece; None where it cannot be used, and a finding."""
        descriptor = open_inside(self.root, name, MAX_VIDEO_BYTES, span)
        if isinstance(descriptor, Diagnostic):
            self.findings.add(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            try:
                header = video_header(file, os.fstat(file.fileno()).st_size)
            except ValueError as error:
                hint = "play it, and export it again as mp4, or name another video"
                if isinstance(error, SizeError):
                    hint = f"change its size: {SIZES}; or name another video"
                if name.suffix.lower() in PICTURE_SUFFIXES:
                    hint = f"write picture: {name}"
                self.findings.add(Diagnostic("MV710", span, f"{name} cannot be shown: {error}", hint))
                return None
            digest = digest_of_open(file)
        self.answers[f"video {name}"] = digest
        return header, digest

    def audio(self, name: PurePosixPath, span: Span) -> Path | None:
        """The path of a recording of the piece; None if it cannot be opened, or is not a recording."""
        return None if self.recording(name, span) is None else self.root / name

    def recording(self, name: PurePosixPath, span: Span) -> tuple[RecordingFormat, bool] | None:
        """The header of a recording and whether it is silent throughout; a fault in it is reported once."""
        if name not in self._recordings:
            self._recordings[name] = self._recording(name, span)
        return self._recordings[name]

    def spectrum(self, name: PurePosixPath, span: Span) -> bytes | None:
        """The bytes of a spectrum whose header is right; a fault in it is reported."""
        data = self.findings.taken(read_inside(self.root, name, MAX_SPECTRUM_BYTES, span))
        if data is None:
            return None
        try:
            spectrum_header(data)
        except ValueError as error:
            self.findings.add(no_spectrum(name, span, error))
            return None
        self.answers[f"spectrum {name}"] = hashlib.sha256(data).hexdigest()
        return data

    def kind(self, visuals: Visuals) -> GeneratorKind | None:
        """The kind of the piece's generator; None and a finding in `findings` if it is unknown."""
        found = self.findings.taken(kind_of(visuals, self.root))
        if found is None:
            return None
        kind, question, answer = found
        if question:
            self.answers[question] = answer
        return kind

    def _recording(self, name: PurePosixPath, span: Span) -> tuple[RecordingFormat, bool] | None:
        descriptor = self.findings.taken(open_inside(self.root, name, MAX_AUDIO_BYTES, span))
        if descriptor is None:
            return None
        with os.fdopen(descriptor, "rb") as file:
            try:
                form = checked_format(file, os.fstat(file.fileno()).st_size, str(name), span)
            except PieceError as error:
                self.findings.extend(error.diagnostics)
                return None
            found = form, form.wav is not None and is_silent(file, form.wav)
        self.answers[f"recording {name}"] = digest_of(found)
        return found

    def _parsed(self, name: PurePosixPath, span: Span) -> Score | None:
        data = self.findings.taken(self._bytes(name, span))
        if data is None:
            return None
        self.answers[f"score {name}"] = hashlib.sha256(data).hexdigest()
        try:
            score = self._read_score(data, str(self.root / name))
        except PieceError as error:
            self.findings.extend(error.diagnostics)
            return None
        self.findings.extend(score.findings)
        return score
