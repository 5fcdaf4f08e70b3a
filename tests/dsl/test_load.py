"""The door: small manifests, the language's example, overrides, and anything at all without a traceback."""

from fractions import Fraction
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from musicvis.dsl.load import Loaded, load_piece
from musicvis.dsl.model.piece import Piece
from musicvis.dsl.model.visuals import ClassWeight
from musicvis.dsl.values.position import Duration, DurationUnit, place_text, range_text
from musicvis.dsl.values.selector import PitchRange
from musicvis.tests.examples import many

TINY = "musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\n"


def write(folder: Path, manifest: str, **files: str) -> Path:
    for name in ("waltz.mscz", "vibes.mscz"):
        (folder / name).touch()
    (folder / "piece.yaml").write_text(manifest, encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def piece_of(loaded: Loaded) -> Piece:
    assert loaded.piece is not None, loaded.diagnostics
    return loaded.piece


def codes(loaded: Loaded) -> list[str]:
    return [finding.code for finding in loaded.diagnostics]


def test_three_lines_are_a_whole_piece(tmp_path: Path) -> None:
    loaded = load_piece(write(tmp_path, TINY))
    piece = piece_of(loaded)
    assert (piece.title, piece.seed, piece.score.file, piece.score.tail_s) == (
        "Waltz",
        0,
        PurePosixPath("waltz.mscz"),
        3,
    )
    assert (piece.video.width_px, piece.video.height_px, piece.video.fps) == (1920, 1080, 30)
    assert (loaded.root, set(loaded.files)) == (tmp_path, {str(tmp_path / "piece.yaml")})


def test_the_manifest_itself_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, TINY)
    assert load_piece(tmp_path / "piece.yaml") == load_piece(tmp_path)


def test_a_manifest_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    loaded = load_piece(tmp_path)
    assert (codes(loaded), loaded.piece) == (["MV001"], None)


EXAMPLE = Path(__file__).parent / "example.yaml"


def example(folder: Path, text: str) -> Loaded:
    for name in ("impassive", "vibes", "vibes-8d"):
        (folder / "scores").mkdir(exist_ok=True)
        (folder / "scores" / f"{name}.mscz").touch()
    (folder / "stems").mkdir()
    (folder / "stems" / "marimba-8d.wav").touch()
    (folder / "effects.yaml").write_text("vibes:\n  - {at: 2|1, hold: 0.3}\n")
    (folder / "piece.yaml").write_text(text)
    return load_piece(folder)


def test_the_example_of_the_language_says_what_it_says(tmp_path: Path) -> None:
    piece = piece_of(example(tmp_path, EXAMPLE.read_text()))
    assert piece.seed == 2021
    assert piece.score.expect_bars == 18
    assert [place_text(place) for place, _ in piece.score.expect_tempo] == [
        "1|1",
        "3|1",
        "4|1",
        "5|1",
        "18|4",
    ]
    assert piece.score.expect_meter[0][1] == "1/4"
    assert [part.tracks for part in piece.parts] == [
        ("Vibraphone*",),
        ("Glockenspiel*", "Xylophone*"),
        ("Marimba*",),
    ]
    vibes, marimba = piece.audio.buses
    assert [stem.gain for stem in vibes.stems] == [0.8, 0.7]
    assert [(effect.plugin, effect.parameters) for effect in vibes.chain] == [
        ("tremolo", (("rate", 6.0), ("depth", 0.33))),
        ("reverb", (("room_size", 0.55), ("damping", 0.5), ("wet", 0.6))),
    ]
    assert vibes.ear == "vibes"
    assert (marimba.stems[0].part, marimba.stems[1].file) == (
        "marimba",
        PurePosixPath("stems/marimba-8d.wav"),
    )
    envelope = piece.visuals.envelope
    assert envelope is not None
    assert envelope.attack == Duration(Fraction(1, 32), DurationUnit.WHOLE_NOTES)
    assert envelope.release == Duration(Fraction(1), DurationUnit.BEATS)
    assert len(piece.visuals.classes) == 12
    downbeats, passage, high = piece.visuals.rules
    assert (downbeats.where.parts, downbeats.where.beats, downbeats.kick) == (
        ("marimba",),
        (Fraction(1),),
        2.0,
    )
    assert range_text(passage.where.ranges[0]) == "6|6..7|3"
    assert high.where.pitches == (PitchRange(98, 127),)
    assert high.classes is not None
    assert [(weight.name, weight.weight) for weight in high.classes] == [
        ("seashore", 0.7),
        ("spider web", 0.3),
    ]
    slow, title, fade = piece.video.post
    assert (slow.speed, slow.fade_in) == (Fraction(2, 15), Duration(Fraction(2), DurationUnit.SECONDS))
    assert (title.title, title.color, title.shadow) == ("Impassive", "#C75349", "#E2DCD2")
    assert fade.at.offset == Duration(Fraction(-4), DurationUnit.SECONDS)


def test_the_example_is_placed_around_the_head_as_well(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("space: balance", "space: binaural\n      width: 40", 1)
    loaded = example(tmp_path, text)
    assert not loaded.diagnostics and loaded.piece is not None
    bus = next(bus for bus in loaded.piece.audio.buses if bus.space == "binaural")
    assert (bus.width_deg, bus.level, bus.sofa, bus.spread) == (40.0, "pink", None, None)


def test_an_ear_may_borrow_a_lane_of_another_file(tmp_path: Path) -> None:
    manifest = (
        TINY
        + "effects: lanes.yaml\n"
        + "audio: {buses: {a: {ear: 'lanes.yaml#b'}, c: {ear: 'more.yaml#left'}}}\n"
    )
    write(
        tmp_path,
        manifest,
        lanes_yaml="b: [{at: 1, hold: 0.5}]\n",
        more_yaml="right: [{at: 1, to: 1}]\nleft: {mirror: right}\nother: [{at: 1, to: 1}]\n",
    )
    piece = piece_of(load_piece(tmp_path))
    assert [bus.ear for bus in piece.audio.buses] == ["b", "more.yaml#left"]
    assert [(lane.name, lane.mirror_of) for lane in piece.lanes] == [
        ("b", None),
        ("more.yaml#left", "more.yaml#right"),
        ("more.yaml#right", None),
    ]


def test_every_bus_that_names_a_lane_of_another_file_has_it_with_what_lies_over_it(tmp_path: Path) -> None:
    manifest = TINY + "audio: {buses: {a: {ear: 'm.yaml#a'}, b: {ear: 'm.yaml#b'}, c: {ear: 'm.yaml#a'}}}\n"
    shake = "shake: {over: b, mode: add, points: [{at: 2, hold: 0.1}]}\n"
    lanes = "a: [{at: 1, to: 1}]\nb: [{at: 1, to: -1}]\n" + shake
    piece = piece_of(load_piece(write(tmp_path, manifest, m_yaml=lanes)))
    assert [bus.ear for bus in piece.audio.buses] == ["m.yaml#a", "m.yaml#b", "m.yaml#a"]
    assert [(lane.name, lane.mode) for lane in piece.lanes] == [
        ("m.yaml#a", "set"),
        ("m.yaml#b", "set"),
        ("m.yaml#b", "add"),
    ]


@pytest.mark.parametrize(
    ("lanes", "said"),
    [
        ('{"rendered_frames": [{"frame": 0, "zoom": 1}]}', "a document of Parseq"),
        ('{"keyframes": [{"frame": 0}], "managedFields": ["zoom"]}', "a document of Parseq"),
        ('{"zoom": "0:(1.0), 30:(2.0)"}', "a settings file of Deforum"),
        ('{"animation_mode": "3D", "max_frames": 120, "W": 512}', "a settings file of Deforum"),
    ],
)
def test_a_file_of_another_program_is_one_finding_where_it_is_named(
    tmp_path: Path, lanes: str, said: str
) -> None:
    loaded = load_piece(write(tmp_path, TINY + "effects: a.json\n", a_json=lanes))
    (finding,) = loaded.diagnostics
    assert finding.code == "MV687" and said in finding.message and "import a.json" in finding.hint


def test_a_lane_that_two_files_define_is_reported_unless_one_is_laid_over_the_other(tmp_path: Path) -> None:
    manifest = TINY + "effects: [a.yaml, b.yaml]\n"
    lane, over = "v: [{at: 1, hold: 0}]\n", "v: {mode: add, points: [{at: 1, hold: 0}]}\n"
    assert codes(load_piece(write(tmp_path, manifest, a_yaml=lane, b_yaml=lane))) == ["MV212"]
    assert [
        x.mode for x in piece_of(load_piece(write(tmp_path, manifest, a_yaml=lane, b_yaml=over))).lanes
    ] == [
        "set",
        "add",
    ]


def test_findings_of_manifest_and_lanes_come_together_in_order(tmp_path: Path) -> None:
    manifest = TINY + "effects: a.yaml\nvideo: {fsp: 30}\nvisuals: {depth: 2}\n"
    loaded = load_piece(write(tmp_path, manifest, a_yaml="v: [{at: 7.5, hold: 0}]\n"))
    assert [(Path(f.span.file).name, f.span.line, f.code) for f in loaded.diagnostics] == [
        ("piece.yaml", 5, "MV202"),
        ("piece.yaml", 6, "MV206"),
        ("a.yaml", 1, "MV102"),
    ]


def test_a_bus_without_a_chain_has_the_default_one_and_without_stems_its_part(tmp_path: Path) -> None:
    manifest = TINY + "audio: {chain: [{gain: -6 dB}], buses: {a: {}, b: {chain: []}}}\n"
    a, b = piece_of(load_piece(write(tmp_path, manifest))).audio.buses
    assert (a.chain[0].parameters, b.chain) == ((("gain", -6.0),), ())
    assert a.stems[0].part == "a"


def test_keys_of_classes_are_pitch_classes_however_they_are_spelt(tmp_path: Path) -> None:
    manifest = TINY + "visuals: {classes: {Bb: drum, C: 7, d#: {wok: 50%}}}\n"
    classes = dict(piece_of(load_piece(write(tmp_path, manifest))).visuals.classes)
    assert list(classes) == ["A#", "C", "D#"]
    assert [(weight.name, weight.weight) for weight in classes["C"]] == [("7", 1.0)]
    assert isinstance(classes["D#"][0], ClassWeight)


def test_rates_may_count_cycles_per_beat(tmp_path: Path) -> None:
    manifest = TINY + "audio: {chain: [{tremolo: {rate: 2/b, shape: triangle}}]}\n"
    (effect,) = piece_of(load_piece(write(tmp_path, manifest))).audio.default_chain
    assert (effect.parameters, effect.per_beat) == ((("rate", 2.0), ("shape", 1.0)), ("rate",))


# What the command line says.


def test_an_override_stands_in_place_of_what_is_written(tmp_path: Path) -> None:
    write(tmp_path, TINY + "visuals: {depth: 0.2}\nvideo: {post: [{at: 1, title: A, for: 1s}]}\n")
    sets = (
        "visuals.depth=50%",
        "visuals.motion.jitter=1",
        "score.tail=1s",
        "video.post.0.color=#c75349",
    )
    loaded = load_piece(tmp_path, sets)
    piece = piece_of(loaded)
    assert (piece.visuals.depth, piece.visuals.motion.jitter, piece.score.tail_s) == (0.5, 1.0, 1)
    assert piece.video.post[0].color == "#c75349"
    assert loaded.files["--set"].splitlines()[0] == "visuals.depth=50%"


def test_names_with_points_are_found_when_they_are_there(tmp_path: Path) -> None:
    write(tmp_path, TINY + "effects: {glock.right: [{at: 1, hold: 0.5}]}\n")
    (lane,) = piece_of(load_piece(tmp_path, ["effects.glock.right.0.hold=-0.5"])).lanes
    assert (lane.name, lane.points[0].hold) == ("glock.right", -0.5)


@pytest.mark.parametrize(
    ("override", "code", "column"),
    [
        ("visuals.dept=0.5", "MV202", 1),
        ("visuals.depth=deep", "MV113", 15),
        ("visuals.depth=1.5", "MV206", 15),
        ("visuals.depth=", "MV109", 1),
        ("visuals.depth", "MV215", 1),
        ("=1", "MV215", 1),
        ("visuals..depth=1", "MV215", 1),
        ("title.text=1", "MV215", 1),
        ("video.post.0.title=x", "MV204", 1),
        ("visuals.envelope.attack=a: b: c", "MV121", 28),
        ("musicvis=2", "MV207", 10),
    ],
)
def test_an_override_that_cannot_be_is_a_finding_in_its_own_line(
    tmp_path: Path, override: str, code: str, column: int
) -> None:
    loaded = load_piece(write(tmp_path, TINY), ["seed=1", override])
    assert [(f.code, f.span.file, f.span.line, f.span.column) for f in loaded.diagnostics] == [
        (code, "--set", 2, column)
    ]


def test_a_passage_a_limit_a_size_and_a_rate_come_from_the_command_line(tmp_path: Path) -> None:
    loaded = load_piece(write(tmp_path, TINY), bars="5..8", seconds="30", size="640x360", fps="24000/1001")
    piece = piece_of(loaded)
    assert piece.selection is not None
    assert range_text(piece.selection) == "5|1..8|1"
    assert (piece.limit_s, piece.video.width_px, piece.video.fps) == (30, 640, Fraction(24000, 1001))
    assert piece_of(load_piece(tmp_path, seconds="1500ms")).limit_s == Fraction(3, 2)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("bars", "8..5", "MV111"),
        ("bars", "5", "MV111"),
        ("seconds", "2b", "MV112"),
        ("seconds", "0", "MV206"),
        ("size", "1920", "MV204"),
        ("size", "1920*1080", "MV205"),
        ("fps", "fast", "MV115"),
    ],
)
def test_an_option_that_cannot_be_is_a_finding_in_its_own_name(
    tmp_path: Path, option: str, value: str, code: str
) -> None:
    loaded = load_piece(write(tmp_path, TINY), **{option: value})
    assert [(f.code, f.span.file) for f in loaded.diagnostics] == [(code, f"--{option}")]
    assert loaded.piece is None


# Anything at all.


@many(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_piece_or_findings(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "piece.yaml").write_bytes(data)
    loaded = load_piece(tmp_path)
    assert loaded.piece is None
    assert loaded.diagnostics


@many(250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_manifest_is_a_piece_or_findings(tmp_path: Path, data: st.DataObject) -> None:
    text = EXAMPLE.read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(start + data.draw(st.integers(0, 12)), len(text))
        text = text[:start] + data.draw(st.text("0123456789|.:-{}[]ab%#\n '\"", max_size=6)) + text[end:]
    (tmp_path / "piece.yaml").write_text(text, encoding="utf-8")
    loaded = load_piece(tmp_path)
    # The score is not there, so that even a manifest without a fault is one short of a piece.
    assert loaded.piece is None
    assert loaded.diagnostics


@many(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text('visual.depthz=0123[]{}:, #"', max_size=20), max_size=3))
def test_any_overrides_are_applied_or_findings(tmp_path: Path, overrides: list[str]) -> None:
    loaded = load_piece(write(tmp_path, TINY), overrides)
    assert loaded.piece is not None or loaded.diagnostics
