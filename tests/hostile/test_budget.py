"""Sizes are weighed before anything of that size is made, and each refusal stands on the manifest's line."""

import tracemalloc
from pathlib import Path

import pytest
from musicvis.compiler.compile import compile_piece
from musicvis.dsl.load import load_piece

from .sweep import sound_piece

HEAD = "musicvis: 1\ntitle: W\nscore: long.mid\n"


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    """A piece of one note that lasts 5,000 seconds."""
    import mido

    note = [mido.Message("note_on", note=60, time=0), mido.Message("note_off", note=60, time=2 * 480 * 5000)]
    file = mido.MidiFile(type=0, ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(note))
    folder = sound_piece(tmp_path / "piece")
    file.save(folder / "long.mid")
    return folder


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("video:\n  fps: 240\n", "MV602", 5),
        ("video:\n  size: 8192x8192\n", "", 5),
        ("video: {size: 4096x4096}\n", "MV604", 4),
        ("effects:\n  visuals.depth:\n    - {at: 1000000000|1, hold: 1}\n", "", 6),
        ("video:\n  tail: 4000000000s\n", "", 5),
    ],
)
def test_a_bomb_of_sizes_is_refused_at_its_line_before_it_is_made(
    piece: Path, text: str, code: str, line: int
) -> None:
    (piece / "piece.yaml").write_text(HEAD + text, encoding="utf-8")
    # What is imported and kept for good is not counted.
    compile_piece(load_piece(piece))
    tracemalloc.start()
    try:
        made = compile_piece(load_piece(piece))
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    errors = [finding for finding in made.diagnostics if finding.severity == "error"]
    assert made.plan is None
    assert line in [finding.span.line for finding in errors if finding.code.startswith(code)]
    assert most_bytes < 64 << 20
