"""How long the live page takes to draw a piece of an hour: `python -m benchmarks.page`, `make bench-page`.

A made-up piece is put into the page in a real Chromium, and the score drawn at several zooms; each frame is
read back, so that what the browser would do later is counted, too. Needs Chromium; renders nothing. On a busy
machine the least is nearer to the truth than the median.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "watch"))

from browser import Browser, chromium  # noqa: E402

ZOOMS = {"the hour": 0.0, "10 minutes": 2.0, "2 minutes": 10.0, "1 minute": 20.0, "20 s": 60.0, "4 s": 300.0}
"""Pixels a second; 0 shows the whole piece."""

PIECE = """(() => {
  const bars = [], rows = [], segments = [], shown = [], weights = [], lanes = new Map();
  for (let k = 0; k < 1800; k += 1) {
    const s = 2 * k;
    bars.push({ bar: k + 1, pass_number: 1, s, meter: "4/4", beats: [s, s + 0.5, s + 1, s + 1.5] });
    const state = { state: "kept", level: "draft", media: "" };
    segments.push({ first: 30 * k, frames: 30, s, end_s: s + 2, name: "", key: `${k}`, ...state });
  }
  for (let r = 0; r < 8; r += 1) {
    const bus = `bus ${r + 1}`;
    const note = (k) => [k / 4, 0.24, 40 + ((k * 7 + r * 5) % 40), 30 + ((k * 13) % 90)];
    const notes = Array.from({ length: 14400 }, (_, k) => note(k));
    const values = Array.from({ length: 18001 }, (_, k) => Math.sin(k / 20 + r));
    const nodes = Array.from({ length: 900 }, (_, i) => ({
      i, s: 4 * i, v: values[20 * i], at: `${2 * i + 1}|1`, kind: "value", shape: "straight", line: i,
      writes: [], alone: [], at_pointer: "", point: `/${i}`,
    }));
    rows.push({ bus, space: "balance", ear: bus, notes, lanes: [bus], gains: [], line: 1 });
    lanes.set(bus, {
      id: bus, name: bus, label: "", file: "effects.yaml", line: 1, pointer: `/${bus}`, mirror_of: "",
      mode: "set", low: -1, high: 1, unit: "", values, own: [], nodes,
    });
  }
  for (let c = 0; c < 12; c += 1) {
    weights.push(Uint8Array.from({ length: 18000 }, (_, k) => (Math.floor(k / 40) % 12 === c ? 200 : 5)));
    shown.push({ name: `class ${c + 1}`, weights: "" });
  }
  const at = (count, make) => Array.from({ length: count }, (_, k) => make(k));
  const app = musicvis;
  app.piece = {
    ...app.piece, duration_s: 3600, bars, rows, segments, rules: [], picture_lanes: [],
    tempi: at(60, (k) => ({ s: 60 * k, quarters_per_minute: 120 + (k % 3) })),
    marks: at(60, (k) => ({ s: 60 * k, name: String.fromCharCode(65 + (k % 26)) })),
    classes: { rate_hz: 5, shown, keys: [] },
  };
  [app.lanes, app.weights, app.rate_hz, app.folded] = [lanes, weights, 5, new Set()];
  app.strip.dirty("layout");
})()"""

DRAWN = """(async () => {
  const { strip } = musicvis;
  const g = strip.canvas.lanes.getContext("2d");
  const times = [];
  for (let k = 0; k < 25; k += 1) {
    strip.see({ a: 600 + 1.7 * k, px_per_s: PX });
    strip.dirty();
    const began = performance.now();
    strip.draw();
    g.getImageData(0, 0, 1, 1);
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 20));
  }
  times.sort((a, b) => a - b);
  return [times[0], times[12], times[23], strip.width, strip.height];
})()"""


def main() -> None:
    """Print a table."""
    if chromium() is None:
        sys.exit("there is no Chromium on the path")
    command = [sys.executable, "-m", "musicvis", "watch", str(ROOT / "pieces/impassive"), "--no-open"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = subprocess.Popen(
            [*command, "--cache-dir", f"{folder}/cache"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            with Browser(Path(folder) / "profile") as page:
                page.open(address)
                page.wait("window.musicvis?.piece?.good")
                # Nothing else is rendered meanwhile.
                server.terminate()
                server.wait(20)
                report(page)
        finally:
            server.kill()
            server.wait()


def report(page: Browser) -> None:
    """Draw the piece at each zoom."""
    page.value(PIECE)
    print("in sight      least  median  most   ms a frame")
    for name, px_per_s in ZOOMS.items():
        least, middle, most, width, height = page.value(DRAWN.replace("PX", str(px_per_s)))
        print(f"{name:<12} {least:6.1f}  {middle:6.1f}  {most:4.1f}   {width} x {height} pixels")


if __name__ == "__main__":
    main()
