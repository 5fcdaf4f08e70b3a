"""Where `musicvis compile` writes: beside the manifest, and a passage never over the whole film."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from mido import Message, MidiFile, MidiTrack
from musicvis.api.variant import Variant
from musicvis.cli.film_options import film_path
from musicvis.dsl.model.video import Video
from musicvis.renderers.encoding import CODECS, FILMS, QUALITIES

ROOT = Path(__file__).parents[2]
Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ((False, None, None, False), "waltz.mp4"),
        ((True, None, None, False), "waltz-draft.mp4"),
        ((False, "5..8", None, False), "waltz-bars-5..8.mp4"),
        ((True, "6|6..7|3", None, False), "waltz-draft-bars-6-6..7-3.mp4"),
        ((False, "bars 3-5", "30s", True), "waltz-bars-3-5-30s-silent.mp4"),
        ((False, None, "../../x", False), "waltz-x" + "s.mp4"),
    ],
)
def test_a_passage_a_draft_and_a_silent_film_have_names_of_their_own(
    tmp_path: Path, variant: tuple[bool, str | None, str | None, bool], name: str
) -> None:
    manifest = tmp_path / "waltz" / "piece.yaml"
    manifest.parent.mkdir()
    draft, bars, seconds, silent = variant
    said = Variant(draft, bars, seconds).name(silent)
    assert film_path(manifest, None, said) == manifest.parent / "build" / name


@pytest.mark.parametrize(
    ("size", "drafted"),
    [
        ("1920x1080", (640, 360)),
        ("1080x1920", (360, 640)),
        ("1080x1080", (480, 480)),
        ("1440x1080", (554, 416)),
        ("320x180", (320, 180)),
    ],
)
def test_a_draft_keeps_the_aspect_of_its_film_and_enlarges_nothing(
    tmp_path: Path, size: str, drafted: tuple[int, int]
) -> None:
    piece = manifest(tmp_path, f"video: {{size: {size}, fps: 12}}\nvisuals: {{resolution: 128}}\n")
    made = Variant(draft=True).loaded(piece).piece
    assert made is not None
    assert (made.video.width_px, made.video.height_px) == drafted
    assert (made.video.fps, made.visuals.resolution, made.video.quality) == (12, 128, "draft")


def test_the_command_line_wins_over_a_draft(tmp_path: Path) -> None:
    piece = manifest(tmp_path, "")
    variant = Variant(True, size="64x36", fps="60", quality="web", overrides=("visuals.resolution=512",))
    made = variant.loaded(piece).piece
    assert made is not None
    assert (made.video.width_px, made.video.fps, made.video.quality) == (64, 60, "web")
    assert made.visuals.resolution == 512


def test_the_schema_offers_the_containers_and_qualities_that_there_are() -> None:
    video = json.loads((ROOT / "schemas/piece.schema.json").read_text(encoding="utf-8"))
    video = video["properties"]["video"]["properties"]
    assert [f".{name}" for name in video["container"]["enum"]] == list(FILMS)
    assert video["container"]["default"] == Video().container
    assert video["codec"]["enum"] == list(CODECS)
    assert video["quality"]["enum"] == list(QUALITIES)
    assert video["quality"]["default"] == Video().quality


def test_the_container_of_the_piece_names_the_film(run: Run, tmp_path: Path) -> None:
    piece = manifest(tmp_path, "video: {container: mkv, size: 64x36, fps: 2}\nvisuals: {resolution: 128}\n")
    made = run("compile", piece, "--seconds", "1", "--only", "video", "--cache-dir", tmp_path / "cache")
    assert made.exit_code == 0, made.output
    assert [path.name for path in (tmp_path / "build").glob("*.m*")] == [f"{tmp_path.name}-1s-silent.mkv"]


def manifest(folder: Path, more: str) -> Path:
    path = folder / "piece.yaml"
    path.write_text(f"musicvis: 1\ntitle: Waltz\nscore: waltz.mid\n{more}", encoding="utf-8")
    midi = MidiFile()
    midi.tracks.append(MidiTrack([Message("note_on", note=60), Message("note_off", note=60, time=480)]))
    midi.save(folder / "waltz.mid")
    return path
