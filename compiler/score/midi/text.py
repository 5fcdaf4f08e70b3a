"""Decodes the texts of a MIDI file: UTF-8, or the encoding of their country.

A Standard MIDI File does not say (only a tag of RP-026 may). UTF-8 is certain where it fits. Else each
encoding in question is tried on all texts of the file at once, and judged by whether common letters of its
language come out: kana and everyday kanji, hanzi and hangul of the first level, Cyrillic words, single
accented letters among plain ones.
"""

import re
from collections.abc import Callable, Iterable

_TAG = re.compile(rb"\{@(JP|LATIN|UTF-?8)\}", re.IGNORECASE)
_TAGGED = {b"JP": "cp932", b"LATIN": "cp1252", b"UTF-8": "utf-8", b"UTF8": "utf-8"}
_CYRILLIC_WORD = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
_LETTERS = re.compile("[^\\W\\d_]+")
# By sound alone every second hanzi is some hangul: everyday syllables tell Korean from Chinese.
_HANGUL = frozenset(
    "가각간갈감강개거건걸검게겨결경계고곡공과관교구국군권귀그극근글금기김나난날남내너네녀년노는능니님다단달"
    "당대더데도동되두드든들등디때라락란람랑래러런레려력로록론료루류르른를리린림립마막만말망매머먼멜명모목몸"
    "무문물미민바박반발방배백버번벌베벨변별보복본봄부북분불브비빛사산살상새색생서석선설섬성세소속손솔송수순"
    "스슬시식신실심싱아악안알암앙애야약양어언얼엄에여역연열영예오온올와왕외요용우운울움원위유육윤으은을음응"
    "의이익인일임입자작잔장재저적전절점정제조족종좋주준중즈지직진집차찬참창채천첫청첼초총추출치친카칸커코콘"
    "쿨크클키타탄태터털테토통투트티파판팔페편평포폴표풍프플피필하학한할함합해행향허현형호혼화환황회후휘흐희히힘"
)
_MOST_JUDGED_BYTES = 8192
_LEAST_SHARE = 0.4


class Texts:
    """Decodes the texts of one file."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        foreign = [text for text in texts if any(byte > 0x7F for byte in text) and not _is_utf8(text)]
        tag = next((found for text in foreign if (found := _TAG.search(text))), None)
        self.encoding = (
            _TAGGED[tag.group(1).upper()] if tag else _likely(b"\n".join(foreign)[:_MOST_JUDGED_BYTES])
        )

    def raw(self, text: bytes) -> str:
        """The text with its blanks and line ends."""
        text = _TAG.sub(b"", text)
        if _is_utf8(text):
            return text.decode("utf-8")
        try:
            return text.decode(self.encoding)
        except UnicodeDecodeError:
            return text.decode("latin-1")

    def clean(self, text: bytes) -> str:
        """The text as one line: MuseScore ends names with NUL."""
        return cleaned(self.raw(text))


def cleaned(text: str) -> str:
    """The printable characters, without blanks around them."""
    return "".join(character for character in text if character.isprintable()).strip()


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likely(joined: bytes) -> str:
    """The encoding under which the texts look most like a language; Western European by default."""
    best, most = "cp1252", max(_western(joined), _LEAST_SHARE) if joined else 1.0
    for encoding, judge in _JUDGES.items():
        try:
            # The last character may be cut in two.
            text = joined.decode(encoding, "strict" if len(joined) < _MOST_JUDGED_BYTES else "ignore")
        except UnicodeDecodeError:
            continue
        strange = [character for character in text if character > "\x7f"]
        share = judge(text, strange) / max(1, len(strange))
        if share > most:
            best, most = encoding, share
    return best


def _western(joined: bytes) -> float:
    """The number of bytes above 127 that are single accented letters among plain ones."""
    runs = re.findall(rb"[\x80-\xff]+", joined)
    good = 0.0
    for run in runs:
        letters = sum(byte >= 0xC0 and byte not in (0xD7, 0xF7) for byte in run)
        good += letters * (0.9, 0.5, 0.1)[min(len(run), 3) - 1]
    return good / max(1, sum(map(len, runs)))


def _two_bytes(
    encoding: str, leads: range, second_from: int, worth: float
) -> Callable[[str, list[str]], float]:
    """Characters of the first level of a double-byte set: those of everyday use."""

    def judge(text: str, strange: list[str]) -> float:
        good = 0.0
        for character in strange:
            code = character.encode(encoding)
            if len(code) == 2 and code[1] >= second_from:
                good += worth if code[0] in leads else 0.5 if code[0] in (0xA1, 0xA3) else 0.1
        return good

    return judge


def _japanese(text: str, strange: list[str]) -> float:
    good = 0.0
    for character in strange:
        code = character.encode("cp932")
        if "\u3040" <= character <= "\u30ff":
            good += 1.0
        elif len(code) == 2 and (0x88 <= code[0] <= 0x97 or code[0] in (0x81, 0x82)):
            good += 0.8
        else:
            good += 0.2 if len(code) == 1 else 0.1
    return good


def _korean(text: str, strange: list[str]) -> float:
    return sum(
        0.95 if character in _HANGUL else 0.6 if "가" <= character <= "힣" else 0.1 for character in strange
    )


def _russian(text: str, strange: list[str]) -> float:
    words = [word for word in _LETTERS.findall(text) if any(c > "\x7f" for c in word)]
    return 0.7 * sum(len(word) for word in words if _CYRILLIC_WORD.fullmatch(word) and len(word) > 1)


_JUDGES: dict[str, Callable[[str, list[str]], float]] = {
    "cp932": _japanese,
    "gbk": _two_bytes("gbk", range(0xB0, 0xD8), 0xA1, 0.8),
    "euc_kr": _korean,
    "big5": _two_bytes("big5", range(0xA4, 0xC7), 0x40, 0.75),
    "cp1251": _russian,
}
