"""Broken pieces with their score: every case gives the findings that its comment lines announce, no others.

    # warning[MV344] 9:7-40 1|2 vibes jumps from 0 to 0.5 while bus vibes sounds
    # hint glide to 0.5 before

The text is a manifest beside the waltz of conftest.py, or an effects.json. Behind the place in the file is
the place in the music, or `-`. The scores and recordings that lie beside it are those of `shelf`.
"""

import re
import struct
from pathlib import Path

import mido
import pytest
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.ignores import without_ignored
from musicvis.dsl.load import load_piece

SUITE = Path(__file__).parent / "suite"
CASES = sorted(SUITE.glob("*.yaml"))
RATE_HZ = 48_000
HEAD = re.compile(r"# (?:(?:error|warning|note)\[MV\d{3}\]|hint) .*")


def wav(frames: int, value: int = 1000, rate_hz: int = RATE_HZ, announced: int | None = None) -> bytes:
    """A mono wav of 16 bits; `announced` frames where the header says something else than is there."""
    data = struct.pack("<h", value) * frames
    length = 2 * frames if announced is None else 2 * announced
    form = struct.pack("<HHIIHH", 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def flac(frames: int) -> bytes:
    """The head of a FLAC file: all that a check reads of one."""
    packed = RATE_HZ << 44 | 1 << 41 | 15 << 36 | frames
    return b"fLaC\x80\0\0\x22" + bytes(10) + packed.to_bytes(8, "big") + bytes(16)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, waltz_bytes: bytes) -> dict[str, bytes]:
    """The files that lie beside each case; the waltz lasts 6.3 s, its last note begins at 5.7 s."""
    path = tmp_path_factory.mktemp("scores") / "score.mid"
    longer = mido.MidiFile(type=0, ticks_per_beat=480)
    longer.tracks.append(mido.MidiTrack([mido.Message("note_on", note=60, velocity=80, time=0)]))
    longer.tracks[0].append(mido.Message("note_off", note=60, time=480 * 20))
    longer.save(path)
    long_bytes = path.read_bytes()
    empty = mido.MidiFile(type=0, ticks_per_beat=480)
    empty.tracks.append(mido.MidiTrack())
    empty.save(path)
    return {
        "waltz.mid": waltz_bytes,
        "longer.mid": long_bytes,
        "empty.mid": path.read_bytes(),
        "broken.mid": waltz_bytes[:14],
        "broken.mscz": b"PK\x03\x04 no archive",
        "named.mscz": waltz_bytes,
        "good.wav": wav(RATE_HZ * 7),
        "good.flac": flac(RATE_HZ * 7),
        "short.wav": wav(RATE_HZ * 2),
        "silent.wav": wav(RATE_HZ * 7, value=0),
        "cut.wav": wav(100, announced=RATE_HZ * 7),
        "slow.wav": wav(7_000, rate_hz=1_000),
        "mislabelled.wav": wav(int(RATE_HZ * 5.69)),
        "text.wav": b"not a recording at all",
    }


def described(finding: Diagnostic) -> list[str]:
    """A finding as the comment lines of a case."""
    span, place = finding.span, finding.place
    where = f"{span.line}:{span.column}" if span.line else f"0@{Path(span.file).name}"
    if span.line and span.end_line == span.line:
        where += f"-{span.end_column}"
    music = f"{place.bar}|{place.beat}" if place else "-"
    lines = [f"# {finding.severity}[{finding.code}] {where} {music} {finding.message}"]
    return lines + ([f"# hint {finding.hint}"] if finding.hint else [])


def findings_of(text: str, folder: Path, shelf: dict[str, bytes]) -> list[Diagnostic]:
    for name, data in shelf.items():
        (folder / name).write_bytes(data)
    body = "".join(line for line in text.splitlines(keepends=True) if not HEAD.match(line.rstrip("\n")))
    if body.startswith("{"):
        (folder / "effects.json").write_text(text, encoding="utf-8")
        text = "musicvis: 1\ntitle: Waltz\nscore: waltz.mid\neffects: effects.json\n"
    (folder / "piece.yaml").write_text(text, encoding="utf-8")
    loaded = load_piece(folder)
    left, unused = without_ignored(check_piece(loaded), loaded.files)
    return [*left, *unused]


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_broken_piece_gives_its_findings_at_their_places(
    case: Path, tmp_path: Path, shelf: dict[str, bytes]
) -> None:
    text = case.read_text(encoding="utf-8")
    found = [line for finding in findings_of(text, tmp_path, shelf) for line in described(finding)]
    assert found == [line for line in text.splitlines() if HEAD.match(line)]
    assert found


def test_every_finding_of_meaning_comes_with_a_mend() -> None:
    for case in CASES:
        heads = [line for line in case.read_text(encoding="utf-8").splitlines() if HEAD.match(line)]
        kinds = ["hint" if line.startswith("# hint") else "finding" for line in heads]
        assert kinds == ["finding", "hint"] * (len(heads) // 2), case.stem


def test_the_suites_hold_more_than_one_hundred_and_fifty_broken_pieces() -> None:
    of_form = list((SUITE.parents[2] / "dsl/suite").glob("*.yaml"))
    assert len(CASES) >= 45
    assert len(CASES) + len(of_form) >= 150
