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


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ((), "add `score: NAME.mscz`, with the name of your score file"),
        (("take.wav", "scores/b.xml", "scores/a.mid"), "add `score: scores/a.mid`"),
        (("my song.musicxml", "scores/a.mid"), "add `score: my song.musicxml`"),
        (("#1.mid",), 'add `score: "#1.mid"`'),
    ],
)
def test_a_missing_score_is_told_by_a_name_that_the_folder_has(
    tmp_path: Path, files: tuple[str, ...], hint: str
) -> None:
    (tmp_path / "scores").mkdir()
    for name in files:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "piece.yaml").write_text("musicvis: 1\ntitle: T\n")
    assert [one.hint for one in load_piece(tmp_path).diagnostics] == [hint]


@pytest.mark.parametrize(("parts", "name"), [("{a b: {tracks: V*}}", "a b"), ("{}", "NAME")])
def test_a_missing_name_is_one_of_the_piece_or_a_placeholder(tmp_path: Path, parts: str, name: str) -> None:
    (tmp_path / "a.mid").write_bytes(b"")
    head = f"musicvis: 1\nscore: a.mid\nparts: {parts}\n"
    (tmp_path / "piece.yaml").write_text(
        f"{head}effects: {{visuals.zoom: {{cc: 1}}}}\nvideo: {{lyrics: {{}}}}\n"
    )
    hints = [one.hint or "" for one in load_piece(tmp_path).diagnostics if one.code == "MV203"]
    assert "add `title: NAME`, with your own title" in hints
    assert not any(word in hint for hint in hints for word in ("glock", "Voice", "Impassive"))
    told = [hint for hint in hints if "`part:" in hint]
    assert all(hint.startswith(f"add `part: {name}`") for hint in told), hints


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
