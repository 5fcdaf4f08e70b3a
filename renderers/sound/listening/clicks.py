"""The recording with clicks on the beats that were heard, to judge them by ear."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ....store.values.array_types import F32
from ....store.writing import published
from ..wave import SampleFormat, write_wav
from .decode import LONGEST_S, opened

CLICK_S, DECAY_S = 0.04, 0.008
FIRST_HZ, OTHER_HZ = 1760.0, 1174.7
CLICK_LEVEL, SOUND_LEVEL = 0.5, 0.5


def write_clicks(
    source: Path, target: Path, beats_s: Sequence[float], places: Sequence[int], longest_s: float = LONGEST_S
) -> None:
    """Writes a .wav, whole or not at all: higher clicks where a bar begins.

    Raises PieceError for the recording, OSError for the target.
    """
    with opened(source, longest_s) as recording, published(target) as partial:
        rate_hz = recording.sample_rate_hz
        clicks = [
            (round(beat_s * rate_hz), click(FIRST_HZ if place == 0 else OTHER_HZ, rate_hz))
            for beat_s, place in zip(beats_s, places, strict=True)
        ]
        blocks = _clicked(recording.blocks, clicks)
        write_wav(partial, (stereo.T for stereo in blocks), rate_hz, SampleFormat.PCM16)


def click(frequency_hz: float, rate_hz: int) -> F32:
    """A short tone that dies away."""
    times_s = np.arange(round(CLICK_S * rate_hz)) / rate_hz
    tone = CLICK_LEVEL * np.sin(2.0 * np.pi * frequency_hz * times_s) * np.exp(-times_s / DECAY_S)
    return np.asarray(tone, np.float32)


def _clicked(blocks: Iterator[F32], clicks: Sequence[tuple[int, F32]]) -> Iterator[F32]:
    """Blocks (2, n) with the clicks that fall into them; ascending starts, which may overlap block edges."""
    start, waiting = 0, 0
    for block in blocks:
        out: F32 = (
            np.repeat(block.mean(axis=0, keepdims=True), 2, axis=0) if len(block) != 2 else block.copy()
        )
        out *= SOUND_LEVEL
        end = start + out.shape[1]
        while waiting < len(clicks) and clicks[waiting][0] + len(clicks[waiting][1]) <= start:
            waiting += 1
        for place, tone in clicks[waiting:]:
            if place >= end:
                break
            low, high = max(place, start), min(place + len(tone), end)
            if low < high:
                out[:, low - start : high - start] += tone[low - place : high - place]
        yield out
        start = end
