"""The door of the language: a manifest and the files it names become a Piece, or findings say why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from .findings.collector import Findings
from .findings.diagnostics import Diagnostic, Severity, has_errors
from .findings.span import MANIFEST, Span
from .form.foreign import other_program
from .form.recovery import ROUNDS_MOST, echoes, remains
from .form.schema import LEGACY, PIECE, check_form, schema_of
from .form.wording import did_you_mean
from .model.audio import Audio
from .model.lane import Lane
from .model.piece import Piece
from .read.audio import ear_lane, read_audio
from .read.lanes import KindOf, lane_kinds, read_lanes
from .read.legacy_effects import read_upstream
from .read.manifest import read_piece
from .read.reader import Reading
from .text.files import (
    LANES_SUFFIXES,
    MAX_AUDIO_BYTES,
    MAX_SCORE_BYTES,
    MAX_TEXT_BYTES,
    decoded,
    fault_inside,
    name_fault,
    read_inside,
    read_named,
)
from .text.overrides import overridden
from .text.yaml_reader import parse_source
from .text.yaml_source import Node, Source, root_node
from .values.position import DurationUnit, PlaceRange, parse_duration, parse_range
from .values.quantity import parse_ratio


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading: a piece if there is no error, and every finding.

    `files` holds the text of all that was read, by the name that findings use; `root` is the piece's folder.
    `rest` is what is left of a piece with errors when they are left out, for a check to go on with; findings
    with a code of `echoes` may then only say that something was left out.
    """

    piece: Piece | None
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    root: Path
    rest: Piece | None = None
    echoes: frozenset[str] = frozenset()


def load_piece(
    path: Path,
    overrides: Sequence[str] = (),
    *,
    bars: str | None = None,
    seconds: str | None = None,
    size: str | None = None,
    fps: str | None = None,
    quality: str | None = None,
    loop: bool = False,
    texts: Mapping[str, str] = MappingProxyType({}),
) -> Loaded:
    """Load piece.yaml, or the folder that holds it, with what the command line says besides.

    overrides   `KEY.KEY=VALUE`, as --set takes them
    bars        a passage: "5..8"; seconds: the first so many; size, fps, quality: as in `video`
    loop        the end meets the beginning
    texts       by the names that findings use, what stands in for a file's own text: to try a fix
    """
    manifest = path / MANIFEST if path.is_dir() else path
    desk = _Desk(manifest.parent, texts)
    source = desk.manifest(manifest)
    if source is None:
        return desk.loaded(None)
    given = {
        "--size": ("video.size", size),
        "--fps": ("video.fps", fps),
        "--quality": ("video.quality", quality),
    }
    layers = [("--set", tuple(overrides))]
    layers += [(name, (f"{key}={text}",)) for name, (key, text) in given.items() if text is not None]
    for name, sets in layers:
        source, text = overridden(source, sets, desk.findings, name)
        if sets:
            desk.files[name] = text
    desk.form(source, PIECE)
    selection = desk.selection(bars)
    limit_s = desk.limit(seconds)
    if loop:
        desk.files["--loop"] = "yes"
    rest = desk.rest(source)
    piece = None if rest is None else desk.read(rest)
    desk.find_missing(piece)
    return desk.loaded(piece and replace(piece, selection=selection, limit_s=limit_s, is_loop=loop))


@dataclass(slots=True)
class _Desk:
    """The state while one piece is loaded."""

    root: Path
    texts: Mapping[str, str]
    findings: Findings = field(default_factory=Findings)
    files: dict[str, str] = field(default_factory=dict)
    borrowed: list[Lane] = field(default_factory=list)
    """Lanes of files that only an `ear` names; they are called FILE#NAME."""
    lane_files: dict[str, tuple[Lane, ...] | None] = field(default_factory=dict)
    """The lanes of each file that `effects` or an `ear` names, by its name."""
    own_files: set[str] = field(default_factory=set)
    """The files that `effects` names: their lanes have their names in the piece."""
    sources: dict[str, tuple[Source, str] | None] = field(default_factory=dict)
    """Files of lanes, each parsed once, without what is wrong in them, and the name of their form."""
    dropped: list[str] = field(default_factory=list)
    """Pointers of the manifest to what was left out; all of a file of lanes counts as `/effects`."""
    is_rest: bool = False
    """Whether this is the second reading, without the faults, whose findings are known already."""

    def loaded(self, piece: Piece | None) -> Loaded:
        order = {name: number for number, name in enumerate(self.files)}
        found = tuple(sorted(self.findings, key=lambda f: (order.get(f.span.file, -1), *_line_and_column(f))))
        if not has_errors(found):
            return Loaded(piece, found, self.files, self.root)
        rest = None if "/score" in self.dropped else piece
        return Loaded(None, found, self.files, self.root, rest, echoes(self.dropped))

    def rest(
        self, source: Source, name: str = PIECE, findings: Sequence[Diagnostic] | None = None
    ) -> Source | None:
        """A file without the values that have errors."""
        known = self.findings if findings is None else findings
        spans = [f.span for f in known if f.severity is Severity.ERROR]
        left, dropped = remains(source, name, spans) if spans else (source, ())
        if dropped:
            self.dropped += dropped if name == PIECE else ("/effects",)
        return left

    def read(self, source: Source) -> Piece | None:
        """The piece; where values have no meaning, once more without them, until all that is left has one."""
        for _ in range(ROUNDS_MOST):
            reading = Reading()
            piece = self._piece(root_node(source), reading)
            if not self.is_rest:
                hidden = echoes(self.dropped)
                self.findings += [f for f in reading.findings if f.code not in hidden]
            if not reading.findings.has_errors:
                return piece
            self.is_rest = True
            left = self.rest(source, PIECE, reading.findings)
            if left is None:
                return None
            source = left
            for name, known in self.sources.items():
                if known is not None:
                    lanes, form = known
                    still = self.rest(lanes, form, reading.findings)
                    self.sources[name] = None if still is None else (still, form)
            self.lane_files.clear()
            self.own_files.clear()
            self.borrowed.clear()
        return None

    def _piece(self, root: Node, reading: Reading) -> Piece:
        audio = read_audio(root.get("audio"), reading)
        lanes = self.lanes(root.get("effects"), lane_kinds(audio), reading)
        audio = self.with_ears(audio, lanes, root, reading)
        return read_piece(root, audio, (*lanes, *self.borrowed), reading)

    def manifest(self, path: Path) -> Source | None:
        """The manifest's values, or None where there are none to go on with."""
        name = str(path)
        data = self.findings.taken(read_named(path, MAX_TEXT_BYTES, Span(name), self.root))
        return None if data is None else self._parsed(data, name)

    def form(self, source: Source, schema: str) -> tuple[Diagnostic, ...]:
        """Findings about the form, but for lines where something else is wrong that may cause them."""
        broken = {(f.span.file, f.span.line) for f in self.findings}
        found = check_form(source, schema, self.root)
        self.findings += [f for f in found if (f.span.file, f.span.line) not in broken]
        return found

    def lanes(self, node: Node | None, kind_of: KindOf, reading: Reading) -> tuple[Lane, ...]:
        """The lanes of `effects`: written there, or in one file or several."""
        if node is None:
            return ()
        if isinstance(node.value, dict):
            return self._distinct(read_lanes(node, kind_of, reading), reading)
        lanes: list[Lane] = []
        for entry in node.each():
            if not isinstance(entry.value, str) or not entry.text.lower().endswith(LANES_SUFFIXES):
                continue
            if name_fault(entry.text, entry.span) is None:
                found = self._lane_file(entry, kind_of, reading)
                name = str(PurePosixPath(entry.text))
                self.lane_files[name] = found
                self.own_files.add(name)
                lanes += found or ()
            else:
                reading.file(entry)
        return self._distinct(lanes, reading)

    def with_ears(self, audio: Audio, lanes: Sequence[Lane], root: Node, reading: Reading) -> Audio:
        """Buses whose `ear` names a lane that is there: `NAME`, or `FILE#NAME` from a file of lanes."""
        names = [lane.name for lane in lanes]
        buses = []
        for bus in audio.buses:
            node: Node | None = root
            for key in ("audio", "buses", bus.name, "ear"):
                node = node and node.get(key)
            node = ear_lane(node)
            buses.append(replace(bus, ear=self._ear(node, names, reading)) if node else bus)
        return replace(audio, buses=tuple(buses))

    def selection(self, bars: str | None) -> PlaceRange | None:
        if bars is None:
            return None
        self.files["--bars"] = bars
        return self.findings.taken(parse_range(bars, _option_span("--bars", bars)))

    def limit(self, seconds: str | None) -> Fraction | None:
        if seconds is None:
            return None
        span = _option_span("--seconds", seconds)
        self.files["--seconds"] = seconds
        ratio = parse_ratio(seconds, span)
        if isinstance(ratio, Diagnostic):
            duration = parse_duration(seconds, span)
            if isinstance(duration, Diagnostic) or duration.unit is not DurationUnit.SECONDS:
                self.findings.error("MV112", span, f"`{seconds}` is not a time in seconds", "write 30 or 30s")
                return None
            ratio = duration.value
        if ratio <= 0:
            self.findings.error("MV206", span, "--seconds must be greater than 0", "write 30")
        return ratio

    def find_missing(self, piece: Piece | None) -> None:
        """A finding for every score and recording that is not there or cannot be opened."""
        if piece is None:
            return
        wanted = (
            [(piece.score.file, MAX_SCORE_BYTES, piece.score.span)] if "/score" not in self.dropped else []
        )
        for bus in piece.audio.buses:
            wanted += [(stem.score, MAX_SCORE_BYTES, stem.span) for stem in bus.stems if stem.score]
            wanted += [(stem.file, MAX_AUDIO_BYTES, stem.span) for stem in bus.stems if stem.file]
        for name, limit_bytes, span in wanted:
            if any(finding.span == span for finding in self.findings):
                continue
            if fault := fault_inside(self.root, name, limit_bytes, span):
                self.findings.add(fault)

    def _parsed(self, data: bytes, name: str) -> Source | None:
        text = self.findings.taken(decoded(data, name, Span(name)))
        if text is None:
            return None
        text = self.texts.get(name, text)
        self.files[name] = text
        source, findings = parse_source(text, name)
        self.findings += findings
        return source if source.complete else None

    def _lane_file(self, entry: Node, kind_of: KindOf, reading: Reading) -> tuple[Lane, ...] | None:
        """The lanes of a file, or None where it cannot be used."""
        if entry.text not in self.sources:
            self.sources[entry.text] = self._lane_source(entry)
        known = self.sources[entry.text]
        if known is None:
            return None
        source, form = known
        node = root_node(source)
        return read_upstream(node, reading) if form == LEGACY else read_lanes(node, kind_of, reading)

    def _lane_source(self, entry: Node) -> tuple[Source, str] | None:
        """A file of lanes without what is wrong with its form, and the name of that form."""
        name = PurePosixPath(entry.text)
        data = self.findings.taken(read_inside(self.root, name, MAX_TEXT_BYTES, entry.span))
        source = None if data is None else self._parsed(data, str(self.root / name))
        if source is None:
            self.dropped.append("/effects")
            return None
        if (program := other_program(source.value)) is not None:
            message = f"`{entry.text}` is {program}, not a file of lanes"
            hint = f"make one of it: musicvis import {entry.text} --score FILE --lane FIELD=LANE -o NEW.yaml"
            self.findings.error("MV687", entry.span, message, hint)
            self.dropped.append("/effects")
            return None
        form = schema_of(source)
        self.form(source, form)
        left = self.rest(source, form)
        return None if left is None else (left, form)

    def _distinct(self, lanes: Sequence[Lane], reading: Reading) -> tuple[Lane, ...]:
        first: dict[str, Lane] = {}
        for lane in lanes:
            if lane.mode != "set" or first.setdefault(lane.name, lane) is lane:
                continue
            other = first[lane.name].span
            message = f"the lane `{lane.name}` is already in {other.file} line {other.line}"
            hint = "keep one of them, or give this one `mode: add` or `mode: multiply`"
            reading.find("MV212", lane.span, message, hint)
        return tuple(lanes)

    def _ear(self, node: Node, names: Sequence[str], reading: Reading) -> str:
        """The name of the lane that an `ear` means."""
        file_name, hash_sign, lane_name = node.text.rpartition("#")
        if not hash_sign:
            if node.text not in names:
                hint = did_you_mean(node.text, names) or "define it under effects"
                reading.find("MV211", node.span, f"no lane is called `{node.text}`", hint)
            return node.text
        fault = name_fault(file_name, node.span)
        if fault:
            reading.findings.add(fault)
            return node.text
        file = str(PurePosixPath(file_name))
        is_own = file in self.own_files
        if file not in self.lane_files:
            entry = replace(node, value=file)
            self.lane_files[file] = self._lane_file(entry, lane_kinds(Audio()), reading)
        lanes = self.lane_files[file]
        if lanes is None:
            return node.text
        names = [lane.name for lane in lanes]
        if lane_name not in names:
            hint = did_you_mean(lane_name, names) or "name a lane of that file"
            reading.find("MV211", node.span, f"`{file}` has no lane `{lane_name}`", hint)
        elif not is_own:
            self._borrow(file, lanes, lane_name)
        return lane_name if is_own else f"{file}#{lane_name}"

    def _borrow(self, file: str, lanes: Sequence[Lane], name: str) -> None:
        """Takes a lane of another file, with the lanes over it and those it mirrors, under new names."""
        wanted = [name]
        while wanted:
            name = wanted.pop()
            if any(lane.name == f"{file}#{name}" for lane in self.borrowed):
                continue
            for lane in (lane for lane in lanes if lane.name == name):
                source = None if lane.mirror_of is None else f"{file}#{lane.mirror_of}"
                self.borrowed.append(replace(lane, name=f"{file}#{name}", mirror_of=source))
                if lane.mirror_of is not None:
                    wanted.append(lane.mirror_of)


def _line_and_column(finding: Diagnostic) -> tuple[int, int]:
    return finding.span.line, finding.span.column


def _option_span(name: str, text: str) -> Span:
    return Span(name, 1, 1, 1, len(text) + 1)
