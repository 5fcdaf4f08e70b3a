"""How long the same movement takes in pydub, a millisecond at a time: the way that 8D scripts are written.

python benchmarks/spatial_yardstick.py [SECONDS]: prints a line for each way. pydub is needed here alone, and
runs up to Python 3.12, the last one with audioop.

Each chunk is taken from an AudioSegment, changed, and appended with +, which copies all that came before.
`pan` is pydub's own pan of a chunk, the least work that can be done; the others follow our laws: gains and
sums of the channels, and for the head two delays to whole samples and a filtered copy beside the plain one.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from musicvis.compiler.plan import BusPlan, Curve
from musicvis.renderers.sound.space.choose import placed
from musicvis.renderers.sound.space.head import ALPHA_FRONT, LowPass, alpha, lateness_s
from musicvis.renderers.sound.space.place import StereoPower
from numpy.typing import NDArray
from pydub import AudioSegment

F64 = NDArray[np.float64]
RATE = 48_000
CHUNK_MS = 1


def stem(seconds: float) -> F64:
    """A stereo stem, (2, n): noise under an envelope of notes, a fifth of full scale."""
    rng = np.random.default_rng(1)
    count = round(seconds * RATE)
    notes = np.exp(-6.0 * ((np.arange(count) / RATE) % 0.5))
    return 0.2 * notes * rng.standard_normal((2, count)).clip(-3.0, 3.0)


def ear_at(times_s: F64) -> F64:
    """A movement from ear to ear, a quarter turn a second."""
    return np.sin(np.pi * times_s)


def segment_of(samples: F64) -> AudioSegment:
    """(channels, n) as 16 bits."""
    data = np.round(samples * 32_767.0).astype("<i2").T.tobytes()
    return AudioSegment(data=data, sample_width=2, frame_rate=RATE, channels=samples.shape[0])


def by_pydub_pan(sound: AudioSegment) -> AudioSegment:
    """pydub's own balance, chunk by chunk."""
    return _appended(sound, lambda chunk, ear: chunk.pan(ear))


def by_our_balance(sound: AudioSegment, kappa: float) -> AudioSegment:
    """The law of `space: balance`, chunk by chunk."""

    def moved(chunk: AudioSegment, ear: float) -> AudioSegment:
        left, right = chunk.split_to_mono()
        c, s = np.sin(abs(ear) * np.pi / 2.0), np.cos(abs(ear) * np.pi / 2.0)
        k = 1.0 / np.sqrt(1.0 + kappa * c)
        near, far = (left, right) if ear <= 0.0 else (right, left)
        near = _scaled(near, k).overlay(_scaled(far, k * c))
        far = _scaled(far, k * s)
        ears = (near, far) if ear <= 0.0 else (far, near)
        return AudioSegment.from_mono_audiosegments(*ears)

    return _appended(sound, moved)


def by_our_head(plain: AudioSegment, low: AudioSegment) -> AudioSegment:
    """The law of `space: binaural`, chunk by chunk, delayed by whole samples; plain and low are mono."""
    edge = AudioSegment.silent(10, RATE)
    held, dull = edge + plain + edge, edge + low + edge
    out = AudioSegment.empty()
    for at_ms in range(0, len(plain), CHUNK_MS):
        towards = np.sin(np.pi / 2.0 * ear_at(np.array([at_ms / 1000.0])))
        ears = []
        betas = [float(alpha(np.arccos(axis))[0]) / ALPHA_FRONT for axis in (-towards, towards)]
        level = 1.0 / np.sqrt(0.4 + 0.3 * (betas[0] ** 2 + betas[1] ** 2))
        for axis, beta in zip((-towards, towards), betas, strict=True):
            late = round(float(lateness_s(axis)[0]) * RATE)
            first = (10 + at_ms) * RATE // 1000 - late
            span = slice(first, first + CHUNK_MS * RATE // 1000)
            x, lp = held.get_sample_slice(span.start, span.stop), dull.get_sample_slice(span.start, span.stop)
            ears.append(_scaled(x, level * beta).overlay(_scaled(lp, level * (1.0 - beta))))
        chunk = AudioSegment.from_mono_audiosegments(*ears)
        out = chunk if not len(out) else out + chunk
    return out


def _appended(sound: AudioSegment, moved: Callable[[AudioSegment, float], AudioSegment]) -> AudioSegment:
    out = AudioSegment.empty()
    for number, chunk in enumerate(sound[::CHUNK_MS]):
        ear = float(ear_at(np.array([number * CHUNK_MS / 1000.0]))[0])
        changed = moved(chunk, ear)
        out = changed if not len(out) else out + changed
    return out


def _scaled(sound: AudioSegment, factor: float) -> AudioSegment:
    if abs(factor) < 1e-4:
        return sound - 120.0
    scaled = sound.apply_gain(20.0 * np.log10(abs(factor)))
    return scaled.invert_phase() if factor < 0.0 else scaled


def ours_s(samples: F64, space: str) -> float:
    """Seconds of this process that one of our spaces needs for the same movement."""
    curve = _Sweep()
    bus = BusPlan("stem", (), (), Curve.constant_of(1.0), curve, space)  # type: ignore[arg-type]
    power = StereoPower.of(bus, RATE)
    power.add(samples)
    begun_s = time.process_time()
    blocks = (samples[:, k : k + 16_384] for k in range(0, samples.shape[1], 16_384))
    for _ in placed(bus, power, blocks, samples.shape[1], RATE):
        pass
    return time.process_time() - begun_s


class _Sweep:
    """A curve that needs no score."""

    def values(self, times_s: F64) -> F64:
        return ear_at(times_s)


def timed_s(work: Callable[[], object]) -> float:
    """Seconds of this process."""
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def measured(seconds: float) -> dict[str, float]:
    """Seconds of processing for a stem of so many seconds, by way."""
    samples = stem(seconds)
    sound = segment_of(samples)
    power = StereoPower()
    power.add(samples)
    mono = samples.sum(axis=0, keepdims=True) / np.sqrt(2.0 * (1.0 + power.kappa))
    low = LowPass.of_shadow(RATE).filtered(mono[0])[None]
    ours_s(samples[:, :RATE], "binaural")
    return {
        "musicvis balance": ours_s(samples, "balance"),
        "musicvis binaural": ours_s(samples, "binaural"),
        "pydub pan": timed_s(lambda: by_pydub_pan(sound)),
        "pydub balance": timed_s(lambda: by_our_balance(sound, power.kappa)),
        "pydub binaural": timed_s(lambda: by_our_head(segment_of(mono), segment_of(low))),
    }


def main(seconds: float) -> None:
    found = measured(seconds)
    for way, spent_s in found.items():
        print(f"{way:20} {spent_s:8.2f} s, {seconds / spent_s:7.1f} times real time")
    for space in ("balance", "binaural"):
        own_s = found[f"musicvis {space}"]
        print(
            f"{space}: {found[f'pydub {space}'] / own_s:.0f} times faster than the same law, "
            f"{found['pydub pan'] / own_s:.0f} times faster than pydub's pan"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 45.0)
