"""The pictures of the live page: what `musicvis watch` shows of a piece, on a laptop and on a phone.

python docs/make_watch.py [PIECE]: without an argument, the example piece. Writes docs/watch.jpg and
docs/watch-phone.jpg. Needs Chromium, and renders the piece's draft where the store does not have it.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "watch"))

from browser import Browser, chromium  # noqa: E402

LAPTOP_PX, PHONE_PX = (1440, 900), (390, 844)
SCALE = 1.5
QUALITY = 82
RENDERED_WITHIN_S = 1200.0
BAR, LOOP, SEEN = 12, (12, 13), (7, 17)
"""The bar of the playhead, the bars that are looped and those that are seen."""


def main() -> None:
    """Serve the piece, play a little of it, and photograph the page."""
    if chromium() is None:
        sys.exit("there is no Chromium on the path")
    piece = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "pieces/impassive")
    command = [sys.executable, "-m", "musicvis", "watch", piece, "--no-open"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
            Browser(Path(profile), LAPTOP_PX) as page,
        ):
            photograph(page, address)
    finally:
        server.terminate()
        server.wait(10)


def photograph(page: Browser, address: str) -> None:
    """The page at a place of the example piece, playing, with the lane of one bus open."""
    page.resize(*LAPTOP_PX, SCALE)
    page.open(address)
    page.wait("window.musicvis?.piece?.good && document.body.dataset.state === 'good'", RENDERED_WITHIN_S)
    page.wait("musicvis.mixer.meters?.size && musicvis.film.tracks.film.isFilled", RENDERED_WITHIN_S)
    page.value(f"""(() => {{
        const s = (bar) => musicvis.piece.bars.find((one) => one.bar === bar).s;
        const [a, b] = [s({SEEN[0]}), s({SEEN[1]})];
        musicvis.strip.see({{ a, px_per_s: musicvis.strip.width / (b - a) }});
        musicvis.enter(musicvis.piece.rows[1].ear);
        musicvis.transport.setLoop([s({LOOP[0]}), s({LOOP[1]})]);
        musicvis.transport.seek(s({BAR}) - 0.4);
    }})()""")
    page.press(" ")
    page.wait(f"musicvis.s > musicvis.piece.bars.find((one) => one.bar === {BAR}).s + 0.7")
    page.picture(ROOT / "docs/watch.jpg", QUALITY)
    page.press(" ")
    page.value("musicvis.enter(musicvis.piece.rows[1].ear)")
    page.resize(*PHONE_PX, SCALE)
    time.sleep(1.0)
    page.picture(ROOT / "docs/watch-phone.jpg", QUALITY)


if __name__ == "__main__":
    main()
