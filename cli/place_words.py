"""Places as they can be typed without a shell taking the bar | for a pipe: 7:3 and 7.3 are 7|3."""

import re

import click

_PLACE = re.compile(r"(?P<bar>[0-9]{1,6}(?:@[0-9]{1,3})?)[:.](?P<beat>[0-9][0-9.+/ ]*)\Z", re.ASCII)
_MARK = re.compile(r"(?P<mark>@[^|@:]+):(?P<beat>[0-9][0-9.+/ ]*)\Z")


def typed_place(text: str) -> str:
    """A place of the command line as the language writes it; what is not one stays as it is."""
    written = text.strip()
    if found := _PLACE.match(written) or _MARK.match(written):
        return f"{found[1]}|{found['beat']}"
    return text


def typed_range(text: str) -> str:
    """A range of the command line as the language writes it: 6:6..7:3 is 6|6..7|3, 5-8 bars 5-8, 5 bar 5."""
    if found := re.fullmatch(r"\s*([0-9]{1,6})(?:\s*-\s*([0-9]{1,6}))?\s*", text, re.ASCII):
        return f"bars {found[1]}-{found[2]}" if found[2] else f"bars {found[1]}"
    return "..".join(map(typed_place, text.split(".."))) if text.count("..") == 1 else text


def range_callback(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """For --bars."""
    return None if text is None else typed_range(text)
