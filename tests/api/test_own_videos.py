"""Videos of the piece's own: each note starts one, two notes share two layers, and the cache knows them."""

import shutil
from pathlib import Path
from typing import Any

import musicvis as mv
import numpy as np
import pytest
from musicvis.compiler.reports.explain import moment_at
from musicvis.renderers.build.forecast import film_outline, seconds_to_make
from musicvis.renderers.build.item import Item
from musicvis.renderers.film.segment_nodes import segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.tests.api.own import loaded as own_piece
from musicvis.tests.clips import write_clip

RED, GREEN, BLUE = (214, 44, 40), (40, 160, 60), (40, 70, 210)
VIDEO = "clips/colours.mp4"


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """The piece with a video of half a second of red, half a second of green and one second of blue."""
    copy = tmp_path / "waltz"
    shutil.copytree(folder, copy)
    write_clip(copy / VIDEO, [RED] * 5 + [GREEN] * 5 + [BLUE] * 10)
    return copy


def loaded(folder: Path, classes: Any, **changes: Any) -> mv.Piece:
    return own_piece(folder, classes, 10, **changes)


def errors(folder: Path, **video: Any) -> list[Any]:
    written = {"other": {"video": VIDEO} | video}
    return [f for f in loaded(folder, written).check() if f.severity is mv.Severity.ERROR]


def progress(plan: mv.Plan) -> np.ndarray[Any, Any]:
    """The progress of the newest note's video on each frame."""
    clips = plan.picture.clips
    assert clips is not None
    return np.where(clips > 0, clips, np.inf).min(axis=1)


def test_a_note_starts_the_video_and_the_frames_follow_its_clock(own: Path) -> None:
    plan = loaded(own, {"other": {"video": VIDEO}}).plan(bars="1..3")
    onsets_s = sorted({float(note.onset_s) for note in plan.notes})
    # A frame shows the moment in its middle.
    times_s = (np.arange(plan.frame_count) + 0.5) / 10
    since_s = [t - max(onset_s for onset_s in onsets_s if onset_s <= t) for t in times_s]
    assert len(onsets_s) > 2
    assert progress(plan) == pytest.approx(since_s, abs=1e-3)


def test_a_frame_shows_the_picture_of_its_time(own: Path) -> None:
    rules = [{"where": {"range": "1..2"}, "class": {"video": VIDEO}}]
    plan = loaded(own, {"other": "castle"}, rules=rules).plan(bars="1..2")
    at = progress(plan)
    wanted = [np.array(RED if t < 0.5 else GREEN if t < 1 else BLUE) for t in at]
    shown = plan.picture.class_weights.sum(axis=1)
    strong = [k for k in range(len(at)) if shown[k] > 0.85]
    assert strong
    for k in strong:
        found = plan.frame(k)[8:28, 16:48].reshape(-1, 3).mean(axis=0)
        assert int(found.argmax()) == int(wanted[k].argmax()), (k, at[k], found)


def test_speed_part_and_length_of_a_bar(own: Path) -> None:
    slow = progress(loaded(own, {"other": {"video": VIDEO, "speed": "1/2"}}).plan(bars="1..2"))
    whole = progress(loaded(own, {"other": {"video": VIDEO}}).plan(bars="1..2"))
    assert slow == pytest.approx(whole / 2, abs=1e-3)
    plan = loaded(own, {"other": {"video": VIDEO, "for": "1bar"}}).plan(bars="1..3")
    bar_s = float(plan.bars[1].start_s)
    assert progress(plan)[: len(whole)] == pytest.approx(whole / bar_s, abs=1e-3)


def test_only_the_segments_that_show_a_video_change_with_it(own: Path) -> None:
    rules = [{"where": {"range": "1..2"}, "class": {"video": VIDEO, "to": "1s"}}]

    def keys() -> list[str]:
        plan = loaded(own, {"other": "castle"}, rules=rules).plan()
        return [job.node.key for job in segment_jobs(plan._plan, Recipe("cpu"))]

    before = keys()
    assert keys() == before
    write_clip(own / VIDEO, [BLUE] * 20)
    changed = [a != b for a, b in zip(before, keys(), strict=True)]
    assert changed[0] and not changed[-1]
    rules[0]["class"]["then"] = "back"
    assert keys()[0] != before[0]


def test_a_video_that_changes_during_a_compile_is_not_shown(own: Path) -> None:
    plan = loaded(own, {"other": VIDEO}).plan(bars="1..2")
    write_clip(own / VIDEO, [BLUE] * 20)
    with pytest.raises(mv.PieceError, match="MV723"):
        plan.frame(2)


@pytest.mark.parametrize(
    ("video", "code", "said"),
    [
        ({"from": "4s", "to": "2s"}, "MV711", "begins at 4 s"),
        ({"from": "3s"}, "MV711", "2 s long"),
        ({"from": "1s", "to": "3s"}, "MV711", "2 s long"),
        ({"to": "90s"}, "MV712", "90 seconds"),
        ({"speed": 100}, "MV206", "64 times"),
        ({"speed": 2, "for": "1bar"}, "MV210", "`for`"),
        ({"from": -1}, "MV206", "below 0"),
        ({"then": "stop"}, "MV201", "stop"),
        ({"video": "clips/none.mp4"}, "MV001", "no file"),
        ({"video": 5}, "MV204", "a number"),
    ],
)
def test_invalid_settings_of_a_video_are_found(
    own: Path, video: dict[str, Any], code: str, said: str
) -> None:
    finding = errors(own, **video)[0]
    assert finding.code == code and said in finding.message and finding.hint, finding


def test_files_that_are_no_videos_are_findings(own: Path) -> None:
    whole = (own / VIDEO).read_bytes()
    for data, said in (
        (b"", "empty"),
        (b"<html>", "not an MP4"),
        (whole[:-40], "cut off"),
        (whole[: whole.index(b"moov") - 4], "cut off"),
    ):
        (own / VIDEO).write_bytes(data)
        finding = errors(own)[0]
        assert finding.code == "MV710" and said in finding.message


def test_a_picture_under_video_is_told_to_be_named_as_a_picture(own: Path) -> None:
    (own / "clips/sea.jpg").write_bytes(b"\xff\xd8\xff\xe0 a photograph")
    finding = errors(own, video="clips/sea.jpg")[0]
    assert (finding.code, finding.hint) == ("MV710", "write picture: clips/sea.jpg")


def test_a_long_video_needs_a_part(own: Path) -> None:
    write_clip(own / VIDEO, [RED, BLUE], times_s=[0, 100])
    assert [finding.code for finding in errors(own)] == ["MV712"]
    assert errors(own, to="10s") == []


@pytest.mark.parametrize(
    ("video", "rate"),
    [
        ({}, 30),
        ({"speed": 3}, 30),
        ({"speed": "1/4"}, 120),
        ({"speed": "1/60"}, 240),
        # Two seconds in a bar of .63 s, and a tenth of a second in it.
        ({"for": "1bar"}, 30),
        ({"to": "0.1s", "for": "1bar"}, 210),
    ],
)
def test_slow_motion_keeps_more_pictures_of_a_video(own: Path, video: dict[str, Any], rate: int) -> None:
    plan = loaded(own, {"other": {"video": VIDEO} | video}).plan(bars="1..2")
    assert {picture.clip.rate for picture in plan.picture.pictures if picture.clip is not None} == {rate}


def test_explain_says_how_far_a_video_is(own: Path) -> None:
    written = {"other": {"video": VIDEO, "from": "0.5s", "for": "1bar"}}
    moment, _ = moment_at(loaded(own, written).plan(bars="1..3")._loaded, "1|2")
    assert [name for name, _ in moment.shown] == [f"{VIDEO} (0.5s.., for 1bar)"]
    # The note that begins there has just started it, and the one before it is still seen.
    assert min(video.passed for video in moment.videos) < 0.1
    assert all(video.is_share for video in moment.videos)


def test_a_plan_names_the_videos_that_are_to_be_decoded(own: Path) -> None:
    classes = {"C": {"video": VIDEO, "to": "1s"}, "D": {"video": VIDEO, "to": "1s"}, "other": "castle"}
    plan = loaded(own, classes).plan()._plan
    names = [task.name for task in film_outline(plan, Recipe("cpu")) if task.stage == "clip"]
    assert names == [f"{VIDEO} (0s..1s)"]
    assert seconds_to_make([Item("clip", "a", False, seconds=None)], 1) == 0
