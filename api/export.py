"""Bars, notes and lanes of a plan as files for other programs."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import names_of
from .errors import RequestError
from .output import checked_output

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.timeline import Tempo, Timeline

FORMULAS = ("=", "+", "-", "@")
"""The characters at which a spreadsheet begins a formula (CWE-1236)."""


def lanes_csv(timeline: Timeline) -> str:
    """Lanes at the middle of every frame: frame, seconds, bar, then a column for each lane."""
    import numpy as np

    from ..compiler.write.markers import bar_names

    times_s = timeline.frame_times_s()
    names = bar_names(timeline.bars)
    places = np.searchsorted([float(mark.start_s) for mark in timeline.bars], times_s, side="right") - 1
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    table.writerow(["frame", "seconds", "bar", *(_harmless(name) for name in timeline.lanes)])
    for k in range(timeline.frame_count):
        bar = names[places[k]] if places[k] >= 0 else ""
        values = (f"{column[k]:.9g}" for column in timeline.lanes.values())
        table.writerow([k, f"{times_s[k]:.6f}", bar, *values])
    return text.getvalue()


def tempi_of(clock: Clock, start_s: Fraction, end_s: Fraction) -> list[Tempo]:
    """The tempo and the metre at the film's first frame, and each later change."""
    from ..compiler.write.bridges.timeline import Tempo

    moments = {*clock.tempo_starts_qn, *(measure.start_qn for measure in clock.measures)}
    found: list[Tempo] = []
    for at_qn in sorted(moments):
        at_s = clock.seconds(at_qn)
        if at_s >= end_s or at_qn >= clock.end_qn:
            break
        meter = clock.measures[clock.measure_index(at_qn)].meter
        tempo = Tempo(max(at_s - start_s, Fraction(0)), 60 / clock.pace(at_qn), meter)
        if found and found[-1].at_s == tempo.at_s:
            found[-1] = tempo
        elif not found or replace(tempo, at_s=found[-1].at_s) != found[-1]:
            found.append(tempo)
    return found


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(FORMULAS) else name


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file for other programs: its suffix, its content, and its writer."""

    ending: str
    says: str
    write: Callable[[Timeline], str | bytes]


def _audacity(of: Timeline) -> str:
    from ..compiler.write.markers import audacity

    return audacity(of.bar_spans(), of.sections)


def _subtitles(of: Timeline) -> str:
    from ..compiler.write.markers import bar_subtitles

    return bar_subtitles(of.bar_spans())


def _otio(of: Timeline) -> str:
    from ..compiler.write.bridges.otio import otio

    return otio(of)


def _edl(of: Timeline) -> str:
    from ..compiler.write.bridges.edl import edl

    return edl(of)


def _reaper(of: Timeline) -> str:
    from ..compiler.write.bridges.reaper import reaper

    return reaper(of)


def _xtiming(of: Timeline) -> str:
    from ..compiler.write.bridges.cues import xtiming

    return xtiming(of)


def _osc(of: Timeline) -> bytes:
    from ..compiler.write.bridges.cues import osc

    return osc(of)


def _artnet(of: Timeline) -> bytes:
    from ..compiler.write.bridges.artnet import artnet

    return artnet(of)


def _dawproject(of: Timeline) -> bytes:
    from ..compiler.write.bridges.dawproject import dawproject

    return dawproject(of)


def _parseq(of: Timeline) -> str:
    from ..compiler.write.bridges.parseq import parseq

    return parseq(of)


def _deforum(of: Timeline) -> str:
    from ..compiler.write.bridges.deforum import deforum

    return deforum(of)


KINDS = {
    "audacity": Kind("-labels.txt", "bars and sections as labels", _audacity),
    "srt": Kind("-bars.srt", "bars as subtitles", _subtitles),
    "csv": Kind("-lanes.csv", "every lane at every frame", lanes_csv),
    "otio": Kind(".otio", "the film with a marker for each bar", _otio),
    "edl": Kind(".edl", "the film with a marker for each bar", _edl),
    "reaper": Kind(".rpp", "tempo map, markers and regions", _reaper),
    "xlights": Kind(".xtiming", "timing tracks of bars and notes", _xtiming),
    "osc": Kind(".osc", "notes and lanes as bundles", _osc),
    "artnet": Kind("-artnet.pcap", "lanes and notes as levels of DMX channels", _artnet),
    "deforum": Kind("-deforum.json", "lanes as schedules", _deforum),
    "parseq": Kind("-parseq.json", "lanes as keyframes and frames", _parseq),
    "dawproject": Kind(".dawproject", "tempo map, sections, notes, lanes as automation", _dawproject),
}
"""Each kind of file; help, names of files and the Python interface follow it."""

NOTES = ("xlights", "osc", "artnet", "dawproject")
"""Kinds that hold the notes of parts."""
LANES_ALONE = ("csv", "deforum", "parseq")
"""Kinds that are empty without a lane."""
CHANNELS = ("artnet",)
"""Kinds in which `LANE=12` is a channel, and not another name."""


def export_bytes(kind: str, timeline: Timeline) -> bytes:
    """The file of a kind."""
    made = KINDS[kind].write(timeline)
    return made if isinstance(made, bytes) else made.encode()


def chosen(
    whole: Timeline,
    kind: str,
    lanes: Iterable[str] | Mapping[str, str] | None,
    parts: Iterable[str] | Mapping[str, str] | None,
) -> Timeline:
    """The timeline from which a file of a kind is written; `Plan.export` describes the arguments.

    Raises RequestError for a kind, a lane or a part that is not there.
    """
    from ..compiler.write.bridges.timeline import Light

    if kind not in KINDS:
        raise RequestError(f"there is no kind {kind!r}", f"the kinds are {', '.join(KINDS)}")
    if parts is not None and kind not in NOTES:
        raise RequestError(f"{kind} holds no notes", "leave `parts` out")
    is_light = kind in CHANNELS
    # Lights that are named are all that there are.
    some = is_light and (lanes is not None or parts is not None)
    wanted = _wanted("lane", lanes, whole.lanes, some)
    heard = _wanted("part", parts, whole.parts(), some)
    if kind in LANES_ALONE and not wanted:
        raise RequestError(f"the piece has no lanes, and {kind} holds nothing else", "write some")
    if is_light:
        lights = [Light(lane, False, channel) for lane, channel in wanted.items()]
        lights += [Light(part, True, channel) for part, channel in heard.items()]
        if not lights:
            raise RequestError("the piece has no lanes and no notes", "write some")
        return replace(whole, lights=lights)
    names = {lane: new or lane for lane, new in wanted.items()}
    if len(set(names.values())) < len(names):
        raise RequestError("two lanes would have one name", "give each a name of its own")
    cues = [cue for cue in whole.cues if cue.part in heard]
    return replace(whole, cues=cues, lanes={names[lane]: whole.lanes[lane] for lane in wanted})


def _wanted(
    what: str, named: Iterable[str] | Mapping[str, str] | None, there: Iterable[str], only_named: bool
) -> Mapping[str, str]:
    """The items to write, and their names in the file; all items if none are named."""
    known = list(there)
    if named is None:
        return {} if only_named else dict.fromkeys(known, "")
    found = dict(named) if isinstance(named, Mapping) else dict.fromkeys(names_of(named), "")
    for name in found:
        if name not in known:
            raise RequestError(
                f"there is no {what} {name!r}", f"the {what}s are {', '.join(known) or 'none'}"
            )
    return found


def channel_lines(timeline: Timeline) -> list[str]:
    """The content of each channel of a file for lights, in words; RequestError for what is no channel."""
    from ..compiler.write.bridges.artnet import channels
    from ..compiler.write.bridges.timeline import BridgeError

    try:
        found = channels(timeline)
    except BridgeError as error:
        raise RequestError(f"{error}", error.hint) from None
    return [
        f"universe {one.universe} channel {one.number}: {'part' if one.follows.is_part else 'lane'} "
        f"{one.follows.name}, {one.low:g} to {one.high:g}"
        for one in found
    ]


def export_file(
    path: Path,
    root: Path,
    kind: str,
    timeline: Timeline,
    sounds: Iterable[tuple[str, NDArray[np.float32]]] | None,
    rate_hz: int,
) -> Path:
    """Write the file of a kind for a piece in `root`, a project with sounds where there are some.

    Raises RequestError for what the other program cannot hold, and for a path that cannot be written.
    """
    from ..compiler.write.bridges.timeline import BridgeError
    from ..store.writing import published

    suffix = Path(f"film{KINDS[kind].ending}").suffix
    output = checked_output(path, root, {suffix: ""}, f"a file for {kind}")
    try:
        with published(output, root) as partial:
            if sounds is None:
                partial.write_bytes(export_bytes(kind, timeline))
            else:
                _write_with_stems(partial, timeline, sounds, rate_hz)
    except BridgeError as error:
        raise RequestError(f"{error}", error.hint) from None
    return output


def _write_with_stems(
    path: Path, timeline: Timeline, sounds: Iterable[tuple[str, NDArray[np.float32]]], rate_hz: int
) -> None:
    """A project with the sound of each bus, float32 (samples, 2), beside the notes, in 24 bits."""
    import zipfile
    from tempfile import TemporaryDirectory

    from ..compiler.write.bridges.dawproject import Stem, documents, entry
    from ..renderers.sound.wave import SampleFormat, write_wav

    stems: list[Stem] = []
    with zipfile.ZipFile(path, "w") as archive, TemporaryDirectory() as folder:
        for bus, samples in sounds:
            sound = Path(folder) / "stem.wav"
            count = write_wav(sound, [samples], rate_hz, SampleFormat.PCM24)
            stems.append(Stem(f"audio/{len(stems) + 1}.wav", f"{bus} (sound)", count / rate_hz, rate_hz))
            with archive.open(entry(stems[-1].path), "w", force_zip64=True) as held, sound.open("rb") as file:
                shutil.copyfileobj(file, held)
        for name, text in documents(timeline, tuple(stems)).items():
            archive.writestr(entry(name), text)
