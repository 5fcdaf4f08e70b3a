"""The score in a film: on its own rows alone, the same on the same place, in every frame that is encoded."""

from pathlib import Path

import av
import musicvis as mv
import numpy as np
import pytest

SCORE = Path(__file__).parents[2] / "compiler/score/data/repeat_three_times.mscx"
LAYER = {"place": "bottom", "height": "50%", "opacity": 1}
MANIFEST = """\
musicvis: 1
title: T
score: {file: score.mscx, tail: 0s}
visuals: {generator: embedded, resolution: 128}
video: {size: 96x64, fps: 10, quality: draft}
"""


@pytest.fixture(scope="module")
def piece(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("verovio")
    pytest.importorskip("resvg_py")
    folder = tmp_path_factory.mktemp("piece")
    (folder / "score.mscx").write_bytes(SCORE.read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder


def test_the_score_covers_its_rows_and_no_others(piece: Path) -> None:
    plain = mv.load(piece).plan().frame(12)
    shown = mv.load(piece, set={"video.score": LAYER}).plan().frame(12)
    assert np.array_equal(plain[:32], shown[:32])
    # Paper is white but for the ink.
    assert (shown[32:] > 250).all(2).mean() > 0.5
    assert (plain[32:] > 250).all(2).mean() < 0.5


def test_a_repeat_shows_what_was_shown_before(piece: Path) -> None:
    plan = mv.load(piece, set={"video.score": LAYER}).plan()
    assert plan.picture.score is not None
    places = plan.picture.score.places
    first, again = next(
        (k, n)
        for k in range(len(places))
        for n in range(k + 10, len(places))
        if np.allclose(places[k], places[n])
    )
    once, twice, other = (plan.frame(k)[32:].astype(int) for k in (first, again, first + 3))
    assert abs(once - twice).max() <= 1
    assert abs(once - other).max() > 100


def test_the_film_has_the_score_in_its_frames(piece: Path, tmp_path: Path) -> None:
    plan = mv.load(piece, set={"video.score": LAYER}, cache=tmp_path / "cache").plan(seconds=1)

    def engraved() -> list[tuple[str, bool]]:
        return [(item.name, item.is_there) for item in plan.forecast().items if item.stage == "sheet"]

    assert engraved() == [("strip", False)]
    film = plan.render(tmp_path / "film.mp4")
    assert engraved() == [("strip", True)]
    with av.open(str(film.path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == plan.frame_count
    for number in (0, 9):
        # The coding of a draft is coarse: near, not equal.
        expected = plan.frame(number)[36:].astype(float)
        assert abs(frames[number][36:].astype(float) - expected).mean() < 12
