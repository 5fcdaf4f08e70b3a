"""Finds the likeliest of some names for a misspelled word, in bounded time.

difflib compares two words in time that grows with both lengths, and a hostile piece has thousands of long
names and as many wrong ones. So names that share few pairs of letters with the word are left out first; what
is compared is a handful.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

MOST_LETTERS = 60
MOST_NAMES = 4000
COMPARED = 8


def nearest(word: str, names: Iterable[str], count: int = 1, cutoff: float = 0.6) -> list[str]:
    """Up to `count` names that resemble the word, the most alike first; `cutoff` is difflib's, 0..1."""
    known = tuple(dict.fromkeys(names))[:MOST_NAMES]
    shared: Counter[int] = Counter()
    wanted = word[:MOST_LETTERS]
    index = _index(known)
    for pair in _pairs(wanted):
        shared.update(index.get(pair, ()))
    likely = {known[number][:MOST_LETTERS]: known[number] for number, _ in shared.most_common(COMPARED)}
    return [likely[name] for name in get_close_matches(wanted, likely, count, cutoff)]


def slips_of(word: str, options: Iterable[str]) -> list[str]:
    """The options that a word of four letters or more is but for one letter or case."""
    if len(word) < 4:
        return []
    return [other for other in options if _one_apart(word.casefold(), other.casefold())]


def is_slip_of(word: str, option: str, options: Iterable[str]) -> bool:
    """Whether a word of four letters or more is one letter or case away from this option alone."""
    return slips_of(word, options) == [option]


def _one_apart(one: str, other: str) -> bool:
    """Whether two words differ by one letter: inserted, deleted, replaced, or two exchanged."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    pairs = zip(one, other, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    rest, left = one[at:], other[at:]
    exchanged = len(rest) > 1 and rest[1::-1] == left[:2] and rest[2:] == left[2:]
    return exchanged or rest[1:] == left or rest == left[1:] or rest[1:] == left[1:]


@lru_cache(maxsize=8)
def _index(names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The names, by number, in which each pair of letters and each letter occurs."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        for pair in _pairs(name[:MOST_LETTERS]):
            found[pair].append(number)
    return {pair: tuple(numbers) for pair, numbers in found.items()}


def _pairs(word: str) -> set[str]:
    framed = f"\0{word}\0"
    return {*(framed[i : i + 2] for i in range(len(framed) - 1)), *word}
