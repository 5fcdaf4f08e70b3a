"""The process that engraves: `python -m ...process OPTIONS SOURCE FOLDER` writes a page to page-1.svg and on.

It runs inside store/sandbox.py: what it reads was a stranger's score.
"""

import json
import sys
from pathlib import Path

MAX_PAGES = 500
DONE = "done"


def engrave(options: Path, source: Path, folder: Path) -> None:
    """Writes the pages, and then a file called `done`. Exits with a message where Verovio does not."""
    import verovio

    toolkit = verovio.toolkit()
    toolkit.setOptions(json.loads(options.read_text(encoding="utf-8")))
    if not toolkit.loadData(source.read_text(encoding="utf-8")):
        sys.exit("Verovio does not understand it")
    count = toolkit.getPageCount()
    if count > MAX_PAGES:
        sys.exit(f"it has {count} pages, at most {MAX_PAGES}")
    for page in range(1, count + 1):
        Path(folder, f"page-{page}.svg").write_text(toolkit.renderToSVG(page), encoding="utf-8")
    Path(folder, DONE).write_text(str(count), encoding="utf-8")


if __name__ == "__main__":
    engrave(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
