"""Which word was meant: the likeliest of some names, found in bounded time however many there are.

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
