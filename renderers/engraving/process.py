"""The process that engraves: `python -m ...process OPTIONS SOURCE FOLDER` writes a page to page-1.svg and on.

It runs inside store/sandbox.py: what it reads was a stranger's score.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

MAX_PAGES = 500
DONE = "done"
_MEI = "http://www.music-encoding.org/ns/mei"
_ID = "{http://www.w3.org/XML/1998/namespace}id"


def engrave(options: Path, source: Path, folder: Path) -> None:
    """Writes the pages, and then a file called `done`. Exits with a message where Verovio does not."""
    import verovio

    toolkit = verovio.toolkit()
    toolkit.setOptions(json.loads(options.read_text(encoding="utf-8")))
    text = source.read_text(encoding="utf-8")
    if not toolkit.loadData(text):
        sys.exit("Verovio does not understand it")
    if keys := different_keys(text):
        mei = with_keys(toolkit.getMEI({"removeIds": False}), keys)
        if not toolkit.loadData(mei):
            sys.exit("Verovio does not understand its keys")
    count = toolkit.getPageCount()
    if count > MAX_PAGES:
        sys.exit(f"it has {count} pages, at most {MAX_PAGES}")
    for page in range(1, count + 1):
        Path(folder, f"page-{page}.svg").write_text(toolkit.renderToSVG(page), encoding="utf-8")
    Path(folder, DONE).write_text(str(count), encoding="utf-8")


def different_keys(text: str) -> dict[str, list[int]]:
    """The keys of all staves, where one changes and not all are the same, by the id of the bar."""
    staves: list[dict[str, int]] = []
    order: list[str] = []
    for part in ElementTree.fromstring(text).iter("part"):
        count = max((int(node.text or 1) for node in part.iter("staves")), default=1)
        rows: list[dict[str, int]] = [{} for _ in range(count)]
        for measure in part.iter("measure"):
            identity = measure.get("id", "")
            if not staves and identity:
                order.append(identity)
            for key in measure.iter("key"):
                number = key.get("number")
                for row in rows if number is None else rows[int(number) - 1 : int(number)]:
                    row[identity] = int(key.findtext("fifths", "0"))
        staves += rows
    found: dict[str, list[int]] = {}
    now = [0] * len(staves)
    for index, identity in enumerate(order):
        after = [row.get(identity, key) for row, key in zip(staves, now, strict=True)]
        if index and after != now and len(set(after)) > 1:
            found[identity] = after
        now = after
    return found


def with_keys(mei: str, keys: dict[str, list[int]]) -> str:
    """A score in MEI whose staves have these keys from these bars on.

    Verovio 6.4 reads a change of key in MusicXML from the first part alone, for all of them.
    """
    ElementTree.register_namespace("", _MEI)
    root = ElementTree.fromstring(mei)
    change: ElementTree.Element | None = None
    for parent, node in list(_in_order(root)):
        if node.tag == f"{{{_MEI}}}scoreDef":
            change = node
        if node.tag != f"{{{_MEI}}}measure":
            continue
        if (row := keys.get(node.get(_ID, ""))) is not None:
            if change is None:
                change = ElementTree.Element(f"{{{_MEI}}}scoreDef")
                parent.insert(list(parent).index(node), change)
            for old in change.findall(f"{{{_MEI}}}keySig"):
                change.remove(old)
            group = ElementTree.Element(f"{{{_MEI}}}staffGrp")
            for staff, fifths in enumerate(row, start=1):
                holder = ElementTree.SubElement(group, f"{{{_MEI}}}staffDef", {"n": str(staff)})
                sign = f"{abs(fifths)}{'s' if fifths > 0 else 'f'}" if fifths else "0"
                ElementTree.SubElement(holder, f"{{{_MEI}}}keySig", {"sig": sign})
            change.insert(0, group)
        change = None
    return ElementTree.tostring(root, encoding="unicode")


def _in_order(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, ElementTree.Element]]:
    """Every element and its parent, in the order of the file."""
    for child in root:
        yield root, child
        yield from _in_order(child)


if __name__ == "__main__":
    engrave(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
