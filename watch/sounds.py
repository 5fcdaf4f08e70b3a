"""The current sound, in named chunks, and its levels for the mixer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np

from ..renderers.sound.wave import read_wav_at
from ..store.values.array_types import F32, F64
from .preview import Mixer, chunks_of
from .wire import events, responses

CHUNK_S = 2.0
METER_HZ = 20.0
WAVE_HZ = 50.0
FLOOR_DB = 60.0
PIECE_S = 20
"""The seconds of a file that are read at once: an hour of a bus may not fit into memory."""


@dataclass(slots=True)
class Playing:
    """A sound by its chunks.

    mixer   of its buses, for mute and solo; of a provisional sound it is the sound
    file    the exact sound; None for a provisional one
    """

    mixer: Mixer
    digest: str
    file: Path | None
    names: tuple[str, ...]
    stretches: dict[str, tuple[int, int]] = field(default_factory=dict)
    _meters: responses.Meters | None = None
    _lock: Lock = field(default_factory=Lock)
    """Held while the meters are read: every page asks for them at the same moment."""

    @classmethod
    def exact(cls, mixer: Mixer, digest: str, file: Path) -> Playing:
        """The finished mix; reads all of it, to name its chunks. Raises OSError."""
        names = []
        for first, count in _cuts(mixer):
            samples = np.ascontiguousarray(read_wav_at(file, first, count).T, np.float32)
            # The position is in the name: where the mix sounds the same, the buses may still differ.
            state = hashlib.sha256(str(first).encode())
            state.update(samples.tobytes())
            names.append(state.hexdigest()[:32])
        return cls._of(mixer, digest, file, names)

    @classmethod
    def provisional(cls, mixer: Mixer) -> Playing:
        """The provisional mix."""
        names = [mixer.name(first, count)[:32] for first, count in _cuts(mixer)]
        digest = hashlib.sha256("".join(names).encode()).hexdigest()
        return cls._of(mixer, digest, None, names)

    @classmethod
    def _of(cls, mixer: Mixer, digest: str, file: Path | None, names: list[str]) -> Playing:
        places = dict(zip(names, _cuts(mixer), strict=True))
        return cls(mixer, digest, file, tuple(names), places)

    def message(self, version: int) -> events.Sound:
        """The message about it for the page."""
        mixer = self.mixer
        has_buses = all(source.wet is not None or source.chains for source in mixer.sources)
        return events.Sound(
            version=version,
            digest=self.digest,
            provisional=self.file is None,
            sample_rate_hz=mixer.sample_rate_hz,
            chunk_s=CHUNK_S,
            duration_s=mixer.sample_count / mixer.sample_rate_hz,
            chunks=self.names,
            buses=tuple(source.name for source in mixer.sources) if has_buses else (),
        )

    def samples(self, name: str, heard: Collection[int] | None) -> F32:
        """The samples of a chunk, (n, 2). Raises KeyError for a name it does not have, OSError."""
        first, count = self.stretches[name]
        if heard is None and self.file is not None:
            return np.ascontiguousarray(read_wav_at(self.file, first, count).T, np.float32)
        return self.mixer.stretch(first, count, heard)

    def meters(self) -> responses.Meters:
        """The level of every finished bus over time, and the waveform of the mix.

        Read once, however many ask. Raises OSError where a file has gone from the cache.
        """
        with self._lock:
            if self._meters is None:
                self._meters = self._read_meters()
            return self._meters

    def _read_meters(self) -> responses.Meters:
        mixer = self.mixer
        rate_hz = mixer.sample_rate_hz
        buses = []
        for source in mixer.sources:
            if source.wet is not None:
                found = [
                    _peaks(np.abs(samples).max(axis=0), rate_hz, METER_HZ)
                    for samples in self._pieces(source.wet, METER_HZ)
                ]
                buses.append(responses.Meter(source.name, _levels(_joined(found) * mixer.gain)))
        lows: list[F64] = []
        highs: list[F64] = []
        if self.file is not None:
            for samples in self._pieces(self.file, WAVE_HZ):
                highs.append(_peaks(samples.max(axis=0), rate_hz, WAVE_HZ))
                lows.append(-_peaks(-samples.min(axis=0), rate_hz, WAVE_HZ))
        return responses.Meters(
            METER_HZ, tuple(buses), WAVE_HZ, _signed(_joined(lows)), _signed(_joined(highs))
        )

    def _pieces(self, path: Path, rate_hz: float) -> Iterator[F64]:
        """A file in pieces that each hold whole steps of a rate, but for the last one."""
        step = round(self.mixer.sample_rate_hz / rate_hz)
        for first, count in chunks_of(self.mixer.sample_count, step * round(PIECE_S * rate_hz)):
            yield read_wav_at(path, first, count)


def _joined(found: list[F64]) -> F64:
    return np.concatenate(found) if found else np.zeros(0)


def _cuts(mixer: Mixer) -> list[tuple[int, int]]:
    return list(chunks_of(mixer.sample_count, round(CHUNK_S * mixer.sample_rate_hz)))


def _peaks(values: F64, sample_rate_hz: int, rate_hz: float) -> F64:
    """The largest value of each step."""
    step = round(sample_rate_hz / rate_hz)
    padded = np.pad(values, (0, -len(values) % step), mode="edge") if len(values) else values
    peaks: F64 = padded.reshape(-1, step).max(axis=1) if len(padded) else padded
    return peaks


def _levels(peaks: F64) -> str:
    level_db = 20.0 * np.log10(np.maximum(peaks, 1e-9))
    share = np.clip(1.0 + level_db / FLOOR_DB, 0.0, 1.0)
    return base64.b64encode(np.rint(share * 255.0).astype(np.uint8).tobytes()).decode("ascii")


def _signed(values: F64) -> str:
    whole = np.clip(np.rint(values * 127.0), -127, 127).astype(np.int8)
    return base64.b64encode(whole.tobytes()).decode("ascii")
