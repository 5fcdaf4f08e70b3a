"""The codec: what is written is read, exactly; what was not written is refused, whatever it is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from musicvis.compiler.score.model import Measure, Meter, Note, Score, TempoMark, Track
from musicvis.store.values.files import CodecError, read, written
from musicvis.store.values.keys import digest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

Scratch = Callable[[str], Path]
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    whole: int
    exact: Fraction
    real: float
    text: str
    maybe: Fraction | None
    mixed: float | str | bool
    pair: tuple[int, str]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Branch:
    leaves: tuple[Leaf, ...]
    child: Branch | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    values: F32
    counts: NDArray[np.int64]
    more: F32 | None = None


@dataclass(frozen=True, slots=True)
class Place:
    file: Path | None


@dataclass(frozen=True, slots=True)
class One:
    number: float


@dataclass(frozen=True, slots=True)
class Other:
    number: float


@dataclass(frozen=True, slots=True)
class Ambiguous:
    either: One | Other


reals = st.floats(allow_nan=False)
leaves = st.builds(
    Leaf,
    whole=st.integers(),
    exact=st.fractions(),
    real=reals,
    text=st.text(st.characters(codec="utf-16", exclude_categories=())),
    maybe=st.none() | st.fractions(),
    mixed=reals | st.text() | st.booleans(),
    pair=st.tuples(st.integers(), st.text()),
    colour=st.sampled_from(Colour),
)
branches = st.recursive(
    st.builds(Branch, st.lists(leaves, max_size=3).map(tuple), st.none()),
    lambda inner: st.builds(Branch, st.lists(leaves, max_size=2).map(tuple), inner),
    max_leaves=4,
)
LEAF = Leaf(3, Fraction(1, 3), 0.1, "a", None, "b", (1, "c"), Colour.BLUE)
BRANCH = Branch((LEAF, LEAF), Branch((LEAF,), None))


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    count = iter(range(10**9))
    return lambda suffix: tmp_path / f"{next(count)}{suffix}"


def with_value(files: dict[str, Path], change: Callable[[Any], Any]) -> dict[str, Path]:
    """The same files with another text."""
    plain = json.loads(files["value.json"].read_bytes())
    files["value.json"].write_text(json.dumps(change(plain)))
    return files


@RELAXED
@given(branches)
def test_what_is_written_is_read_to_the_last_bit(scratch: Scratch, value: Branch) -> None:
    found = read(written(value, Branch, scratch), Branch)
    assert found == value
    # Equality does not tell -0.0 from 0.0, nor 1 from True.
    assert digest_of(found) == digest_of(value)


@pytest.mark.parametrize("real", [inf, -inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2])
def test_the_odd_floats_come_back(scratch: Scratch, real: float) -> None:
    assert read(written(One(real), One, scratch), One).number.hex() == real.hex()


def test_arrays_come_back_with_their_bytes_and_cannot_be_written_to(scratch: Scratch) -> None:
    values = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    # The second is laid out column by column.
    sheet = Sheet(values, np.asfortranarray(np.arange(6).reshape(2, 3)), None)
    found = read(written(sheet, Sheet, scratch), Sheet)
    assert found.values.tobytes() == values.tobytes()
    assert found.counts.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found.more is None
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0] = 1


def test_a_score_comes_back(scratch: Scratch) -> None:
    meter = Meter(4, 4)
    note = Note(
        *(Fraction(1, 3), Fraction(1, 2), Fraction(1, 7)),
        *(60, 80, 0, 1, 1, 1, 1, Fraction(1, 3), Fraction(4, 3), True, "la", "begin", ("tenuto", "slur")),
    )
    score = Score(
        "A title with \N{SNOWMAN}",
        (Track("Marimba", program=12),),
        (note, note),
        (Measure(1, 1, Fraction(0), Fraction(4), meter, "1"),),
        (TempoMark(Fraction(0), Fraction(359, 6)),),
        digest="d",
    )
    assert read(written(score, Score, scratch), Score) == score


def test_paths_inside_a_folder_move_with_it_and_others_stay(scratch: Scratch) -> None:
    here, there = Path("pieces/one"), Path("/elsewhere/two")
    inside = written(Place(here / "stems/a.wav"), Place, scratch, here)
    assert read(inside, Place, there) == Place(there / "stems/a.wav")
    outside = written(Place(Path("/usr/share/GM.sf2")), Place, scratch, here)
    assert read(outside, Place, there) == Place(Path("/usr/share/GM.sf2"))
    with pytest.raises(CodecError, match="subpath"):
        written(Place(Path("other/a.wav")), Place, scratch, here)


@pytest.mark.parametrize("path", ["../a.wav", "stems/../../a.wav", "/usr/../etc/passwd", "a\0b"])
def test_a_path_that_climbs_is_refused(scratch: Scratch, path: str) -> None:
    files = with_value(written(Place(Path("a")), Place, scratch), lambda plain: plain | {"value": [path]})
    with pytest.raises(CodecError):
        read(files, Place)


@pytest.mark.parametrize(
    "value",
    [One(nan), One(1), One("1"), One(True), Other(1.0), Leaf(*range(8))],  # type: ignore[arg-type]
    ids=repr,
)
def test_a_value_of_another_type_is_not_written(scratch: Scratch, value: Any) -> None:
    with pytest.raises(CodecError):
        written(value, Leaf if isinstance(value, Leaf) else One, scratch)


def test_an_array_of_another_type_is_not_written(scratch: Scratch) -> None:
    with pytest.raises(CodecError, match="array of <f4"):
        written(Sheet(np.zeros(3), np.arange(3)), Sheet, scratch)  # type: ignore[arg-type]


def test_types_whose_json_is_alike_cannot_stand_for_each_other(scratch: Scratch) -> None:
    with pytest.raises(TypeError, match="distinguished"):
        written(Ambiguous(One(1.0)), Ambiguous, scratch)


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain | {"more": 1},
        lambda plain: {"value": plain["value"]},
        lambda plain: plain | {"fields": plain["fields"] | {"Leaf": [*plain["fields"]["Leaf"], "new"]}},
        lambda plain: plain | {"fields": {"Branch": plain["fields"]["Branch"]}},
        lambda plain: plain | {"value": [*plain["value"], None]},
        lambda plain: plain | {"value": plain["value"][:1]},
        lambda plain: [plain],
    ],
    ids=["more", "no fields", "a new field", "a class less", "a value more", "a value less", "a list"],
)
def test_other_fields_are_refused(scratch: Scratch, change: Callable[[Any], Any]) -> None:
    with pytest.raises(CodecError):
        read(with_value(written(BRANCH, Branch, scratch), change), Branch)


@pytest.mark.parametrize("text", ["2/4", "1/0", "1/-3", "1", " 1/3", "1_0/3", "１/3", "1/3/5", "x"])
def test_a_fraction_has_one_spelling(scratch: Scratch, text: str) -> None:
    def spell(plain: Any) -> Any:
        plain["value"][0][0][1] = text
        return plain

    with pytest.raises(CodecError):
        read(with_value(written(BRANCH, Branch, scratch), spell), Branch)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, "", "\ud800", "NaN", '{"fields":'])
def test_text_that_is_no_json_is_refused(scratch: Scratch, text: str) -> None:
    files = written(BRANCH, Branch, scratch)
    files["value.json"].write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CodecError):
        read(files, Branch)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@RELAXED
@given(st.data())
def test_a_value_with_a_part_exchanged_is_refused_or_of_its_type(scratch: Scratch, data: Any) -> None:
    files = written(BRANCH, Branch, scratch)
    plain = json.loads(files["value.json"].read_bytes())
    holder, key = plain, "value"
    while isinstance(holder[key], list) and holder[key] and data.draw(st.booleans()):
        holder, key = holder[key], data.draw(st.integers(0, len(holder[key]) - 1))
    holder[key] = data.draw(json_values)
    files["value.json"].write_text(json.dumps(plain))
    try:
        found = read(files, Branch)
    except CodecError:
        return
    assert read(written(found, Branch, scratch), Branch) == found


@RELAXED
@given(st.data())
def test_damaged_bytes_raise_nothing_but_codec_errors(scratch: Scratch, data: Any) -> None:
    sheet = Sheet(np.arange(4, dtype=np.float32), np.arange(3), None)
    files = written(sheet, Sheet, scratch)
    path = files[data.draw(st.sampled_from(sorted(files)))]
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        raw += b" " * (not raw)
    path.write_bytes(raw)
    try:
        found = read(files, Sheet)
    except CodecError:
        return
    assert found.values.dtype == np.float32


@pytest.mark.parametrize(
    "array",
    [["<f4", [3], 1], ["<f4", [2**40], 0], ["<f4", [-3], 0], ["<f8", [3], 0], ["<f4", [], 0], ["<f4", [3]]],
    ids=str,
)
def test_an_array_that_is_not_the_one_in_the_file_is_refused(scratch: Scratch, array: Any) -> None:
    def exchange(plain: Any) -> Any:
        plain["value"][0] = array
        return plain

    sheet = Sheet(np.zeros(3, np.float32), np.arange(3))
    with pytest.raises(CodecError):
        read(with_value(written(sheet, Sheet, scratch), exchange), Sheet)


def test_arrays_that_are_packed_are_refused_so_that_a_small_file_cannot_become_a_large_one(
    scratch: Scratch,
) -> None:
    files = written(Sheet(np.zeros(100_000, np.float32), np.arange(3)), Sheet, scratch)
    packed = scratch(".npz")
    with zipfile.ZipFile(files["arrays.npz"]) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), zipfile.ZIP_DEFLATED)
    with pytest.raises(CodecError, match="another size"):
        read(files | {"arrays.npz": packed}, Sheet)


def test_an_array_is_read_once_however_often_it_is_named(scratch: Scratch) -> None:
    sheet = Sheet(np.zeros(3, np.float32), np.arange(3), np.ones(3, np.float32))

    def twice(plain: Any) -> Any:
        plain["value"][2] = plain["value"][0]
        return plain

    with pytest.raises(CodecError):
        read(with_value(written(sheet, Sheet, scratch), twice), Sheet)


def test_files_that_are_not_there_are_refused(scratch: Scratch, tmp_path: Path) -> None:
    files = written(Sheet(np.zeros(3, np.float32), np.arange(3)), Sheet, scratch)
    for left in ({}, {"value.json": files["value.json"]}, files | {"arrays.npz": tmp_path / "none"}):
        with pytest.raises(CodecError):
            read(left, Sheet)
