"""The table of meanings: concrete words find what they name, abstract ones mostly nothing."""

from importlib.resources import files

import pytest
from musicvis.compiler.notes.classes import imagenet
from musicvis.compiler.words.meaning import LEAST, class_like
from musicvis.compiler.words.table import BREEDS, forms, of_word, ranked
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span

CONCRETE = {
    "snow": "snowplow snowmobile ski alp",
    "bird": "hummingbird quail birdhouse peacock",
    "throne": "throne",
    "bell": "bell cote|chime",
    "sea": "seashore",
    "ship": "pirate|container ship|liner|schooner|wreck",
    "ships": "pirate|container ship|liner|schooner|wreck",
    "castle": "castle",
    "apple": "Granny Smith|pomegranate|iPod|custard apple",
    "butterfly": "cabbage butterfly|monarch|sulphur butterfly|ringlet",
    "bee": "bee",
    "fox": "red fox|grey fox|Arctic fox|kit fox",
    "wolf": "timber wolf|white wolf|red wolf",
    "lion": "lion",
    "bear": "brown bear|American black bear|ice bear|sloth bear|teddy",
    "cat": "tabby|Egyptian cat|tiger cat|Persian cat",
    "eagle": "bald eagle",
    "owl": "great grey owl",
    "swan": "black swan",
    "peacock": "peacock",
    "spider": "wolf spider|garden spider|barn spider|black widow|tarantula",
    "mushroom": "mushroom",
    "volcano": "volcano",
    "mountain": "alp|volcano|mountain bike|mountain tent",
    "lake": "lakeside",
    "fountain": "fountain",
    "church": "church",
    "violin": "violin",
    "flute": "flute",
    "harp": "harp",
    "drum": "drum|steel drum",
    "trumpet": "cornet|trombone",
    "piano": "grand piano|upright",
    "candle": "candle",
    "umbrella": "umbrella",
    "bridge": "suspension bridge|steel arch bridge",
    "strawberries": "strawberry",
    "boat": "lifeboat|speedboat|fireboat|canoe|gondola",
    "snail": "snail",
    "daisy": "daisy",
}
ABSTRACT = [
    "love",
    "truth",
    "forever",
    "hope",
    "dream",
    "joy",
    "peace",
    "death",
    "time",
    "thought",
    "faith",
    "desire",
    "longing",
    "pride",
    "fate",
    "fortune",
    "silence",
    "change",
    "sorrow",
    "grief",
    "mercy",
    "glory",
    "wisdom",
    "courage",
    "shame",
    "sin",
    "grace",
    "virtue",
    "eternal",
    "thine",
]


def test_concrete_words_find_what_they_name() -> None:
    found = 0
    for word, allowed in CONCRETE.items():
        names = {imagenet().name(index) for index, _ in ranked(word, 3)}
        found += bool(names & set(allowed.split("|") if "|" in allowed else (allowed, *allowed.split())))
    assert found >= 36


def test_most_abstract_words_show_nothing() -> None:
    shown = [word for word in ABSTRACT if (best := of_word(word)) and best[1] >= LEAST]
    assert len(shown) <= 9


@pytest.mark.parametrize(
    ("text", "index"), [("seashore", 978), ("the Strawberries", 949), ("grey wolf", 269), ("pug", 254)]
)
def test_a_name_of_a_class_means_it(text: str, index: int) -> None:
    assert ranked(text, 1) == [(index, 1.0)]


def test_no_breed_of_dogs_is_shown_unless_it_is_named() -> None:
    assert not any(best[0] in BREEDS for word in ABSTRACT if (best := of_word(word)))
    assert ranked("a terrier", 1)[0][0] in BREEDS


def test_old_and_bent_forms_are_found() -> None:
    assert "over" in forms("o'er") and "berry" in forms("berries") and "love" in forms("lovest")


def test_what_like_became_is_told_and_unknown_words_are_an_error() -> None:
    findings: list[Diagnostic] = []
    assert class_like("the sea", Span("piece.yaml"), findings) == 978
    assert class_like("qqxzy", Span("piece.yaml"), findings) is None
    assert [finding.code for finding in findings] == ["MV561", "MV562"]
    assert "seashore" in findings[0].message


def test_the_table_is_small_and_says_what_it_is_made_from() -> None:
    folder = files("musicvis.compiler.words")
    assert len(folder.joinpath("en.zip").read_bytes()) <= 1_500_000
    assert "Apache" in folder.joinpath("NOTICE").read_text(encoding="utf-8")
