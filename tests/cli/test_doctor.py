"""doctor tells what is there and what to type; schema prints what check uses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from musicvis.api.machine import doctor
from musicvis.api.machine.doctor import Item, version_of
from musicvis.cli.doctor import item_lines
from musicvis.dsl.installing import install_command
from musicvis.renderers.generators.biggan.architecture import config_text, released
from musicvis.renderers.generators.biggan.library import add
from musicvis.renderers.generators.biggan.weights import write_safetensors
from musicvis.tests.renderers.generators.random_weights import random_weights

Run = Callable[..., Result]


def test_what_is_installed_has_its_version(run: Run) -> None:
    items = {item["name"]: item for item in json.loads(run("doctor", "--json").stdout)}
    assert items["numpy"]["found"] == version_of("numpy") != ""
    assert set(items) >= {"Python", "torch", "CUDA", "pedalboard", "av", "libx264", "h264_nvenc", "MuseScore"}
    assert "weights" not in items


def test_missing_items_name_a_command_and_fail_only_if_a_film_needs_them(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(doctor, "version_of", lambda name: "" if name in ("av", "openvino") else "1.0")
    monkeypatch.setattr(doctor, "cuda", lambda: Item("CUDA", "", "", "optional"))
    result = run("doctor")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[lines.index("  NO   av  (writing the film)") + 1].strip() == install_command("render")
    monkeypatch.setattr(doctor, "version_of", lambda name: "" if name == "openvino" else "1.0")
    assert run("doctor").exit_code == 0


@pytest.mark.parametrize("opens", [False, True])
def test_an_encoder_that_no_card_opens_is_not_there(opens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg lists h264_nvenc on every machine."""
    monkeypatch.setattr("musicvis.renderers.film.segment_writer.nvenc_opens", lambda picture: opens)
    items = {item.name: item.found for item in doctor.encoders()}
    assert items["libx264"] and bool(items["h264_nvenc"]) is opens


def test_installed_items_take_one_line_and_missing_ones_two() -> None:
    assert item_lines(Item("av", "films", "1", "pip")) == ["  yes  av 1  (films)"]
    assert item_lines(Item("av", "films", "", "pip install av", True)) == [
        "  NO   av  (films)",
        "         pip install av",
    ]


def test_the_weights_of_a_piece_are_looked_at(piece: Path) -> None:
    manifest = piece / "piece.yaml"
    assert doctor.weights(manifest).found == ""
    manifest.write_text(manifest.read_text().replace("visuals:\n", "visuals:\n  weights: gan\n"))
    (piece / "gan").mkdir()
    (piece / "gan/config.json").write_text("{}")
    assert doctor.weights(manifest).found == ""
    (piece / "gan/pytorch_model.bin").write_bytes(b"")
    assert doctor.weights(manifest).found.endswith("gan: config.json, pytorch_model.bin")


def test_weights_that_a_piece_has_from_the_users_store_are_there(piece: Path, empty_store: Path) -> None:
    """As a compile finds them: by the name of the folder."""
    manifest = piece / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("visuals:\n", "visuals:\n  weights: mine\n"))
    given = piece.parent / "given"
    given.mkdir()
    architecture = released(128, channel_width=4)
    (given / "config.json").write_text(config_text(architecture))
    write_safetensors(given / "model.safetensors", random_weights(architecture))
    assert doctor.weights(manifest).found == ""
    add(given, "mine", empty_store)
    assert doctor.weights(manifest).found.endswith("mine: config.json, model.safetensors")


@pytest.mark.parametrize("name", ["piece", "effects", "legacy"])
def test_a_schema_is_json_and_valid(name: str, run: Run) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(run("schema", name).stdout)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_cache_is_listed_with_its_size(run: Run, own_cache: Path) -> None:
    (own_cache / "blobs" / "ab").mkdir(parents=True)
    (own_cache / "blobs" / "ab" / "x").write_bytes(bytes(1_500_000))
    (line,) = [line for line in run("doctor").output.splitlines() if "  cache " in line]
    assert str(own_cache) in line and "1.5 MB" in line
