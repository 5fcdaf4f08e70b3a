"""Hosted plugins: latency that moves nothing, and VST3 behind a seam, as none is installed here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pedalboard
import pytest
from musicvis.compiler.plan import Curve, EffectPlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.block import BLOCK, reblocked
from musicvis.renderers.sound.effects import pedalboard_host as hosted
from musicvis.renderers.sound.effects.chain import through_chain
from musicvis.renderers.sound.effects.pedalboard_host import through_plugin
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def blocks(signal: F64) -> Iterator[F64]:
    return reblocked([signal], signal.shape[1])


class Louder:
    """A plugin as pedalboard shows it, that multiplies by its parameter `mix`."""

    def __init__(self) -> None:
        self.is_effect = True
        self.parameters = {"mix": None, "mode": None}
        self.mix = 1.0
        self.mode = "Room"
        self.mixes: list[float] = []
        self.sizes: list[int] = []

    def process(self, samples: NDArray[np.float32], rate: int, size: int, reset: bool) -> NDArray[np.float32]:
        self.sizes.append(samples.shape[1])
        self.mixes.append(self.mix)
        return samples * np.float32(self.mix)


@pytest.mark.skipif(not hasattr(pedalboard, "BrickwallLimiter"), reason="this pedalboard has no such limiter")
def test_a_plugin_with_latency_keeps_an_impulse_beside_a_dry_path() -> None:
    signal = np.zeros((2, 3 * BLOCK))
    signal[:, BLOCK + 77] = 0.5
    limiter = pedalboard.BrickwallLimiter()
    limited = np.concatenate(
        list(through_plugin(limiter, blocks(signal), [], BLOCK, 3 * BLOCK, RATE)), axis=1
    )
    assert limited.shape == signal.shape
    assert np.argmax(np.abs(limited[0])) == np.argmax(np.abs(signal[0])) == BLOCK + 77


def test_a_plugin_that_keeps_everything_is_found_out() -> None:
    class Hole:
        def process(self, samples: NDArray[np.float32], *rest: object) -> NDArray[np.float32]:
            return samples[:, :0]

    with pytest.raises(RuntimeError, match="Hole swallowed 100 samples"):
        list(through_plugin(Hole(), blocks(np.ones((2, 100))), [], BLOCK, 100, RATE))


@pytest.fixture
def vst3(monkeypatch: pytest.MonkeyPatch) -> Louder:
    """The plugin that pedalboard finds at any path."""
    found = Louder()
    monkeypatch.setattr(pedalboard, "load_plugin", lambda path: found)
    return found


def chain(*settings: tuple[str, float | str], **moving: Curve) -> tuple[EffectPlan, ...]:
    words = tuple((name, value) for name, value in settings if isinstance(value, str))
    numbers = tuple((name, value) for name, value in settings if not isinstance(value, str))
    return (
        EffectPlan("vst3", "room", numbers, tuple(moving.items()), Path("/plugins/Room.vst3"), None, words),
    )


def test_a_vst3_gets_its_settings_and_blocks_of_one_size(vst3: Louder) -> None:
    signal = np.full((2, BLOCK + 5), 0.5)
    found = np.concatenate(
        list(through_chain(blocks(signal), chain(("mix", 0.5), ("mode", "Hall")), BLOCK + 5, RATE)), axis=1
    )
    assert np.all(found == 0.25) and vst3.mode == "Hall"
    assert set(vst3.sizes) == {BLOCK}


def test_a_lane_moves_a_vst3_in_steps_of_64_samples(vst3: Louder) -> None:
    signal = np.ones((2, 256))
    list(through_chain(blocks(signal), chain(mix=Curve.constant_of(0.75)), 256, RATE))
    assert set(vst3.sizes) == {64} and set(vst3.mixes) == {0.75}


def test_a_parameter_that_a_vst3_does_not_have_is_reported(vst3: Louder) -> None:
    with pytest.raises(PieceError, match=r"MV507 Room\.vst3 has no parameter size"):
        list(through_chain(blocks(np.ones((2, 64))), chain(("size", 1.0)), 64, RATE))


def test_a_file_that_is_no_vst3_is_reported(tmp_path: Path) -> None:
    (tmp_path / "Room.vst3").write_bytes(b"not a plugin")
    effect = EffectPlan("vst3", "room", (), file=tmp_path / "Room.vst3")
    with pytest.raises(PieceError, match=r"MV507 Room\.vst3 cannot be used"):
        list(through_chain(blocks(np.ones((2, 64))), (effect,), 64, RATE))


def test_an_instrument_is_no_effect(vst3: Louder) -> None:
    vst3.is_effect = False
    with pytest.raises(PieceError, match="an instrument, not an effect"):
        hosted._loaded(Path("/plugins/Synth.vst3"), None)
