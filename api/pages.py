"""The pages of a score as numbered files, each with a mark by which the next export knows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..dsl.findings.diagnostics import Diagnostic
from ..dsl.findings.span import Span
from ..dsl.text.files import read_named
from ..dsl.text.folders import Folder
from ..store.writing import published
from .build_folder import BUILD
from .errors import RequestError
from .output import refuse_sources

MOST_BYTES = 64 << 20
"""No larger file is taken for a page."""
_MARK = re.compile(rb"<!-- musicvis: page ([0-9]+) of ([0-9]+) -->\n\Z")


def write_pages(target: Path, pages: Sequence[str], root: Path, sources: Sequence[Path]) -> list[Path]:
    """Write pages of SVG: one as `target`, several as NAME-1.svg and so on. Returns their paths.

    Pages of an earlier export to the same name are removed. Raises RequestError where a numbered file is
    something else: nobody has named it. In the build folder all is made by musicvis, and is replaced.
    """
    count = len(pages)
    digits = len(str(count))
    numbers = [f"-{k:0{digits}d}" for k in range(1, count + 1)] if count > 1 else [""]
    files = [target.with_stem(target.stem + number) for number in numbers]
    earlier = _earlier(target, root)
    for file in files:
        refuse_sources(file, sources)
        if count > 1 and file.exists() and file not in earlier and file.parent != root / BUILD:
            message = f"{file} exists, and is no page of an earlier export"
            raise RequestError(message, f"name another place: {count} pages become numbered files")
    for number, (file, page) in enumerate(zip(files, pages, strict=True), 1):
        with published(file, root) as partial:
            mark = f"<!-- musicvis: page {number} of {count} -->\n"
            partial.write_text(f"{page.rstrip()}\n{mark}", encoding="utf-8", newline="\n")
    for file in earlier - set(files):
        with Folder.around(file, root) as folder:
            folder.remove(file.name)
    return files


def _earlier(target: Path, root: Path) -> set[Path]:
    """The pages that an earlier export wrote for the same name, by their marks."""
    name = re.compile(re.escape(target.stem) + r"(?:-([0-9]+))?")
    found = set()
    for file in target.parent.iterdir():
        fits = name.fullmatch(file.stem) if file.suffix == target.suffix else None
        if fits is not None and _is_page(file, root, fits[1]):
            found.add(file)
    return found


def _is_page(file: Path, root: Path, number: str | None) -> bool:
    """Whether the mark of a file says that it is the page of that number, or with None the only one."""
    data = read_named(file, MOST_BYTES, Span(str(file)), root)
    mark = None if isinstance(data, Diagnostic) else _MARK.search(data[-100:])
    if mark is None:
        return False
    page, count = int(mark[1]), int(mark[2])
    return count == 1 if number is None else count > 1 and page == int(number)
