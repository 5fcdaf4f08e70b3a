"""Text that a stranger wrote, made plain: nothing in it can write to a terminal or command a log."""

import re
import unicodedata

# A runner of GitHub's takes a line of a log for a command where it begins with :: after spaces, or holds ##[.
COMMAND = re.compile(r"^(?=\s*::)|(?<=#)(?=#\[)")


def counted(count: int, thing: str) -> str:
    """A number with its noun: 1 segment, 2 segments, 1,200 frames."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def shown(text: str) -> str:
    """One line for a terminal or a log, whatever a piece may say in it: nothing but text comes out."""
    return no_command(escaped(text))


def escaped(text: str) -> str:
    """Text with every character that is not plainly visible written as an escape; spaces stay."""
    return "".join(character if is_plain(character) else _escape(character) for character in text)


def no_command(line: str) -> str:
    """A line that no runner of GitHub takes for a command."""
    return COMMAND.sub(r"\\", line)


def is_plain(character: str) -> bool:
    """Whether a character is plainly visible: a letter, a mark, a number, punctuation, a symbol, a space."""
    return " " <= character <= "~" or unicodedata.category(character)[0] in "LMNPS"


def _escape(character: str) -> str:
    if character == "\N{NO-BREAK SPACE}":
        return " "
    number = ord(character)
    return (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
    )
