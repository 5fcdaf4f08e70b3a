"""Art-Net: packets computed by hand, and read by Wireshark's own dissector where it is installed."""

import shutil
import struct
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.write.bridges.artnet import artnet, channels
from musicvis.compiler.write.bridges.timeline import BridgeError, Cue, Light, Timeline

TIMELINE = Timeline(
    title="Waltz",
    film="waltz.mp4",
    fps=Fraction(10),
    frame_count=4,
    bars=[],
    sections=[],
    cues=[
        Cue(Fraction(0), Fraction(3, 20), "harp", 60, 127),
        Cue(Fraction(1, 10), Fraction(1, 5), "harp", 64, 64),
        Cue(Fraction(31, 100), Fraction(32, 100), "harp", 67, 1),
    ],
    lanes={"visuals.bloom": np.array([1.0, 1.5, 2.0, 1.25])},
)


def lit(*lights: Light) -> Timeline:
    return replace(TIMELINE, lights=lights)


def test_the_first_packet_is_byte_for_byte_that_of_the_specifications() -> None:
    data = artnet(lit(Light("visuals.bloom", channel="3:0..2")))
    # pcap: microseconds, version 2.4, no zone, Ethernet.
    assert data[:24] == bytes.fromhex(
        "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000".replace(" ", "")
    )
    dmx = b"Art-Net\0" + bytes.fromhex("0050 000e 01 00 0000 0004".replace(" ", "")) + bytes((0, 0, 128, 0))
    udp = struct.pack(">HHH", 6454, 6454, 8 + len(dmx))
    packet = data[40 : 40 + 42 + len(dmx)]
    assert data[24:40] == struct.pack("<IIII", 1, 0, len(packet), len(packet))
    assert packet[:14] == b"\xff" * 6 + b"\x02\0\0\0\0\x01\x08\0"
    # Version 4, 20 bytes of header, UDP, to 2.255.255.255.
    assert packet[14] == 0x45 and packet[23] == 17 and packet[30:34] == bytes((2, 255, 255, 255))
    assert packet[34:40] == udp and packet[42:] == dmx
    # Frame 1 comes a tenth of a second later, as number 2; 1.5 of 2 is 191.
    second = data[40 + len(packet) :]
    assert struct.unpack("<II", second[:8]) == (1, 100_000)
    assert second[16 + 42 + 12] == 2 and second[16 + 42 + 18 + 2] == 191
    assert len(data) == 24 + 4 * (16 + len(packet))


def test_the_default_range_of_a_lane_is_that_of_its_values() -> None:
    (bloom,) = channels(lit(Light("visuals.bloom")))
    assert (bloom.universe, bloom.number, bloom.low, bloom.high) == (0, 1, 1.0, 2.0)
    assert bloom.levels.tolist() == [0, 128, 255, 64]


def test_a_part_is_as_bright_as_its_loudest_note_in_each_frame() -> None:
    harp = channels(lit(Light("visuals.bloom", channel="1.512"), Light("harp", is_part=True)))[1]
    # 0 to 150 ms with 127, 100 to 200 ms with 64, and a note of 10 ms in the last frame.
    assert harp.levels.tolist() == [255, 255, 0, 2]
    # After channel 512 comes channel 1 of the universe behind.
    assert (harp.universe, harp.number) == (2, 1)


@pytest.mark.parametrize("written", ["0", "513", "40000.1", "x", "1:2", "1:1..", "-1", "1:0.." + "9" * 400])
def test_an_invalid_channel_is_refused(written: str) -> None:
    with pytest.raises(BridgeError) as error:
        channels(lit(Light("visuals.bloom", channel=written)))
    assert f"visuals.bloom={written}" in f"{error.value}" and error.value.hint


def test_no_channel_comes_after_the_last_one() -> None:
    with pytest.raises(BridgeError, match="after the last one for harp"):
        channels(lit(Light("visuals.bloom", channel="32767.512"), Light("harp", is_part=True)))


def test_a_channel_is_given_once() -> None:
    with pytest.raises(BridgeError, match=r"channel 0\.7"):
        channels(lit(Light("visuals.bloom", channel="7"), Light("harp", is_part=True, channel="0.7")))


@pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark, Wireshark on the command line")
def test_wireshark_reads_every_packet(tmp_path: Path) -> None:
    path = tmp_path / "lights.pcap"
    path.write_bytes(artnet(lit(Light("visuals.bloom", channel="3:0..2"), Light("harp", True, "1.2"))))
    words = (
        "-T",
        "fields",
        "-e",
        "frame.time_epoch",
        "-e",
        "artnet.output.universe",
        "-e",
        "udp.checksum.status",
    )
    words += ("-e", "artnet.output.sequence", "-e", "udp.payload", "-o", "udp.check_checksum:TRUE")
    told = subprocess.run(["tshark", "-r", str(path), *words], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [(float(row[0]), int(row[1], 0)) for row in rows] == [
        (1 + k / 10, universe) for k in range(4) for universe in (0, 1)
    ]
    assert {row[2] for row in rows} == {"1"}  # Good
    assert [int(row[3]) for row in rows[::2]] == [1, 2, 3, 4]
    levels = [list(bytes.fromhex(row[4].replace(":", ""))[18:]) for row in rows]
    assert levels[::2] == [[0, 0, 128, 0], [0, 0, 191, 0], [0, 0, 255, 0], [0, 0, 159, 0]]
    assert levels[1::2] == [[0, 255], [0, 255], [0, 0], [0, 2]]
