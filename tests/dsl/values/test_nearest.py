"""The likeliest of some names, as difflib finds it, but in bounded time."""

from difflib import get_close_matches

import pytest
from musicvis.dsl.values.nearest import MOST_LETTERS, nearest

NAMES = ("vibes", "marimba", "glockenspiel", "vibraphone", "strings", "violin", "viola", "drums", "piano")


WORDS = ["vibs", "marmiba", "glockenspeil", "string", "vioin", "drum", "pianos", "xyzzy"]


@pytest.mark.parametrize("word", WORDS)
def test_the_answer_is_that_of_difflib_over_all_names(word: str) -> None:
    assert nearest(word, NAMES) == get_close_matches(word, NAMES, 1, 0.6)


def test_several_come_the_most_alike_first() -> None:
    assert nearest("violn", NAMES, 2, 0.5) == ["violin", "viola"]


def test_a_long_word_is_compared_by_its_beginning() -> None:
    assert nearest("a" * 100_000, ["a" * MOST_LETTERS + "b"]) == ["a" * MOST_LETTERS + "b"]


def test_nothing_resembles_an_empty_word_or_one_of_no_names() -> None:
    assert nearest("", NAMES) == nearest("vibes", ()) == []
