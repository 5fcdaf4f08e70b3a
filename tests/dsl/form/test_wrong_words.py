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


def test_a_layer_in_no_place_is_told_every_place(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(b"")
    layers = "{a: {place: centre}, b: {place: 0/5}}"
    text = f"musicvis: 1\ntitle: T\nscore: a.mid\nvisuals: {{layers: {layers}}}\n"
    (tmp_path / "piece.yaml").write_text(text)
    found = [one for one in load_piece(tmp_path).diagnostics if one.code == "MV205"]
    hint = "write it as left, middle, right, 2/5, ear, back or front"
    assert [(one.span.column, one.hint) for one in found] == [(31, hint), (51, hint)]


@pytest.mark.parametrize(
    ("entry", "code", "hint"),
    [
        ("title: Flute, harp and cello", "MV367", 'put the text in quotes: "Flute, harp and cello"'),
        (
            "title: Flute, harp, and cello, size: 9%",
            "MV367",
            'put the text in quotes: "Flute, harp, and cello"',
        ),
        # A key that is nearly one of post's, a quoted text, and a key that has a value are no cut texts.
        ("title: Flute, colour", "MV202", "did you mean `color`?"),
        ("title: 'Flute', harp", "MV202", "possible here"),
        ("title: Flute, harp: 1", "MV202", "possible here"),
    ],
)
def test_a_comma_in_a_title_without_quotes_is_found(tmp_path: Path, entry: str, code: str, hint: str) -> None:
    (tmp_path / "a.mid").write_bytes(b"")
    text = f"musicvis: 1\ntitle: T\nscore: a.mid\nvideo: {{post: [{{at: 1|1, {entry}}}]}}\n"
    (tmp_path / "piece.yaml").write_text(text)
    (found,) = [one for one in load_piece(tmp_path).diagnostics if one.code.startswith(("MV2", "MV36"))]
    assert found.code == code and (found.hint or "").startswith(hint)
    assert bool(found.edits) == (code == "MV367" or "color" in hint)
