"""Decoding: what is a recording is read whole, what is not gets a finding, and nothing else is opened."""

import io
import os
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.listening.containers import container_of
from musicvis.renderers.sound.listening.convert import gain_of, needs_conversion, write_flac
from musicvis.renderers.sound.listening.decode import RATE_HZ, Recording, recording
from musicvis.renderers.sound.stems.recording import recorded

from .conftest import Encode

LENGTH_S = 6.0


def tone(
    length_s: float = LENGTH_S, rate_hz: int = 22_050, channels: int = 2, level: float = 0.4
) -> np.ndarray:
    times_s = np.arange(round(length_s * rate_hz)) / rate_hz
    one = level * np.sin(2 * np.pi * 440.0 * times_s) * np.exp(-(times_s % 0.5) * 5.0)
    return np.repeat(one[None].astype(np.float32), channels, axis=0)


def write_pcm(path: Path, samples: np.ndarray, rate_hz: int = 22_050) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return path


def codes(path: Path, longest_s: float = 3600.0) -> list[str]:
    with pytest.raises(PieceError) as caught:
        recording(path, longest_s)
    return [finding.code for finding in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("name", "codec", "kind"),
    [
        ("a.mp3", "libmp3lame", "mp3"),
        ("a.m4a", "aac", "mov"),
        ("a.opus", "libopus", "ogg"),
        ("a.flac", "flac", "flac"),
        ("a.mkv", "aac", "matroska"),
        ("a.aiff", "pcm_s16be", "aiff"),
    ],
)
def test_the_first_bytes_say_what_a_recording_is(name: str, codec: str, kind: str, encoded: Encode) -> None:
    rate_hz = 48_000 if codec == "libopus" else 22_050
    path = encoded(tone(rate_hz=rate_hz), name, codec, rate_hz)
    # The ending says nothing.
    path = path.rename(path.with_suffix(".mp3"))
    found = recording(path)
    assert (found.kind, found.channel_count, found.sample_rate_hz) == (kind, 2, rate_hz)
    assert found.length_s == pytest.approx(LENGTH_S, abs=0.1)
    # The attack at 3 s stands at 3 s: delays of encoders are taken away, where the file says what they are.
    # The m4a of this test does not: its encoder's 1024 samples stay.
    late_s = 1024 / 22_050 if kind == "mov" else 0.0
    middle = np.abs(found.samples[round(2.9 * RATE_HZ) : round(3.1 * RATE_HZ)])
    assert np.flatnonzero(middle > 0.2)[0] / RATE_HZ == pytest.approx(0.1 + late_s, abs=0.01)


@pytest.mark.parametrize(
    "data",
    [
        b"these are words, and no song\n" * 50,
        b"#EXTM3U\nhttp://127.0.0.1/song.mp3\n",
        b"[playlist]\nFile1=song.mp3\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<?xml version='1.0'?><MPD></MPD>",
        b"",
        b"\xff\xfb\x90\x00" + bytes(2000),
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(100),
        b"OggS" + bytes(400),
        b"\0\0\0\x18ftypM4A " + bytes(400),
        b"\x1a\x45\xdf\xa3" + bytes(400),
    ],
)
def test_a_file_without_sound_is_not_a_recording(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(data)
    assert codes(path) in (["MV540"], ["MV544"])


def test_a_file_of_references_opens_nothing(tmp_path: Path) -> None:
    """A QuickTime file whose samples lie in another file (a data reference) gives no samples of it."""
    assert container_of(io.BytesIO(b"\0\0\0\x08wide\0\0\0\x08mdat")) == "mov"
    path = tmp_path / "ref.mov"
    alias = b"\0\0\0\x20alis\0\0\0\0" + b"/etc/passwd\0\0\0\0\0\0\0\0\0"
    path.write_bytes(struct.pack(">I4s", 8 + len(alias), b"moov") + alias)
    assert codes(path) == ["MV540"]


def test_a_picture_without_sound_is_no_recording(tmp_path: Path) -> None:
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as box:
        stream = box.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    assert codes(path) == ["MV540"]


def test_silence_short_and_long_recordings_are_reported(tmp_path: Path) -> None:
    assert codes(write_pcm(tmp_path / "a.wav", tone(level=0.0))) == ["MV543"]
    assert codes(write_pcm(tmp_path / "b.wav", tone(3.0))) == ["MV542"]
    assert codes(write_pcm(tmp_path / "c.wav", tone()), longest_s=5.0) == ["MV541"]


def test_three_hours_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    # A header alone, and a hole for the samples.
    path = tmp_path / "long.wav"
    size = 3 * 3600 * 8000 * 2
    with path.open("wb") as file:
        file.write(
            struct.pack(
                "<4sI4s4sIHHIIHH4sI",
                b"RIFF",
                36 + size,
                b"WAVE",
                b"fmt ",
                16,
                1,
                1,
                8000,
                16000,
                2,
                16,
                b"data",
                size,
            )
        )
        file.truncate(44 + size)
    assert codes(path) == ["MV541"]


def test_the_form_of_a_recording_is_reported_and_used(tmp_path: Path) -> None:
    for channels, rate_hz, count in (
        (1, 22_050, 1),
        (6, 22_050, 1),
        (2, 8_000, 1),
        (1, 8_000, 2),
        (2, 22_050, 0),
    ):
        found = recording(write_pcm(tmp_path / "a.wav", tone(rate_hz=rate_hz, channels=channels), rate_hz))
        assert [finding.code for finding in found.findings] == ["MV552"] * count
        assert found.length_s == pytest.approx(LENGTH_S, abs=0.01)


def test_eight_channels_of_flac_are_read(encoded: Encode) -> None:
    found = recording(encoded(tone(channels=8), "a.flac", "flac"))
    assert (found.channel_count, [finding.code for finding in found.findings]) == (8, ["MV552"])
    stem = np.concatenate(list(recorded(found.path, 0.0, 22_050, 22_050)), axis=1)
    assert np.abs(stem).max() > 0.3
    assert found.length_s == pytest.approx(LENGTH_S, abs=0.01)


def test_samples_that_are_not_numbers_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    samples = tone(channels=1)[0]
    samples[40_000] = np.nan
    data = samples.astype("<f4").tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        3,
        1,
        22050,
        88200,
        4,
        32,
        b"data",
        len(data),
    )
    path.write_bytes(head + data)
    assert codes(path) == ["MV504"]


def test_a_file_that_was_cut_off_is_reported(tmp_path: Path, encoded: Encode) -> None:
    wav = write_pcm(tmp_path / "a.wav", tone())
    wav.write_bytes(wav.read_bytes()[:-20_000])
    assert codes(wav) == ["MV502"]
    mp3 = encoded(tone(12.0), "b.mp3", "libmp3lame")
    data = mp3.read_bytes()
    mp3.write_bytes(data[: len(data) // 2])
    assert [finding.code for finding in recording(mp3).findings] == ["MV545"]


def test_a_missing_file_a_folder_and_a_pipe_are_reported(tmp_path: Path) -> None:
    assert codes(tmp_path / "none.mp3") == ["MV001"]
    assert codes(tmp_path) == ["MV004"]
    os.mkfifo(tmp_path / "pipe.mp3")
    assert codes(tmp_path / "pipe.mp3") == ["MV004"]


def test_a_converted_recording_holds_the_same_samples_at_the_same_times(
    tmp_path: Path, encoded: Encode
) -> None:
    found = recording(encoded(tone(), "a.mp3", "libmp3lame"))
    assert needs_conversion(found)
    target, again = tmp_path / "a.flac", tmp_path / "b.flac"
    write_flac(found, target)
    write_flac(found, again)
    assert target.read_bytes() == again.read_bytes()
    count = round(found.length_s * RATE_HZ)
    mixed = np.concatenate(list(recorded(target, 0.0, count, RATE_HZ)), axis=1).mean(axis=0)
    assert np.abs(mixed - found.samples[:count]).max() < 1e-4


def test_what_is_louder_than_full_scale_is_not_clipped(tmp_path: Path, encoded: Encode) -> None:
    found = recording(encoded(tone(level=1.6), "a.m4a", "aac"))
    assert found.peak > 1.05
    write_flac(found, tmp_path / "a.flac")
    back = recording(tmp_path / "a.flac")
    assert back.peak == pytest.approx(1.0, abs=1e-3)
    assert gain_of(found) == found.peak
    assert isinstance(back, Recording) and not needs_conversion(back)
