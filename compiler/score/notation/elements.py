"""Elements of a MusicXML file, made and printed."""

from decimal import Decimal, localcontext
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, indent, tostring

__all__ = ["Element", "add", "document", "number"]
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def add(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    """A new last child; `_` in the names of attributes is `-`. Characters that XML has not are left out."""
    node = SubElement(
        parent, tag, {k.rstrip("_").replace("_", "-"): _clean(v) for k, v in attributes.items()}
    )
    if text is not None:
        node.text = _clean(text)
    return node


def _clean(value: object) -> str:
    text = str(value)
    if text.isprintable():
        return text
    return "".join(
        c
        for c in text
        if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def number(value: Fraction) -> str:
    """A number as a decimal: exactly where one exists, else to 12 digits."""
    if value.denominator == 1:
        return str(value.numerator)
    with localcontext() as context:
        context.prec = 17
        text = format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
    return text if Fraction(text) == value else format(round(float(value), 12), "f")


def document(root: Element) -> str:
    """The text of a file."""
    indent(root, " ")
    return f"{_HEAD}{tostring(root, encoding='unicode')}\n"
