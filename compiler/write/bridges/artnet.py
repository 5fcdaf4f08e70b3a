"""Art-Net: lanes and parts as levels of DMX channels, as a recording of the packets that a desk would send.

The file is a pcap of Ethernet frames (draft-ietf-opsawg-pcap): for each frame of the film and each universe
one ArtDmx packet of Art-Net 4 (artisticlicence.com, Specification for the Art-Net 4 Ethernet Communication
Protocol), broadcast to 2.255.255.255, port 6454.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .timeline import BridgeError, Cue, Light, Timeline

if TYPE_CHECKING:
    from ....store.values.array_types import F64, U8

PORT = 6454
UNIVERSES = 32768
CHANNELS = 512
FULL = 255
_START_US = 1_000_000
"""The time of the first packet. Of a packet at 0 tcpreplay believes that it has no time."""
_OP_DMX, _PROTOCOL = 0x5000, 14
_SOURCE, _BROADCAST = bytes((2, 0, 0, 1)), bytes((2, 255, 255, 255))
_UDP, _LINK_ETHERNET, _SNAP_LENGTH = 17, 1, 65535
_WHERE = re.compile(
    r"(?:(?P<universe>[0-9]{1,5})\.)?(?P<channel>[0-9]{1,3})"
    r"(?::(?P<low>-?[0-9]{1,9}(?:\.[0-9]{1,9})?)\.\.(?P<high>-?[0-9]{1,9}(?:\.[0-9]{1,9})?))?\Z",
    re.ASCII,
)


@dataclass(frozen=True, eq=False)
class Channel:
    """One DMX channel: where it is, what it follows, which value is 0 and which is 255, its levels.

    number   1..512
    levels   one for each frame, uint8 (frames,)
    """

    universe: int
    number: int
    follows: Light
    low: float
    high: float
    levels: U8


def channels(timeline: Timeline) -> list[Channel]:
    """The channels that `timeline.lights` says, in its order.

    A light's channel is written `12`, `1.12` (universe 1) or `12:0..2` (a value of 0 is level 0, 2 is 255);
    an empty text is the channel after the one before. Where nothing else is said, a lane goes from the lowest
    to the highest value that it has in the film. A part is as bright as its loudest note, in each frame in
    which one sounds, with velocity 127 as 255.

    Raises BridgeError for a channel that is none, or is taken.
    """
    taken: set[tuple[int, int]] = set()
    found: list[Channel] = []
    following = 0, 1
    for light in timeline.lights:
        universe, number, low, high = _where(light, following)
        if universe >= UNIVERSES:
            raise BridgeError(f"there is no channel after the last one for {light.name}", "name one for it")
        if (universe, number) in taken:
            raise BridgeError(f"two lights have channel {universe}.{number}", "give each a number of its own")
        taken.add((universe, number))
        following = (universe, number + 1) if number < CHANNELS else (universe + 1, 1)
        if light.is_part:
            values, ends = _loudest(timeline.parts().get(light.name, []), timeline), (0.0, 127.0)
        else:
            values = timeline.lanes[light.name]
            ends = float(values.min()), float(values.max())
        low, high = ends if low is None or high is None else (low, high)
        shares = (values - low) / (high - low) if high != low else np.ones(values.shape)
        levels = np.rint(shares.clip(0.0, 1.0) * FULL).astype(np.uint8)
        found.append(Channel(universe, number, light, low, high, levels))
    return found


def artnet(timeline: Timeline) -> bytes:
    """The packets of `timeline.lights` as a .pcap file; every universe is sent at every frame."""
    lit = channels(timeline)
    universes = sorted({channel.universe for channel in lit})
    tables: dict[int, U8] = {}
    for universe in universes:
        width = max(channel.number for channel in lit if channel.universe == universe)
        tables[universe] = np.zeros((timeline.frame_count, width + width % 2), np.uint8)
    for channel in lit:
        tables[channel.universe][:, channel.number - 1] = channel.levels
    found = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _SNAP_LENGTH, _LINK_ETHERNET)]
    for frame in range(timeline.frame_count):
        at_us = _START_US + round(frame / timeline.fps * 1_000_000)
        # The number of a packet in its universe is 1 to 255; 0 would say that packets are not counted.
        for universe in universes:
            packet = _ethernet(_art_dmx(universe, frame % 255 + 1, tables[universe][frame].tobytes()), frame)
            found.append(struct.pack("<IIII", *divmod(at_us, 1_000_000), len(packet), len(packet)) + packet)
    return b"".join(found)


def _where(light: Light, following: tuple[int, int]) -> tuple[int, int, float | None, float | None]:
    if not light.channel:
        return *following, None, None
    written = f"{light.name}={light.channel}"
    said = _WHERE.match(light.channel)
    if said is None:
        raise BridgeError(
            f"{written} names no channel", "write 12, 1.12 for universe 1, or 12:0..2 for values 0 to 2"
        )
    universe, number = int(said["universe"] or 0), int(said["channel"])
    if universe >= UNIVERSES or not 1 <= number <= CHANNELS:
        raise BridgeError(
            f"{written}: there is no channel {universe}.{number}",
            f"a universe, 0 to {UNIVERSES - 1}, has channels 1 to {CHANNELS}",
        )
    ends = (None, None) if said["low"] is None else (float(said["low"]), float(said["high"]))
    return universe, number, *ends


def _loudest(cues: list[Cue], timeline: Timeline) -> F64:
    """The velocity of the loudest note that sounds in each frame; a note shorter than a frame lights one."""
    found = np.zeros(timeline.frame_count)
    for cue in cues:
        first, last = _frames(cue, timeline.fps)
        found[first:last] = np.maximum(found[first:last], cue.velocity)
    return found


def _frames(cue: Cue, fps: Fraction) -> tuple[int, int]:
    first = max(cue.start_s * fps // 1, 0)
    return int(first), int(max(-(-cue.end_s * fps // 1), first + 1))


def _art_dmx(universe: int, count: int, levels: bytes) -> bytes:
    """Identifier, OpCode (low byte first), version, number, physical port, universe (low byte first), length
    (high byte first), levels.
    """
    head = b"Art-Net\0" + struct.pack("<H", _OP_DMX) + struct.pack(">HBB", _PROTOCOL, count, 0)
    return head + struct.pack("<H", universe) + struct.pack(">H", len(levels)) + levels


def _ethernet(data: bytes, number: int) -> bytes:
    """A UDP datagram in IPv4 (RFC 791, RFC 768) in a broadcast Ethernet frame."""
    udp_length = 8 + len(data)
    pseudo = _SOURCE + _BROADCAST + struct.pack(">BBH", 0, _UDP, udp_length)
    udp = struct.pack(">HHH", PORT, PORT, udp_length)
    check = _checksum(pseudo + udp + b"\0\0" + data) or 0xFFFF
    ip = struct.pack(">BBHHHBB", 0x45, 0, 20 + udp_length, number % 65536, 0, 64, _UDP)
    ip += struct.pack(">H", _checksum(ip + b"\0\0" + _SOURCE + _BROADCAST)) + _SOURCE + _BROADCAST
    # From an address that is administered locally, to all.
    return b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x08\0" + ip + udp + struct.pack(">H", check) + data


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    words = np.frombuffer(data + b"\0" * (len(data) % 2), ">u2")
    total = int(words.sum(dtype=np.uint64))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
