"""Wave files: other programs read them, and they appear whole or not at all."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.renderers.sound import wave
from musicvis.renderers.sound.riff import wav_header
from musicvis.renderers.sound.wave import SampleFormat, write_wav
from numpy.typing import NDArray

F32 = NDArray[np.float32]


def samples(count: int = 1001) -> F32:
    return np.random.default_rng(2).uniform(-1.0, 1.0, (count, 2)).astype(np.float32)


@pytest.mark.parametrize(
    ("form", "tolerance"), [(SampleFormat.FLOAT32, 0.0), (SampleFormat.PCM24, 0.5 / 2**23)]
)
def test_ffmpeg_reads_what_we_write(tmp_path: Path, form: SampleFormat, tolerance: float) -> None:
    path = tmp_path / "a.wav"
    assert write_wav(path, [samples()[:300], samples()[300:]], 48_000, form) == 1001
    with av.open(str(path), "r", format="wav") as box:
        stream = box.streams.audio[0]
        assert (stream.rate, stream.channels) == (48_000, 2)
        resampler = av.AudioResampler(format="dblp")
        frames = [plain.to_ndarray() for frame in box.decode(audio=0) for plain in resampler.resample(frame)]
    assert np.abs(np.concatenate(frames, axis=1).T - samples()).max() <= tolerance


def test_full_scale_is_clipped_in_24_bits_not_wrapped(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [np.array([[1.5, -1.5]], np.float32)], 48_000, SampleFormat.PCM24)
    assert (tmp_path / "a.wav").read_bytes()[-6:] == b"\xff\xff\x7f\x00\x00\x80"


def test_a_file_beyond_the_limit_of_riff_becomes_rf64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real limit is 4 GiB; the same code is taken at any limit.
    monkeypatch.setattr(wave, "_RIFF_LIMIT", 4000)
    path = tmp_path / "a.wav"
    write_wav(path, [samples()], 48_000)
    raw = bytearray(path.read_bytes())
    assert raw[:4] == b"RF64" and raw[12:16] == b"ds64"
    for place in (4, raw.index(b"data") + 4):
        assert int.from_bytes(raw[place : place + 4], "little") == 4000
        raw[place : place + 4] = b"\xff" * 4  # what stands there beyond the real limit
    header = wav_header(io.BytesIO(bytes(raw)), len(raw))
    assert (header.frame_count, header.is_float, header.bits) == (1001, True, 32)
    assert raw[header.data_start :] == samples().tobytes()
