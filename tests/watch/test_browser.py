"""The live page in a real Chromium: it plays, follows every save, and changes a text as little as can be.

Times are printed, never asserted. Where no Chromium is on the path, all of it is skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from .browser import Browser, chromium
from .conftest import DATA

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium on the path"),
]
MANIFEST = """\
musicvis: 1
title: Waltz
score: {file: waltz.mscz, tail: 1s}
effects: effects.yaml
audio:
  buses:
    near:
      stems: [{score: waltz.mscz, gain: 70%}]
    far:
      stems: [{score: waltz.mscz, gain: -6 dB}]
visuals:
  generator: embedded
  resolution: 128
  classes: {C: seashore, D: castle, E: daisy, F: daisy, G: castle, A: monastery, B: wok, other: castle}
video: {size: 96x54, fps: 8}
"""
EFFECTS = """\
# who moves
near:
  - {at: 1|1,  to: 0.5,   shape: half_cosine}   # to the right
  - {at: 3|1,  to: -0.4,  shape: straight}      # and over
  - {at: 4|1,  hold: -0.4}
"""
SIZES = [(1440, 900), (1920, 1080), (390, 844)]
SOUND_OR_FILM = "[...document.querySelectorAll('video')].every(v => v.buffered.length === 1)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that shows the piece in `folder`."""

    page: Browser
    folder: Path
    address: str

    @property
    def effects(self) -> Path:
        return self.folder / "effects.yaml"

    def save(self, text: str) -> float:
        """Write effects.yaml as an editor would; when."""
        beside = self.folder / ".effects.yaml.tmp"
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.effects)
        return time.perf_counter()

    def point(self, at: str) -> tuple[float, float]:
        """The place of a point's handle on the lane `near`."""
        found = self.page.value(f"""(() => {{
            const {{ strip }} = musicvis;
            const item = strip.rows.items.find((one) => one.kind === "lane" && one.name === "near");
            const node = item.lane.nodes.find((one) => one.at === {json.dumps(at)});
            const box = strip.pane.getBoundingClientRect();
            const x = box.left + (node.s - strip.view.a) * strip.view.px_per_s;
            const y = box.top + item.y - strip.scroller.scrollTop + 4 + (item.h - 8) * (1 + node.v) / 2;
            return [x, y];
        }})()""")
        return found[0], found[1]

    def bar(self, index: int) -> tuple[float, float]:
        """The place on the ruler just after a bar's beginning."""
        found = self.page.value(f"""(() => {{
            const box = document.querySelector("#ruler").getBoundingClientRect();
            const {{ view }} = musicvis.strip;
            return [box.left + (musicvis.piece.bars[{index}].s - view.a) * view.px_per_s, box.top + 12];
        }})()""")
        return found[0] + 8, found[1]


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """One server and one browser for all of this file."""
    folder = tmp_path_factory.mktemp("live") / "waltz"
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "effects.yaml").write_text(EFFECTS, encoding="utf-8")
    store = tmp_path_factory.mktemp("store")
    environment = {**os.environ, "MUSICVIS_CACHE": str(store), "MUSICVIS_WEIGHTS": str(store / "none")}
    server = subprocess.Popen(
        [sys.executable, "-m", "musicvis", "watch", str(folder), "--no-open"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=folder,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        with Browser(tmp_path_factory.mktemp("profile")) as page:
            began = time.perf_counter()
            page.open(address)
            page.wait("window.musicvis?.piece?.good && document.body.dataset.state === 'good'", 60)
            page.wait(SOUND_OR_FILM)
            print(f"everything rendered after {time.perf_counter() - began:.1f} s")
            yield Shown(page, folder, address)
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def shown(open_page: Shown) -> Iterator[Shown]:
    """The page at its beginning, with the text as it was; afterwards, nothing was wrong with it."""
    page = open_page.page
    page.errors.clear()
    page.value("document.querySelectorAll('dialog[open]').forEach((one) => one.close())")
    page.resize(*SIZES[0])
    if open_page.effects.read_text(encoding="utf-8") != EFFECTS:
        open_page.save(EFFECTS)
    # Not only lanes that look like it: an edit of an older text is refused, with 409.
    digest = hashlib.sha256(EFFECTS.encode()).hexdigest()
    page.wait(f"musicvis.files.get('effects.yaml') === '{digest}' && !musicvis.edits.written.size")
    page.wait("musicvis.lanes.get('near').nodes.some((one) => one.at === '3|1' && one.v === 0.5)")
    page.wait("document.body.dataset.state === 'good'")
    page.value("musicvis.film.pause(), musicvis.transport.setLoop(null), musicvis.transport.seek(0)")
    page.value("musicvis.strip.seeAll()")
    page.value("musicvis.leave(), document.activeElement.blur()")
    page.wait("!musicvis.strip.isStale.layout && !musicvis.strip.turning")
    yield open_page
    assert page.errors == []


def test_it_plays_film_and_sound_together(shown: Shown) -> None:
    page = shown.page
    page.value("""(() => {
        const { video } = musicvis.film;
        window.seen = [];
        const note = (now, frame) => {
            seen.push([frame.mediaTime, video.currentTime + (frame.expectedDisplayTime - now) / 1000]);
            video.requestVideoFrameCallback(note);
        };
        video.requestVideoFrameCallback(note);
    })()""")
    page.press(" ")
    page.wait("musicvis.isPlaying && musicvis.s > 1.5")
    page.press(" ")
    page.wait("!musicvis.isPlaying")
    frames = page.value("seen")
    times = [frame for frame, _ in frames]
    # Of twelve frames; a busy machine shows fewer, and each at its own time.
    assert len(set(times)) >= 4
    assert all(abs(time_s * 8 - round(time_s * 8)) < 1e-3 for time_s in times)
    late = max(clock - frame for frame, clock in frames) - 1 / 8
    print(f"a frame at most {1000 * max(late, 0):.0f} ms outside its own time, {len(times)} frames")
    assert page.value("musicvis.film.tracks.sound.appended") > 0
    assert page.value("[...musicvis.mixer.meters.keys()].sort().join()") == ",far,near"


def test_arrows_go_from_bar_to_bar_and_a_typed_place_is_found(shown: Shown) -> None:
    page = shown.page
    bars = page.value("musicvis.piece.bars.map((bar) => bar.s)")
    page.press("ArrowRight")
    page.press("ArrowRight")
    assert page.value("musicvis.s") == pytest.approx(bars[2], abs=1e-3)
    page.press("ArrowLeft")
    assert page.value("musicvis.s") == pytest.approx(bars[1], abs=1e-3)
    page.press("g")
    page.type("3|2")
    page.press("Enter")
    beat = page.value("musicvis.piece.bars[2].beats[1]")
    assert page.value("musicvis.s") == pytest.approx(beat, abs=1e-3)
    page.wait("document.querySelector('#here-place').textContent === '3|2'")
    assert page.value("document.querySelector('#beat').textContent") == "2"


def test_bars_that_are_dragged_on_the_ruler_are_played_over_and_over(shown: Shown) -> None:
    page = shown.page
    first, last = shown.bar(1), shown.bar(2)
    page.drag([first, ((first[0] + last[0]) / 2, first[1]), last])
    bars = page.value("musicvis.piece.bars.map((bar) => bar.s)")
    assert page.value("musicvis.transport.loop") == pytest.approx([bars[1], bars[3]])
    # The end of the loop is near, so that we wait less.
    page.value(f"musicvis.transport.seek({bars[3] - 0.5})")
    page.press(" ")
    seen = [page.value("musicvis.s")]
    until = time.monotonic() + 20
    while not any(b < a for a, b in pairwise(seen)) and time.monotonic() < until:
        seen.append(page.value("musicvis.s"))
    page.press(" ")
    assert max(seen) < bars[3] + 0.3
    assert bars[1] - 1e-3 <= seen[-1] < bars[2]


def test_a_save_is_seen_and_the_playhead_stays(shown: Shown) -> None:
    page = shown.page
    page.value("musicvis.transport.seek(2.5)")
    sound = page.value("musicvis.mixer.sound.digest")
    saved = shown.save(EFFECTS.replace("to: 0.5, ", "to: 0.9, "))
    page.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.9)")
    print(f"save to curve: {1000 * (time.perf_counter() - saved):.0f} ms")
    page.wait(f"musicvis.mixer.sound.digest !== {json.dumps(sound)}")
    print(f"save to new sound: {1000 * (time.perf_counter() - saved):.0f} ms")
    assert page.value("musicvis.s") == pytest.approx(2.5, abs=1e-3)


def test_a_broken_text_keeps_the_film_and_says_where_it_is_broken(shown: Shown) -> None:
    page = shown.page
    shown.save(EFFECTS.replace("straight", "strait"))
    page.wait("document.body.dataset.state === 'broken'")
    said = page.value("document.querySelector('#findings').innerText")
    assert "strait" in said and "effects.yaml:4" in said
    # No editor is named: the place is copied, to be pasted into one.
    page.click("#findings .line")
    page.wait("document.querySelector('#note').textContent.startsWith('effects.yaml:4')")
    page.press(" ")
    page.wait("musicvis.isPlaying && musicvis.s > 0.3")
    assert page.value("musicvis.film.video.videoWidth") > 0
    shown.save(EFFECTS)
    page.wait("document.body.dataset.state !== 'broken'")
    assert "strait" not in page.value("document.querySelector('#findings').innerText")


def test_dragging_a_point_changes_one_number_of_the_text_and_undo_takes_it_back(shown: Shown) -> None:
    page = shown.page
    x, y = shown.point("3|1")
    page.drag([(x, y), (x, y - 10), (x, y - 30)])
    page.wait(f"musicvis.files.size && musicvis.lanes.get('near').nodes.every((one) => one.v !== {0.5})")
    was, now = EFFECTS.splitlines(), shown.effects.read_text(encoding="utf-8").splitlines()
    (changed,) = [(a, b) for a, b in zip(was, now, strict=True) if a != b]
    assert changed[0] == was[2]
    head, _, rest = changed[1].partition("to: ")
    assert changed[0].startswith(head)
    assert rest.endswith("shape: half_cosine}   # to the right")
    assert -1 <= float(rest.split(",")[0]) < 0.5
    page.wait("!document.querySelector('#undo').disabled")
    page.press("Ctrl+z")
    page.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.5)")
    assert shown.effects.read_text(encoding="utf-8") == EFFECTS


def test_a_gain_is_dragged_where_the_manifest_names_no_bus(shown: Shown) -> None:
    page, manifest = shown.page, shown.folder / "piece.yaml"
    begin, end = MANIFEST.index("audio:"), MANIFEST.index("visuals:")
    parts = "parts: {near: {tracks: Clarinet}, far: {tracks: Piano}}   # who plays\n"
    text = MANIFEST[:begin] + parts + MANIFEST[end:]

    def read(text: str) -> None:
        """Wait until the page has a whole version of this text."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        page.wait(f"musicvis.files.get('piece.yaml') === '{digest}' && !musicvis.edits.gains.size")
        page.wait("musicvis.piece.version === musicvis.edits.newest")
        page.wait("document.body.dataset.state === 'good' && !musicvis.edits.written.size")

    gain = ".gain[aria-label='gain of near']"
    says = f"document.querySelector({json.dumps(gain)}).getAttribute('aria-valuetext')"
    try:
        manifest.write_text(text, encoding="utf-8")
        read(text)
        page.wait(f"document.querySelector({json.dumps(gain)}) && {says} === '0.0 dB'")
        assert page.value("document.querySelectorAll('[role=slider]:not([aria-label])').length") == 0
        x, y = page.centre(gain)
        page.drag([(x, y), (x - 10, y), (x - 18, y)])
        written = text + "audio:\n  buses:\n    near: {gain: -3 dB}\n    far: {}\n"
        read(written)
        assert manifest.read_text(encoding="utf-8") == written
        page.wait(f"{says} === '−3.0 dB'")
        # The next gain goes into the bus that is there now.
        page.value("document.querySelector('.gain[aria-label=\"gain of far\"]').focus()")
        focused = "document.activeElement.getAttribute('aria-label')"
        assert page.value(focused) == "gain of far"
        page.press("ArrowUp")
        page.wait("musicvis.edits.gains.size", 5)
        read(written.replace("far: {}", "far: {gain: 0.5 dB}"))
        for left in (written, text):
            page.press("Ctrl+z")
            read(left)
        assert manifest.read_text(encoding="utf-8") == text
    finally:
        manifest.write_text(MANIFEST, encoding="utf-8")
    read(MANIFEST)


def test_a_text_that_changed_meanwhile_is_not_written_over(shown: Shown) -> None:
    page = shown.page
    theirs = EFFECTS + "# a thought\n"
    # What the hand took hold of is the text as it was then, however soon the page hears of the new one.
    seen = page.value("musicvis.edits.base('effects.yaml')")
    shown.save(theirs)
    change = '{changes: [{pointer: "/near/0/to", value: 0.1}]}'
    answer = page.value(f"musicvis.edits.write('effects.yaml', {change}, '{seen}')")
    said = page.value("document.querySelector('#note').textContent")
    assert shown.effects.read_text(encoding="utf-8") == theirs
    assert answer is False
    assert "changed meanwhile" in said
    # The browser's own line about the refused request.
    page.errors[:] = [line for line in page.errors if "409" not in line]


def test_everything_is_reached_and_moved_by_the_keyboard_alone(shown: Shown) -> None:
    page = shown.page
    label = "document.activeElement.getAttribute('aria-label') ?? ''"
    names: list[str] = []
    for _ in range(40):
        page.press("Tab")
        names.append(page.value(label))
        if names[-1].startswith("near, "):
            break
    assert {"Play", "Loop", "Playhead", "mute near", "solo near", "gain of near"} <= set(names)
    assert page.value("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.press("Enter")
    page.press("Tab")
    assert page.value("document.activeElement.getAttribute('role')") == "slider"
    page.press("Tab")
    assert page.value("document.activeElement.getAttribute('aria-valuetext')") == "right 0.50"
    page.press("ArrowUp")
    page.press("ArrowUp")
    assert page.value("document.activeElement.getAttribute('aria-valuetext')") == "right 0.40"
    page.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.4)")
    assert "to: 0.4, " in shown.effects.read_text(encoding="utf-8")
    # How it goes on from there is chosen without a mouse, too; the menu gives the focus back. The lane that
    # was saved is drawn anew, and its point has the focus again.
    page.wait("document.activeElement.getAttribute('aria-label') === 'near 3|1, straight'")
    page.press("c")
    page.wait("document.querySelector('#shape').open")
    assert page.value("document.activeElement.getAttribute('role')") == "menuitemradio"
    page.press("Escape")
    page.wait("!document.querySelector('#shape').open")
    page.wait("document.activeElement.getAttribute('aria-label') === 'near 3|1, straight'", 10)
    page.press("?")
    assert page.value("document.querySelector('#keys').open")
    page.press("Escape")


def test_a_shape_is_chosen_from_a_menu_and_taken_back(shown: Shown) -> None:
    page = shown.page
    x, y = shown.point("3|1")
    page.menu(x - 20, y)
    page.wait("document.querySelector('#shape').open")
    assert page.value("document.querySelector('#shape-head').textContent") == "near from 1|1"
    chosen = "document.activeElement.textContent"
    assert page.value(chosen) == "half cosine"
    assert page.value("document.activeElement.getAttribute('aria-checked')") == "true"
    page.press("ArrowDown")
    assert page.value(chosen) == "quarter sine"
    page.press("Enter")
    page.wait("musicvis.lanes.get('near').nodes[0].shape === 'quarter_sine'")
    assert shown.effects.read_text(encoding="utf-8") == EFFECTS.replace("half_cosine}  ", "quarter_sine} ")
    page.wait("!document.querySelector('#undo').disabled")
    page.press("Ctrl+z")
    page.wait("musicvis.lanes.get('near').nodes[0].shape === 'half_cosine'")
    assert shown.effects.read_text(encoding="utf-8") == EFFECTS


def test_a_point_is_put_into_a_swing_by_a_double_click(shown: Shown) -> None:
    page = shown.page
    swing = EFFECTS.replace("hold: -0.4", "via: 0.8").replace("{at: 4|1", "{at: 2@2|1")
    shown.save(swing)
    page.wait("musicvis.lanes.get('near').nodes.some((one) => one.kind === 'peak')")
    page.wait("!musicvis.strip.isStale.layout && document.body.dataset.state === 'good'")
    x, y = shown.point("2@2|1")
    page.twice(x + 60, y - 4)
    page.wait("musicvis.lanes.get('near').nodes.every((one) => one.kind !== 'peak')")
    points = [line for line in shown.effects.read_text(encoding="utf-8").splitlines() if "at:" in line]
    assert len(points) == 4 and "via" not in "".join(points)
    assert points[2].startswith("  - {at: 2@2|1,  to: ") and "half_cosine" in points[2] + points[3]


def test_two_pages_follow_one_piece_and_neither_overwrites_the_other(shown: Shown) -> None:
    page = shown.page
    with page.tab() as other:
        other.open(shown.address.split("/open")[0] + "/")
        other.wait("window.musicvis?.piece?.good && musicvis.mixer.sound")
        other.value("musicvis.transport.seek(4), musicvis.strip.seeAll()")
        page.value("musicvis.transport.seek(1)")
        shown.save(EFFECTS.replace("to: 0.5, ", "to: 0.9, "))
        for one in (page, other):
            one.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.9)")
        # Both hold the same text; the first that writes has it, and the second is told.
        change = '{{changes: [{{pointer: "/near/0/to", value: {}}}]}}'
        bases = [one.value("musicvis.edits.base('effects.yaml')") for one in (page, other)]
        assert bases[0] == bases[1]
        first, second = change.format(0.3), change.format(-0.3)
        assert other.value(f"musicvis.edits.write('effects.yaml', {first}, '{bases[1]}')") is True
        assert page.value(f"musicvis.edits.write('effects.yaml', {second}, '{bases[0]}')") is False
        assert "changed meanwhile" in page.value("document.querySelector('#note').textContent")
        assert "to: 0.3, " in shown.effects.read_text(encoding="utf-8")
        for one in (page, other):
            one.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.3)")
            one.wait("document.body.dataset.state === 'good'")
        # Neither playhead has moved, and one undo for both takes it back.
        assert [round(one.value("musicvis.s")) for one in (page, other)] == [1, 4]
        page.wait("musicvis.canUndo")
        page.press("Ctrl+z")
        other.wait("musicvis.lanes.get('near').nodes.some((one) => one.v === 0.9)")
    page.errors[:] = [line for line in page.errors if "409" not in line]


def test_the_light_scheme_is_light_and_the_canvas_with_it(shown: Shown) -> None:
    page = shown.page
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.value(background) == "rgb(23, 21, 18)"
    draws = page.value("musicvis.draws")
    try:
        page.scheme("light")
        page.wait(f"{background} === 'rgb(247, 244, 237)'")
        page.wait(f"musicvis.draws > {draws}")
        # The number of the first bar is dark now.
        ink = page.value("import('/page/ink.js').then(({ INK }) => INK.ink)")
        assert ink == "#2a251e"
    finally:
        page.scheme("dark")
        page.wait(f"{background} === 'rgb(23, 21, 18)'")


def test_every_control_has_a_name_and_events_are_announced(shown: Shown) -> None:
    page = shown.page
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    page.call("Accessibility.disable")
    controls = {"button", "slider", "textbox", "link", "menuitemradio", "option", "splitter", "progressbar"}
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") in controls
    ]
    assert len(found) > 20
    assert [role for role, name in found if not name] == []
    # Names are not given twice within a kind: each can be called by its own.
    buttons = [name for role, name in found if role == "button"]
    assert len(buttons) == len(set(buttons))
    landmarks = {node["role"]["value"] for node in nodes if "role" in node and not node.get("ignored")}
    assert {"banner", "main", "complementary", "heading", "status", "toolbar"} <= landmarks
    shown.save(EFFECTS.replace("straight", "strait"))
    page.wait("document.querySelector('#said').textContent.includes('strait')")
    shown.save(EFFECTS)
    page.wait("document.querySelector('#said').textContent.startsWith('Nothing to fix')")


def test_a_layer_has_a_row_and_points_of_its_own(shown: Shown) -> None:
    page = shown.page
    layer = "shake: {over: near, mode: add, points: [{at: 1|1, hold: 0.25}]}\n"
    shown.save(EFFECTS + layer)
    page.wait("[...musicvis.lanes.values()].some((one) => one.label === 'shake')")
    page.wait("musicvis.strip.rows.items.some((one) => one.label === '+ shake')")
    near = "musicvis.lanes.get('near')"
    assert page.value(f"{near}.values[0] - {near}.own[0]") == pytest.approx(0.25, abs=1e-3)
    page.value("musicvis.enter([...musicvis.lanes.keys()].find((id) => id.startsWith('near add')))")
    page.wait("!musicvis.strip.isStale.layout")
    page.value("document.querySelector('#nodes button').focus()")
    assert page.value("document.activeElement.getAttribute('aria-valuetext')") == "+0.25"
    page.press("ArrowDown")
    page.wait(f"{near}.values[0] - {near}.own[0] > 0.252")
    assert "points: [{at: 1|1, hold: 0.255}]}" in shown.effects.read_text(encoding="utf-8")
    page.value("musicvis.leave()")


def test_where_less_motion_is_wanted_nothing_glides(shown: Shown) -> None:
    page = shown.page
    try:
        page.scheme("dark", calm=True)
        page.value("musicvis.strip.see({ a: 0, px_per_s: 800 })")
        page.value("musicvis.transport.seek(6)")
        assert page.value("musicvis.strip.turning") is None
        assert page.value("musicvis.strip.view.a") > 3
        assert page.value("getComputedStyle(document.querySelector('#note')).transitionDuration") == "0s"
    finally:
        page.scheme("dark")


HOUR = """
(async () => {
  const { drawNotes, noteBox } = await import("/page/notes.js");
  const { pixelOf, noteInk } = await import("/page/ink.js");
  const g = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  [g.canvas.width, g.canvas.height] = [1200, 60];
  const note = (k) => [k / 4, 0.2, 40 + ((k * 7) % 40), 30 + ((k * 13) % 90)];
  const notes = Array.from({ length: 14400 }, (_, k) => note(k));
  const item = { row: { notes }, hue: 78, h: 60 };
  const shown = [];
  // Seen closely, notes are shapes; from farther away pixels, at the same places and in the same colours.
  for (const [a, px_per_s] of [[600, 60], [600, 7], [0, 0.33]]) {
    const view = { a, px_per_s };
    g.clearRect(0, 0, 1200, 60);
    const began = performance.now();
    drawNotes(g, 1200, view, item, 0);
    const took = performance.now() - began;
    let right = 0;
    let all = 0;
    for (const note of notes) {
      const [x, y, w, h] = noteBox(view, item, 0, note);
      if (x < 1 || x > 1198) continue;
      all += 1;
      const { data } = g.getImageData(Math.round(x + w / 2 - 0.5), Math.floor(y + h / 2), 1, 1);
      if (new Uint32Array(data.buffer)[0] === pixelOf(noteInk(78, note[3]))) right += 1;
      if (all === 400) break;
    }
    shown.push([all, right / all, took]);
  }
  return shown;
})()
"""


def test_thousands_of_notes_are_drawn_where_a_few_are(shown: Shown) -> None:
    few, some, all_of_them = shown.page.value(HOUR)
    print(f"notes of an hour: {few[2]:.1f}, {some[2]:.1f} and {all_of_them[2]:.1f} ms")
    assert few[:2] == [pytest.approx(80, abs=2), 1.0]
    assert some[0] > 300 and some[1] > 0.98
    # In sight as a whole, three notes in a hundred lie under others.
    assert all_of_them[0] > 300 and all_of_them[1] > 0.9


def test_solo_plays_one_bus_and_writes_no_file(shown: Shown) -> None:
    page = shown.page
    before = (shown.folder / "piece.yaml").read_bytes()
    page.click(".solo[aria-label='solo far']")
    assert page.value("document.title").startswith("solo: far")
    chunks = "musicvis.film.tracks.sound.held"
    page.wait(f"{chunks}.length && {chunks}.every((one) => one.url.endsWith('?buses=1'))")
    page.click(".solo[aria-label='solo far']")
    page.wait(f"{chunks}.length && {chunks}.every((one) => !one.url.includes('?'))")
    assert (shown.folder / "piece.yaml").read_bytes() == before


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_overlaps_or_hangs_over_the_edge(shown: Shown, width: int, height: int) -> None:
    page = shown.page
    page.resize(width, height)
    page.wait(
        f"innerWidth === {width} && musicvis.strip.width === document.querySelector('#ruler').clientWidth"
    )
    assert page.value("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width, height,
    ]  # fmt: skip
    boxes = page.value("""["#transport", "#place", "#meta", "#title", "#status", "#render", "#help", "#here",
        "#video", "#side", "#corner", "#ruler", "#rows", "#foot", "#ribbon"].map((name) => {
            const { left, top, right, bottom } = document.querySelector(name).getBoundingClientRect();
            return [name, left, top, right, bottom];
        }).filter(([, left, top, right, bottom]) => right > left && bottom > top)""")
    assert len(boxes) >= 9
    for name, left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= width + 0.5 and bottom <= height + 0.5, name
        for other, a, b, c, d in boxes:
            if name < other:
                assert right <= a + 1 or c <= left + 1 or bottom <= b + 1 or d <= top + 1, (name, other)


def test_nothing_is_drawn_while_nothing_changes_and_no_request_leaves_the_machine(shown: Shown) -> None:
    page = shown.page
    page.wait("!musicvis.isPlaying && document.body.dataset.state === 'good'")
    time.sleep(0.6)
    before = page.value("musicvis.draws")
    time.sleep(0.6)
    assert page.value("musicvis.draws") == before
    host = shown.address.split("/open")[0]
    assert [one for one in page.requests if not one.startswith((host + "/", f"blob:{host}/"))] == []
