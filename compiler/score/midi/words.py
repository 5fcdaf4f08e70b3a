"""The words of a MIDI file on its notes, from lyrics or karaoke texts, in any track.

A blank (or / or \\ or a line's end) before or after a syllable is a word's edge, a hyphen at its end none
(Standard MIDI Files RP-017, and the .kar files of the 1990s). A file without blanks has words alone.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .text import cleaned

_NEW_LINE = "/\\\r\n"
_BLANK = " \t\u3000"
NEAR_QN = Fraction(1, 8)
"""The largest distance of a word from its note."""


@dataclass(frozen=True, slots=True)
class Word:
    """A syllable and its place in its word: single, begin, middle or end."""

    tick: int
    text: str
    syllabic: str


def words_of(written: Sequence[tuple[int, str]]) -> list[Word]:
    """The syllables of one track, as (tick, text as written)."""
    has_blanks = any(text != text.strip(_BLANK) for _, text in written)
    found: list[tuple[int, str, bool, bool]] = []
    """(tick, text, whether an edge is before it, whether one is after it)."""
    edge = True
    for tick, text in written:
        core = text.strip(_NEW_LINE + _BLANK)
        before = edge or not has_blanks or text[:1] in _NEW_LINE + _BLANK
        hyphen = core.endswith("-") and len(core) > 1
        after = not hyphen and (not has_blanks or text[-1:] in "\r\n" + _BLANK)
        core = cleaned(core.removesuffix("-") if hyphen else core)
        if not core:
            edge = True
            continue
        if found and found[-1][3] is False and not has_blanks:
            # Only the hyphen shows that the syllable before it goes on.
            before = False
        found.append((tick, core, before, after))
        edge = after
    words = []
    for index, (tick, text, before, after) in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        begins, ends = before, after or following is None or following[2]
        kind = ("single" if ends else "begin") if begins else ("end" if ends else "middle")
        words.append(Word(tick, text, kind))
    return words


Singer = tuple[int, int]
"""A track and a channel."""


def placed_words(
    words: Sequence[Word], onsets: Mapping[Singer, Sequence[int]], near_ticks: int
) -> tuple[Singer | None, dict[int, Word], list[Word]]:
    """Assigns the words to a singer: the one with a note for most of them.

    onsets  of each singer that comes into question, in ticks, ascending, each once

    Gives the singer, the word of each of its onsets, and the words without a note.
    """
    best: tuple[Singer | None, dict[int, Word], list[Word]] = (None, {}, list(words))
    for singer, ticks in onsets.items():
        sung, lost = _on_onsets(words, ticks, near_ticks)
        if len(sung) > len(best[1]):
            best = singer, sung, lost
    return best


def _on_onsets(
    words: Sequence[Word], ticks: Sequence[int], near_ticks: int
) -> tuple[dict[int, Word], list[Word]]:
    sung: dict[int, Word] = {}
    lost = []
    for word in words:
        at = bisect_left(ticks, word.tick)
        near = [tick for tick in ticks[max(0, at - 1) : at + 1] if abs(tick - word.tick) <= near_ticks]
        free = sorted((tick for tick in near if tick not in sung), key=lambda tick: abs(tick - word.tick))
        if free:
            sung[free[0]] = word
        else:
            lost.append(word)
    return sung, lost


def singers(starts: Sequence[tuple[int, int, int]]) -> dict[Singer, list[int]]:
    """The onsets of each (track, channel), from (track, channel, tick)."""
    found: dict[Singer, set[int]] = {}
    for track, channel, tick in starts:
        found.setdefault((track, channel), set()).add(tick)
    return {singer: sorted(ticks) for singer, ticks in found.items()}


__all__ = ["NEAR_QN", "Singer", "Word", "placed_words", "singers", "words_of"]
