"""model.json of a trained generator: `check` knows its classes, and a hostile one is a finding."""

import json
from pathlib import Path
from typing import Any

import pytest
from musicvis.compiler.classes.kinds import kind_of
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.load import load_piece
from musicvis.dsl.text.model_file import RETRAIN, ModelDescription, parse_model

WALTZ = Path(__file__).parents[2] / "compiler/score/data/waltz.mscz"
GOOD: dict[str, Any] = {
    "musicvis_model": 1,
    "name": "mine",
    "model": "glo",
    "size": 64,
    "code": 64,
    "classes": ["bass", "mandolin"],
    "frames": 120,
    "sha256": {"decoder.safetensors": "0" * 64, "codes.safetensors": "1" * 64},
}


def parsed(found: object) -> ModelDescription | Diagnostic:
    data = found if isinstance(found, bytes) else json.dumps(found).encode()
    return parse_model(data, "models/mine/model.json", Span("piece.yaml", 1, 1, 1, 2))


def test_a_model_says_its_name_its_size_and_its_classes() -> None:
    model = parsed(GOOD)
    assert isinstance(model, ModelDescription)
    assert (model.size_px, model.kind.latent_size) == (64, 64)
    assert model.kind.classes == (("bass",), ("mandolin",))
    assert model.kind.version == f"decoder.safetensors {'0' * 64}, codes.safetensors {'1' * 64}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"musicvis_model": 2}, "it has version 2"),
        ({"musicvis_model": True}, "musicvis_model must be"),
        ({"name": "../mine"}, "name: write letters"),
        ({"name": "embedded"}, "embedded is built in"),
        ({"model": "gan"}, "model must be glo or vae"),
        ({"size": 65}, "size must be one of"),
        ({"size": 1 << 40}, "size must be a whole number"),
        ({"code": -1}, "code must be"),
        ({"code": 1e400}, "not a number that JSON knows"),
        ({"classes": []}, "classes must be a list"),
        ({"classes": ["a"] * 1001}, "classes must be a list"),
        ({"classes": ["\u202ebass"]}, "printable"),
        ({"classes": [5]}, "printable"),
        ({"frames": 0}, "frames must be"),
        ({"sha256": []}, "sha256 must be a table"),
        ({"sha256": {"decoder.safetensors": "0" * 64}}, "sha256 lacks codes.safetensors"),
    ],
)
def test_values_that_no_training_writes_are_reported(change: dict[str, Any], said: str) -> None:
    finding = parsed(GOOD | change)
    assert isinstance(finding, Diagnostic)
    assert finding.code == "MV611" and said in finding.message


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"[" * 100_000, b'{"musicvis_model": 1' + b"0" * 5000 + b"}"]
)
def test_json_of_another_kind_is_reported(data: bytes) -> None:
    finding = parsed(data)
    assert isinstance(finding, Diagnostic) and finding.code == "MV611"


def piece(folder: Path, visuals: str, model: object = None) -> list[tuple[str, str]]:
    """The errors of a piece, beside a model in the folder models/mine."""
    (folder / "waltz.mscz").write_bytes(WALTZ.read_bytes())
    (folder / "piece.yaml").write_text(f"musicvis: 1\ntitle: A\nscore: waltz.mscz\nvisuals: {visuals}\n")
    if model is not None:
        (folder / "models/mine").mkdir(parents=True)
        (folder / "models/mine/model.json").write_text(json.dumps(model))
    found = check_piece(load_piece(folder))
    return [(f.code, f.hint) for f in found if f.severity.value == "error"]


MINE = "{generator: mine, weights: models/mine, classes: {C: bass, other: mandolin}}"


def test_a_check_knows_the_classes_of_a_model(tmp_path: Path) -> None:
    assert piece(tmp_path, MINE, GOOD) == []


@pytest.mark.parametrize(
    ("visuals", "model", "error"),
    [
        (MINE.replace("C: bass", "C: bas"), GOOD, ("MV331", "did you mean bass?")),
        (MINE.replace("C: bass", "C: 2"), GOOD, ("MV332", "classes count from 0 to 1")),
        (MINE.replace("mine,", "yours,", 1), GOOD, ("MV612", "write generator: mine")),
        ("{weights: models/mine}", GOOD, ("MV612", "write generator: mine")),
        (
            MINE,
            GOOD | {"size": 0},
            ("MV611", RETRAIN),
        ),
        (MINE, None, ("MV613", "possible here: auto, embedded, biggan")),
        (MINE.replace("mine,", "bigan,", 1), None, ("MV613", "did you mean `biggan`?")),
        ("{generator: mine}", GOOD, ("MV201", "possible here: auto, embedded, biggan")),
    ],
)
def test_a_check_tells_what_is_wrong_with_a_model_once(
    tmp_path: Path, visuals: str, model: object, error: tuple[str, str]
) -> None:
    assert piece(tmp_path, visuals, model) == [error]


def test_a_model_is_not_read_through_a_link(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "piece"
    elsewhere.mkdir()
    (folder / "models").mkdir(parents=True)
    (elsewhere / "model.json").write_text(json.dumps(GOOD))
    (folder / "models/mine").symlink_to(elsewhere)
    assert {code for code, _ in piece(folder, MINE)} == {"MV003"}


def test_a_plan_depends_on_the_text_of_its_model(tmp_path: Path) -> None:
    piece(tmp_path, MINE, GOOD)
    loaded = load_piece(tmp_path)
    assert loaded.piece is not None
    found = kind_of(loaded.piece.visuals, tmp_path)
    assert not isinstance(found, Diagnostic)
    assert found[1] == "model models/mine" and len(found[2]) == 64
