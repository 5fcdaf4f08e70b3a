"""Controllers of MIDI channels: instrument, level, pan, pitch, pedals, and those that are not played.

Level: 40·log10(value / 127) dB for volume and expression each (General MIDI Level 2, MMA RP-024), against a
channel that is never set (volume 100, expression 127). Side: controller 10 from 1, left, to 127, right.
Pitch: the wheel in the range of registered parameter 0, by default 2 semitones, and the tunings of
parameters 1 and 2.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..model import BEND, PRESSURE
from .events import ChannelEvent, MidiFile

Steps = list[tuple[int, float]]
"""(tick, value from there on), ascending; the first at 0."""

NotPlayed = Counter[tuple[tuple[int, int] | None, str, str]]
"""The number of unplayed events by port and channel, controller number, and name."""

DRUM_CHANNEL = 9
_KEY_TOUCH, _CONTROLLER, _PROGRAM, _TOUCH, _WHEEL = 10, 11, 12, 13, 14
_DATA, _VOLUME, _PAN, _EXPRESSION, _DATA_FINE = 6, 7, 10, 11, 38
_SUSTAIN, _SOSTENUTO, _RESET = 64, 66, 121
_NRPN_FINE, _NRPN, _RPN_FINE, _RPN = 98, 99, 100, 101
_BANK, _BANK_FINE = 0, 32
_BEND_RANGE, _FINE_TUNING, _COARSE_TUNING, _NO_PARAMETER = 0, 1, 2, 0x3FFF
_NO_VALUES = {_BANK, _DATA, _BANK_FINE, _DATA_FINE, *range(96, 102), *range(120, 128)}
"""Controllers that say something else than a value over time."""
_XG_DRUMS, _XG_EFFECTS, _GM2_DRUMS = 127, 126, 120
_DEFAULT_VOLUME, _DEFAULT_EXPRESSION, _CENTRE = 100, 127, 64

# Unplayed controllers, and the value at which each has no effect.
_NOT_PLAYED = {
    1: ("modulation", 0),
    2: ("breath", 0),
    4: ("foot controller", 0),
    8: ("balance", 64),
    65: ("portamento", 0),
    67: ("soft pedal", 0),
    68: ("legato pedal", 0),
    69: ("second hold pedal", 0),
    84: ("portamento", 0),
    91: ("reverb send", 0),
    92: ("tremolo depth", 0),
    93: ("chorus send", 0),
    94: ("detune depth", 0),
    95: ("phaser depth", 0),
    **dict.fromkeys(range(70, 80), ("sound controller", 64)),
}
_GS_RESET = bytes.fromhex("41 10 42 12 40 00 7f 00")
_GS_PART = bytes.fromhex("41 10 42 12 40")
_XG_ON = bytes.fromhex("43 10 4c 00 00 7e 00")


@dataclass(slots=True)
class ChannelState:
    """One channel over time, in ticks."""

    is_rhythm: bool = False
    """Whether its keys are drums unless a program says otherwise."""
    programs: list[tuple[int, int, bool]] = field(default_factory=list)
    """(tick, program, whether its keys are drums)."""
    gain: Steps = field(default_factory=lambda: [(0, 1.0)])
    ear: Steps = field(default_factory=lambda: [(0, 0.0)])
    bend: Steps = field(default_factory=lambda: [(0, 0.0)])
    """Semitones."""
    sustain: list[tuple[int, int]] = field(default_factory=list)
    """The intervals in which the pedal is down: (from, to)."""
    sostenuto: list[tuple[int, int]] = field(default_factory=list)
    sent: dict[str, Steps] = field(default_factory=dict)
    """The values of each controller as they were sent; the first may be after 0."""

    def send(self, name: str, tick: int, value: int) -> None:
        """Notes that a controller was set."""
        _step(self.sent.setdefault(name, []), tick, float(value))

    def program_at(self, tick: int) -> tuple[int, bool]:
        """The program that plays a note, and whether it plays drums."""
        if not self.programs:
            return 0, self.is_rhythm
        index = bisect_right(self.programs, (tick, 128, True)) - 1
        # MuseScore sets the program one tick late in some exports: before the first change, its program
        # holds already.
        _, program, is_drums = self.programs[max(index, 0)]
        return program, is_drums


def channel_states(
    file: MidiFile, keys: Iterable[tuple[int, int]], not_played: NotPlayed
) -> dict[tuple[int, int], ChannelState]:
    """The channels of those ports and numbers; what is not played is counted."""
    has_gs = any(block.startswith(_GS_RESET) for _, block in file.blocks)
    rhythm = _rhythm_parts(file.blocks)
    unknown = sum(not _is_known(block) for _, block in file.blocks)
    not_played.update({(None, "", "system exclusive message"): unknown})
    states = {}
    for key in sorted(set(keys)):
        is_rhythm = rhythm.get(key[1], key[1] == DRUM_CHANNEL)
        channel = _Channel(key, is_rhythm, has_gs, not_played)
        states[key] = channel.played(file.channels.get(key, ()), file.end_tick)
    return states


def _is_known(block: bytes) -> bool:
    """Resets to General MIDI, GS and XG ask for what holds anyway; parts for drums are read."""
    is_reset = block.startswith((_GS_RESET, _XG_ON)) or (block[:1] == b"\x7e" and block[2:3] == b"\x09")
    return is_reset or _rhythm_part(block) is not None


def _rhythm_parts(blocks: Sequence[tuple[int, bytes]]) -> dict[int, bool]:
    found = (_rhythm_part(block) for _, block in blocks)
    return dict(part for part in found if part is not None)


def _rhythm_part(block: bytes) -> tuple[int, bool] | None:
    """The channel that Roland's GS makes a part for drums, or for notes: F0 41 10 42 12 40 1x 15 mm."""
    if not block.startswith(_GS_PART) or len(block) < 8 or block[5] & 0xF0 != 0x10 or block[6] != 0x15:
        return None
    part = block[5] & 15
    # Part 0 is channel 10; parts 1 to 9 are channels 1 to 9.
    return (DRUM_CHANNEL if part == 0 else part - 1 if part <= DRUM_CHANNEL else part), block[7] > 0


class _Channel:
    """The state of one channel while its events pass."""

    def __init__(self, key: tuple[int, int], is_rhythm: bool, has_gs: bool, not_played: NotPlayed) -> None:
        self.key = key
        self.is_rhythm = is_rhythm
        self.has_gs = has_gs
        self.not_played = not_played
        self.bank = [0, 0]
        self.volume, self.expression = _DEFAULT_VOLUME, _DEFAULT_EXPRESSION
        self.wheel = 0.0
        self.bend_range = [2, 0]
        self.fine, self.coarse = [64, 0], 64
        self.parameter = _NO_PARAMETER
        self.pedals: dict[int, int | None] = {_SUSTAIN: None, _SOSTENUTO: None}
        self.state = ChannelState(is_rhythm)

    def played(self, events: Sequence[ChannelEvent], end_tick: int) -> ChannelState:
        for tick, kind, first, second in events:
            if kind == _CONTROLLER:
                if first not in _NO_VALUES:
                    self.state.send(str(first), tick, second)
                self.control(tick, first, second)
            elif kind == _PROGRAM:
                self.program(tick, first)
            elif kind == _WHEEL:
                self.state.send(BEND, tick, second * 128 + first)
                self.wheel = (second * 128 + first - 8192) / 8192
                self.bent(tick)
            elif kind in (_KEY_TOUCH, _TOUCH):
                if kind == _TOUCH:
                    self.state.send(PRESSURE, tick, first)
                if second if kind == _KEY_TOUCH else first:
                    self.leave("aftertouch", PRESSURE if kind == _TOUCH else "")
        for number in self.pedals:
            self.pedal(number, end_tick, is_down=False)
        return self.state

    def control(self, tick: int, number: int, value: int) -> None:
        match number:
            case 0 | 32:
                self.bank[number == _BANK_FINE] = value
            case 7:
                self.volume = value
                self.levelled(tick)
            case 11:
                self.expression = value
                self.levelled(tick)
            case 10:
                _step(self.state.ear, tick, max(-1.0, (value - _CENTRE) / 63))
            case 64 | 66:
                self.pedal(number, tick, is_down=value >= 64)
            case 98 | 99:
                self.parameter = _NO_PARAMETER
            case 100:
                self.parameter = self.parameter & 0x3F80 | value
            case 101:
                self.parameter = self.parameter & 0x7F | value << 7
            case 6 | 38:
                self.data(tick, number == _DATA_FINE, value)
            case 121:
                self.reset(tick)
            case _:
                name, neutral = _NOT_PLAYED.get(number, ("", value))
                is_switch = 65 <= number <= 69
                if value != neutral and not (is_switch and value < 64):
                    self.leave(name, str(number))

    def leave(self, what: str, controller: str = "") -> None:
        """Counts an event that is not played; `controller` is the name under which it was sent."""
        self.not_played[self.key, controller, what] += 1

    def reset(self, tick: int) -> None:
        """Reset All Controllers: volume, side, bank and program stay (MMA RP-015)."""
        self.expression, self.wheel, self.parameter = _DEFAULT_EXPRESSION, 0.0, _NO_PARAMETER
        self.levelled(tick)
        self.bent(tick)
        for number in self.pedals:
            self.pedal(number, tick, is_down=False)

    def data(self, tick: int, is_fine: bool, value: int) -> None:
        if self.parameter == _BEND_RANGE:
            self.bend_range[is_fine] = value
        elif self.parameter == _FINE_TUNING:
            self.fine[is_fine] = value
        elif self.parameter == _COARSE_TUNING and not is_fine:
            self.coarse = value
        else:
            if self.parameter == _NO_PARAMETER and not is_fine:
                self.leave("parameter of a maker (NRPN)")
            return
        self.bent(tick)

    def program(self, tick: int, program: int) -> None:
        is_drums = self.is_rhythm
        if (self.bank[0] in (_XG_DRUMS, _XG_EFFECTS) and not self.has_gs) or self.bank[0] == _GM2_DRUMS:
            is_drums = True
        elif any(self.bank) and not is_drums and self.bank != [121, 0]:
            self.leave("bank of sounds")
        self.state.programs.append((tick, program, is_drums))

    def levelled(self, tick: int) -> None:
        level = self.volume / _DEFAULT_VOLUME * self.expression / _DEFAULT_EXPRESSION
        _step(self.state.gain, tick, level**2)

    def bent(self, tick: int) -> None:
        reach = self.bend_range[0] + self.bend_range[1] / 100
        tuned = self.coarse - 64 + (self.fine[0] * 128 + self.fine[1] - 8192) / 8192
        _step(self.state.bend, tick, self.wheel * reach + tuned)

    def pedal(self, number: int, tick: int, *, is_down: bool) -> None:
        begun = self.pedals[number]
        if is_down and begun is None:
            self.pedals[number] = tick
        elif not is_down and begun is not None:
            (self.state.sustain if number == _SUSTAIN else self.state.sostenuto).append((begun, tick))
            self.pedals[number] = None


def _step(steps: Steps, tick: int, value: float) -> None:
    """Adds a value; of several at one tick the last holds, and none that changes nothing."""
    if steps and steps[-1][0] == tick:
        steps.pop()
    if not steps or steps[-1][1] != value:
        steps.append((tick, value))


def ring_end(state: ChannelState, start: int, end: int) -> int:
    """The time at which a note held from start to end is silenced: at its end, or when a pedal lets it go."""
    ringing = end
    index = bisect_right(state.sostenuto, (end, -1)) - 1
    # The sostenuto pedal holds the notes that sound when it goes down.
    if index >= 0 and start <= state.sostenuto[index][0] < end:
        ringing = max(ringing, state.sostenuto[index][1])
    # A pedal that goes down as the key is let go comes too late.
    index = bisect_right(state.sustain, (ringing, -1)) - 1
    return max(ringing, state.sustain[index][1]) if index >= 0 else ringing
