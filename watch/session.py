"""A piece as its page sees it: each save is a version, reported in two steps; the last valid one is kept.

Nothing here waits or renders: texts in, messages out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..api.check import told_of
from ..api.variant import drafted
from ..compiler.cache.score import kept_reader
from ..compiler.compile import Compilation, all_findings, compiled_from
from ..compiler.heard_piece import Heard, heard_piece
from ..compiler.piece_files import PieceFiles
from ..compiler.plan import Plan
from ..compiler.score.model import Score
from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic
from ..dsl.load import Loaded, load_piece
from ..renderers.film.segment_nodes import SegmentJob
from ..store.store import Store
from .curves import drawn_lanes, lanes_message, rate_for
from .texts import Texts
from .view import (
    bars_shown,
    classes_shown,
    findings_shown,
    marks_shown,
    picture_lanes,
    rows_shown,
    rules_shown,
    tempi_shown,
)
from .wire import events

Tried = tuple[events.Lane, ...] | tuple[Diagnostic, ...]
SCORES_CACHED = 32
NOTHING = events.Classes(1.0, (), ())


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the texts, and the result of reading it.

    piece   the message, its segments left out: whoever renders knows their state
    plan    of the draft; None where an error is in the way
    """

    number: int
    loaded: Loaded
    texts: Texts
    piece: events.Piece
    lanes: events.Lanes | None = None
    heard: Heard | None = None
    plan: Plan | None = None


@dataclass(slots=True)
class Session:
    """One piece, looked at again and again.

    trusted   folders of plugins that may run
    """

    manifest: Path
    store: Store | None = None
    trusted: tuple[Path, ...] = ()
    number: int = 0
    good: Version | None = None
    """The last version that has a plan."""
    can_open: bool = False
    _scores: dict[tuple[str, str], Score] = field(default_factory=dict)

    def read(self, tell: Callable[[events.Lanes], object]) -> Version:
        """Reads the piece from its current files; reports its lanes as soon as they are known.

        Never raises for what the files hold: that is among the findings.
        """
        self.number += 1
        number = self.number
        loaded = load_piece(self.manifest)
        texts = Texts(loaded)
        if loaded.piece is None:
            return self._broken(number, loaded, texts, Compilation(None, loaded.diagnostics))
        before = Findings(loaded.diagnostics)
        heard = heard_piece(drafted(loaded.piece), self._files(loaded), before)
        if heard is None:
            return self._broken(number, loaded, texts, Compilation(None, tuple(before)))
        lanes = lanes_message(number, heard, texts)
        tell(lanes)
        made = compiled_from(heard, before)
        if made.plan is None:
            return replace(self._broken(number, loaded, texts, made), lanes=lanes)
        findings = told_of(loaded, all_findings(loaded, made))
        piece = self._shown(number, heard, made.plan, texts, findings)
        version = Version(number, loaded, texts, piece, lanes, heard, made.plan)
        self.good = version
        return version

    def tried(
        self, texts_by_file: Mapping[str, str], file: str
    ) -> tuple[events.Lane, ...] | tuple[Diagnostic, ...]:
        """The lanes of a file as they would be with other texts, by the names of findings; or why not."""
        loaded = load_piece(self.manifest, texts=texts_by_file)
        if loaded.piece is None:
            return loaded.diagnostics
        found = Findings()
        heard = heard_piece(drafted(loaded.piece), self._files(loaded), found)
        if heard is None or found.has_errors:
            return tuple(found)
        end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
        texts = Texts(loaded)
        lanes = drawn_lanes(heard, texts, rate_for(end_s))
        return tuple(lane for lane in lanes if lane.file == file)

    def full_plan(self) -> Plan | None:
        """The last good version in the film's own quality."""
        if self.good is None or self.good.loaded.piece is None:
            return None
        heard = heard_piece(self.good.loaded.piece, self._files(self.good.loaded), Findings())
        return None if heard is None else compiled_from(heard).plan

    def _files(self, loaded: Loaded) -> PieceFiles:
        return PieceFiles(loaded.root, trusted=self.trusted, read_score=self._read_score)

    def _read_score(self, data: bytes, name: str) -> Score:
        """A score, from memory where these bytes were read before."""
        from ..compiler.score.read import read_score

        key = hashlib.sha256(data).hexdigest(), name
        score = self._scores.get(key)
        if score is None:
            is_kept = self.store is not None and not self.store.is_read_only
            score = kept_reader(self.store)(data, name) if is_kept and self.store else read_score(data, name)
            while len(self._scores) >= SCORES_CACHED:
                del self._scores[next(iter(self._scores))]
            self._scores[key] = score
        return score

    def _broken(self, number: int, loaded: Loaded, texts: Texts, made: Compilation) -> Version:
        """A version without a plan: its findings, and all else of the last good one."""
        findings = findings_shown(self._all(loaded, made), texts)
        last = self.good.piece if self.good is not None else self._empty(number)
        piece = replace(last, version=number, ok=False, findings=findings)
        return Version(number, loaded, texts, piece)

    def _all(self, loaded: Loaded, made: Compilation) -> Sequence[Diagnostic]:
        if loaded.piece is None and loaded.rest is not None:
            from ..compiler.compile import check_piece

            return told_of(loaded, check_piece(loaded))
        return told_of(loaded, all_findings(loaded, made))

    def _empty(self, number: int) -> events.Piece:
        return events.Piece(
            version=number,
            ok=False,
            good=0,
            title="",
            manifest=self._name(),
            duration_s=0.0,
            fps=15.0,
            width_px=640,
            height_px=360,
            findings=(),
            bars=(),
            tempi=(),
            marks=(),
            rows=(),
            picture_lanes=(),
            classes=NOTHING,
            rules=(),
            segments=(),
            can_undo=False,
            can_redo=False,
            can_open=self.can_open,
        )

    def _shown(
        self, number: int, heard: Heard, plan: Plan, texts: Texts, findings: Sequence[Diagnostic]
    ) -> events.Piece:
        clock, picture = heard.clock, plan.picture
        return events.Piece(
            version=number,
            ok=True,
            good=number,
            title=plan.title,
            manifest=self._name(),
            duration_s=float(plan.duration_s),
            fps=float(picture.fps),
            width_px=picture.width_px,
            height_px=picture.height_px,
            findings=findings_shown(findings, texts),
            bars=bars_shown(clock),
            tempi=tempi_shown(clock),
            marks=marks_shown(clock),
            rows=rows_shown(heard, plan, texts),
            picture_lanes=picture_lanes(heard),
            classes=classes_shown(heard, picture, texts),
            rules=rules_shown(heard, texts),
            segments=(),
            can_undo=False,
            can_redo=False,
            can_open=self.can_open,
        )

    def _name(self) -> str:
        return self.manifest.resolve().parent.name


def segments_shown(jobs: tuple[SegmentJob, ...], store: Store | None) -> tuple[events.Segment, ...]:
    """The segments of a film, and which of them the store has."""
    found = []
    first = 0
    for job in jobs:
        fps = job.picture.fps
        key = job.node.key
        is_there = store is not None and store.has(key)
        found.append(
            events.Segment(
                first=first,
                frames=job.frame_count,
                s=float(first / fps),
                end_s=float((first + job.frame_count) / fps),
                name=job.node.name,
                key=key,
                state="kept" if is_there else "stale",
                level="draft" if is_there else "none",
                media=key if is_there else "",
            )
        )
        first += job.frame_count
    return tuple(found)
