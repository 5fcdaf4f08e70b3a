"""Small recordings whose beats, bars and notes are known: bands played by the built-in instruments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import SoundingNote
from musicvis.renderers.sound.listening.decode import RATE_HZ, Recording
from musicvis.renderers.sound.stems.synth import synthesised
from numpy.typing import NDArray

F32 = NDArray[np.float32]
CHORDS = ((0, 4, 7), (5, 9, 12), (9, 12, 16), (7, 11, 14))


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A recording and what is played in it; times in seconds."""

    recording: Recording
    beats_s: NDArray[np.float64]
    bars_s: NDArray[np.float64]
    notes: tuple[SoundingNote, ...]


def band(bpm: float, beats: int, length_s: float = 12.0) -> Band:
    """Piano chords that change with the bar, a bass on its first beat, a tune, and drums on the beats."""
    step_s = 60.0 / bpm
    times_s = np.arange(0.0, length_s - step_s, step_s)
    notes: list[SoundingNote] = []
    for number, start_s in enumerate(times_s.tolist()):
        bar, place = divmod(number, beats)
        chord = CHORDS[bar % 4]
        notes += [SoundingNote(start_s, 0.9 * step_s, 60 + third, 62, 0, False) for third in chord]
        notes.append(SoundingNote(start_s, 0.4 * step_s, 72 + chord[(number * 2) % 3], 80, 0, False))
        if place == 0:
            notes.append(SoundingNote(start_s, 0.8 * step_s, 36 + chord[0], 90, 0, False))
        notes.append(SoundingNote(start_s, 0.1, 36 if place == 0 else 38, 100 if place == 0 else 85, 0, True))
        notes.append(SoundingNote(start_s + step_s / 2, 0.05, 42, 70, 0, True))
    count = round(length_s * RATE_HZ)
    blocks = synthesised(tuple(notes), count, RATE_HZ)
    samples = np.concatenate([block.mean(axis=0) for block in blocks])[:count].astype(np.float32)
    return Band(recording_of(samples), times_s, times_s[::beats], tuple(notes))


def recording_of(samples: F32) -> Recording:
    """Samples as listening takes them."""
    peak = float(np.abs(samples).max(initial=0.0))
    return Recording(Path("band.wav"), samples, "wav", RATE_HZ, 2, peak, "0" * 64)


@pytest.fixture(scope="session")
def pop() -> Band:
    """Four in a bar at 120."""
    return band(120.0, 4)


@pytest.fixture(scope="session")
def waltz_band() -> Band:
    """Three in a bar at 150."""
    return band(150.0, 3)


Encode = Callable[..., Path]


@pytest.fixture
def encoded(tmp_path: Path) -> Encode:
    """Writes samples (channels, n) by PyAV into a file of that name and codec."""

    def encode(
        samples: F32, name: str, codec: str, rate_hz: int = 22_050, container: str | None = None
    ) -> Path:
        import av

        path = tmp_path / name
        layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(samples)]
        with av.open(str(path), "w", format=container) as box:
            stream = box.add_stream(codec, rate=rate_hz)
            stream.layout = layout
            form = stream.codec_context.codec.audio_formats[0].name
            stream.codec_context.format = form
            resampler = av.AudioResampler(format=form, layout=layout, rate=rate_hz, frame_size=1024)
            for part in _parts(samples):
                packed = np.ascontiguousarray(part.T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(packed, "flt", layout)
                frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
                for plain in resampler.resample(frame):
                    box.mux(stream.encode(plain))
            for plain in resampler.resample(None):
                box.mux(stream.encode(plain))
            box.mux(stream.encode(None))
        return path

    return encode


def _parts(samples: F32) -> Iterator[F32]:
    for start in range(0, samples.shape[1], 4096):
        yield samples[:, start : start + 4096]
