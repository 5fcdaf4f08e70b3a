"""Make the tables of words in other languages that are sung: compiler/words/languages.zip.

    python tools/make_languages.py compiler/words/languages.zip de=DING fr=DICT it=DICT es=DICT la=DICT

DING  the file de-en of Debian's package trans-de-en 1.9-6, Frank Richter's word list (GPL-2-or-later)
DICT  a .dict.dz of Debian's packages dict-freedict-fra-eng, -ita-eng, -spa-eng and -lat-eng 2022.04.21-1
      (FreeDict, GPL-2-or-later)

A word stands for the English word that most of its entries lead to; in Ding the first translation of an
entry comes before the others, FreeDict sorts them by the alphabet. Of several, the most frequent one is
taken. It is in the table where that English word is near enough to one of the classes: words that could
show nothing are left out, so that all tables fit beside the English one. Run it again when en.zip is made
again. compiler/words/NOTICE says what this is made from.
"""

from __future__ import annotations

import gzip
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from musicvis.compiler.words.meaning import LEAST
from musicvis.compiler.words.table import english, of_word

Entry = tuple[str, list[str]]
"""A word, and its translations in the order of the dictionary."""

_ASIDE = re.compile(r"\{[^}]*\}|\([^)]*\)|\[[^\]]*\]|<[^>]*>|/[^/]*/")
_WORD = re.compile(r"[^\W\d_]{2,24}\Z")
_ENGLISH = re.compile(r"[a-z]{2,20}\Z")
_LEADING = re.compile(r"\A(?:to|an?|the) ")
_COMMON = """
unter über vor nach bei aus von zum zur durch für gegen ohne um kann kannst konnte will willst wollte
soll muss mag darf hat habe hast hatte war waren sind bin wird werde ward all alle alles wenn wann dann
da dort hier nur noch schon doch ja nein wohl weh ach was wer wo aber oder als ob bis seit mehr viel
ganz gar immer nie nimmer sans sous sur par pour mais ou donc car si bien tout tous toute plus moins
très comme quand encore jamais senza sotto sopra per tra fra ma se come quando ancora mai più tutto
tutti ogni sin bajo sobre para pero si como cuando aun nunca más todo todos cada sub super pro per sed
si quando semper nunc iam omnis omnes sic ita
"""
COMMON = frozenset(_COMMON.split())
"""Words that mean nothing to be seen, whatever noun is written like them."""
FREQUENT = {"de": 12_000}
"""More words of a language than that are left out, those with rare English words first."""


def ding(path: Path) -> Iterator[Entry]:
    """Entries of `Nacht {f} | Nächte {pl} :: night | nights`: each form with its own translations."""
    for line in path.read_text(encoding="utf-8").splitlines():
        german, found, translated = line.partition("::")
        if line.startswith("#") or not found:
            continue
        for forms, glosses in zip(german.split("|"), translated.split("|"), strict=False):
            meanings = [_ASIDE.sub("", gloss).strip() for gloss in glosses.split(";")]
            for form in forms.split(";"):
                yield _ASIDE.sub("", form).strip(), meanings


def dictd(path: Path) -> Iterator[Entry]:
    """Entries of a dictd database: a line with the word and its sounds, then lines of translations."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    word, meanings = "", []
    for line in text.splitlines():
        if "/" in line or re.search(r"<[a-z, ]+>\s*\Z", line):
            if word:
                yield word, meanings
            word, meanings = _ASIDE.sub("", line).strip(), []
        else:
            bare = re.sub(r"\A\s*\d+\.\s*", "", line)
            meanings += [_ASIDE.sub("", gloss).strip() for gloss in bare.split(",")]
    yield word, meanings


def chosen(entries: Iterable[Entry], *, is_ordered: bool) -> dict[str, str]:
    """The English word of each word that could show a class.

    is_ordered   whether the first translation of an entry is its best one
    """
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for written, meanings in entries:
        word = written.casefold()
        if not _WORD.match(word) or word in COMMON:
            continue
        glosses = [_LEADING.sub("", gloss.casefold()) for gloss in meanings]
        for place, gloss in enumerate(g for g in glosses if g):
            if _ENGLISH.match(gloss) and english().row(gloss) is not None:
                votes[word][gloss] += 1.0 / (1 + place) if is_ordered else 1.0
    found = {}
    for word, counts in votes.items():
        best = min(counts, key=lambda gloss: (-counts[gloss], _rank(gloss), gloss))
        nearest = of_word(best)
        if nearest is not None and nearest[1] >= LEAST:
            found[word] = best
    return found


def _rank(word: str) -> int:
    row = english().row(word)
    return 1 << 20 if row is None else english().ranks[row]


def main(out: str, *sources: str) -> None:
    """Write the tables; the same inputs write the same bytes."""
    readers: dict[str, Callable[[Path], Iterator[Entry]]] = defaultdict(lambda: dictd, {"de": ding})
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for source in sources:
            language, _, path = source.partition("=")
            found = chosen(readers[language](Path(path)), is_ordered=language == "de")
            kept = sorted(found, key=lambda word: (_rank(found[word]), word))[: FREQUENT.get(language)]
            lines = "".join(f"{word} {found[word]}\n" for word in sorted(kept))
            info = zipfile.ZipInfo(f"{language}.txt", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, lines.encode())
            print(f"{language}: {len(kept)} of {len(found)} words, {len(lines.encode())} bytes")
    print(f"{Path(out).stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
