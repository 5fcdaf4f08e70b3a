"""DAWproject 1.0: tempo map, metres, sections, the notes of each part, and lanes as automation.

A .dawproject file is a ZIP archive of project.xml and metadata.xml (github.com/bitwig/dawproject, the
schemas of 2024). Everything counts quarter notes from the first frame. Where a bus is between the ears
is the pan of its track, its gain the volume. A program knows no other lane of ours: each is controller 1 of
a track of its own, and the track's name says which values 0 and 1 are, as `visuals.zoom [1..1.25]`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from .straight import corners
from .timeline import Timeline, printable

if TYPE_CHECKING:
    from ....store.values.array_types import F64

PROJECT, METADATA = "project.xml", "metadata.xml"
TOLERANCE = 1e-4
"""The tolerance of a lane against its automation, as a share of the lane's range."""
LOUDEST = 10.0 ** (24 / 20)
CONTROLLER = 1
USUAL_BPM, SLOWEST_BPM, FASTEST_BPM = 120.0, 1.0, 960.0
"""Where there is no tempo; and the range of a project's tempo, where the score needs no wider one."""
_GAIN = ".gain"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that the same project is the same bytes."""


@dataclass(frozen=True, slots=True)
class Stem:
    """A sound beside the notes: its name in the archive, the track's name, and what the file holds."""

    path: str
    name: str
    duration_s: float
    sample_rate_hz: int
    channel_count: int = 2


def dawproject(timeline: Timeline) -> bytes:
    """The timeline as a .dawproject file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in documents(timeline).items():
            archive.writestr(entry(name), text)
    return held.getvalue()


def documents(timeline: Timeline, stems: tuple[Stem, ...] = ()) -> Mapping[str, bytes]:
    """The two documents of a project by their names; `stems` are in the archive beside them."""
    root = ET.Element("MetaData")
    _added(root, "Title").text = printable(timeline.title)
    return {METADATA: _text(root), PROJECT: _text(_Project(timeline).element(stems))}


def entry(name: str) -> zipfile.ZipInfo:
    """A file of the archive, packed, without the date of today."""
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@dataclass(frozen=True, slots=True)
class _Track:
    """The ids of a track, its channel, and what is moved in that."""

    number: str
    channel: str
    pan: str
    volume: str


class _Project:
    """The elements of project.xml, in the order of the schema, each with a number of its own."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.known = 0
        frames = range(timeline.frame_count)
        self.frames_qn = [self._time((k + Fraction(1, 2)) / timeline.fps) for k in frames]

    def element(self, stems: tuple[Stem, ...]) -> ET.Element:
        root = ET.Element("Project", version="1.0")
        _added(root, "Application", name="musicvis", version="1")
        transport = _added(root, "Transport")
        tempi = self.timeline.tempi
        paces = [float(change.quarters_per_minute) for change in tempi] or [USUAL_BPM]
        slowest, fastest = min(SLOWEST_BPM, *paces), max(FASTEST_BPM, *paces)
        tempo = self._real(transport, "Tempo", paces[0], "bpm", slowest, fastest, "Tempo")
        metre = tempi[0].meter if tempi else None
        numbers = {
            "numerator": str(metre.numerator if metre else 4),
            "denominator": str(metre.denominator if metre else 4),
        }
        signature = _added(transport, "TimeSignature", id=self._id(), **numbers)
        structure = _added(root, "Structure")
        master = self._track(structure, "Master", "audio notes", None).channel
        arrangement = _added(root, "Arrangement", id=self._id())
        lanes = _added(arrangement, "Lanes", timeUnit="beats", id=self._id())
        tracks = {part: self._track(structure, part, "notes", master) for part in self.timeline.parts()}
        for part, track in tracks.items():
            self._notes(lanes, track.number, part)
        self._mixed(structure, lanes, tracks, master)
        for name, values in self.timeline.lanes.items():
            if _strip(name) is None:
                self._controlled(lanes, structure, name, values, master)
        for stem in stems:
            self._sound(lanes, self._track(structure, stem.name, "audio", master).number, stem)
        self._marked(arrangement)
        self._tempi(arrangement, tempo, signature)
        return root

    def _mixed(
        self, structure: ET.Element, lanes: ET.Element, tracks: dict[str, _Track], master: str
    ) -> None:
        """The pan and the volume of each bus that a lane moves, on the track of the part of its name."""
        for name, values in self.timeline.lanes.items():
            bus, control = _strip(name) or ("", "")
            if not bus:
                continue
            if bus not in tracks:
                tracks[bus] = self._track(structure, bus, "audio", master)
            here = _added(lanes, "Lanes", track=tracks[bus].number, id=self._id())
            if control == "Pan":
                self._automation(here, (values + 1.0) / 2.0, "normalized", {"parameter": tracks[bus].pan})
            else:
                self._automation(here, values, "linear", {"parameter": tracks[bus].volume})

    def _controlled(
        self, lanes: ET.Element, structure: ET.Element, name: str, values: F64, master: str
    ) -> None:
        low, high = float(values.min()), float(values.max())
        shares = (values - low) / (high - low) if high > low else np.zeros(values.shape)
        track = self._track(structure, f"{name} [{low:.6g}..{high:.6g}]", "automation", master)
        here = _added(lanes, "Lanes", track=track.number, id=self._id())
        target = {"expression": "channelController", "channel": "0", "controller": str(CONTROLLER)}
        self._automation(here, shares, "normalized", target)

    def _automation(self, lanes: ET.Element, values: F64, unit: str, target: Mapping[str, str]) -> None:
        points = _added(lanes, "Points", unit=unit, id=self._id())
        _added(points, "Target", **target)
        kept = corners(values, TOLERANCE * float(np.ptp(values)))
        for frame in kept[:1] if np.ptp(values) == 0 else kept:
            time, value = self.frames_qn[frame], f"{values[frame]:.9g}"
            _added(points, "RealPoint", time=time, value=value, interpolation="linear")

    def _notes(self, lanes: ET.Element, track: str, part: str) -> None:
        here = _added(lanes, "Lanes", track=track, id=self._id())
        clips = _added(here, "Clips", id=self._id())
        whole = {"time": "0", "duration": self._time(self.timeline.duration_s), "playStart": "0"}
        clip = _added(clips, "Clip", name=printable(part), **whole)
        notes = _added(clip, "Notes", id=self._id())
        for cue in self.timeline.parts()[part]:
            start, end = self.timeline.quarters(cue.start_s), self.timeline.quarters(cue.end_s)
            _added(
                notes,
                "Note",
                time=_decimal(start),
                duration=_decimal(end - start),
                channel="0",
                key=str(cue.pitch),
                vel=f"{cue.velocity / 127:.6f}",
                rel=f"{cue.velocity / 127:.6f}",
            )

    def _sound(self, lanes: ET.Element, track: str, stem: Stem) -> None:
        here = _added(lanes, "Lanes", track=track, id=self._id())
        clips = _added(here, "Clips", id=self._id())
        length_s = f"{stem.duration_s:.9f}"
        played = {"contentTimeUnit": "seconds", "playStart": "0", "playStop": length_s}
        duration = self._time(self.timeline.duration_s)
        clip = _added(clips, "Clip", time="0", duration=duration, name=printable(stem.name), **played)
        audio = _added(
            clip,
            "Audio",
            timeUnit="seconds",
            duration=length_s,
            sampleRate=str(stem.sample_rate_hz),
            channels=str(stem.channel_count),
            id=self._id(),
        )
        _added(audio, "File", path=stem.path)

    def _marked(self, arrangement: ET.Element) -> None:
        markers = _added(arrangement, "Markers", id=self._id())
        for start_s, _, title in self.timeline.section_spans():
            _added(markers, "Marker", time=self._time(start_s), name=printable(title))

    def _tempi(self, arrangement: ET.Element, tempo: str, signature: ET.Element) -> None:
        points = _added(arrangement, "TempoAutomation", unit="bpm", id=self._id())
        _added(points, "Target", parameter=tempo)
        metres = _added(arrangement, "TimeSignatureAutomation", id=self._id())
        _added(metres, "Target", parameter=signature.attrib["id"])
        pace = meter = None
        for change in self.timeline.tempi:
            at = self._time(change.at_s)
            if change.quarters_per_minute != pace:
                pace = change.quarters_per_minute
                value = f"{float(pace):.9g}"
                _added(points, "RealPoint", time=at, value=value, interpolation="hold")
            if change.meter != meter:
                meter = change.meter
                numbers = {"numerator": str(meter.numerator), "denominator": str(meter.denominator)}
                _added(metres, "TimeSignaturePoint", time=at, **numbers)

    def _track(self, structure: ET.Element, name: str, holds: str, master: str | None) -> _Track:
        """A track, which goes into the channel `master`; None for the master's own."""
        track = _added(
            structure, "Track", contentType=holds, loaded="true", id=self._id(), name=printable(name)
        )
        role = "master" if master is None else "regular"
        channel = _added(track, "Channel", audioChannels="2", role=role, id=self._id())
        if master is not None:
            channel.set("destination", master)
        # The schema wants the pan before the volume.
        pan = self._real(channel, "Pan", 0.5, "normalized", 0.0, 1.0, "Pan")
        volume = self._real(channel, "Volume", 1.0, "linear", 0.0, LOUDEST, "Volume")
        return _Track(track.attrib["id"], channel.attrib["id"], pan, volume)

    def _real(
        self, parent: ET.Element, tag: str, value: float, unit: str, low: float, high: float, name: str
    ) -> str:
        number = self._id()
        said = {"value": f"{value:.9g}", "unit": unit, "min": f"{low:.9g}", "max": f"{high:.9g}"}
        _added(parent, tag, id=number, name=name, **said)
        return number

    def _time(self, at_s: Fraction) -> str:
        return _decimal(self.timeline.quarters(at_s))

    def _id(self) -> str:
        self.known += 1
        return f"id{self.known}"


def _strip(lane: str) -> tuple[str, str] | None:
    """The bus and the control of a track that a lane is; None for a lane that is none of them."""
    if lane.endswith(_GAIN) and lane.count(".") == 1:
        return lane.removesuffix(_GAIN), "Volume"
    return (lane, "Pan") if "." not in lane else None


def _decimal(time: Fraction) -> str:
    return f"{float(time):.9f}"


def _added(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _text(root: ET.Element) -> bytes:
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()
