"""A wrong word is told before what it would need."""

from pathlib import Path

import pytest
from musicvis.dsl.load import load_piece


@pytest.mark.parametrize(
    ("lane", "codes"),
    [
        ("{by: nots}", ["MV201"]),
        ("{by: notes}", ["MV203"]),
        ("{by: contour, from: 1}", ["MV203"]),
        ("[{at: 1|1, to: 1, shape: sinus}]", ["MV201"]),
    ],
)
def test_an_unknown_word_needs_nothing(tmp_path: Path, lane: str, codes: list[str]) -> None:
    (tmp_path / "a.mid").write_bytes(b"")
    text = f"musicvis: 1\ntitle: T\nscore: a.mid\neffects:\n  visuals.zoom: {lane}\n"
    (tmp_path / "piece.yaml").write_text(text)
    found = [finding.code for finding in load_piece(tmp_path).diagnostics]
    assert [code for code in found if code.startswith("MV2")] == codes
