"""Given recordings: every honest form is read to the bit, every dishonest one refused in words."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.stems.recording import recorded, recording_format
from musicvis.renderers.sound.wave import SampleFormat, write_wav
from musicvis.tests.examples import many
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def sine(seconds: float = 0.5, hertz: float = 440.0, rate: int = RATE) -> NDArray[np.float32]:
    t = np.arange(round(seconds * rate)) / rate
    left = 0.5 * np.sin(2.0 * np.pi * hertz * t)
    return np.stack([left, 0.5 * left], axis=1).astype(np.float32)


def read(path: Path, count: int, offset_s: float = 0.0) -> F64:
    return np.concatenate(list(recorded(path, offset_s, count, RATE)), axis=1)


def code_of(path: Path, count: int = RATE) -> str:
    with pytest.raises(PieceError) as caught:
        read(path, count)
    (finding,) = caught.value.diagnostics
    assert path.name in finding.message and finding.span.file == str(path)
    return finding.code


def wav_bytes(data: bytes, tag: int = 1, channels: int = 2, rate: int = RATE, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    fmt = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, tag, channels, rate, (rate * frame) & 0xFFFFFFFF, frame & 0xFFFF, bits
    )
    chunk = fmt + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunk), b"WAVE") + chunk


def flac(path: Path, samples: NDArray[np.int16], rate: int = RATE) -> Path:
    with av.open(str(path), "w", format="flac") as box:
        stream = box.add_stream("flac", rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            box.mux(packet)
    return path


def test_float_wav_comes_back_to_the_bit_and_is_padded(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [sine()], RATE)
    found = read(tmp_path / "a.wav", RATE)
    assert np.array_equal(found[:, : RATE // 2], sine().T.astype(np.float64))
    assert found.shape == (2, RATE) and not found[:, RATE // 2 :].any()


@pytest.mark.parametrize(
    ("bits", "data", "expected"),
    [
        (8, bytes([0, 128, 255, 128]), [-1.0, 0.0, 127 / 128, 0.0]),
        (16, struct.pack("<4h", -32768, 0, 32767, 1), [-1.0, 0.0, 32767 / 32768, 1 / 32768]),
        (
            24,
            b"\x00\x00\x80" + b"\x00\x00\x00" + b"\xff\xff\x7f" + b"\x01\x00\x00",
            [-1.0, 0.0, 1 - 2**-23, 2**-23],
        ),
        (32, struct.pack("<4i", -(2**31), 0, 2**31 - 1, 1), [-1.0, 0.0, 1 - 2**-31, 2**-31]),
    ],
)
def test_whole_numbers_of_every_width_have_their_exact_values(
    tmp_path: Path, bits: int, data: bytes, expected: list[float]
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(data, bits=bits, channels=1))
    found = read(path, 4)
    assert found[0].tolist() == expected and np.array_equal(found[0], found[1])


def test_flac_and_wav_hold_the_same_sound(tmp_path: Path) -> None:
    whole = np.round(sine() * 32_000).astype(np.int16)
    path = flac(tmp_path / "a.flac", whole)
    assert recording_format(path).frame_count == len(whole)
    assert np.array_equal(read(path, len(whole)), whole.T / 32_768.0)


def test_another_rate_is_converted_not_relabelled(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [sine(rate=44_100)], 44_100)
    found = read(tmp_path / "a.wav", RATE // 2)[0]
    middle = slice(2000, 20_000)
    assert found[middle] == pytest.approx(sine().T[0].astype(np.float64)[middle], abs=1e-5)


def test_an_offset_skips_and_a_negative_one_waits(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [sine()], RATE)
    whole = sine().T.astype(np.float64)
    assert np.array_equal(read(tmp_path / "a.wav", 1000, 0.1), whole[:, 4800:5800])
    waited = read(tmp_path / "a.wav", 30_000, -0.5)
    assert not waited[:, :24_000].any() and np.array_equal(waited[:, 24_000:], whole[:, :6000])


def test_surround_is_folded_down_and_its_bass_channel_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    frames = np.eye(6, dtype="<f4")  # sample k sounds on channel k alone
    path.write_bytes(wav_bytes(frames.tobytes(), tag=3, channels=6, bits=32))
    half = np.sqrt(0.5)
    expected = [[1, 0, half, 0, half, 0], [0, 1, half, 0, 0, half]]
    assert read(path, 6) == pytest.approx(np.array(expected))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "MV501"),
        (b"#EXTM3U\n/etc/passwd\n", "MV501"),
        (b"RIFF\x04\x00\x00\x00WAVE", "MV502"),
        (b"RIFF\x04\x00\x00\x00AVI ", "MV502"),
        (wav_bytes(bytes(400))[:200], "MV502"),
        (wav_bytes(b""), "MV502"),
        (wav_bytes(bytes(400), tag=2), "MV502"),
        (wav_bytes(bytes(400), rate=0), "MV503"),
        (wav_bytes(bytes(400), rate=4_000_000_000), "MV503"),
        (wav_bytes(bytes(400), channels=9), "MV503"),
        (wav_bytes(np.array([0.0, np.nan] * 8, "<f4").tobytes(), tag=3, bits=32), "MV504"),
        (wav_bytes(np.array([0.0, np.inf] * 8, "<f4").tobytes(), tag=3, bits=32), "MV504"),
        # Beyond the largest number of 32 bits: the film would be silent.
        (wav_bytes(np.array([0.0, -1e300] * 8, "<f8").tobytes(), tag=3, bits=64), "MV504"),
        (wav_bytes(np.array([0.0, 3e38] * 8, "<f4").tobytes(), tag=3, bits=32), "MV504"),
        (b"fLaC", "MV502"),
        (b"fLaC\x00\x00\x00\x22" + bytes(34), "MV503"),
    ],
)
def test_recordings_with_false_headers_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "stem.wav"
    path.write_bytes(content)
    assert code_of(path) == code


def test_a_flac_file_that_was_cut_or_damaged_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    whole = flac(tmp_path / "a.flac", rng.integers(-9000, 9000, (20_000, 2)).astype(np.int16)).read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    assert code_of(tmp_path / "cut.flac") == "MV502"
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0x55
    (tmp_path / "hurt.flac").write_bytes(bytes(damaged))
    assert code_of(tmp_path / "hurt.flac") == "MV502"


def test_a_file_that_is_not_there_is_a_finding_not_a_crash(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nowhere.wav") == "MV006"


@many(150)
@given(place=st.integers(0, 43), value=st.integers(0, 255), length=st.integers(0, 444))
def test_a_mutated_header_is_read_or_refused_but_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, length: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.wav"
    raw = bytearray(wav_bytes(bytes(400)))
    raw[place] = value
    path.write_bytes(bytes(raw[:length]) if length % 3 == 0 else bytes(raw))
    try:
        found = read(path, 500)
    except PieceError:
        return
    assert found.shape == (2, 500) and np.isfinite(found).all()


def test_24_bit_files_are_rounded_and_read_back(tmp_path: Path) -> None:
    assert write_wav(tmp_path / "a.wav", [sine()], RATE, SampleFormat.PCM24) == RATE // 2
    found = read(tmp_path / "a.wav", RATE // 2)
    assert np.abs(found - sine().T).max() <= 0.5 / 2**23


@pytest.mark.parametrize("layout", ["mono", "stereo", "3.0", "5.1", "7.1"])
def test_flac_of_any_number_of_channels_is_read(tmp_path: Path, layout: str) -> None:
    count = av.AudioLayout(layout).nb_channels
    levels = np.arange(1, count + 1, dtype=np.int16) * 1000
    samples = np.repeat(levels[None, :], 4096, axis=0)
    with av.open(str(tmp_path / "a.flac"), "w", format="flac") as box:
        stream = box.add_stream("flac", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            box.mux(packet)
    assert recording_format(tmp_path / "a.flac").channel_count == count
    given = levels / 32768.0
    # ITU-R BS.775: the centre and each surround at -3 dB, the bass channel left out.
    left, right = given[0], given[min(1, count - 1)]
    if count > 2:
        left, right = left + np.sqrt(0.5) * given[2], right + np.sqrt(0.5) * given[2]
    for place in range(4, count, 2):
        left, right = left + np.sqrt(0.5) * given[place], right + np.sqrt(0.5) * given[place + 1]
    found = read(tmp_path / "a.flac", 4096)
    np.testing.assert_allclose(found, np.repeat([[left], [right]], 4096, axis=1), rtol=1e-12)


def test_a_recording_is_not_opened_through_a_link(tmp_path: Path) -> None:
    write_wav(tmp_path / "mine.wav", [sine()], RATE)
    (tmp_path / "a.wav").symlink_to(tmp_path / "mine.wav")
    assert code_of(tmp_path / "a.wav") == "MV003"


def test_a_recording_exchanged_between_its_header_and_its_samples_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [sine(0.5)], RATE)
    blocks = recorded(tmp_path / "a.wav", 0.0, RATE, RATE)
    write_wav(tmp_path / "a.wav", [sine(0.25)], RATE)
    with pytest.raises(PieceError, match="exchanged"):
        list(blocks)
