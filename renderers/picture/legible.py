"""Checks that words on the screen can be read: their letters and their contrast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import THE_MANIFEST

if TYPE_CHECKING:
    from ...compiler.plan import TitlePlan

NAMED = 5
"""The most texts that are named."""


def letters_told(titles: Sequence[TitlePlan], say: Callable[[str], None]) -> Iterator[Diagnostic]:
    """Warnings about letters that no font here has; reports an unusual font of a text."""
    from .lettering import lettering_of

    found: dict[str, Diagnostic] = {}
    said: set[str] = set()
    for title in titles:
        if title.lit:
            continue
        font = title.look.font if title.style is None else title.style.font
        for text in filter(None, (title.text, title.look.subtitle, *title.look.credits)):
            setting = lettering_of(text, font)
            if setting.replaced:
                message = f"`{text}`: {setting.remark}"
                hint = "name a font that has them: `font: fonts/NAME.ttf`, a file of the piece"
                found[text] = Diagnostic("MV651", THE_MANIFEST, message, hint, Severity.WARNING)
            elif setting.remark and setting.remark not in said:
                said.add(setting.remark)
                say(f"{text!r}: {setting.remark}")
    yield from found.values()


def hard_to_read(pairs: Iterable[Sequence[object]]) -> Iterator[Diagnostic]:
    """A warning where texts do not stand out from the picture; `pairs` are texts and their contrasts."""
    from .contrast import LEAST

    lowest: dict[str, float] = {}
    for text, ratio in pairs:
        if isinstance(text, str) and isinstance(ratio, float | int):
            lowest[text] = min(float(ratio), lowest.get(text, LEAST))
    if not lowest:
        return
    order = sorted(lowest, key=lambda text: lowest[text])
    named = ", ".join(f"`{text}` {lowest[text]:.1f}" for text in order[:NAMED])
    count = "1 text is" if len(order) == 1 else f"{len(order)} texts are"
    message = f"{count} hard to read on the picture, with a contrast below {LEAST:g}: {named}"
    hint = "for words that are sung write `background: box`; for a title another color, or no shadow"
    yield Diagnostic("MV652", THE_MANIFEST, message, hint, Severity.WARNING)
