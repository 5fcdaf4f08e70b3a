"""Synth: notes to samples, by the instruments built in; memory does not grow with the length of the piece."""

from collections.abc import Iterator, Sequence

import numpy as np

from ....compiler.plan import ChannelPlan, SoundingNote
from ....store.values.array_types import F64
from ..block import BLOCK
from ..instruments.orchestra import voice_of
from ..instruments.voice import CHUNK, Voice
from .controlled import Controlled, controlled


def synthesised(
    notes: Sequence[SoundingNote],
    sample_count: int,
    sample_rate_hz: int,
    channels: Sequence[ChannelPlan] = (),
) -> Iterator[F64]:
    """The notes as stereo blocks, float64 (2, BLOCK), the last one shorter; sample_count samples in all.

    A note that began before the first sample is heard from there on. Each voice is cut from its own onset
    and voices are added in the order of their onsets, so the same notes give the same bits. `channels` are
    what the notes name as theirs.
    """
    waiting = sorted(
        notes, key=lambda note: (note.onset_s, note.program, note.pitch, note.velocity, note.length_s)
    )
    sounding: list[_Sounding] = []
    # A chunk that begins in this block may reach one chunk beyond it.
    buffer = np.zeros((2, BLOCK + CHUNK))
    next_note = 0
    for first in range(0, sample_count, BLOCK):
        end = min(first + BLOCK, sample_count)
        while next_note < len(waiting) and _onset(waiting[next_note], sample_rate_hz) < end:
            note = waiting[next_note]
            onset = _onset(note, sample_rate_hz)
            if note.channel is None:
                voice: Voice | Controlled = voice_of(note, sample_rate_hz)
            else:
                voice = controlled(note, channels[note.channel], onset, sample_rate_hz)
            sounding.append(_Sounding(voice, onset))
            next_note += 1
        for under_way in sounding:
            under_way.add_to(buffer, first, end)
        sounding = [under_way for under_way in sounding if not under_way.is_over]
        yield buffer[:, : end - first].copy()
        buffer[:, :CHUNK] = buffer[:, BLOCK:]
        buffer[:, CHUNK:] = 0.0


class _Sounding:
    """A voice under way: which chunk comes next."""

    __slots__ = ("chunk_count", "next_chunk", "onset", "voice")

    def __init__(self, voice: Voice | Controlled, onset: int) -> None:
        self.voice = voice
        self.onset = onset
        self.chunk_count = voice.chunk_count
        self.next_chunk = max(0, -onset // CHUNK)

    @property
    def is_over(self) -> bool:
        return self.next_chunk >= self.chunk_count

    def add_to(self, buffer: F64, first: int, end: int) -> None:
        """Adds the chunks that begin before `end` to a buffer whose sample 0 is `first`."""
        while not self.is_over and self.onset + self.next_chunk * CHUNK < end:
            start = self.onset + self.next_chunk * CHUNK - first
            samples = self.voice.chunk(self.next_chunk)
            buffer[:, max(0, start) : start + CHUNK] += samples[:, max(0, -start) :]
            self.next_chunk += 1


def _onset(note: SoundingNote, sample_rate_hz: int) -> int:
    return round(note.onset_s * sample_rate_hz)
