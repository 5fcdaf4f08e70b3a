"""Clap and flash: a plan made by hand, rendered, decoded again; and films that do not come to be."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from musicvis.compiler.plan import BusPlan, Curve, PicturePlan, Plan, SoundPlan, StemPlan
from musicvis.dsl.findings.diagnostics import PieceError, at_manifest
from musicvis.dsl.findings.span import Span
from musicvis.renderers.render import render
from musicvis.renderers.request import Request
from numpy.typing import NDArray

RATE_HZ = 48_000
CURVES = {"gain": Curve.constant_of(1.0), "ear": Curve.constant_of(0.0)}


class Flashes:
    """A Generator: white where the first noise is positive, else dark grey."""

    size_px = (24, 24)
    device = torch.device("cpu")

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        light = torch.where(noise[:, 0] > 0, 1.0, -0.8)
        return light[:, None, None, None].expand(-1, 3, 24, 24)


class Listener:
    """A Reporter that keeps what it hears."""

    def __init__(self, on_frame: Callable[[int], None] = lambda done: None) -> None:
        self.said: list[str] = []
        self.frames: list[tuple[int, int]] = []
        self.on_frame = on_frame

    def progress(self, stage: str, done: int, total: int) -> None:
        if stage == "frames":
            self.frames.append((done, total))
            self.on_frame(done)

    def message(self, text: str) -> None:
        self.said.append(text)


def click_sample(frame: int, fps: Fraction) -> int:
    return round(frame / fps * RATE_HZ)


def clap_and_flash(folder: Path, fps: Fraction, frame_count: int, flashes: list[int]) -> Plan:
    """A film that is dark but for single white frames, and silent but for a click as each of them appears."""
    # Only tests may write samples with a module of the sound: a renderer reads what the plan names.
    from musicvis.renderers.sound.wave import write_wav

    sample_count = round(frame_count / fps * RATE_HZ)
    clicks = np.zeros((sample_count, 2), np.float32)
    clicks[[click_sample(k, fps) for k in flashes]] = 0.5
    write_wav(folder / "clicks.wav", [clicks], RATE_HZ)
    noise = np.full((frame_count, 128), -1, np.float32)
    noise[flashes, 0] = 1
    picture = PicturePlan(
        noise=noise,
        class_indices=np.array([5]),
        class_weights=np.ones((frame_count, 1), np.float32),
        brightness=np.ones(frame_count, np.float32),
        fps=fps,
        width_px=64,
        height_px=36,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=24,
        generator_seed=1,
    )
    stem = StemPlan("clicks", 1.0, file=folder / "clicks.wav")
    sound = SoundPlan(RATE_HZ, sample_count, (BusPlan("clicks", (stem,), (), **CURVES),))
    return Plan("Clap and flash", 1, frame_count / fps, picture, sound)


def decoded(path: Path) -> tuple[list[Fraction], list[float], NDArray[Any]]:
    """When each frame is shown, how bright it is, and the left channel from the film's first moment on."""
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
    with av.open(str(path)) as file:
        blocks = list(file.decode(audio=0))
    times = [frame.pts * frame.time_base for frame in frames]
    lights = [float(frame.to_ndarray()[:36].mean()) for frame in frames]
    first = blocks[0].pts * blocks[0].time_base
    assert first == 0
    if blocks[0].format.name.startswith("s32"):
        left = np.concatenate([b.to_ndarray().reshape(-1, 2)[:, 0] for b in blocks]) / 2**31
    else:
        left = np.concatenate([b.to_ndarray()[0] for b in blocks])
    return times, lights, left


def peaks(sound: NDArray[Any], near: list[int]) -> list[int]:
    """The sample at which the sound is loudest within a sixtieth of a second of each place."""
    starts = [max(0, place - RATE_HZ // 60) for place in near]
    return [s + int(np.abs(sound[s : s + RATE_HZ // 30]).argmax()) for s in starts]


FLASHES = [7, 40, 41, 89]


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(30000, 1001), Fraction(24)])
@pytest.mark.parametrize(("suffix", "tolerance"), [(".mp4", RATE_HZ // 1000), (".mkv", 0)])
def test_a_clap_sounds_as_its_flash_is_seen(
    tmp_path: Path, fps: Fraction, suffix: str, tolerance: int
) -> None:
    plan = clap_and_flash(tmp_path, fps, 90, FLASHES)
    report = render(plan, tmp_path / f"film{suffix}", reporter=Listener(), generator=Flashes())
    times, lights, sound = decoded(tmp_path / f"film{suffix}")
    assert [k for k, light in enumerate(lights) if light > 125] == FLASHES
    if suffix == ".mp4":
        assert times == [k / fps for k in range(90)]
        assert sound.size >= plan.sound.sample_count
    else:
        # Matroska counts in milliseconds.
        assert max(abs(t - k / fps) for k, t in enumerate(times)) <= Fraction(1, 2000)
        assert sound.size == plan.sound.sample_count
    places = [click_sample(k, fps) for k in FLASHES]
    assert np.abs(np.subtract(peaks(sound, places), places)).max() <= tolerance
    assert (report.frame_count, report.sample_count) == (90, plan.sound.sample_count)
    assert report.byte_count == (tmp_path / f"film{suffix}").stat().st_size


def test_a_film_is_as_long_as_its_plan(tmp_path: Path) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 45, [3])
    render(plan, tmp_path / "film.mp4", reporter=Listener(), generator=Flashes())
    with av.open(str(tmp_path / "film.mp4")) as file:
        for stream in (file.streams.video[0], file.streams.audio[0]):
            assert stream.duration is not None and stream.time_base is not None
            assert stream.duration * stream.time_base == Fraction(3, 2)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_film_is_the_same_bytes_again_with_more_workers(tmp_path: Path, suffix: str) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 60, FLASHES[:2])
    films = []
    for workers in (1, 3):
        path = tmp_path / f"film{workers}{suffix}"
        render(plan, path, Request(workers=workers), reporter=Listener(), generator=Flashes())
        films.append(path.read_bytes())
    assert films[0] == films[1]


def test_the_reporter_hears_every_frame_and_what_is_odd(tmp_path: Path) -> None:
    from musicvis.compiler.plan import TitlePlan

    plan = clap_and_flash(tmp_path, Fraction(30), 20, [3])
    odd = TitlePlan("\U0001f47e", 0, 5, "white", None)
    plan = replace(plan, picture=replace(plan.picture, titles=(odd,)))
    listener = Listener()
    silent = Request(only="video")
    report = render(plan, tmp_path / "film.mp4", silent, reporter=listener, generator=Flashes())
    done = [frames for frames, total in listener.frames if total == 20]
    assert done == sorted(done) and done[-1] == 20
    (lacking,) = (finding for finding in report.findings if finding.code == "MV651")
    assert "no font here has" in lacking.message
    with av.open(str(tmp_path / "film.mp4")) as file:
        assert not file.streams.audio


def test_an_interrupt_leaves_the_film_of_yesterday(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        if done >= 12:
            raise KeyboardInterrupt

    film = tmp_path / "build" / "film.mp4"
    film.parent.mkdir()
    film.write_bytes(b"of yesterday")
    with pytest.raises(KeyboardInterrupt):
        render(
            clap_and_flash(tmp_path, Fraction(30), 60, [3]),
            film,
            reporter=Listener(stop),
            generator=Flashes(),
        )
    assert film.read_bytes() == b"of yesterday"
    assert list(film.parent.iterdir()) == [film]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_control_c_ends_a_render_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        import signal, sys, time
        # A shell that starts the tests in the background makes all below it deaf to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from fractions import Fraction
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import test_render as t

        class Slow(t.Flashes):
            def images(self, noise, classes):
                time.sleep(0.1)
                return super().images(noise, classes)

        # No two segments alike, or one would do for all.
        flashes = [k for k in range(900) if k * k * 2654435761 >> 9 & 1]
        plan = t.clap_and_flash(Path({str(tmp_path)!r}), Fraction(30), 900, flashes)
        say = t.Listener(lambda done: print("frame", done, flush=True))
        t.render(plan, Path({str(tmp_path)!r}) / "build" / "film.mp4", reporter=say, generator=Slow())
        """
    )
    (tmp_path / "build").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line.split()[1]) >= 5:
            process.send_signal(signal.SIGINT)
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert list((tmp_path / "build").iterdir()) == []


def test_a_stem_that_is_missing_is_found_before_any_picture(tmp_path: Path) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 10, [3])
    (tmp_path / "clicks.wav").unlink()
    listener = Listener()
    with pytest.raises(PieceError, match=r"clicks\.wav"):
        render(plan, tmp_path / "film.mp4", reporter=listener, generator=Flashes())
    assert listener.frames == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"generator": "biggan"}, "BigGAN is asked for, but there are no weights of BigGAN"),
        (
            {"generator": "biggan", "weights": Path("nowhere")},
            "no weights of BigGAN in nowhere, nor of that name in",
        ),
    ],
)
def test_a_generator_that_cannot_run_is_a_finding(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 10, [3])
    plan = replace(plan, picture=replace(plan.picture, **changes))
    with pytest.raises(PieceError, match=named):
        render(plan, tmp_path / "film.mp4", Request(only="video"), reporter=Listener())
    assert not (tmp_path / "film.mp4").exists()


def test_weights_that_are_missing_are_reported_before_the_sound_is_made(tmp_path: Path) -> None:
    plan = clap_and_flash(tmp_path, Fraction(10), 10, [3])
    plan = replace(plan, picture=replace(plan.picture, generator="biggan", weights=tmp_path / "none"))
    listener = Listener()
    with pytest.raises(PieceError) as caught:
        render(plan, tmp_path / "film.mp4", reporter=listener)
    assert [finding.code for finding in caught.value.diagnostics] == ["MV902"]
    # The figures of the sound are the first thing that a build says.
    assert listener.said == [] and not (tmp_path / "film.mp4").exists()
    (named,) = at_manifest(caught.value.diagnostics, "pieces/waltz.yaml")
    assert named.span == Span("pieces/waltz.yaml")


def test_a_device_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 10, [3])
    with pytest.raises(PieceError, match="cuda:99 cannot be used"):
        render(plan, tmp_path / "film.mp4", Request(only="video", device="cuda:99"), reporter=Listener())


def test_auto_takes_the_embedded_generator_and_says_so(tmp_path: Path) -> None:
    plan = clap_and_flash(tmp_path, Fraction(30), 2, [1])
    plan = replace(plan, picture=replace(plan.picture, generator="auto", resolution=32))
    listener = Listener()
    render(plan, tmp_path / "film.mp4", Request(only="video", device="cpu"), reporter=listener)
    assert listener.said == [
        "picture by the embedded generator, 32x32 on cpu; there are no weights of BigGAN; to get them, "
        "type: musicvis weights fetch biggan-deep-32",
        "flashes: none",
    ]
    times, lights = decoded_picture(tmp_path / "film.mp4")
    assert len(times) == 2 and min(lights) > 16


def decoded_picture(path: Path) -> tuple[list[Any], list[float]]:
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
    return [frame.pts for frame in frames], [float(frame.to_ndarray()[:36].mean()) for frame in frames]
