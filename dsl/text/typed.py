"""Commands for messages: quotes each word that a shell would split."""

import re
import shlex
from pathlib import Path

_PLAIN = re.compile(r"[\w@%+=:,./\\~-]+", re.ASCII)
_QUOTABLE = re.compile(r"[^\"$`\\!\x00-\x1f]+")


def typed(*words: str | Path) -> str:
    """Words as one line to type. Double quotes where they do, as PowerShell and cmd know them, too."""
    return " ".join(map(_quoted, words))


def _quoted(word: str | Path) -> str:
    text = str(word)
    if isinstance(word, Path) and text.startswith("-"):
        text = f"./{text}"
    if _PLAIN.fullmatch(text) and not ("\\" in text or text.startswith("~")):
        return text
    return f'"{text}"' if _QUOTABLE.fullmatch(text) else shlex.quote(text)
