"""Jumps of a MusicXML file, and the places that they go to: by <sound>, by sign, or by words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..guard.xml import Node
from ..playback.written import Jump, Place
from .bars import Bar

_DA_CAPO = re.compile(r"(d ?c|da capo)( .*)?\Z")
_DAL_SEGNO = re.compile(r"(d ?s|dal segno)( .*)?\Z")
_TO_CODA = re.compile(r"(to (the )?coda|al coda)\b.*\Z")
_JUMPS = ("dacapo", "dalsegno")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that steers the order of playing."""

    kind: str
    """segno, coda, tocoda, fine, dacapo, dalsegno or forward-repeat."""
    label: str
    place: Place
    aim: str = ""
    """The end of a jump, if its words state one: fine or coda."""


def signs_of(direction: Node, sound: Node | None, place: Place) -> list[Sign]:
    """The signs of a <direction> or <sound>; what the sound says goes before what is printed."""
    words, segno, coda = _printed(direction)
    aim = "fine" if "fine" in words else "coda" if "coda" in words else ""
    if sound is not None:
        found = _sounding(sound, place, aim)
        if found:
            return found
    plain = re.sub(r"[^a-z ]", "", words.replace(".", " ")).split()
    text = " ".join(plain)
    if _DA_CAPO.match(text):
        return [Sign("dacapo", "", place, aim)]
    if _DAL_SEGNO.match(text):
        return [Sign("dalsegno", "", place, aim)]
    if _TO_CODA.match(text) or (coda and text in ("to", "al")):
        return [Sign("tocoda", "", place)]
    if text == "fine":
        return [Sign("fine", "", place)]
    if coda or text == "coda":
        return [Sign("coda", "", place)]
    return [Sign("segno", "", place)] if segno else []


def _printed(direction: Node) -> tuple[str, bool, bool]:
    """(the words in lower case, whether a segno is drawn, whether a coda is)."""
    words: list[str] = []
    segno = coda = False
    for kind in direction.children:
        if kind.tag == "direction-type":
            for mark in kind.children:
                if mark.tag == "words":
                    words.append(mark.text[:200])
                segno |= mark.tag == "segno"
                coda |= mark.tag == "coda"
    return " ".join(words).lower(), segno, coda


def _sounding(sound: Node, place: Place, aim: str) -> list[Sign]:
    attributes = sound.attributes
    found = [Sign(key, attributes[key], place) for key in ("segno", "coda", "tocoda") if key in attributes]
    if "fine" in attributes and attributes["fine"] != "no":
        found.append(Sign("fine", "", place))
    if attributes.get("forward-repeat") == "yes":
        found.append(Sign("forward-repeat", "", place))
    if attributes.get("dacapo") == "yes":
        found.append(Sign("dacapo", "", place, aim))
    elif "dalsegno" in attributes:
        found.append(Sign("dalsegno", attributes["dalsegno"], place, aim))
    return found


def place_signs(signs: Sequence[Sign], bars: Sequence[Bar]) -> None:
    """Puts markers and jumps into the bars; several parts may write the same ones.

    A segno or coda at the end of a bar means the next one. MusicXML does not say how far a jump goes: where
    its words do not either, to the first To Coda before it and on at that coda, else to the Fine, else to the
    end.
    """
    unique = sorted(dict.fromkeys(signs), key=lambda sign: (sign.place.bar_index, sign.place.offset_qn))
    placed: list[tuple[int, Sign]] = []
    for sign in unique:
        index = sign.place.bar_index
        goes_on = sign.kind in ("segno", "coda") and sign.place.offset_qn > 0
        if goes_on and sign.place.offset_qn >= bars[index].length_qn and index + 1 < len(bars):
            index += 1
        placed.append((index, sign))
        if sign.kind == "forward-repeat":
            bars[index].repeat_start = True
        elif sign.kind not in _JUMPS:
            bars[index].markers.append(_marker(sign))
    for index, sign in placed:
        if sign.kind in _JUMPS and bars[index].jump is None:
            bars[index].jump = _jump(index, sign, placed, bars)


def _marker(sign: Sign) -> str:
    return "fine" if sign.kind == "fine" else f"{sign.kind} {sign.label}"


def _jump(index: int, sign: Sign, placed: Sequence[tuple[int, Sign]], bars: Sequence[Bar]) -> Jump:
    target = "start"
    if sign.kind == "dalsegno":
        segni = [(at, s) for at, s in placed if s.kind == "segno"]
        named = [s for _, s in segni if s.label == sign.label]
        before = [s for at, s in segni if at <= index]
        chosen = named or before[-1:] or [s for _, s in segni]
        target = _marker(chosen[0]) if chosen else "segno"
    plays_repeats = any(bar.repeats_after_jump for bar in bars)
    until, onward = _aim(index, sign, placed, bars)
    return Jump(target, until, onward, plays_repeats)


def _aim(index: int, sign: Sign, placed: Sequence[tuple[int, Sign]], bars: Sequence[Bar]) -> tuple[str, str]:
    """(marker up to which a jump plays, marker at which it goes on)."""
    codas = [(at, s) for at, s in placed if s.kind == "coda"]
    fine = any(s.kind == "fine" for _, s in placed)
    leaving = next((s for at, s in placed if s.kind == "tocoda" and at <= index), None)
    if sign.aim == "fine" and fine:
        return "fine", ""
    if leaving is not None and codas:
        labels = [s for _, s in codas if s.label == leaving.label] or [codas[0][1]]
        return _marker(leaving), _marker(labels[0])
    if sign.aim == "coda" and len(codas) > 1 and codas[0][0] < index:
        # Two coda signs: the first one is where the jump leaves. Its bar gets a marker of its own.
        leave, landing = codas[0][0] - (codas[0][1].place.offset_qn == 0), codas[-1][0]
        if 0 <= leave < landing:
            bars[leave].markers.append("tocoda of sign")
            bars[landing].markers.append("coda of sign")
            return "tocoda of sign", "coda of sign"
    return ("fine", "") if fine else ("end", "")
