"""The table of meanings: names of classes mean them, old forms of words are found, answers are told."""

from importlib.resources import files

import pytest
from musicvis.compiler.words.meaning import class_like
from musicvis.compiler.words.table import BREEDS, forms, of_word, ranked
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span


@pytest.mark.parametrize(
    ("text", "index"), [("seashore", 978), ("the Strawberries", 949), ("grey wolf", 269), ("pug", 254)]
)
def test_a_name_of_a_class_means_it(text: str, index: int) -> None:
    assert ranked(text, 1) == [(index, 1.0)]


def test_no_breed_of_dogs_is_shown_unless_it_is_named() -> None:
    # Named after people and places: to a table of words these are a little like everything.
    assert not any(best[0] in BREEDS for word in ("thine", "hope", "forever") if (best := of_word(word)))
    assert ranked("a terrier", 1)[0][0] in BREEDS


def test_old_and_bent_forms_are_found() -> None:
    assert "over" in forms("o'er") and "berry" in forms("berries") and "love" in forms("lovest")


def test_the_class_found_by_like_is_reported_and_unknown_words_are_an_error() -> None:
    findings = Findings()
    assert class_like("the coast", Span("piece.yaml"), findings) == 978
    assert class_like("qqxzy", Span("piece.yaml"), findings) is None
    assert [finding.code for finding in findings] == ["MV561", "MV562"]
    assert "seashore" in findings[0].message


def test_the_table_is_small_and_says_what_it_is_made_from() -> None:
    folder = files("musicvis.compiler.words")
    assert len(folder.joinpath("en.zip").read_bytes()) <= 1_500_000
    assert "Apache" in folder.joinpath("NOTICE").read_text(encoding="utf-8")


def test_the_usual_name_of_a_class_comes_before_another_name_of_an_earlier_one() -> None:
    # The harmonica, 593, is a mouth harp, too.
    assert ranked("harp", 1) == [(594, 1.0)]
