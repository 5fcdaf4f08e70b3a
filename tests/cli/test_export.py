"""`musicvis export`: what other programs read back from its files."""

import csv
import json
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import musicvis as mv
import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]


def exported(run: Run, piece: Path, *words: object) -> Path:
    made = run("export", piece, *words)
    assert made.exit_code == 0, made.stderr
    return Path(made.stdout.strip())


def test_labels_are_the_bars_between_tabs(run: Run, piece: Path) -> None:
    text = exported(run, piece, "--as", "audacity").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    bars = [row for row in rows if row[2].startswith("bar ")]
    plan = mv.load(piece).plan()
    starts = [float(bar.start_s) for bar in plan.bars]
    assert [float(row[0]) for row in bars] == pytest.approx(starts, abs=1e-6)
    # Three quarter notes at 75 a minute; the sound rings longer.
    last_s = starts[-1] + 3 * 60 / 75
    assert [float(row[1]) for row in bars] == pytest.approx([*starts[1:], last_s], abs=1e-6)
    assert last_s + 0.5 < float(plan.duration_s)
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)


def test_ffmpeg_reads_the_bars_as_subtitles(run: Run, piece: Path) -> None:
    path = exported(run, piece, "--as", "srt", "--bars", "2..4")
    plan = mv.load(piece).plan(bars="2..4")
    bars = plan.bars
    with av.open(str(path)) as file:
        stream = file.streams.subtitles[0]
        found = [
            (float(p.pts * p.time_base), bytes(p).decode()) for p in file.demux(stream) if p.pts is not None
        ]
    # The passage ends with its last bar, and so do the subtitles.
    *_, last = (line for line in path.read_text(encoding="utf-8").splitlines() if "-->" in line)
    seconds = float(last.split(":")[-1].replace(",", "."))
    assert seconds == pytest.approx(float(plan.duration_s), abs=0.001)
    # The waltz repeats: its bar 2 sounds twice between the two places.
    assert [text for _, text in found][:3] == ["bar 2", "bar 3", "bar 2 (time 2)"]
    assert len(found) == len(bars)
    assert [time for time, _ in found] == pytest.approx([float(b.start_s) for b in bars], abs=0.001)


def test_a_table_holds_each_lane_in_the_middle_of_each_frame(run: Run, piece: Path, tmp_path: Path) -> None:
    path = exported(run, piece, "--as", "csv", "-o", tmp_path / "lanes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plan = mv.load(piece).plan()
    times_s = np.array([float(row["seconds"]) for row in rows])
    assert len(rows) == plan.frame_count and times_s[1] == 0.15
    # The lane glides from 0.5 at the beginning to 0.9 at bar 3, in musical time, and is 0.4 from there on.
    depth = [float(row["visuals.depth"]) for row in rows]
    assert depth == pytest.approx(plan.lane("visuals.depth").values(times_s), rel=1e-6)
    assert rows[0]["bar"] == "1" and depth[-1] == 0.4


def test_a_file_of_another_kind_is_refused(run: Run, piece: Path, tmp_path: Path) -> None:
    made = run("export", piece, "--as", "csv", "-o", tmp_path / "lanes.srt")
    assert made.exit_code == 2 and not (tmp_path / "lanes.srt").exists()


def test_the_score_is_read_back_from_musicxml(run: Run, piece: Path, waltz: Path) -> None:
    path = exported(run, piece, "--as", "musicxml")
    assert path.name == "waltz.musicxml"
    found, written = mv.read_score(path), mv.read_score(waltz)
    assert [(n.onset_qn, n.pitch) for n in found.notes] == [(n.onset_qn, n.pitch) for n in written.notes]
    one = exported(run, piece, "--as", "musicxml", "--part", "clarinet", "-o", piece / "one.musicxml")
    assert len(mv.read_score(one).tracks) == 1


def test_the_engraved_score_is_pages_of_a4(run: Run, piece: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("verovio")
    pytest.importorskip("svg2pdf_py")
    reader = pypdf.PdfReader(exported(run, piece, "--as", "pdf"))
    assert [float(x) for x in reader.pages[0].mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)
    assert "Piano" in reader.pages[0].extract_text()
    pages = run("export", piece, "--as", "svg").stdout.split()
    assert len(pages) == len(reader.pages)
    assert "<svg" in Path(pages[0]).read_text(encoding="utf-8")[:200]


def test_unsupported_exports_are_reported(run: Run, piece: Path) -> None:
    assert "--part chooses" in run("export", piece, "--as", "csv", "--part", "x").stderr
    assert "leave out --bars" in run("export", piece, "--as", "pdf", "--bars", "1..2").stderr
    made = run("export", piece, "--as", "musicxml", "--part", "tuba")
    assert made.exit_code == 1
    assert "MV664" in made.stderr


@pytest.mark.parametrize(
    ("kind", "ending", "held"),
    [
        ("otio", ".otio", '"target_url": "waltz.mp4"'),
        ("edl", ".edl", "* FROM CLIP NAME: waltz.mp4"),
        ("reaper", ".rpp", "<TEMPOENVEX"),
        ("xlights", ".xtiming", 'label="bar 2"'),
        ("osc", ".osc", "/musicvis/note"),
        ("deforum", "-deforum.json", '"visuals.depth": "0:('),
        ("parseq", "-parseq.json", '"visuals_depth_pc": 100.0'),
        ("artnet", "-artnet.pcap", "Art-Net"),
        ("dawproject", ".dawproject", "project.xml"),
    ],
)
def test_each_bridge_is_written_beside_the_film(
    run: Run, piece: Path, kind: str, ending: str, held: str
) -> None:
    path = exported(run, piece, "--as", kind)
    assert path.name == f"waltz{ending}"
    assert held.encode() in path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "deforum", "parseq"])
def test_a_file_of_lanes_alone_is_not_written_empty(run: Run, waltz: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes(waltz.read_bytes())
    (folder / "piece.yaml").write_text("musicvis: 1\ntitle: B\nscore: waltz.mscz\nvisuals: {play: false}\n")
    made = run("export", folder, "--as", kind)
    assert made.exit_code == 2 and "no lanes" in made.stderr
    assert not list(folder.glob("build/[a-z]*"))


def test_a_lane_gets_the_name_that_its_reader_wants(run: Run, piece: Path) -> None:
    words = ("--as", "parseq", "--lane", "visuals.depth=strength", "--bars", "1..3")
    document = json.loads(exported(run, piece, *words).read_text(encoding="utf-8"))
    plan = mv.load(piece).plan(bars="1..3")
    depth = plan.lane("visuals.depth").values(plan.frame_times_s())
    assert [frame["strength"] for frame in document["rendered_frames"]] == pytest.approx(depth, rel=1e-6)
    made = run("export", piece, "--as", "parseq", "--lane", "visuals.depth=strength_i")
    assert made.exit_code == 2 and "strength_i" in made.stderr


def test_lanes_and_parts_have_the_written_channels_or_the_next_free_ones(run: Run, piece: Path) -> None:
    def channels(*words: str) -> list[str]:
        made = run("export", piece, "--as", "artnet", *words)
        return [line for line in made.stderr.splitlines() if line.startswith("universe")]

    assert channels() == [
        # From 0.5 it glides to 0.9 at bar 3, which it has in the middle of no frame.
        "universe 0 channel 1: lane visuals.depth, 0.4 to 0.887917",
        "universe 0 channel 2: part Clarinet, 0 to 127",
        "universe 0 channel 3: part Piano, 0 to 127",
    ]
    assert channels("--lane", "visuals.depth=2.7:0..1", "--part", "pi*=1.4") == [
        "universe 2 channel 7: lane visuals.depth, 0 to 1",
        "universe 1 channel 4: part Piano, 0 to 127",
    ]
    assert "names no channel" in run("export", piece, "--as", "artnet", "--lane", "visuals.depth=x").stderr
    made = run("export", piece, "--as", "artnet", "--part", "tuba")
    assert made.exit_code == 2 and "the parts are Clarinet, Piano" in made.stderr


def test_a_project_with_stems_holds_the_sound_of_each_bus(run: Run, piece: Path) -> None:
    path = exported(run, piece, "--as", "dawproject", "--bars", "1..2", "--stems")
    plan = mv.load(piece).plan(bars="1..2")
    with (
        zipfile.ZipFile(path) as archive,
        archive.open("audio/1.wav") as entry,
        wave.open(entry) as sound,
    ):
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48000, 2, 3)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.uint8).reshape(-1, 3)
        project = archive.read("project.xml").decode()
    levels = samples[:, 2].astype(np.int8).astype(float) / 128.0
    heard = plan.sound(plan.buses[0]).reshape(-1)
    assert np.abs(levels - heard).max() < 1 / 64 and np.abs(heard).max() > 0.01
    assert f'name="{plan.buses[0]} (sound)"' in project and 'path="audio/1.wav"' in project
    assert "holds none" in run("export", piece, "--as", "otio", "--stems").stderr


def test_only_the_lanes_that_are_named_are_written(run: Run, piece: Path) -> None:
    made = run("export", piece, "--as", "deforum", "--lane", "visuals.hue")
    assert made.exit_code == 2 and "the lanes are visuals.depth" in made.stderr


def test_where_verovio_is_not_installed_musescore_engraves(
    run: Run, piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.api import notation
    from musicvis.renderers.sound.stems import players

    program = tmp_path / "mscore"
    # As MuseScore's: -f IN -o OUT; of SVG it numbers the pages.
    program.write_text(
        "#!/bin/sh\ngrep -q score-partwise $2 || exit 3\n"
        "case $4 in *.svg) echo one > out-1.svg; echo two > out-2.svg;; *) echo %PDF > $4;; esac\n",
        encoding="utf-8",
    )
    program.chmod(0o700)
    monkeypatch.setattr(notation, "find_spec", lambda name: None)
    monkeypatch.setattr(players, "musescore", lambda: program)
    assert exported(run, piece, "--as", "pdf").read_bytes() == b"%PDF\n"
    pages = run("export", piece, "--as", "svg").stdout.split()
    assert [Path(page).read_text(encoding="utf-8").split("\n")[0] for page in pages] == ["one", "two"]
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert "MV662" in run("export", piece, "--as", "pdf").stderr
