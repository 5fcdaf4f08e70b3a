"""Every field of a plan is in the key of what is made from it, or stands here with the reason why not."""

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.plan import (
    BusPlan,
    ChannelPlan,
    Curve,
    EffectPlan,
    LyricStyle,
    ClipPlan,
    OwnPicture,
    MasterPlan,
    PicturePlan,
    ReturnPlan,
    ScorePlan,
    SendPlan,
    SoundingNote,
    SoundPlan,
    Steering,
    StemPlan,
    StreamPlan,
    TitleLook,
    TitlePlan,
)
from musicvis.dsl.model.parameters import STEERED
from musicvis.renderers.generators.identity import Recipe
from musicvis.renderers.sound.mix.graph import sound_graph
from musicvis.renderers.sound.stems.stem_nodes import stem_node
from musicvis.store.file_digests import FileDigests
from musicvis.store.graph import walked
from musicvis.renderers.sound.wave import write_wav
from musicvis.renderers.film.segment_nodes import ALWAYS_READ, SegmentReads

RATE = 48_000
HALF = Curve.constant_of(0.5)
NOTE = SoundingNote(0.1, 0.3, 60, 90, 12, False)
NAME = "a name is for people, and in no key"
STREAM = StreamPlan(
    "a",
    noise=np.zeros((4, 128), np.float32),
    class_indices=np.array([0]),
    class_weights=np.full((4, 1), 0.5, np.float32),
    strength=np.ones(4, np.float32),
    across=np.zeros(4, np.float32),
    reach=0.5,
    home=0.0,
    contrast=3.0,
)
EXEMPT = {
    ("stream", "name"): "a name is for people, and in no key",
    ("stream", "class_names"): "a name is for people, and in no key",
    ("synthesised", "name"): NAME,
    ("synthesised", "file"): "with a file it is a recording, which is another kind here",
    ("synthesised", "by"): "with a program it is another kind here",
    ("synthesised", "file_offset_s"): "there is no file",
    ("synthesised", "score"): "no program plays one",
    ("synthesised", "soundfont"): "no program plays with one",
    ("synthesised", "reference"): "every bus that reads it takes it in; it is laid nowhere",
    ("synthesised", "is_aligned"): "there is no file to be moved",
    ("recorded", "name"): NAME,
    ("recorded", "notes"): "only where the file is moved to its notes",
    ("recorded", "by"): "a file is read as it is",
    ("recorded", "channels"): "a file is read as it is",
    ("recorded", "score"): "a file is read as it is",
    ("recorded", "soundfont"): "a file is read as it is",
    ("fluidsynth", "name"): NAME,
    ("fluidsynth", "score"): "FluidSynth plays notes",
    ("musescore", "name"): NAME,
    ("musescore", "soundfont"): "MuseScore brings its own sounds",
    ("musescore", "channels"): "MuseScore plays a score",
    ("title", "lit"): "of words that are sung: tried with such words below",
    ("sung", "look"): "words that are sung have a style of their own",
    ("sung", "shadow"): "words in a box have none",
    ("sung", "look"): "of titles: words that are sung go by their style",
    ("title", "row"): "of words that are sung: tried with such words below",
    ("effect", "label"): NAME,
    ("send", "to"): "which return a share goes to is tried with two returns below",
    ("return", "name"): NAME,
    ("bus", "name"): NAME,
    ("picture", "class_names"): NAME,
    ("picture", "score"): "tried with a score below",
    ("picture", "clips"): "of own videos: tried with one below",
    ("shown", "index"): "which class it is: with another one it is not seen here",
    ("shown", "name"): NAME,
    ("shown", "path"): "by the digest of its bytes",
    ("title", "lit"): "of words that are sung: tried with a style below",
    ("title", "row"): "of words that are sung: tried with a style below",
    ("picture", "class_count"): "the length of the generator's own table, which its identity stands for",
    ("picture", "weights"): "for BigGAN, by the digest of the file: tests of its films",
    ("picture", "weights_sha256"): "what the digest in the key is compared with",
    ("picture", "generator"): "for BigGAN, by its weights: tests of its films",
    **{(kind, "is_shifted"): "for a warning alone" for kind in ("synthesised", "recorded")},
    **{(kind, "is_shifted"): "for a warning alone" for kind in ("fluidsynth", "musescore")},
    **{(kind, "file"): "with a file it is a recording" for kind in ("fluidsynth", "musescore")},
    **{(kind, "by"): "another program is another kind here" for kind in ("fluidsynth", "musescore")},
    ("fluidsynth", "reference"): "it is no part of what FluidSynth plays, and laid by no one",
    ("musescore", "channels"): "MuseScore moves its notes itself",
    ("musescore", "notes"): "MuseScore plays a score; notes only where it is moved to them",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two files of each kind, not alike."""
    found = {}
    for number, name in enumerate(("one", "two")):
        tone = np.full((RATE // 10, 2), 0.1 * (number + 1), np.float32)
        write_wav(tmp_path / f"{name}.wav", [tone], RATE)
        (tmp_path / f"{name}.bin").write_bytes(name.encode())
        found |= {f"{name} wav": tmp_path / f"{name}.wav", f"{name} bin": tmp_path / f"{name}.bin"}
    return found


def stems(files: dict[str, Path]) -> dict[str, StemPlan]:
    played = {"notes": (NOTE,), "gain": 0.5, "name": "a"}
    return {
        "synthesised": StemPlan(**played),
        "recorded": StemPlan("a", 0.5, file=files["one wav"], reference=(NOTE,)),
        "fluidsynth": StemPlan(**played, by="fluidsynth", soundfont=files["one bin"]),
        "musescore": StemPlan(**played, by="musescore", score=files["one bin"]),
    }


def moved(name: str) -> Steering:
    return Steering.of({name: np.full(4, 0.25, np.float32)})


def changed(value: Any, name: str, files: dict[str, Path]) -> Any:
    """Another value of the same kind."""
    others: dict[str, Any] = {
        "notes": (replace(NOTE, pitch=61),),
        "reference": (replace(NOTE, pitch=61),),
        "chain": (),
        "stems": (StemPlan("b", 0.25, (NOTE,)),),
        "sends": (),
        "buses": (),
        "returns": (),
        "constants": (("room_size", 0.25),),
        "automation": (("room_size", Curve.constant_of(0.1)),),
        "settings": (("x", 1.0),),
        "master": MasterPlan(-20.0),
        "space": "binaural",
        "level": "stem",
        "plugin": "gain",
        "titles": (TitlePlan("b", 0, 2, "#ffffff", None),),
        "class_indices": np.array([1]),
        "sha256": "1" * 64,
        "clip": ClipPlan(0.0, 1.0, True, "hold"),
        "pictures": (OwnPicture(0, "a.png", files["one bin"], "0" * 64),),
        "channels": (ChannelPlan(((0.0, 0.5),), ((0.0, 0.0),), ((0.0, 0.0),)),),
        "quality": "draft",
        "look": TitleLook(subtitle="b"),
        "style": LyricStyle("middle", 0.1, "#ff0000", "none"),
        "look": TitleLook("below"),
        "shadow": "#000000",
        "color": "#ff0000",
        "loudness_lufs": -9.0,
        "channels": (
            ChannelPlan(
                (),
                (),
                ((0.0, 0.25)),
            )
        ),
        "quality": "draft",
        "style": LyricStyle("top", 0.05, "#ffffff", "box"),
        "streams": (STREAM,),
        "steering": moved("zoom"),
        "lights": np.array([[0, 0, 0.5, 0.5, 0.1, 1, -1, -1, -1]], np.float32),
    }
    if name in others:
        return others[name]
    if name in ("file", "soundfont", "score", "preset", "sofa", "weights"):
        return files["two wav"] if name == "file" else files["two bin"]
    if value is None or isinstance(value, Curve):
        is_per_frame = name in ("truncation", "hue_deg")
        return np.full(4, 0.25, np.float32) if is_per_frame else Curve.constant_of(0.25)
    if isinstance(value, np.ndarray):
        return value + np.float32(0.25)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}x"
    return value + 1 if isinstance(value, int) else value + type(value)(1) / 4


def sound_with(bus: BusPlan, back: ReturnPlan | None = None) -> SoundPlan:
    returns = (back or ReturnPlan("hall", (), HALF), ReturnPlan("other", (), HALF))
    return SoundPlan(RATE, RATE, (bus,), returns=returns, master=MasterPlan(-16.0))


def bus_with(**changes: Any) -> BusPlan:
    stem = StemPlan("a", 0.5, (NOTE,))
    plain = BusPlan("a", (stem,), (), HALF, HALF, sends=(SendPlan("hall", HALF),))
    return replace(plain, **changes)


def keys(sound: SoundPlan) -> list[str]:
    graph = sound_graph(sound, keep_dry=True)
    known = walked([task for bus in graph.buses for task in bus.tasks] + [graph.mix], None)
    return [item.node.key for item in known if item.node is not None]


def assert_each_counts(kind: str, plan: Any, files: dict[str, Path], keys_of: Any) -> None:
    before = keys_of(plan)
    names = [field.name for field in fields(plan)]
    assert {name for of, name in EXEMPT if of == kind} <= set(names)
    for name in names:
        if (kind, name) not in EXEMPT:
            other = replace(plan, **{name: changed(getattr(plan, name), name, files)})
            assert keys_of(other) != before, f"{kind}: {name} is in no key"


@pytest.mark.parametrize("kind", ["synthesised", "recorded", "fluidsynth", "musescore"])
def test_every_field_of_a_stem_is_in_the_key_of_its_bus(kind: str, files: dict[str, Path]) -> None:
    stem = stems(files)[kind]
    assert_each_counts(kind, stem, files, lambda one: keys(sound_with(bus_with(stems=(one,)))))


def test_what_a_program_or_the_synthesiser_plays_is_in_the_key_of_the_stem_itself(
    files: dict[str, Path],
) -> None:
    plan = sound_with(bus_with())
    read = {"synthesised": ["notes"], "fluidsynth": ["notes", "soundfont"], "musescore": ["score"]}
    for kind, names in read.items():
        stem = stems(files)[kind]
        for name in names:
            other = replace(stem, **{name: changed(getattr(stem, name), name, files)})
            found = [stem_node(one, plan, FileDigests()) for one in (stem, other)]
            assert found[0] is not None and found[1] is not None
            assert found[0].key != found[1].key, f"{kind}: {name} is not in the stem's key"


def test_every_field_of_a_note_is_in_the_key(files: dict[str, Path]) -> None:
    def keys_of(note: SoundingNote) -> list[str]:
        return keys(sound_with(bus_with(stems=(StemPlan("a", 0.5, (note,)),))))

    assert_each_counts("note", NOTE, files, keys_of)


def test_every_field_of_a_bus_and_what_belongs_to_it_is_in_a_key(files: dict[str, Path]) -> None:
    effect = EffectPlan("reverb", "hall", (("room_size", 0.5),))
    assert_each_counts("bus", bus_with(chain=(effect,)), files, lambda bus: keys(sound_with(bus)))
    assert_each_counts("effect", effect, files, lambda one: keys(sound_with(bus_with(chain=(one,)))))
    send = SendPlan("hall", HALF)
    assert_each_counts("send", send, files, lambda one: keys(sound_with(bus_with(sends=(one,)))))
    assert keys(sound_with(bus_with(sends=(replace(send, to="other"),)))) != keys(sound_with(bus_with()))
    back = ReturnPlan("hall", (effect,), HALF)
    assert_each_counts("return", back, files, lambda one: keys(sound_with(bus_with(), one)))


def test_every_field_of_the_sound_and_its_master_is_in_a_key_or_in_that_of_the_track(
    files: dict[str, Path],
) -> None:
    from musicvis.renderers.film.film_nodes import track_node

    def keys_of(sound: SoundPlan) -> list[str]:
        # The dither comes last: its seed and switch are read where whole numbers are written.
        plan: Any = type("Plan", (), {"sound": sound})
        return [*keys(sound), track_node("a", plan, ".mkv").key]

    plan = replace(sound_with(bus_with()), buses=(bus_with(sends=()),))
    assert_each_counts("sound", plan, files, keys_of)
    assert plan.master is not None
    assert_each_counts("master", plan.master, files, lambda one: keys_of(replace(plan, master=one)))


def picture() -> PicturePlan:
    ones = np.ones(4, np.float32)
    return PicturePlan(
        noise=np.zeros((4, 128), np.float32),
        class_indices=np.array([0]),
        class_weights=np.full((4, 1), 0.5, np.float32),
        brightness=ones,
        fps=Fraction(10),
        width_px=64,
        height_px=36,
        frame="fit",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=64,
        generator_seed=1,
        titles=(TitlePlan("a", 0, 2, "#ffffff", None),),
    )


def score() -> ScorePlan:
    return ScorePlan(
        text="<score-partwise/>",
        mode="strip",
        place="bottom",
        height=0.5,
        ink="#000000",
        lit="#ff0000",
        ground="#ffffff",
        opacity=0.5,
        bar_lengths_qn=np.array([4.0]),
        places=np.zeros((4, 2)),
        ahead=np.zeros((4, 2)),
        sounding=np.array([[0, 2, 0, 0, 0]]),
    )


def test_every_field_of_the_picture_and_its_titles_is_in_the_key_of_a_segment(files: dict[str, Path]) -> None:
    def keys_of(plan: PicturePlan) -> str:
        return SegmentReads(plan, Recipe("cpu")).node(plan, "a").key

    plan = picture()
    assert_each_counts("picture", plan, files, keys_of)
    keys_when_moved = {keys_of(replace(plan, steering=moved(parameter.field))) for parameter in STEERED}
    assert len(keys_when_moved | {keys_of(plan)}) == len(STEERED) + 1
    assert keys_of(replace(plan, score=score())) != keys_of(plan)
    assert_each_counts("score", score(), files, lambda one: keys_of(replace(plan, score=one)))
    two = replace(plan, streams=(STREAM, replace(STREAM, home=0.5)))
    assert_each_counts("stream", STREAM, files, lambda one: keys_of(replace(two, streams=(one, STREAM))))
    title = plan.titles[0]
    assert_each_counts("title", title, files, lambda one: keys_of(replace(plan, titles=(one,))))
    sung = replace(title, text="a b", style=LyricStyle("bottom", 0.2, "#ffff00", "box"))
    assert_each_counts("sung", sung, files, lambda one: keys_of(replace(plan, titles=(one,))))


def test_a_parameter_that_does_not_move_is_in_no_key_but_the_first_ones() -> None:
    """With a new parameter, under a word of its own, no film is rendered again."""
    words = [name for name, _ in SegmentReads(picture(), Recipe("cpu")).node(picture(), "a").reads]
    assert [word for word in words if word in {parameter.reads for parameter in STEERED}] == sorted(
        ALWAYS_READ
    )
    first = {parameter.field for parameter in STEERED if parameter.reads in (*ALWAYS_READ, "tone")}
    assert first == {
        *("hue_deg", "zoom", "rotation_deg", "pan_x", "pan_y", "exposure", "bloom"),
        *("lamp_azimuth_deg", "lamp_height_deg", "contrast", "saturation"),
    }


def test_a_video_its_part_and_how_far_it_is_are_in_the_key_of_a_segment_that_shows_it(
    files: dict[str, Path],
) -> None:
    clip = ClipPlan(0.0, 1.0, False, "loop")
    own = OwnPicture(0, "a.mp4", files["one bin"], "0" * 64, clip)
    plan = replace(picture(), pictures=(own,), clips=np.zeros((4, 1), np.float32))

    def key_of(plan: PicturePlan) -> str:
        return SegmentReads(plan, Recipe("cpu")).node(plan, "a").key

    assert key_of(replace(plan, clips=np.full((4, 1), 0.5, np.float32))) != key_of(plan)
    assert_each_counts("shown", own, files, lambda one: key_of(replace(plan, pictures=(one,))))

    def key_of_clip(one: ClipPlan) -> str:
        return key_of(replace(plan, pictures=(replace(own, clip=one),)))

    assert_each_counts("clip", clip, files, key_of_clip)
