"""What --for changes in a piece: its table, what an option says wins, and what is said of it."""

import shutil
from fractions import Fraction
from pathlib import Path

import musicvis as mv
import pytest
from musicvis.api.purpose import PURPOSES, too_large, too_long
from musicvis.api.variant import Variant

WALTZ = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
WIDE = "video: {size: 1920x1080, fps: 60}\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path, WIDE)


def written(folder: Path, video: str) -> Path:
    shutil.copy(WALTZ, folder / "waltz.mscz")
    path = folder / "piece.yaml"
    path.write_text(f"musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\n{video}", encoding="utf-8")
    return path


def film(variant: Variant, manifest: Path) -> tuple[str, Fraction, str, str, str, float | None]:
    piece = variant.loaded(manifest).piece
    assert piece is not None
    video, master = piece.video, piece.audio.master
    loudness = master.loudness_lufs
    size = f"{video.width_px}x{video.height_px}"
    return size, video.fps, video.quality, video.container, video.frame, loudness


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("youtube", ("1920x1080", 60, "master", "mp4", "mirror", -14.0)),
        ("shorts", ("1080x1920", 60, "master", "mp4", "fill", -14.0)),
        ("instagram", ("1080x1920", 60, "master", "mp4", "fill", -14.0)),
        ("whatsapp", ("960x540", 30, "web", "mp4", "mirror", -14.0)),
        ("stage", ("1920x1080", 60, "web", "mov", "mirror", -14.0)),
    ],
)
def test_each_place_gets_the_film_that_it_takes(
    manifest: Path, name: str, wanted: tuple[object, ...]
) -> None:
    assert film(Variant(made_for=name), manifest) == wanted
    assert Variant(made_for=name).name() == f"-{name}"


def test_the_users_options_win_over_the_platform(manifest: Path) -> None:
    said = ("audio.master.loudness=-20 LUFS", "video.container=mkv")
    variant = Variant(size="64x36", fps="10", quality="draft", overrides=said, made_for="shorts")
    assert film(variant, manifest) == ("64x36", 10, "draft", "mkv", "mirror", -20.0)


def test_a_frame_that_the_manifest_names_stays_when_the_film_is_turned(tmp_path: Path) -> None:
    path = written(tmp_path, "video: {size: 1920x1080, frame: mirror}\n")
    assert film(Variant(made_for="shorts"), path)[4] == "mirror"


def test_a_draft_for_a_place_has_its_shape_and_its_loudness(manifest: Path) -> None:
    size, fps, quality, container, frame, loudness = film(Variant(True, made_for="shorts"), manifest)
    assert (size, fps, quality, frame, loudness) == ("360x640", 15, "draft", "fill", -14.0)
    assert container == "mp4"


def test_a_codec_that_the_place_cannot_hold_gives_way(tmp_path: Path) -> None:
    path = written(tmp_path, "video: {codec: vp9, container: webm}\n")
    piece = Variant(made_for="whatsapp").loaded(path).piece
    assert piece is not None and (piece.video.codec, piece.video.container) == ("h264", "mp4")


def test_animations_are_small_by_default(manifest: Path) -> None:
    assert film(Variant(suffix=".gif"), manifest)[:2] == ("480x270", 20)
    assert film(Variant(suffix=".gif", size="64x36", fps="10"), manifest)[:2] == ("64x36", 10)
    assert film(Variant(suffix=".webp"), manifest)[:2] == ("640x360", 25)


def test_the_report_names_each_changed_setting_and_the_piece_s_own(manifest: Path) -> None:
    (said,) = Variant(made_for="shorts").told(manifest)
    assert said == (
        "for YouTube Shorts: size 1080x1920 (the piece: 1920x1080), frame fill (the piece: mirror)"
    )
    assert Variant().told(manifest) == []
    assert len(Variant(made_for="shorts", suffix=".gif").told(manifest)) == 2


def test_a_film_that_a_place_does_not_take_is_a_warning(tmp_path: Path) -> None:
    assert [f.code for f in too_long("shorts", Fraction(181))] == ["MV700"]
    assert [f.code for f in too_long("instagram", Fraction(2))] == ["MV700"]
    assert [*too_long("shorts", Fraction(180)), *too_long("stage", Fraction(9999))] == []
    large = tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(16_000_001)
    assert [f.code for f in too_large("whatsapp", large)] == ["MV701"]
    assert list(too_large("youtube", large)) == []
    assert set(PURPOSES) == {"youtube", "shorts", "instagram", "whatsapp", "stage"}


def test_python_plans_for_a_place_and_refuses_another(manifest: Path) -> None:
    plan = mv.load(manifest).plan(made_for="shorts", draft=True)
    assert (plan.picture.width_px, plan.picture.height_px) == (360, 640)
    with pytest.raises(mv.RequestError, match=r"tiktok.*shorts"):
        mv.load(manifest).plan(made_for="tiktok")
