"""What a save of a piece of an hour costs the live page: `python -m benchmarks.hour`, `make bench-hour`.

A made-up piece of 1800 bars, 43,200 notes and 2100 points of lanes is read as the page reads it, and one
point is saved, several times: CPU time of this process until the curves, and until findings, notes, classes.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from pathlib import Path
from statistics import median

import mido
from musicvis.store.store import Store
from musicvis.watch.session import Session

BARS, PARTS, NOTES_A_BAR, POINTS = 1800, 6, 4, 300
TICKS = 480
REPEATS = 5

MANIFEST = """\
musicvis: 1
title: Hour
seed: 3
score: {file: hour.mid, tail: 3s}
effects: effects.yaml
visuals:
  resolution: 128
  generator: embedded
  classes: {C: seashore, D: castle, E: lakeside, F: daisy, G: volcano, A: monastery, other: pier}
  rules:
    - {where: {part: part0, range: 10..20}, class: castle}
    - {where: {pitch: C5..C6}, spark: true}
video: {size: 640x360, fps: 15}
"""


def written(folder: Path) -> Path:
    """The made-up piece in a folder."""
    file = mido.MidiFile(ticks_per_beat=TICKS)
    first = mido.MidiTrack()
    for k in range(60):
        first.append(mido.MetaMessage("marker", text=f"M{k}", time=0 if k == 0 else 30 * 4 * TICKS))
        first.append(mido.MetaMessage("set_tempo", tempo=500_000 + 1000 * (k % 3)))
    file.tracks.append(first)
    step = 4 * TICKS // NOTES_A_BAR
    for part, program in zip(range(PARTS), (11, 12, 13, 9, 0, 46), strict=True):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=f"part{part}")])
        track.append(mido.Message("program_change", channel=part, program=program))
        for k in range(BARS * NOTES_A_BAR):
            note = {"channel": part, "note": 48 + (k * 7 + part * 5) % 36}
            track.append(mido.Message("note_on", **note, velocity=40 + k * 13 % 80, time=20 if k else 0))
            track.append(mido.Message("note_off", **note, time=step - 20))
        file.tracks.append(track)
    file.save(folder / "hour.mid")
    chance = random.Random(1)
    lanes = [(f"part{part}", -1.0, 1.0) for part in range(PARTS)] + [("visuals.zoom", 1.0, 1.3)]
    lines = []
    for name, low, high in lanes:
        lines.append(f"{name}:")
        lines += [f"  - {{at: {6 * k + 1}|1, to: {chance.uniform(low, high):.3f}}}" for k in range(POINTS)]
    (folder / "effects.yaml").write_text("\n".join(lines) + "\n")
    path = folder / "piece.yaml"
    path.write_text(MANIFEST)
    return path


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = written(folder)
        with Store(folder / "cache") as store:
            session = Session(manifest, store)
            print(f"opened: {_read(session)[1]:.2f} s")
            for lane in ("part0", "visuals.zoom"):
                found = []
                for k in range(REPEATS):
                    path = folder / "effects.yaml"
                    point = rf"({lane}:\n  - {{at: 1\|1, to: )-?[\d.]+"
                    path.write_text(re.sub(point, rf"\g<1>1.0{k}", path.read_text()))
                    found.append(_read(session))
                lanes_s, findings_s = (median(times_s) for times_s in zip(*found, strict=True))
                print(f"a point of {lane} saved: curves {lanes_s:.2f} s, findings {findings_s:.2f} s")


def _read(session: Session) -> tuple[float, float]:
    """CPU seconds until the curves are told, and until all is."""
    told: list[float] = []
    began_s = time.process_time()
    version = session.read(lambda lanes: told.append(time.process_time() - began_s))
    assert version.piece.ok, version.piece.findings
    return told[0], time.process_time() - began_s


if __name__ == "__main__":
    main()
