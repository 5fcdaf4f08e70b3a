"""Recognises files of other programs that are named as lanes; `musicvis import` reads them."""

import re
from collections.abc import Mapping

_PARSEQ = frozenset(("rendered_frames", "managedFields", "keyframes"))
_DEFORUM = frozenset(("animation_mode", "max_frames", "diffusion_cadence", "seed_behavior"))
_SCHEDULE = re.compile(r"\s*[0-9]{1,7}\s*:\s*\(")


def other_program(document: object) -> str | None:
    """The program, Parseq or Deforum, that wrote a document; None for any other document."""
    if not isinstance(document, Mapping):
        return None
    if len(_PARSEQ & set(document)) >= 2 or "rendered_frames" in document:
        return "a document of Parseq"
    has_schedule = any(isinstance(value, str) and _SCHEDULE.match(value) for value in document.values())
    if has_schedule or len(_DEFORUM & set(document)) >= 2:
        return "a settings file of Deforum"
    return None
