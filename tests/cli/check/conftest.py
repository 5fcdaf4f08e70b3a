"""A waltz of four bars to break: vibes on every beat, a marimba from bar 3 on, slower in bar 4."""

from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.ignores import without_ignored
from musicvis.dsl.load import load_piece

Check = Callable[..., list[Diagnostic]]

BASE = {"musicvis": "musicvis: 1", "title": "title: Waltz", "score": "score: waltz.mid"}
TICKS = 480


def part(name: str, channel: int, first_beat: int, *, until: int = 12) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name, time=0)])
    for beat in range(first_beat, until):
        wait = first_beat * TICKS if beat == first_beat else 0
        pitch = (60, 64, 67)[beat % 3]
        track.append(mido.Message("note_on", note=pitch, velocity=80, channel=channel, time=wait))
        track.append(mido.Message("note_off", note=pitch, velocity=0, channel=channel, time=TICKS))
    track.append(mido.MetaMessage("end_of_track", time=0))
    return track


def waltz() -> mido.MidiFile:
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    marks = mido.MidiTrack(
        [
            mido.MetaMessage("time_signature", numerator=3, denominator=4, time=0),
            mido.MetaMessage("set_tempo", tempo=500_000, time=0),
            mido.MetaMessage("set_tempo", tempo=600_000, time=9 * TICKS),
            mido.MetaMessage("end_of_track", time=0),
        ]
    )
    file.tracks += [marks, part("vibes", 0, 0), part("marimba", 1, 6)]
    return file


@pytest.fixture(scope="session")
def waltz_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("score") / "waltz.mid"
    waltz().save(path)
    return path.read_bytes()


def manifest_of(fragment: str) -> str:
    """A manifest that holds a fragment, and what it does not say itself of what every piece needs."""
    said = [line.partition(":")[0] for line in fragment.splitlines()]
    return "\n".join([*(line for key, line in BASE.items() if key not in said), fragment, ""])


def checked(folder: Path) -> list[Diagnostic]:
    """The findings of `musicvis check` for the piece in a folder."""
    loaded = load_piece(folder)
    left, unused = without_ignored(check_piece(loaded), loaded.files)
    return [*left, *unused]


@pytest.fixture
def check(tmp_path: Path, waltz_bytes: bytes) -> Check:
    """Write a fragment of a manifest, or the lanes of an effects.json, beside the waltz, and check it."""

    def run(fragment: str, **files: bytes | str) -> list[Diagnostic]:
        (tmp_path / "waltz.mid").write_bytes(waltz_bytes)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name.replace("__", ".")).write_bytes(data)
        if fragment.startswith("{"):
            (tmp_path / "effects.json").write_text(fragment, encoding="utf-8")
            fragment = "effects: effects.json"
        (tmp_path / "piece.yaml").write_text(manifest_of(fragment), encoding="utf-8")
        return checked(tmp_path)

    return run
