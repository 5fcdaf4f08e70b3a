"""A part of a video as pictures with times: of any rate, turned, cut, looped, and only decoded once."""

import hashlib
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.compiler.plan import ClipPlan, OwnPicture
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.decoding import clips
from musicvis.renderers.decoding.clips import ClipFrames, clip_frames, clip_node
from musicvis.store.store import Store
from musicvis.tests.clips import write_clip
from PIL import Image

RED, GREEN, BLUE = (214, 44, 40), (40, 160, 60), (40, 70, 210)


def own(path: Path, from_s: float = 0.0, to_s: float | None = None) -> OwnPicture:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return OwnPicture(0, path.name, path, digest, ClipPlan(from_s, to_s, False, "loop"))


def colour(frames: ClipFrames, number: int) -> int:
    """Which of red, green and blue a picture is."""
    return int(frames.pixels(number).reshape(-1, 3).mean(axis=0).argmax())


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A second: .3 s red, .3 s green, .4 s blue."""
    return write_clip(tmp_path / "a.mp4", [RED] * 3 + [GREEN] * 3 + [BLUE] * 4)


def test_a_video_is_its_frames_with_their_times(video: Path) -> None:
    frames = clip_frames(own(video), 48, None)
    assert frames.times_s == pytest.approx(np.arange(10) / 10, abs=1e-3)
    assert frames.length_s == pytest.approx(1.0, abs=1e-3)
    assert [colour(frames, k) for k in range(10)] == [0] * 3 + [1] * 3 + [2] * 4


def test_a_part_begins_with_what_is_seen_there(video: Path) -> None:
    frames = clip_frames(own(video, 0.35, 0.75), 48, None)
    assert [colour(frames, k) for k in range(len(frames))] == [1, 1, 1, 2, 2]
    assert frames.times_s == pytest.approx([0, 0.05, 0.15, 0.25, 0.35], abs=1e-3)
    assert frames.length_s == pytest.approx(0.4, abs=1e-3)


def test_a_rate_that_varies_is_kept_and_a_fast_one_thinned(tmp_path: Path) -> None:
    slow = write_clip(tmp_path / "slow.mp4", [RED, GREEN, BLUE], times_s=[0, 0.2, 1.0])
    frames = clip_frames(own(slow), 48, None)
    assert frames.times_s == pytest.approx([0, 0.2, 1.0], abs=1e-3)
    assert [frames.number_at(t, "loop", False) for t in (0, 0.19, 0.21, 0.99, 1.01)] == [0, 0, 1, 1, 2]
    fast = write_clip(tmp_path / "fast.mp4", [RED] * 60, rate=120)
    assert 15 <= len(clip_frames(own(fast), 48, None)) <= 17
    # In slow motion the film would show each of them four times.
    slowed = replace(own(fast), clip=ClipPlan(0.0, None, False, "loop", rate=120))
    assert len(clip_frames(slowed, 48, None)) == 60


def test_after_the_part_it_begins_again_runs_back_or_stands(video: Path) -> None:
    frames = clip_frames(own(video), 48, None)
    shown = {
        then: [frames.number_at(t, then, False) for t in (0.05, 0.95, 1.05, 1.95, 2.05)]
        for then in ("loop", "back", "hold")
    }
    assert shown == {"loop": [0, 9, 0, 9, 0], "back": [0, 9, 9, 0, 0], "hold": [0, 9, 9, 9, 9]}
    assert [frames.number_at(share, "loop", True) for share in (0.05, 0.55, 1.05)] == [0, 5, 0]


def test_a_jump_into_a_long_video_shows_the_same_as_reading_up_to_it(tmp_path: Path) -> None:
    colours = [RED] * 100 + [GREEN] * 5 + [BLUE] * 15
    video = write_clip(tmp_path / "long.mp4", colours)
    frames = clip_frames(own(video, 10.2, 11.0), 48, None)
    assert [colour(frames, k) for k in range(len(frames))] == [1] * 3 + [2] * 5
    assert frames.times_s[0] == pytest.approx(0, abs=1e-3)


def test_pictures_are_no_larger_than_they_are_seen(tmp_path: Path) -> None:
    video = write_clip(tmp_path / "a.mp4", [RED], size=(320, 240))
    assert clip_frames(own(video), 60, None).pixels(0).shape == (60, 80, 3)
    assert clip_frames(own(video), 900, None).pixels(0).shape == (240, 320, 3)


def test_a_gif_moves(tmp_path: Path) -> None:
    images = [Image.new("RGB", (64, 48), c) for c in (RED, GREEN, BLUE)]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=200)
    frames = clip_frames(own(tmp_path / "a.gif"), 48, None)
    assert [colour(frames, k) for k in range(len(frames))] == [0, 1, 2]
    assert frames.times_s == pytest.approx([0, 0.2, 0.4], abs=1e-3)


def test_a_video_is_decoded_once_for_all_that_share_the_store(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = clips.moving
    monkeypatch.setattr(clips, "moving", lambda *args: calls.append(1) or real(*args))
    with Store(tmp_path / "store") as store:
        first = clip_frames(own(video), 48, store)
    with Store(tmp_path / "store") as store:
        again = clip_frames(own(video), 48, store)
        assert (first.pixels(4) == again.pixels(4)).all()
        assert len(calls) == 1
        clip_frames(own(video, 0.1), 48, store)
        clip_frames(own(video), 32, store)
        assert len(calls) == 3


def test_the_key_holds_all_that_is_read_and_no_more(video: Path) -> None:
    plain = own(video)
    clip = plain.clip
    assert clip is not None
    key = clip_node(plain, 48).key
    others = (
        (replace(plain, sha256="0" * 64), 48),
        (replace(plain, clip=replace(clip, from_s=0.5)), 48),
        (replace(plain, clip=replace(clip, to_s=0.5)), 48),
        (replace(plain, clip=replace(clip, rate=60)), 48),
        (plain, 60),
    )
    assert all(clip_node(*other).key != key for other in others)
    assert clip_node(replace(plain, index=7, clip=replace(clip, then="back")), 48).key == key
    assert clip_node(plain, 5000).key == clip_node(plain, 720).key


def test_an_undecodable_video_is_a_finding(video: Path, tmp_path: Path) -> None:
    def code(picture: OwnPicture) -> str:
        with Store(tmp_path / "store") as store, pytest.raises(PieceError) as caught:
            clip_frames(picture, 48, store)
        (finding,) = caught.value.diagnostics
        assert finding.hint and picture.name in finding.message
        return finding.code

    assert code(replace(own(video), sha256="0" * 64)) == "MV723"
    assert code(replace(own(video), path=tmp_path / "none.mp4")) == "MV723"
    assert code(own(video, 5.0)) == "MV711"
    assert code(own(write_clip(tmp_path / "long.mp4", [RED, BLUE, RED], times_s=[0, 30, 100]))) == "MV712"
    assert code(own(write_clip(tmp_path / "odd.mkv", [RED], codec="ffv1"))) == "MV710"
    (tmp_path / "list.mp4").write_text("#EXTM3U\nfile:///etc/passwd\n" * 4)
    assert code(own(tmp_path / "list.mp4")) == "MV710"
    assert not list((tmp_path / "store/tmp").rglob("*.clip"))


def test_a_damaged_video_is_reported_or_decoded_without_other_exceptions(video: Path, tmp_path: Path) -> None:
    whole = video.read_bytes()
    rng = np.random.default_rng(4)
    for number in range(40):
        spoilt = bytearray(whole)
        for place in rng.integers(0, len(whole), 5):
            spoilt[place] = rng.integers(0, 256)
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(spoilt)
        try:
            frames = clip_frames(own(path), 48, None)
        except PieceError as error:
            assert {finding.code for finding in error.diagnostics} <= {
                "MV710",
                "MV712",
            }  # no `from` is at fault
            continue
        assert len(frames) >= 1 and frames.length_s > 0
        assert frames.pixels(0).ndim == 3


def test_a_stream_that_changes_its_size_has_pictures_of_one_size(tmp_path: Path) -> None:
    images = [Image.new("RGB", size, RED) for size in ((64, 48), (96, 48))]
    with av.open(str(tmp_path / "a.avi"), "w") as box:
        stream = box.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number, image in enumerate(images):
            data = io.BytesIO()
            image.save(data, "JPEG")
            packet = av.Packet(data.getvalue())
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 10)
            box.mux(packet)
    frames = clip_frames(own(tmp_path / "a.avi"), 48, None)
    assert [frames.pixels(k).shape for k in range(len(frames))] == [(48, 64, 3)] * 2
