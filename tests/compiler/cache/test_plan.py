"""A plan from the store is the plan that a compile makes; any change of what it was made from is noticed."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.cache import plan as kept
from musicvis.compiler.cache.plan import KeptCompilation, compile_piece_kept
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import Plan
from musicvis.compiler.sound import installed as outside
from musicvis.compiler.sound import soundfonts
from musicvis.dsl.load import load_piece
from musicvis.renderers.sound.wave import write_wav
from musicvis.store.errors import StoreError
from musicvis.store.store import Store
from musicvis.store.values.keys import digest_of

DATA = Path(__file__).parents[1] / "score/data"
ORIGINAL = Path(__file__).parents[3] / "pieces/impassive"
MANIFEST = """musicvis: 1
title: Waltz
seed: 5
score: {file: scores/waltz.mscz, tail: 2s}
audio:
  buses:
    low:
      stems:
        - {score: scores/waltz.mscz, by: fluidsynth, soundfont: GM.sf2}
        - {file: stems/low.wav, align: auto}
        - {score: scores/muted_part.mscx, by: musescore}
      chain: [{reverb: {room_size: 80%}}, {tremolo: {rate: 6 Hz, depth: 33%}}]
      space: hrtf
      sends: {room: -12 dB}
  returns: {room: {chain: [{reverb: {room_size: 80%}}], gain: 50%}}
  master: {}
effects: lanes.yaml
visuals: {weights: nets/own.safetensors, motion: {memory: motif}}
video: {size: 64x36, fps: 10, post: [{at: 1|1, for: 1s, title: Waltz}]}
"""
LANES = """low:
  - {at: 1|1, to: 0.5, shape: half_cosine}
  - {at: 3|1, hold: -1}
visuals.hue:
  - {at: 1|1, to: 90}
"""

FONT = b"RIFF\0\0\0\0sfbk"

Kept = Callable[..., KeptCompilation]


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A piece with everything that is looked for on the disk, in it and outside."""
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (tmp_path / "first", tmp_path / "second"))
    monkeypatch.setattr(outside, "INSTALLED_HEADS", (tmp_path / "a.sofa", tmp_path / "b.sofa"))
    folder = tmp_path / "piece"
    (folder / "scores").mkdir(parents=True)
    for name in ("waltz.mscz", "muted_part.mscx"):
        shutil.copy(DATA / name, folder / "scores" / name)
    (folder / "stems").mkdir()
    tone(folder / "stems/low.wav", 0.1)
    (tmp_path / "second").mkdir()
    (tmp_path / "second/GM.sf2").write_bytes(FONT)
    (tmp_path / "b.sofa").touch()
    (folder / "lanes.yaml").write_text(LANES)
    (folder / "piece.yaml").write_text(MANIFEST)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def run(piece: Path, store: Store) -> Kept:
    def compile_again(**options: Any) -> KeptCompilation:
        return compile_piece_kept(load_piece(piece, **options), (), store)

    return compile_again


def tone(path: Path, level: float, length_s: int = 20) -> None:
    write_wav(path, [np.full((48_000 * length_s, 2), level, np.float32)], 48_000)


def digest(plan: Plan | None) -> str:
    """The paths of a plan as text."""
    assert plan is not None
    return digest_of(without_paths(plan))


def without_paths(value: Any) -> Any:
    if isinstance(value, Path):
        return ("path", str(value))
    if isinstance(value, tuple):
        return [without_paths(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: without_paths(getattr(value, field.name)) for field in fields(value)}
        return {"class": type(value).__name__, **named}
    return value


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_plan_from_the_store_is_the_plan_that_a_compile_makes(run: Kept, piece: Path) -> None:
    fresh = compile_piece(load_piece(piece))
    first, second = run(), run()
    assert (first.is_from_store, second.is_from_store) == (False, True)
    assert digest(fresh.plan) == digest(first.plan) == digest(second.plan)
    # Of a score's reader, of the lint, and of a stem.
    assert {"MV458", "MV344", "MV322"} <= {finding.code for finding in fresh.diagnostics}
    assert fresh.diagnostics == first.diagnostics == second.diagnostics
    assert first.node == second.node is not None


def test_the_original_piece_comes_back_from_the_store(store: Store) -> None:
    loaded = load_piece(ORIGINAL)
    compile_piece_kept(loaded, (), store)
    again = compile_piece_kept(loaded, (), store)
    assert again.is_from_store
    assert digest(again.plan) == digest(compile_piece(loaded).plan)


def test_arrays_from_the_store_are_read_only(run: Kept) -> None:
    run()
    plan = run().plan
    assert plan is not None
    assert not plan.picture.noise.flags.writeable
    assert plan.picture.noise.dtype == np.float32


def test_a_piece_that_is_moved_finds_its_plan_with_the_paths_of_its_new_place(
    run: Kept, piece: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    moved = piece.rename(piece.with_name("elsewhere"))
    (moved / "piece.yaml").rename(moved / "other.yaml")
    monkeypatch.chdir(moved)
    for manifest in (moved / "other.yaml", Path("other.yaml")):
        loaded = load_piece(manifest)
        found = compile_piece_kept(loaded, (), store)
        fresh = compile_piece(loaded)
        assert found.is_from_store
        assert digest(found.plan) == digest(fresh.plan)
        assert found.diagnostics == fresh.diagnostics


EDITS: dict[str, Callable[[Path], Any]] = {
    "a comment in the manifest": lambda piece: replace_text(
        piece / "piece.yaml", "seed: 5", "seed: 5 # five"
    ),
    "another seed": lambda piece: replace_text(piece / "piece.yaml", "seed: 5", "seed: 6"),
    "a lane": lambda piece: replace_text(piece / "lanes.yaml", "to: 0.5", "to: 0.25"),
    "the score": lambda piece: shutil.copy(ORIGINAL / "scores/marimba.mscz", piece / "scores/waltz.mscz"),
    "bytes of a stem's score": lambda piece: replace_text(piece / "scores/muted_part.mscx", "Vibes", "Glass"),
    "a longer recording": lambda piece: tone(piece / "stems/low.wav", 0.1, 30),
    "a silent recording": lambda piece: tone(piece / "stems/low.wav", 0.0),
    "a soundfont in the piece": lambda piece: (piece / "GM.sf2").write_bytes(FONT),
    "a soundfont installed where it is found first": lambda piece: (
        (piece.parent / "first").mkdir(),
        (piece.parent / "first/GM.sf2").write_bytes(FONT),
    ),
    "a head installed where it is found first": lambda piece: (piece.parent / "a.sofa").touch(),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_changed_answer_makes_the_plan_again(run: Kept, piece: Path, edit: Callable[[Path], Any]) -> None:
    before = run()
    edit(piece)
    after = run()
    assert not after.is_from_store
    assert after.node != before.node
    fresh = compile_piece(load_piece(piece))
    assert digest(after.plan) == digest(fresh.plan)
    assert after.diagnostics == fresh.diagnostics
    assert run().is_from_store


@pytest.mark.parametrize(
    "options",
    [{"overrides": ("seed=9",)}, {"bars": "2..3"}, {"seconds": "2"}, {"size": "32x18"}, {"fps": "12"}],
    ids=str,
)
def test_an_option_makes_another_plan(run: Kept, piece: Path, options: dict[str, Any]) -> None:
    whole = run()
    other = run(**options)
    assert not other.is_from_store and other.node != whole.node
    assert run(**options).is_from_store
    assert digest(run(**options).plan) == digest(compile_piece(load_piece(piece, **options)).plan)
    assert digest(run().plan) == digest(whole.plan)


def test_a_recording_that_sounds_differently_and_is_as_long_leaves_the_plan(run: Kept, piece: Path) -> None:
    # The plan knows its header alone; its samples are read by what renders the stem.
    run()
    tone(piece / "stems/low.wav", 0.2)
    assert run().is_from_store


def test_a_score_that_is_changed_back_finds_its_plan(run: Kept, piece: Path) -> None:
    score = piece / "scores/muted_part.mscx"
    before = score.read_text()
    run()
    score.write_text(before.replace("Vibes", "Glass"))
    run()
    score.write_text(before)
    assert run().is_from_store


def test_another_compiler_makes_the_plan_again(run: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    monkeypatch.setattr(kept, "compiler_identity", lambda: "another")
    assert not run().is_from_store


def test_a_piece_with_an_error_is_not_kept_and_a_file_that_appears_mends_it(run: Kept, piece: Path) -> None:
    font = piece.parent / "second/GM.sf2"
    font.unlink()
    for _ in range(2):
        broken = run()
        assert broken.plan is None and not broken.is_from_store
        assert "MV512" in {finding.code for finding in broken.diagnostics}
    font.write_bytes(FONT)
    assert run().plan is not None


def test_a_file_that_is_gone_is_an_error_though_its_plan_is_kept(run: Kept, piece: Path) -> None:
    run()
    (piece.parent / "b.sofa").unlink()
    broken = run()
    assert broken.plan is None
    assert [finding.code for finding in broken.diagnostics if finding.severity == "error"] == ["MV520"]


def test_a_piece_that_runs_a_plugin_is_compiled_each_time(piece: Path, store: Store) -> None:
    replace_text(
        piece / "piece.yaml", "chain: [{reverb: {room_size: 80%}}, {", "chain: [{vst3: {file: A.vst3}}, {"
    )
    plugins = piece.parent / "plugins"
    (plugins / "A.vst3").mkdir(parents=True)
    for _ in range(2):
        made = compile_piece_kept(load_piece(piece), (plugins,), store)
        assert made.plan is not None and not made.is_from_store and made.node is None
    assert compile_piece_kept(load_piece(piece), (), store).plan is None


def blobs(store: Store) -> list[Path]:
    return sorted(path for path in (store.folder / "blobs").rglob("*") if path.is_file())


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


@pytest.mark.parametrize("data", [b"", b"{}", b"\x80"], ids=["empty", "other", "no text"])
def test_a_damaged_store_is_a_miss(run: Kept, store: Store, data: bytes) -> None:
    first = run()
    for path in blobs(store):
        overwrite(path, data)
    again = run()
    assert not again.is_from_store
    assert digest(again.plan) == digest(first.plan)
    assert run().is_from_store


@pytest.mark.parametrize(
    "facts",
    [{}, {"questions": "score"}, {"questions": [1]}, {"questions": ["score ../../etc/passwd"]}],
    ids=str,
)
def test_questions_of_another_form_are_a_miss(run: Kept, store: Store, piece: Path, facts: Any) -> None:
    first = run()
    for path in (store.folder / "records").rglob("*.json"):
        if (store.facts(path.stem) or {}).get("questions"):
            store.put(path.stem, {}, facts)
    again = run()
    assert not again.is_from_store and digest(again.plan) == digest(first.plan)


def test_a_whole_entry_that_holds_something_else_is_a_miss(run: Kept, store: Store) -> None:
    first = run()
    assert first.node is not None
    other = store.scratch(".json")
    other.write_text('{"fields":{},"value":[]}')
    store.put(first.node.key, {"value.json": other}, {})
    again = run()
    assert not again.is_from_store and digest(again.plan) == digest(first.plan)


def test_where_nothing_can_be_kept_the_piece_compiles(
    run: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "put", full)
    assert run().plan is not None
    monkeypatch.setattr(store, "is_read_only", True)
    made = run()
    assert made.plan is not None and not made.is_from_store


def test_a_store_that_can_only_be_read_gives_what_it_has(
    run: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(store, "is_read_only", True)
    assert run().is_from_store
    assert run(bars="2..3").plan is not None


def test_a_refusal_of_the_store_costs_no_plan(
    run: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StoreError("it is gone", "name another")

    monkeypatch.setattr(store, "scratch", refuse)
    assert run().plan is not None


def test_a_plan_from_the_store_needs_no_reader_of_scores(run: Kept, piece: Path, store: Store) -> None:
    replace_text(piece / "piece.yaml", "space: hrtf", "space: binaural")
    replace_text(piece / "piece.yaml", "by: fluidsynth, soundfont: GM.sf2", "gain: 50%")
    assert run().plan is not None
    code = (
        "import sys; from pathlib import Path\n"
        "from musicvis.compiler.cache.plan import compile_piece_kept\n"
        "from musicvis.dsl.load import load_piece\n"
        "from musicvis.store.store import Store\n"
        f"with Store(Path({str(store.folder)!r})) as store:\n"
        f"    made = compile_piece_kept(load_piece(Path({str(piece)!r})), (), store)\n"
        "assert made.is_from_store\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"music21", "mido", "torch", "scipy", "av", "musicvis.compiler.score.musescore.read"} & loaded
