"""Media as the page gets it: the same frames and samples, from 0 on, exactly as long as they should be."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.watch.media import segment_media, sound_media
from numpy.typing import NDArray

RATE_HZ = 48_000


def segment(path: Path, quality: str, fps: Fraction, count: int = 8) -> Path:
    """A segment of noise."""
    dice = np.random.default_rng(1)
    with SegmentWriter(path, PictureFormat(64, 36, fps), QUALITIES[quality]) as writer:
        for _ in range(count):
            writer.write_frame(dice.integers(0, 255, (54, 64), dtype=np.uint8))
    return path


def frames(film: "Path | bytes") -> list[NDArray[np.uint8]]:
    """Every frame of a film, as decoded."""
    source = io.BytesIO(film) if isinstance(film, bytes) else str(film)
    with av.open(source) as file:
        return [frame.to_ndarray() for frame in file.decode(video=0)]


def boxes(data: bytes, *names: bytes) -> list[bytes]:
    """The contents of the boxes of ISO 14496-12 on that path."""
    found, place = [], 0
    while place + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + size]
        if name == names[0]:
            found += boxes(body, *names[1:]) if names[1:] else [body]
        place += size
    return found


def shown_first(data: bytes) -> int:
    """When the first frame is shown, in the track's time: its decode time and its own offset."""
    (times,) = boxes(data, b"moof", b"traf", b"tfdt")[:1]
    base = struct.unpack(">Q", times[4:12])[0] if times[0] else struct.unpack(">I", times[4:8])[0]
    (run,) = boxes(data, b"moof", b"traf", b"trun")[:1]
    flags = int.from_bytes(run[1:4], "big")
    place = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    place += 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400))
    return base + (struct.unpack(">i", run[place : place + 4])[0] if flags & 0x800 else 0)


@pytest.mark.parametrize("quality", ["draft", "master"])
@pytest.mark.parametrize("fps", [Fraction(15), Fraction(30_000, 1001)])
def test_a_segment_has_the_same_frames_from_the_first_moment_on(
    tmp_path: Path, quality: str, fps: Fraction
) -> None:
    path = segment(tmp_path / "segment.mp4", quality, fps)
    data = segment_media(path, 8 / fps)
    assert all(map(np.array_equal, frames(path), frames(data)))
    assert len(frames(data)) == 8
    # With B-frames, a browser shows nothing for two frames where this is not 0.
    assert shown_first(data) == 0
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.video[0]
        assert stream.time_base is not None
        packets = [packet for packet in file.demux(stream) if packet.dts is not None]
        assert sum(packet.duration or 0 for packet in packets) * stream.time_base == 8 / fps


@pytest.mark.parametrize("length_s", [Fraction(14, 15), Fraction(27, 10), Fraction(2)])
def test_the_last_frame_ends_with_the_segment(tmp_path: Path, length_s: Fraction) -> None:
    # Every third of 14 frames: five, of which the last would reach one frame too far.
    path = segment(tmp_path / "segment.mp4", "draft", Fraction(5), 5)
    data = segment_media(path, length_s)
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.video[0]
        assert stream.time_base is not None
        packets = [packet for packet in file.demux(stream) if packet.dts is not None]
        tick = stream.time_base
        end = max((packet.pts or 0) + (packet.duration or 0) for packet in packets) * tick
    assert abs(end - length_s) <= tick / 2


def test_the_header_comes_first_and_there_is_no_index_at_the_end(tmp_path: Path) -> None:
    data = segment_media(segment(tmp_path / "segment.mp4", "draft", Fraction(15)), Fraction(8, 15))
    assert boxes(data, b"moov", b"mvex") and boxes(data, b"moof")
    assert data.index(b"moov") < data.index(b"moof")


@pytest.mark.parametrize("count", [2 * RATE_HZ, 1, 4608, 4609, 1000])
def test_sound_comes_back_sample_by_sample(count: int) -> None:
    samples = np.random.default_rng(2).uniform(-1, 1, (count, 2)).astype(np.float32)
    data = sound_media(samples, RATE_HZ)
    with av.open(io.BytesIO(data)) as file:
        found = np.concatenate([block.to_ndarray().reshape(-1, 2) for block in file.decode(audio=0)])
    assert found.shape == samples.shape
    assert np.abs(found / 2.0**31 - samples).max() <= 2.0**-24
    with av.open(io.BytesIO(data)) as file:
        assert next(packet.pts for packet in file.demux(audio=0)) == 0


def test_what_is_louder_than_full_scale_is_clipped() -> None:
    data = sound_media(np.full((100, 2), 3.0, np.float32), RATE_HZ)
    with av.open(io.BytesIO(data)) as file:
        found = np.concatenate([block.to_ndarray().reshape(-1, 2) for block in file.decode(audio=0)])
    assert (found / 2.0**31).max() == pytest.approx(1.0, abs=2.0**-23)
