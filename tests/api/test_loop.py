"""Loops: the last frame and the last sample are followed by the first ones as by any others."""

from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
from musicvis.compiler.lanes.curve import MEETING_S
from musicvis.compiler.plan import MasterPlan, Plan


@pytest.fixture(scope="module")
def loop(piece: mv.Piece) -> mv.Plan:
    """Bars 2 and 3 of the waltz, of which one is repeated."""
    return piece.plan(bars="2..4", loop=True)


def steps(rows: np.ndarray) -> np.ndarray:
    """The distance from each row to the next; the last one is from the last row to the first."""
    turned = np.concatenate([rows, rows[:1]]).astype(np.float64)
    return np.abs(np.diff(turned, axis=0)).reshape(len(rows), -1).mean(1)


def test_a_loop_lasts_as_long_as_its_bars(loop: mv.Plan, piece: mv.Piece) -> None:
    starts = {(mark.bar, mark.pass_number): mark.start_s for mark in piece.plan().bars}
    ends = [start_s for (bar, _), start_s in starts.items() if bar == 4]
    music_s = min(ends) - starts[2, 1]
    assert float(loop.duration_s) == pytest.approx(float(music_s), abs=1e-6)
    assert loop.frame_count == round(music_s * 4)
    assert loop.bars[0].start_s == 0


def test_the_last_frame_goes_to_the_first_as_others_go_on(piece: mv.Piece, loop: mv.Plan) -> None:
    plain = piece.plan(bars="2..4")
    around, cut = loop.picture.noise, plain.picture.noise
    assert steps(around)[-1] <= steps(around)[:-1].max() < steps(cut)[-1]

    def far(plan: mv.Plan, one: int, other: int) -> float:
        return float(np.abs(plan.frame(one).astype(float) - plan.frame(other)).mean())

    last = loop.frame_count - 1
    # The first frame has the strokes of its bar line, as the first of any bar has.
    lines = [round(bar.start_s * loop.picture.fps) for bar in loop.bars[1:]]
    assert far(loop, last, 0) <= 1.2 * max(far(loop, line - 1, line) for line in lines)
    assert far(loop, last, 0) < far(plain, last, 0) / 1.5


def test_the_last_sample_goes_to_the_first_as_others_go_on(loop: mv.Plan, piece: mv.Piece) -> None:
    samples = loop.sound()
    assert len(samples) == round(loop.duration_s * 48_000)
    assert steps(samples)[-1] <= steps(samples)[:-1].max()
    # What rings on from the last bar is heard in the first: a passage begins with silence.
    assert np.abs(samples[:10]).max() > 10 * np.abs(piece.plan(bars="2..4").sound()[:10]).max()


def test_a_loop_is_the_same_in_every_round(loop: mv.Plan) -> None:
    from dataclasses import replace

    from musicvis.renderers.sound.mix.render import render_sound

    compiled: Plan = loop._plan
    both = replace(
        compiled.sound,
        unheard_count=0,
        master=MasterPlan(),
        buses=tuple(replace(bus, chain=(), sends=()) for bus in compiled.sound.buses),
        returns=(),
    )
    samples = np.concatenate(list(render_sound(both)))
    half = len(samples) // 2
    # The last hundredths are faded where the second round ends.
    same = slice(0, half - 2400)
    assert np.abs(samples[:half][same] - samples[half:][same]).max() < 1e-3


def test_a_lane_goes_back_just_before_the_end() -> None:
    from musicvis.compiler.lanes.curve import Curve, PlayedBy
    from musicvis.compiler.lanes.playing import Course

    up = Curve(played=PlayedBy(course=Course(np.array([0.0, 2.0]), np.array([0.0, 1.0]))), round_s=2.0)
    found = up.values(np.array([0.0, 1.0, 2.0 - MEETING_S, 2.0 - MEETING_S / 2, 1.999999, 2.0, 3.0, 5.0]))
    half = 1 - MEETING_S / 4 - 0.5
    assert found == pytest.approx([0, 0.5, 1 - MEETING_S / 2, half, 0, 0, 0.5, 0.5], abs=1e-4)


def test_a_film_of_a_loop_is_as_long_as_its_sound(loop: mv.Plan, tmp_path: Path) -> None:
    import av

    film = loop.render(tmp_path / "loop.mov", workers=1)
    with av.open(str(film.path)) as file:
        sound = sum(frame.samples for frame in file.decode(audio=0))
    with av.open(str(film.path)) as file:
        frames = sum(1 for _ in file.decode(video=0))
    assert frames == loop.frame_count == film.frames
    assert sound == round(loop.duration_s * 48_000)


def test_the_end_of_a_recording_goes_over_into_what_comes_before_the_loop(
    piece: mv.Piece, folder: Path
) -> None:
    from musicvis.compiler.sound.loop import SEAM_S
    from musicvis.renderers.sound.wave import write_wav

    rate_hz = 48_000
    start_s = next(mark.start_s for mark in piece.plan().bars if mark.bar == 2)
    # A ramp says of each sample where in the recording it is.
    ramp = np.repeat(np.linspace(-0.5, 0.5, 20 * rate_hz, dtype=np.float32)[:, None], 2, axis=1)
    write_wav(folder / "band.wav", [ramp], rate_hz)
    audio = {"buses": {"band": {"stems": [{"file": "band.wav"}]}}, "master": {"loudness": "none"}}
    plan = mv.load(folder, set={"audio": audio}).plan(bars="2..4", loop=True)
    assert "MV704" not in [finding.code for finding in plan.findings]
    heard, seam = plan.sound()[:, 0], round(SEAM_S * rate_hz)
    first = round(start_s * rate_hz)
    assert len(heard) == round(plan.duration_s * rate_hz)
    assert heard[:-seam] == pytest.approx(ramp[first : first + len(heard) - seam, 0], abs=1e-4)
    # Halfway both are heard alike; the last sample comes just before the first.
    middle = (ramp[first - seam // 2, 0] + ramp[first + len(heard) - seam // 2, 0]) / 2
    assert heard[-seam // 2] == pytest.approx(middle, abs=2e-3)
    assert abs(heard[0] - heard[-1]) < 1e-4


def test_a_loop_moved_by_a_recording_is_reported_to_have_a_seam(folder: Path) -> None:
    from musicvis.compiler.checks.loop import loop_findings
    from musicvis.dsl.load import load_piece

    loaded = load_piece(folder / "piece.yaml", ["visuals.mapping=spectrum"])
    assert loaded.piece is not None
    assert [finding.code for finding in loop_findings(loaded.piece)] == ["MV704"]
