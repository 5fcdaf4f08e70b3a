"""Words of other languages: which language a text is in, and the English word that a word of it stands for.

German, French, Italian, Spanish and Latin have tables of the words that can show a class, made by
tools/make_languages.py; all else goes through the English table.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .table import english, of_word

KNOWN_SHARE = 0.5
"""With less of its words in the table, a text is hardly English."""
ENGLISH = "English"
_COMMON = {
    "German": "der die das und ich du ist nicht ein mein dein wie mit den dem im zu auf so es",
    "French": "le la les et je tu est ne pas un une mon ton que dans des du il au plus",
    "Italian": "il la che e di non un una mio tuo con per del mi ti si gli amor se io",
    "Spanish": "el la que y de no un una mi tu con por los las se en yo es del lo",
    "Latin": "et in non est deus domine qui te nos sanctus gloria cum ad pro dona pacem agnus dei ora nobis",
    ENGLISH: "the and i thou you is not a my thy in of to that with as for on it me",
}
_TABLES = {"German": "de", "French": "fr", "Italian": "it", "Spanish": "es", "Latin": "la"}
_ENDINGS = {
    "de": "en: e: es: s: n: :e",
    "fr": "s: x: es: e: aux:al aux:ail",
    "it": "i:o i:e e:a a:o he:a hi:o :e :o",
    "es": "s: es: a:o as:o ces:z",
    "la": "um:us i:us o:us os:us ae:a am:a as:a arum:a orum:us a:um i:um o:um orum:um em: em:is es:is e:us"
    " u:us ibus: is: is:us",
}
"""Word endings, and the entries in the table that they may have."""
ARTICLES_END = "'"
"""In French and Italian an article is written before a word up to here: l'amour."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which words have a meaning here; `table` is empty for English."""

    name: str
    table: str = ""

    def of_word(self, word: str) -> tuple[int, float] | None:
        """The class nearest to a word, and how near it is; None where it is not known."""
        if not self.table:
            return of_word(word)
        english_word = self.translated(word)
        return None if english_word is None else of_word(english_word)

    def translated(self, word: str) -> str | None:
        """The English word for a word, or for a plainer form of it."""
        words = _words(self.table)
        bare = word.rpartition(ARTICLES_END)[2] if self.table in ("fr", "it") else word
        return next((words[form] for form in _forms(bare, self.table) if form in words), None)


def language_of(keys: Sequence[str]) -> Language | None:
    """The language of words, by the most common words of each; None for one that has no table."""
    words = dict.fromkeys(keys)
    common = {name: len(words.keys() & text.split()) for name, text in _COMMON.items()}
    name = max(common, key=lambda name: common[name])
    if common[name] > common[ENGLISH]:
        return Language(name, _TABLES[name])
    known = sum(english().row(word) is not None for word in words)
    return Language(ENGLISH) if words and known >= KNOWN_SHARE * len(words) else None


def language_names() -> str:
    """The languages that have a table, in words."""
    *first, last = (ENGLISH, *_TABLES)
    return f"{', '.join(first)} and {last}"


def _forms(word: str, table: str) -> list[str]:
    pairs = (rule.split(":") for rule in _ENDINGS[table].split())
    found = [word, *word.split("-")]
    found += [
        word.removesuffix(ending) + instead
        for ending, instead in pairs
        if word.endswith(ending) and len(word) > len(ending) + 2
    ]
    return found


@cache
def _words(table: str) -> dict[str, str]:
    data = files(__package__).joinpath("languages.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        lines = archive.read(f"{table}.txt").decode().splitlines()
    return dict(line.split(" ") for line in lines)
