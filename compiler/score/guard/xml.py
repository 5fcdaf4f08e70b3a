"""A stranger's XML as plain nodes with line numbers: no DTD, bounded depth, size and text.

expat itself limits neither depth nor count nor text, and a document type is the way in for every entity
attack, so any is refused. Nothing here recurses: a deep tree costs an error, not a stack.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from .faults import fault

MAX_DEPTH = 64
MAX_ELEMENTS = 500_000
MAX_TEXT = 1 << 20
MAX_ATTRIBUTES = 64
_CHUNK = 1 << 16


@dataclass(slots=True, eq=False)
class Node:
    """One element: tag, attributes, children, its text up to the first child, its tail after it, and its
    line.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    tail: str = ""
    children: Sequence["Node"] = ()

    def child(self, tag: str) -> "Node | None":
        """The first child of that name."""
        for node in self.children:
            if node.tag == tag:
                return node
        return None

    def each(self, tag: str) -> Iterator["Node"]:
        """All children of that name."""
        return (node for node in self.children if node.tag == tag)

    def value(self, tag: str, default: str = "") -> str:
        """The text of the first child of that name, stripped."""
        node = self.child(tag)
        return default if node is None else node.text.strip()

    def has(self, tag: str) -> bool:
        """Whether there is a child of that name."""
        return self.child(tag) is not None

    def all_text(self) -> str:
        """The text of this element and everything inside it, markup dropped."""
        pieces: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                pieces.append(item)
                continue
            pieces.append(item.text)
            for child in reversed(item.children):
                waiting.append(child.tail)
                waiting.append(child)
        return "".join(pieces).strip()


def parse_xml(
    data: bytes,
    name: str,
    document_types: tuple[str, ...] = (),
    not_read: frozenset[str] = frozenset(),
    encoding: str | None = None,
) -> Node:
    """The root of an XML document, without the elements of the names in `not_read` and all inside them.

    An `encoding` goes before the one that the document declares.

    Raises PieceError: MV404 for a document type, MV405 for a document beyond the limits, MV403 for text that
    is not well-formed XML, each with line and column.
    """
    return _Builder(name, document_types, not_read, encoding).build(data)


class _Builder:
    """Collects what expat has reported so far."""

    def __init__(
        self, name: str, document_types: tuple[str, ...], not_read: frozenset[str], encoding: str | None
    ) -> None:
        self.name = name
        self.document_types = document_types
        self.not_read = not_read
        self.skipping = 0
        """The depth inside an element that is skipped."""
        self.open: list[Node] = []
        self.siblings: list[list[Node]] = []
        self.root: Node | None = None
        self.element_count = 0
        self.text_length = 0
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def build(self, data: bytes) -> Node:
        try:
            for start in range(0, len(data), _CHUNK):
                self.parser.Parse(data[start : start + _CHUNK], False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise fault(
                "MV403",
                self.name,
                f"not well-formed XML: {reason}",
                "save the score again",
                line=error.lineno,
                column=error.offset + 1,
            ) from None
        except (ValueError, LookupError) as error:
            raise fault(
                "MV403", self.name, f"its text encoding cannot be read: {error}", "save it as UTF-8"
            ) from None
        if self.root is None:
            raise fault("MV403", self.name, "an XML file without an element")
        return self.root

    def refuse(self, code: str, message: str, hint: str = "") -> NoReturn:
        raise fault(
            code,
            self.name,
            message,
            hint,
            line=self.parser.CurrentLineNumber,
            column=self.parser.CurrentColumnNumber + 1,
        )

    def doctype(self, tag: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        # MusicXML files name their DTD; it is never fetched, and without declarations of its own it does
        # nothing.
        if has_subset or tag not in self.document_types:
            self.refuse("MV404", "a document type declaration is not allowed here", "remove <!DOCTYPE ...>")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.element_count += 1
        self.text_length = 0
        if self.element_count > MAX_ELEMENTS:
            self.refuse("MV405", f"more than {MAX_ELEMENTS} elements")
        if len(self.open) + self.skipping >= MAX_DEPTH:
            self.refuse("MV405", f"elements nested deeper than {MAX_DEPTH}")
        if len(attributes) > MAX_ATTRIBUTES:
            self.refuse("MV405", f"{len(attributes)} attributes on <{tag[:40]}>, at most {MAX_ATTRIBUTES}")
        if self.skipping or (tag in self.not_read and self.open):
            self.skipping += 1
            return
        node = Node(tag, attributes, self.parser.CurrentLineNumber)
        if self.open:
            self.siblings[-1].append(node)
        else:
            self.root = node
        self.open.append(node)
        self.siblings.append([])

    def end(self, tag: str) -> None:
        if self.skipping:
            self.skipping -= 1
            self.text_length = 0
            return
        node = self.open.pop()
        children = self.siblings.pop()
        # Most elements are leaves: an empty tuple costs nothing, half a million empty lists do.
        if children:
            node.children = children
        self.text_length = 0

    def characters(self, text: str) -> None:
        self.text_length += len(text)
        if self.text_length > MAX_TEXT:
            self.refuse("MV405", "a text longer than 1 MiB")
        if self.skipping or not self.open:
            return
        if self.siblings[-1]:
            self.siblings[-1][-1].tail += text
        else:
            self.open[-1].text += text
