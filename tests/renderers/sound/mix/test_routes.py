"""Ways through the mix: sends and returns, buses as files, processes side by side, the sound as a file."""

import hashlib
import importlib
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.plan import (
    BusPlan,
    Curve,
    EffectPlan,
    MasterPlan,
    ReturnPlan,
    SendPlan,
    SoundingNote,
    SoundPlan,
    StemPlan,
)
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.model.lane import Domain, Shape
from musicvis.renderers.sound.block import cuts
from musicvis.renderers.sound.export import write_sound
from musicvis.renderers.sound.mix import bus_processes as crew
from musicvis.renderers.sound.mix.render import SoundRender, StemExport, file_names, render_sound
from musicvis.renderers.sound.mix.summing import _levelled
from musicvis.renderers.sound.wave import read_wav, write_wav
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
RATE = 48_000
ONE, MIDDLE = Curve.constant_of(1.0), Curve.constant_of(0.0)
HALL = EffectPlan("reverb_sox", "reverb_sox", (("dry", 0.0),))


def ramp(start: float, end: float, seconds: int) -> Curve:
    whole = Fraction(seconds)
    segment = Segment(
        Fraction(0), whole, Fraction(0), whole, Shape.STRAIGHT, start, end, domain=Domain.SECONDS
    )
    return Curve((segment,), before=start)


def bus(name: str, *pitches: int, sends: tuple[SendPlan, ...] = (), ear: float = 0.0) -> BusPlan:
    notes = tuple(SoundingNote(0.2 * k, 0.2, pitch, 80, 12, False) for k, pitch in enumerate(pitches))
    stem = StemPlan(name, 0.3, notes)
    return BusPlan(name, (stem,), (), ONE, Curve.constant_of(ear), sends=sends)


PLAIN = MasterPlan()


def plan(*buses: BusPlan, returns: tuple[ReturnPlan, ...] = (), master: MasterPlan = PLAIN) -> SoundPlan:
    return SoundPlan(RATE, 2 * RATE, buses, returns=returns, master=master)


def whole(sound: SoundPlan) -> F32:
    return np.concatenate(list(render_sound(sound)))


def digest(blocks: Iterable[F32]) -> str:
    state = hashlib.sha256()
    for samples in blocks:
        state.update(samples.tobytes())
    return state.hexdigest()


def samples(path: Path) -> F64:
    return np.concatenate(list(read_wav(path)), axis=1).T


ROOM = ReturnPlan("room", (), ONE)


def test_a_send_after_the_ear_is_moved_and_one_before_is_not() -> None:
    after = SendPlan("room", Curve.constant_of(0.5))
    before = replace(after, is_before=True)
    left = bus("m", 60, 64, ear=-1.0)
    dry = whole(plan(left))
    assert np.abs(whole(plan(replace(left, sends=(after,)), returns=(ROOM,))) - 1.5 * dry).max() < 1e-6
    both = whole(plan(replace(left, sends=(before,)), returns=(ROOM,)))
    unmoved = whole(plan(bus("m", 60, 64)))
    assert np.abs(both - dry - 0.5 * unmoved).max() < 1e-6


def test_a_return_adds_up_what_several_buses_send_through_its_chain_at_its_level() -> None:
    send = (SendPlan("room", Curve.constant_of(0.25)),)
    one, two = bus("a", 60, sends=send), bus("b", 67, 71, sends=send)
    back = ReturnPlan("room", (HALL,), Curve.constant_of(2.0))
    wet = whole(plan(one, two, returns=(back,))) - whole(plan(bus("a", 60), bus("b", 67, 71)))
    joint = replace(one, stems=(*one.stems, *two.stems), sends=(), chain=(HALL,), gain=Curve.constant_of(0.5))
    assert np.abs(wet - whole(plan(joint))).max() < 1e-5
    assert np.abs(wet).max() > 1e-4


def test_a_sweep_of_a_send_has_no_spurs() -> None:
    t = np.arange(4 * RATE) / RATE
    tone = np.tile(np.sin(2.0 * np.pi * 997.0 * t), (2, 1))
    swept = np.concatenate(
        list(_levelled(iter([tone[:, :50_001], tone[:, 50_001:]]), ramp(0.0, 1.0, 4), RATE)), 1
    )
    spectrum = np.abs(np.fft.rfft(swept[0] * np.kaiser(4 * RATE, 30.0)))
    bins = np.arange(len(spectrum)) / 4.0
    spur = spectrum[np.abs(bins - 997.0) > 100.0].max() / spectrum.max()
    assert 20.0 * np.log10(spur) < -120.0


def test_the_wet_files_and_the_returns_add_up_to_the_mix(tmp_path: Path) -> None:
    send = (SendPlan("room", Curve.constant_of(0.3), is_before=True),)
    sound = plan(bus("a", 60, sends=send, ear=0.5), bus("b/c", 67), returns=(replace(ROOM, chain=(HALL,)),))
    with SoundRender(sound, export=StemExport(tmp_path, ("dry", "wet"))) as render:
        heard = np.concatenate(list(render.blocks()))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a-dry.wav", "a-wet.wav", "b_c-dry.wav", "b_c-wet.wav", "room-wet.wav"]
    wet = sum(samples(tmp_path / name) for name in names if "wet" in name)
    assert render.report.master.gain_db == 0.0
    assert np.abs(wet - heard)[: -RATE // 10].max() < 1e-6
    assert np.abs(samples(tmp_path / "b_c-dry.wav") - samples(tmp_path / "b_c-wet.wav")).max() < 1e-6


def test_no_two_names_become_one_file() -> None:
    assert file_names(("a b", "a_b", "A_B", "vibes.left")) == ("a_b", "a_b_2", "A_B_3", "vibes.left")


FULL = plan(
    bus("a", 60, 64, sends=(SendPlan("room", Curve.constant_of(0.3)),), ear=0.4),
    bus("b", 67, 72, sends=(SendPlan("room", ONE, is_before=True),), ear=-0.4),
    bus("c", 55),
    returns=(ReturnPlan("room", (HALL,), ONE),),
    master=MasterPlan(-16.0),
)


def test_any_number_of_processes_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    with SoundRender(FULL) as alone:
        expected = digest(alone.blocks())
    monkeypatch.setattr(crew, "_LEAST_S", 0.0)
    told: list[float] = []
    with SoundRender(FULL, told.append, workers=2) as together:
        assert digest(together.blocks()) == expected
    assert told == sorted(told) and told[-1] == 1.0


def test_a_stem_that_cannot_be_read_is_told_from_another_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound")
    monkeypatch.setattr(crew, "_LEAST_S", 0.0)
    broken = replace(FULL.buses[1], stems=(StemPlan("a", 1.0, file=tmp_path / "a.wav"),))
    with pytest.raises(PieceError, match="MV501"):
        SoundRender(replace(FULL, buses=(FULL.buses[0], broken)), workers=2)


@pytest.mark.parametrize("size", [4096, 1000])
def test_the_size_of_a_block_does_not_change_a_bit(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = digest(whole(FULL)[None])
    for module in (
        "block",
        "mix.bus_processes",
        "mix.bus",
        "effects.chain",
        "effects.pedalboard_host",
        "mix.summing",
        "stems.recording",
        "space.choose",
        "stems.synth",
        "wave",
    ):
        found = importlib.import_module(f"musicvis.renderers.sound.{module}")
        if hasattr(found, "BLOCK"):
            monkeypatch.setattr(found, "BLOCK", size)
    assert next(cuts(size + 1)) == (0, size)
    assert digest(whole(FULL)[None]) == expected


@pytest.mark.parametrize(
    ("suffix", "bits"), [(".wav", 16), (".wav", 24), (".wav", 32), (".flac", 16), (".flac", 24)]
)
def test_a_sound_file_holds_the_sound_to_half_a_step_and_dither(
    suffix: str, bits: int, tmp_path: Path
) -> None:
    sound = replace(FULL, buses=FULL.buses[2:], returns=())
    counted: list[int] = []
    with SoundRender(sound) as render:
        heard = np.concatenate(list(render.blocks()))
        for name in ("one", "two"):
            write_sound(tmp_path / f"{name}{suffix}", render, RATE, bits, counted.append)
    one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two and counted[-1] == len(heard)
    with av.open(str(tmp_path / f"one{suffix}")) as box:
        resampler = av.AudioResampler(format="dblp")
        frames = [p.to_ndarray() for f in box.decode(audio=0) for p in resampler.resample(f)]
    stored = np.concatenate(frames, axis=1).T
    assert stored.shape == heard.shape
    error = np.abs(stored - heard).max() * 2.0 ** (bits - 1)
    if bits == 32:
        assert error == 0.0
    else:
        # The dither reaches one step, the rounding half of one.
        assert 0.6 < error <= 1.5


def test_floats_do_not_go_into_flac(tmp_path: Path) -> None:
    with SoundRender(plan(bus("a", 60))) as render, pytest.raises(ValueError, match="whole numbers"):
        write_sound(tmp_path / "a.flac", render, RATE, 32, lambda done: None)


def test_without_dither_24_bits_are_only_rounded(tmp_path: Path) -> None:
    sound = plan(bus("a", 60), master=MasterPlan(None, is_dithered=False))
    with SoundRender(sound) as render:
        heard = np.concatenate(list(render.blocks()))
        write_wav(tmp_path / "plain.wav", render.whole_numbers(24), RATE)
        assert np.array_equal(samples(tmp_path / "plain.wav"), heard)
        assert not np.array_equal(np.concatenate(list(render.whole_numbers(16))), heard)
