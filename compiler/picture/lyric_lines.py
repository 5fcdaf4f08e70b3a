"""Words that are sung as lines on the screen: where lines break, and when each word is lit."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.video import Lyrics
from ..plan import LyricStyle, Ramp, TitlePlan
from ..score.part_note import PartNote
from ..time.clock import Clock
from ..time.passage import Film
from ..words.sung import Word, sung_words

MOST_CHARACTERS = 42
"""Characters of a line: what subtitles allow, so that it can be read at a glance."""
COMMA_CHARACTERS = 18
"""A line that long breaks at a comma, too."""
REST_QN = 1
STAY_S = Fraction(1, 2)
"""The time for which a line stays after its last note."""
ROWS_MOST = 4
_STRONG, _WEAK = ".;:!?\u2026\u3002\uff01\uff1f\u061f", ",\u3001\uff0c\u060c"
_CLOSING = "\"'\u201d\u2019\u00bb)"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word and when its first note begins, in exact seconds of the piece."""

    text: str
    onset_s: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """Words that are shown together, from `start_s` up to `end_s`, on the row of their singer."""

    words: tuple[TimedWord, ...]
    start_s: Fraction
    end_s: Fraction
    row: int

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text of each word, with the space after it where its script writes one."""
        return spaced([word.text for word in self.words])

    @property
    def text(self) -> str:
        """All of it, as it is read."""
        return "".join(self.pieces)


def spaced(texts: Sequence[str]) -> tuple[str, ...]:
    """Texts with a space after each but the last; none between characters of Chinese and Japanese."""
    gaps = ["" if _is_dense(a[-1:]) and _is_dense(b[:1]) else " " for a, b in pairwise(texts)]
    return tuple(text + gap for text, gap in zip(texts, [*gaps, ""], strict=True))


def _is_dense(character: str) -> bool:
    """Whether a character belongs to a script without spaces: ideographs, kana, and their punctuation."""
    is_wide = unicodedata.east_asian_width(character) in ("W", "F") if character else False
    return is_wide and not unicodedata.name(character, "").startswith("HANGUL")


def _columns(words: Sequence[Word]) -> float:
    """The width of words in letters: 16 ideographs are as wide as a line of 42 letters."""
    text = "".join(spaced([word.text for word in words]))
    wide = sum(unicodedata.east_asian_width(character) in ("W", "F") for character in text)
    return len(text) + wide * (MOST_CHARACTERS / 16 - 1)


def lyric_lines(
    lyrics: Lyrics, notes: Sequence[PartNote], clock: Clock, findings: Findings
) -> tuple[Line, ...]:
    """The lines of the parts that are shown, by time; what several sing together is shown once."""
    globs = tuple(glob.casefold() for glob in lyrics.parts) or ("*",)
    singers: dict[tuple[str, int, int, int], list[Word]] = {}
    sung = sung_words(notes).words
    for word in sung:
        if any(fnmatchcase(word.singer[0].casefold(), glob) for glob in globs):
            singers.setdefault(word.singer, []).append(word)
    if not singers:
        message = "no words are sung in the parts that `lyrics` shows" if sung else "the score has no words"
        singing = ", ".join(dict.fromkeys(word.singer[0] for word in sung))
        hint = f"words are sung in {singing}: name one of these" if sung else "write them under its notes"
        findings.warn("MV565", lyrics.span, message, hint)
    known: set[tuple[str, Fraction]] = set()
    lines: list[Line] = []
    for words in singers.values():
        groups = [[word] for word in words] if lyrics.show == "word" else _broken(words, notes)
        made = [
            line
            for line in _timed(groups, notes, clock, lyrics.show == "line")
            if (line.text.casefold(), line.words[0].onset_s) not in known
        ]
        known |= {(line.text.casefold(), line.words[0].onset_s) for line in made}
        lines += made
    placed, without_row = _in_rows(lines)
    if without_row:
        findings.add(_crowded(without_row, lyrics, clock))
    return placed


def _crowded(lines: Sequence[Line], lyrics: Lyrics, clock: Clock) -> Diagnostic:
    """A warning: lines that have no row, and where the first of them begins."""
    first = lines[0]
    count = "1 line of words is" if len(lines) == 1 else f"{len(lines)} lines of words are"
    message = (
        f"{count} not shown: more than {ROWS_MOST} singers have other words at once; "
        f"the first is `{first.text}`"
    )
    hint = "name the parts to show under video.lyrics.part; `musicvis notes` lists the parts"
    place = clock.musical_place(clock.quarters(first.words[0].onset_s))
    return Diagnostic("MV650", lyrics.span, message, hint, Severity.WARNING, place)


def _in_rows(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Each line on the lowest row that is free; and those that find none."""
    free_s = [Fraction(-1)] * ROWS_MOST
    placed, without_row = [], []
    for line in sorted(lines, key=lambda line: line.start_s):
        row = next((row for row, end_s in enumerate(free_s) if end_s <= line.start_s), None)
        if row is not None:
            free_s[row] = line.end_s
            placed.append(replace(line, row=row))
        else:
            without_row.append(line)
    return tuple(placed), tuple(without_row)


def _broken(words: Sequence[Word], notes: Sequence[PartNote]) -> list[list[Word]]:
    """Words to lines: phrases end at punctuation and rests, long ones become lines of about one length."""
    phrases: list[list[Word]] = []
    for word in words:
        if phrases:
            phrase = phrases[-1]
            last = phrase[-1].text.rstrip(_CLOSING)[-1:]
            rest_qn = notes[word.notes[0]].note.onset_qn - _end_qn(phrase[-1], notes)
            ends = last in _STRONG or (last in _WEAK and _columns(phrase) >= COMMA_CHARACTERS)
            if not ends and rest_qn < REST_QN:
                phrase.append(word)
                continue
        phrases.append([word])
    return [line for phrase in phrases for line in _evenly(phrase)]


def _evenly(phrase: list[Word]) -> list[list[Word]]:
    """Breaks a phrase into the fewest lines that hold it, all about equally long."""
    count = ceil(_columns(phrase) / MOST_CHARACTERS)
    while True:
        lines, rest = [], phrase
        for left in range(count, 1, -1):
            goal = _columns(rest) / left
            cut = min(range(1, max(len(rest), 2)), key=lambda k: abs(_columns(rest[:k]) - goal))
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines = [line for line in (*lines, rest) if line]
        if count >= len(phrase) or all(_columns(line) <= MOST_CHARACTERS for line in lines):
            return lines
        count += 1


def _end_qn(word: Word, notes: Sequence[PartNote]) -> Fraction:
    return max(notes[i].note.onset_qn + notes[i].note.length_qn for i in word.notes)


def _timed(
    groups: Sequence[Sequence[Word]], notes: Sequence[PartNote], clock: Clock, is_early: bool
) -> list[Line]:
    """A line appears a beat before its first note, where the line before it is over by then."""
    onsets = [notes[group[0].notes[0]].note.onset_qn for group in groups]
    over_s = [clock.seconds(_end_qn(group[-1], notes)) for group in groups]
    begun_s = [clock.seconds(onset) for onset in onsets]
    starts = []
    for k, onset in enumerate(onsets):
        early_s = clock.seconds(max(onset - 1, Fraction(0))) if is_early else begun_s[k]
        before_s = over_s[k - 1] if k else Fraction(0)
        starts.append(min(max(early_s, before_s), begun_s[k]))
    lines = []
    for k, group in enumerate(groups):
        end_s = over_s[k] + STAY_S
        if k + 1 < len(groups):
            end_s = min(end_s, starts[k + 1])
        words = tuple(
            TimedWord(word.text, clock.seconds(notes[word.notes[0]].note.onset_qn)) for word in group
        )
        if end_s > starts[k]:
            lines.append(Line(words, starts[k], end_s, 0))
    return lines


def lyric_plans(
    lines: Sequence[Line], lyrics: Lyrics, film: Film, clock: Clock, root: Path
) -> tuple[TitlePlan, ...]:
    """The lines on frames: a plan for each number of lit words."""
    font = None if lyrics.font is None else root / lyrics.font
    style = LyricStyle(lyrics.place, lyrics.size, lyrics.lit, lyrics.background, font)
    shadow = "#000000" if lyrics.background == "shadow" else None
    plans = []
    for line in lines:
        fade_s = min(
            clock.duration_s(clock.quarters(line.start_s), lyrics.fade), (line.end_s - line.start_s) / 3
        )
        fade = fade_s * film.fps
        start, stop = ((t - film.start_s) * film.fps for t in (line.start_s, line.end_s))
        rise = Ramp(start, fade) if fade > 0 and lyrics.show == "line" else None
        fall = Ramp(stop - fade, fade) if fade > 0 and lyrics.show == "line" else None
        edges = [line.start_s, *(word.onset_s for word in line.words), line.end_s]
        for k, (begin_s, end_s) in enumerate(pairwise(edges)):
            lit = len("".join(line.pieces[:k]).rstrip())
            first, end = max(film.frame_at(begin_s), 0), min(film.frame_at(end_s), film.frame_count)
            if first < end:
                plans.append(
                    TitlePlan(line.text, first, end, lyrics.color, shadow, rise, fall, style, lit, line.row)
                )
    return tuple(plans)
