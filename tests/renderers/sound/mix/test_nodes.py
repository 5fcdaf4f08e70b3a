"""What of a sound is made anew after an edit, and what is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import (
    BusPlan,
    Curve,
    EffectPlan,
    MasterPlan,
    ReturnPlan,
    SendPlan,
    SoundingNote,
    SoundPlan,
    StemPlan,
)
from musicvis.renderers.sound.mix.graph import sound_graph
from musicvis.renderers.sound.mix.render import SoundRender
from musicvis.renderers.sound.wave import write_wav
from musicvis.store.graph import walked
from musicvis.store.store import Store

RATE = 48_000
ONE, ZERO = Curve.constant_of(1.0), Curve.constant_of(0.0)
NOTES = (SoundingNote(0.1, 0.3, 60, 90, 12, False),)
HALL = EffectPlan("reverb", "hall", (("room_size", 0.5),))


@pytest.fixture
def sound(tmp_path: Path) -> SoundPlan:
    """A synthesised bus and a recorded one."""
    tone = 0.1 * np.sin(2 * np.pi * 330 * np.arange(RATE) / RATE).astype(np.float32)
    write_wav(tmp_path / "flute.wav", [np.stack([tone, tone], axis=1)], RATE)
    struck = BusPlan("marimba", (StemPlan("notes", 0.5, NOTES),), (HALL,), ONE, ZERO)
    blown = BusPlan("flute", (StemPlan("take 1", 0.5, file=tmp_path / "flute.wav"),), (), ONE, ZERO)
    return SoundPlan(RATE, RATE, (struck, blown), master=MasterPlan(-16.0))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def stale(sound: SoundPlan, store: Store) -> list[str]:
    """The nodes that a compile would make."""
    known = walked([sound_graph(sound).mix], store)
    return [f"{item.task.stage} {item.task.name}" for item in known if not item.is_there]


def heard(sound: SoundPlan, store: Store) -> tuple[bytes, int]:
    """The samples, and how many buses were made for them."""
    with SoundRender(sound, store=store) as render:
        return b"".join(block.tobytes() for block in render.blocks()), render.buses_made


def with_bus(sound: SoundPlan, **changes: object) -> SoundPlan:
    """The same with another first bus."""
    return replace(sound, buses=(replace(sound.buses[0], **changes), *sound.buses[1:]))  # type: ignore[arg-type]


def test_nothing_is_made_twice_and_the_bytes_are_the_same(sound: SoundPlan, store: Store) -> None:
    assert stale(sound, store) == ["stem notes", "bus marimba", "bus flute", "mix mix"]
    first, made = heard(sound, store)
    assert made == 2 and stale(sound, store) == []
    assert heard(sound, store) == (first, 0)
    with SoundRender(sound) as alone:
        assert b"".join(block.tobytes() for block in alone.blocks()) == first


def test_an_edit_of_the_pan_makes_one_bus_and_the_mix(sound: SoundPlan, store: Store) -> None:
    first, _ = heard(sound, store)
    moved = with_bus(sound, ear=Curve.constant_of(0.5))
    assert stale(moved, store) == ["bus marimba", "mix mix"]
    other, made = heard(moved, store)
    assert made == 1 and other != first
    # And the way back costs nothing.
    assert heard(sound, store) == (first, 0)


def test_names_are_for_people(sound: SoundPlan, store: Store) -> None:
    heard(sound, store)
    stem = replace(sound.buses[0].stems[0], name="other")
    chain = (replace(HALL, label="room"),)
    assert stale(with_bus(sound, name="xylophone", stems=(stem,), chain=chain), store) == []
    with SoundRender(with_bus(sound, name="xylophone"), store=store) as render:
        assert [name for name, _ in render.report.kappas] == ["xylophone", "flute"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gain": Curve.constant_of(0.5)}, ["bus marimba", "mix mix"]),
        ({"chain": ()}, ["bus marimba", "mix mix"]),
        ({"space": "binaural"}, ["bus marimba", "mix mix"]),
        ({"stems": (StemPlan("notes", 0.4, NOTES),)}, ["bus marimba", "mix mix"]),
        (
            {"stems": (StemPlan("notes", 0.5, (replace(NOTES[0], pitch=61),)),)},
            ["stem notes", "bus marimba", "mix mix"],
        ),
    ],
)
def test_an_edit_of_a_bus_makes_what_comes_after_it(
    changes: dict[str, object], expected: list[str], sound: SoundPlan, store: Store
) -> None:
    heard(sound, store)
    assert stale(with_bus(sound, **changes), store) == expected


def test_an_edit_of_the_master_makes_the_mix_alone(sound: SoundPlan, store: Store) -> None:
    heard(sound, store)
    assert stale(replace(sound, master=MasterPlan(-20.0)), store) == ["mix mix"]
    assert stale(replace(sound, fade_out_s=0.1), store) == ["mix mix"]


def test_a_recording_counts_by_its_bytes_and_not_by_its_name(
    sound: SoundPlan, store: Store, tmp_path: Path
) -> None:
    heard(sound, store)
    moved = tmp_path / "moved.wav"
    (tmp_path / "flute.wav").rename(moved)
    stem = replace(sound.buses[1].stems[0], file=moved)
    renamed = replace(sound, buses=(sound.buses[0], replace(sound.buses[1], stems=(stem,))))
    assert stale(renamed, store) == []
    data = bytearray(moved.read_bytes())
    data[-3] ^= 1
    moved.write_bytes(data)
    assert stale(renamed, store) == ["bus flute", "mix mix"]


def test_a_send_needs_the_dry_sum_only_where_it_is_taken_before_the_chain(
    sound: SoundPlan, store: Store
) -> None:
    heard(sound, store)
    returned = replace(sound, returns=(ReturnPlan("room", (HALL,), ONE),))
    after = with_bus(returned, sends=(SendPlan("room", ONE),))
    assert stale(after, store) == ["mix mix"]
    assert heard(after, store)[1] == 0
    before = with_bus(returned, sends=(SendPlan("room", ONE, is_before=True),))
    assert stale(before, store) == ["dry marimba", "mix mix"]
    assert heard(before, store)[1] == 0


def test_damage_is_made_good(sound: SoundPlan, store: Store) -> None:
    first, _ = heard(sound, store)
    for path in (store.folder / "blobs").glob("*/*"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 4
        path.write_bytes(data)
    assert heard(sound, store) == (first, 2)


def test_a_recording_that_changes_meanwhile_is_not_kept(
    sound: SoundPlan, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.renderers.sound.mix import bus as module

    wav = sound.buses[1].stems[0].file
    assert wav is not None
    real = module.write_wav

    def write_and_touch(path: Path, *arguments: object) -> object:
        done = real(path, *arguments)  # type: ignore[arg-type]
        wav.write_bytes(wav.read_bytes() + b"\0\0")
        return done

    monkeypatch.setattr(module, "write_wav", write_and_touch)
    with pytest.raises(OSError, match="changed while it was used"):
        heard(sound, store)
    assert "bus flute" in stale(sound, store)
