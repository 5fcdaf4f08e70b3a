"""Words of other languages: which language a text is in, and what its words stand for."""

from importlib.resources import files

import pytest
from musicvis.compiler.classes.table import imagenet
from musicvis.compiler.words.languages import language_of
from musicvis.compiler.words.meaning import language_finding, proposals
from musicvis.compiler.words.sung import Syllable, Word
from musicvis.dsl.findings.span import Span

# First lines of songs and a prayer, all of them older than 150 years.
TEXTS = {
    "German": "ich weiß nicht was soll es bedeuten dass ich so traurig bin",
    "French": "frère jacques dormez vous sonnez les matines il pleut il pleut bergère rentre tes moutons",
    "Italian": "caro mio ben credimi almen senza di te languisce il cor",
    "Spanish": "los pollitos dicen pío pío cuando tienen hambre la gallina busca el maíz",
    "Latin": "agnus dei qui tollis peccata mundi dona nobis pacem",
    "English": "the first nowell the angel did say was to certain poor shepherds in fields as they lay",
}


def words(text: str) -> list[Word]:
    return [Word((Syllable(word, k),), (k,), ("Voice", 0, 0, 0)) for k, word in enumerate(text.split())]


@pytest.mark.parametrize("name", TEXTS)
def test_a_language_is_known_by_its_common_words(name: str) -> None:
    found = language_of(TEXTS[name].split())
    assert found is not None and found.name == name
    assert language_finding(words(TEXTS[name]), Span("piece.yaml")) is None


@pytest.mark.parametrize(
    ("name", "word", "translated"),
    [
        ("German", "schnee", "snow"),
        ("German", "glocken", "bells"),
        ("German", "blum", "flower"),
        ("French", "l'église", "church"),
        ("French", "oiseaux", "bird"),
        ("Italian", "fiori", "flower"),
        ("Spanish", "castillos", "castle"),
        ("Latin", "lupum", "wolf"),
    ],
)
def test_words_and_their_forms_stand_for_english_ones(name: str, word: str, translated: str) -> None:
    language = language_of(TEXTS[name].split())
    assert language is not None and language.translated(word) == translated


def test_a_german_song_gets_classes_and_its_small_words_none() -> None:
    sung = ["die", "glocke", "unter", "der", "brücke", "und", "ich", "kann", "das", "meer", "nicht", "sehen"]
    found = {entry.word: imagenet().name(entry.index) for entry in proposals(sung)}
    assert found["meer"] == "sea" and "brücke" in found
    assert not {"die", "unter", "und", "ich", "kann", "das", "nicht"} & set(found)


def test_a_language_without_a_table_is_reported_with_those_that_have_one() -> None:
    polish = words("wlazł kotek na płotek i mruga ładna to piosenka nie długa")
    finding = language_finding(polish, Span("piece.yaml"))
    assert finding is not None and finding.code == "MV564"
    assert "English, German, French, Italian, Spanish and Latin" in finding.message
    assert "classes_by: lyric" in finding.hint and "like" in finding.hint


def test_all_tables_together_are_small_and_say_what_they_are_made_from() -> None:
    folder = files("musicvis.compiler.words")
    sizes = [len(folder.joinpath(name).read_bytes()) for name in ("en.zip", "languages.zip")]
    assert sum(sizes) <= 1_500_000
    notice = folder.joinpath("NOTICE").read_text(encoding="utf-8")
    assert "Frank Richter" in notice and "FreeDict" in notice and "GPL-2.0-or-later" in notice
