"""From files on disk: a folder with a manifest and a score, as `check`, `compile` and `notes` see it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from musicvis.compiler.compile import check_piece, compile_piece
from musicvis.compiler.reports.note_list import piece_notes, score_notes
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.load import load_piece

MANIFEST = "musicvis: 1\ntitle: Two notes\nscore: tune.mid\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two crotchets, C4 and E4, at 120, and their manifest."""
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="Marimba"),
            mido.Message("note_on", note=60, velocity=80, time=0),
            mido.Message("note_off", note=60, time=480),
            mido.Message("note_on", note=64, velocity=90, time=0),
            mido.Message("note_off", note=64, time=480),
            mido.MetaMessage("end_of_track", time=0),
        ]
    )
    midi = mido.MidiFile(type=1, ticks_per_beat=480)
    midi.tracks.append(track)
    midi.save(tmp_path / "tune.mid")
    (tmp_path / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


def test_a_manifest_of_three_lines_compiles(folder: Path) -> None:
    made = compile_piece(load_piece(folder))
    assert made.plan is not None
    assert not made.diagnostics
    notes = made.plan.sound.buses[0].stems[0].notes or ()
    assert [(note.onset_s, note.pitch) for note in notes] == [(0.0, 60), (0.5, 64)]


def test_a_check_finds_what_a_compile_finds(folder: Path) -> None:
    (folder / "piece.yaml").write_text(
        MANIFEST + "effects: {Marimba: [{at: 9|1, hold: 0.5}]}\n", encoding="utf-8"
    )
    loaded = load_piece(folder)
    found = check_piece(loaded)
    assert [(d.code, d.span.line) for d in found] == [("MV301", 4)]
    assert compile_piece(loaded).diagnostics == found


def test_a_broken_manifest_is_not_compiled(folder: Path) -> None:
    (folder / "piece.yaml").write_text("title: 1\n", encoding="utf-8")
    loaded = load_piece(folder)
    made = compile_piece(loaded)
    assert made.plan is None
    assert made.diagnostics == loaded.diagnostics == check_piece(loaded)
    with pytest.raises(PieceError, match="MV2"):
        piece_notes(loaded)


def test_a_broken_score_is_reported_with_its_name(folder: Path) -> None:
    (folder / "tune.mid").write_bytes(b"MThd nonsense")
    made = compile_piece(load_piece(folder))
    assert made.plan is None
    assert [(d.code[:3], Path(d.span.file).name) for d in made.diagnostics] == [("MV4", "tune.mid")]


def test_notes_of_a_piece_and_of_a_score_are_the_same(folder: Path) -> None:
    of_piece, _ = piece_notes(load_piece(folder))
    of_score, _ = score_notes(folder / "tune.mid")
    assert [replace(row, classes=(), class_names=()) for row in of_piece] == list(of_score)
    assert [(row.onset_s, row.part, row.track) for row in of_piece] == [
        (0, "Marimba", "Marimba"),
        (Fraction(1, 2), "Marimba", "Marimba"),
    ]


def test_a_score_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(PieceError, match="MV001"):
        score_notes(tmp_path / "no.mid")
