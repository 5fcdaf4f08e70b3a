"""Pictures of the piece's own: shown as classes are, checked without a decoder, and known to the cache."""

import io
import shutil
from pathlib import Path
from typing import Any

import musicvis as mv
import numpy as np
import pytest
from musicvis.tests.api.own import loaded as own_piece
from PIL import Image

RED, BLUE = (214, 44, 40), (40, 70, 210)


def picture(file: Path, colour: tuple[int, ...], size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Path:
    file.parent.mkdir(exist_ok=True)
    Image.new(mode, size, colour if len(colour) > 1 else colour[0]).save(file)
    return file


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """The piece with two pictures in its folder."""
    copy = tmp_path / "waltz"
    shutil.copytree(folder, copy)
    picture(copy / "photos/red.png", RED)
    picture(copy / "photos/blue.jpg", BLUE)
    return copy


def loaded(folder: Path, classes: Any, **changes: Any) -> mv.Piece:
    return own_piece(folder, classes, 4, **changes)


def found(folder: Path, classes: Any, **changes: Any) -> list[Any]:
    return [
        finding
        for finding in loaded(folder, classes, **changes).check()
        if finding.severity is mv.Severity.ERROR
    ]


def strongest(plan: mv.Plan) -> np.ndarray[Any, Any]:
    """The frame in which most of a class is seen."""
    return plan.frame(int(plan.picture.class_weights.sum(axis=1).argmax()))


def test_a_note_shows_the_colours_of_its_picture(own: Path) -> None:
    plan = loaded(own, {"other": {"picture": "photos/red.png"}}).plan(bars="1..2")
    mean = strongest(plan).reshape(-1, 3).mean(axis=0)
    assert np.abs(mean - RED).max() < 30
    assert plan.picture.class_names == ("photos/red.png",)


def test_pictures_and_painted_subjects_share_notes_by_their_shares(own: Path) -> None:
    shared = {"other": {"photos/red.png": "60%", "castle": "40%"}}
    plan = loaded(own, shared).plan(bars="1..2")
    assert plan.picture.class_names == ("castle", "photos/red.png")
    shares = plan.picture.class_weights[plan.picture.class_weights.sum(axis=1).argmax()]
    assert shares[1] == pytest.approx(1.5 * shares[0], rel=1e-4)


def test_a_rule_shows_a_picture(own: Path) -> None:
    rules = [{"where": {"beat": 1}, "class": {"picture": "photos/blue.jpg"}}]
    plan = loaded(own, {"other": "castle"}, rules=rules).plan(bars="1..2")
    assert plan.picture.class_names == ("castle", "photos/blue.jpg")


def test_changed_bytes_render_the_segments_again_that_show_them_and_no_others(own: Path) -> None:
    classes = {"other": "castle"}
    rules = [{"where": {"range": "1..2"}, "class": {"picture": "photos/red.png"}}]

    def keys() -> list[str]:
        from musicvis.renderers.film.segment_nodes import segment_jobs
        from musicvis.renderers.generators.identity import Recipe

        plan = loaded(own, classes, rules=rules).plan()
        return [job.node.key for job in segment_jobs(plan._plan, Recipe("cpu"))]

    before = keys()
    assert keys() == before
    picture(own / "photos/red.png", (10, 160, 30))
    after = keys()
    changed = [a != b for a, b in zip(before, after, strict=True)]
    assert changed[0] and not changed[-1]


def test_a_picture_that_changes_during_a_compile_is_not_shown(own: Path) -> None:
    plan = loaded(own, {"other": "photos/red.png"}).plan(bars="1..2")
    picture(own / "photos/red.png", BLUE)
    with pytest.raises(mv.PieceError, match="MV723"):
        strongest(plan)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("photos/none.png", "MV001"),
        ("../red.png", "MV002"),
        ("photos", "MV004"),
        ("photos/link.png", "MV003"),
    ],
)
def test_a_file_that_is_not_there_or_leads_out_is_found_where_it_is_written(
    own: Path, name: str, code: str
) -> None:
    (own / "photos/link.png").symlink_to(picture(own.parent / "outside.png", RED))
    text = (own / "piece.yaml").read_text(encoding="utf-8")
    written = text.replace("C: seashore", "C: {picture: " + name + "}")
    (own / "piece.yaml").write_text(written, encoding="utf-8")
    finding = next(f for f in mv.load(own).check() if f.severity is mv.Severity.ERROR)
    line = next(n for n, line in enumerate(written.splitlines(), 1) if name in line)
    column = written.splitlines()[line - 1].index(name) + 1
    assert (finding.code, finding.span.line, finding.span.column) == (code, line, column)


def test_a_video_under_picture_is_told_to_be_named_as_a_video(own: Path) -> None:
    (own / "photos/sea.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    finding = found(own, {"other": {"picture": "photos/sea.mp4"}})[0]
    assert (finding.code, finding.hint) == ("MV721", "write video: photos/sea.mp4")


def broken_png() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(file, "PNG")
    data = bytearray(file.getvalue())
    data[200:260] = bytes(60)
    return bytes(data)


def test_hostile_files_are_findings(own: Path) -> None:
    for data, said in ((b"<svg/>", "not a PNG"), (broken_png()[:400], "cut off"), (b"", "not a PNG")):
        (own / "photos/red.png").write_bytes(data)
        finding = found(own, {"other": "photos/red.png"})[0]
        assert finding.code == "MV721" and said in finding.message


def test_a_picture_of_a_wrong_size_is_told_the_sizes_that_are_allowed(own: Path) -> None:
    picture(own / "photos/red.png", RED, (1, 1))
    finding = found(own, {"other": "photos/red.png"})[0]
    assert "1x1 pixels" in finding.message
    assert finding.hint.startswith(
        "change its size: at least 16 pixels a side, and at most 40 million in all"
    )


def test_biggan_cannot_show_own_pictures(own: Path) -> None:
    finding = found(own, {"other": "photos/red.png"}, generator="biggan")[0]
    assert finding.code == "MV720" and "embedded" in finding.hint


def test_a_piece_with_pictures_is_painted_by_the_embedded_generator(own: Path) -> None:
    piece = loaded(own, {"C": "moon", "other": "photos/red.png"}, generator="auto")
    assert piece.plan(bars="1..2").picture.generator == "embedded"
    assert "MV692" not in [finding.code for finding in piece.check()]


def test_the_page_watches_the_pictures(own: Path) -> None:
    from musicvis.api.sources import sources_of
    from musicvis.watch.session import Session

    text = (own / "piece.yaml").read_text(encoding="utf-8")
    (own / "piece.yaml").write_text(text.replace("C: seashore", "C: photos/red.png"), encoding="utf-8")
    version = Session(own / "piece.yaml").read(lambda lanes: None)
    assert own.resolve() / "photos/red.png" in [path.resolve() for path in sources_of(version.loaded)]
