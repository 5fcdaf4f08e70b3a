"""A measured head: what was measured is what one hears; between, nothing jumps; the file is doubted first.

The files are made here from the model of a head, so that what must come out is known.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.sound.installed import INSTALLED_HEADS
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.hearing import level_difference_db, octave, time_difference_s
from musicvis.renderers.sound.space.binaural import PINK_LOW_SHARE
from musicvis.renderers.sound.space.head import SHADOW_POLE_RAD_S, brightness, lateness_s
from musicvis.renderers.sound.space.hrtf import Hrtf, head_of
from musicvis.renderers.sound.space.mesh import mesh_of
from musicvis.renderers.sound.space.place import Place
from musicvis.renderers.sound.space.sofa import read_sofa
from numpy.typing import NDArray
from scipy.signal import fftconvolve, firwin

h5py = pytest.importorskip("h5py")

F64 = NDArray[np.float64]
RATE = 48_000
HIGH = (2000.0, 16_000.0)


def directions(*elevations_deg: float, step_deg: float = 10.0) -> F64:
    """SOFA positions: azimuth counter-clockwise, elevation, metres."""
    rings = [
        np.stack([azimuths, np.full(azimuths.size, elevation), np.full(azimuths.size, 1.4)], axis=1)
        for elevation in elevations_deg
        for azimuths in [np.arange(0.0, 360.0, step_deg)]
    ]
    return np.concatenate(rings)


def modelled(positions: F64, rate_hz: int = RATE, taps: int = 128) -> F64:
    """Impulse responses of the model, (m, 2, taps), their onsets 20 samples late."""
    hz = np.fft.rfftfreq(1024, 1.0 / rate_hz)
    s = 2j * np.pi * hz
    right = -np.sin(np.radians(positions[:, 0])) * np.cos(np.radians(positions[:, 1]))
    out = np.empty((len(positions), 2, taps))
    # No response is sharper than its microphone's: the highest octave falls away softly.
    soft = np.interp(hz / rate_hz, [0.0, 0.4, 0.5], [1.0, 1.0, 0.0])
    for ear, towards in enumerate((-right, right)):
        beta = brightness(towards)[:, None]
        shaded = beta + (1.0 - beta) / (1.0 + s / SHADOW_POLE_RAD_S)
        late_s = lateness_s(towards)[:, None] + 20.0 / rate_hz
        out[:, ear] = np.fft.irfft(soft * shaded * np.exp(-s * late_s))[:, :taps]
    return out


def write_sofa(path: Path, positions: F64, responses: F64, rate_hz: float = RATE, **changes: Any) -> Path:
    """A minimal file of the convention; `changes` replace its arrays by name, or its attributes."""
    arrays = {
        "Data.IR": responses,
        "Data.SamplingRate": np.array([rate_hz]),
        "SourcePosition": positions,
        "Data.Delay": np.zeros((1, 2)),
    }
    with h5py.File(path, "w") as file:
        file.attrs["SOFAConventions"] = changes.pop("convention", "SimpleFreeFieldHRIR")
        kind = changes.pop("kind", "spherical")
        for name, values in (arrays | changes).items():
            if values is not None:
                file[name] = values
        if "SourcePosition" in file:
            file["SourcePosition"].attrs["Type"] = kind
    return path


@pytest.fixture(scope="module")
def sphere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    positions = directions(-30.0, 0.0, 30.0, 60.0)
    return write_sofa(tmp_path_factory.mktemp("heads") / "sphere.sofa", positions, modelled(positions))


def moved(
    signal: F64, path: Path, azimuth_deg: Callable[[F64], F64], size: int = 16_384, width_deg: float = 0.0
) -> F64:
    def place_at(first: int, count: int) -> Place:
        degrees = azimuth_deg((first + np.arange(count)) / RATE)
        return Place(np.sin(np.radians(degrees)), degrees)

    stereo = np.stack([signal, signal]) if signal.ndim == 1 else signal
    cuts = range(0, stereo.shape[1], size)
    space = Hrtf(head_of(path, RATE), 1.0, width_deg)
    return np.concatenate(list(space.moved((stereo[:, k : k + size] for k in cuts), place_at)), axis=1)


def at(azimuth_deg: float) -> Callable[[F64], F64]:
    return lambda times_s: np.full(times_s.shape, azimuth_deg)


def noise_below(hz: float, count: int = 40_000) -> F64:
    signal = np.random.default_rng(3).standard_normal(count)
    return np.asarray(fftconvolve(signal, firwin(401, hz, fs=RATE), "same"))


def residue_db(found: F64, wanted: F64, late: float) -> float:
    """The remainder of `found` after the best gain of `wanted`, taken `late` samples earlier."""
    count = 1 << 17
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(count) * late)
    early = np.fft.irfft(np.fft.rfft(wanted, count) * turn, count)[:, 2000:30_000]
    heard = found[:, 2000:30_000]
    gain = np.sum(early * heard) / np.sum(early * early)
    return float(10.0 * np.log10(np.sum((heard - gain * early) ** 2) / np.sum((gain * early) ** 2)))


def convolved(signal: F64, responses: F64) -> F64:
    return np.stack([fftconvolve(signal, response)[: signal.size] for response in responses])


@pytest.mark.parametrize("azimuth_deg", [0, 30, 60, 90, 180, 270])
def test_a_source_where_the_head_was_measured_is_the_measurement(sphere: Path, azimuth_deg: float) -> None:
    measured = read_sofa(sphere)
    angle = np.radians(azimuth_deg)
    nearest = mesh_of(measured.directions).nearest(np.array([np.sin(angle), np.cos(angle), 0.0]))
    signal = noise_below(9000.0)
    wanted = convolved(signal, measured.responses[nearest])
    found = moved(signal, sphere, at(azimuth_deg))
    assert residue_db(found, wanted, head_of(sphere, RATE).advance) <= -40.0


def test_a_measured_model_is_heard_as_the_model_is_on_both_sides_and_between(sphere: Path) -> None:
    signal = np.random.default_rng(4).standard_normal(60_000)
    for azimuth_deg, late_ms, level_db in ((45.0, 0.391, 13.7), (-45.0, -0.391, -13.7), (90.0, 0.66, 13.8)):
        sound = moved(signal, sphere, at(azimuth_deg))
        assert 1000.0 * time_difference_s(sound, RATE, HIGH) == pytest.approx(late_ms, abs=0.015)
        assert level_difference_db(sound, RATE, octave(4000.0)) == pytest.approx(level_db, abs=0.5)


def test_a_sound_in_front_is_neither_late_nor_loud(sphere: Path) -> None:
    signal = noise_below(9000.0)
    sound = moved(signal, sphere, at(0.0))
    lags = [np.sum(signal[1000:30_000] * sound[0, 1000 + k : 30_000 + k]) for k in range(-20, 21)]
    assert int(np.argmax(lags)) == 20
    # From everywhere pink noise is as loud as it was; a sphere's cosines are spread evenly.
    power = PINK_LOW_SHARE + (1.0 - PINK_LOW_SHARE) * brightness(np.linspace(-1.0, 1.0, 1001)) ** 2
    level_db = 10.0 * np.log10(np.sum(sound**2) / (2.0 * np.sum(signal**2)))
    assert level_db == pytest.approx(-10.0 * np.log10(power.mean()), abs=0.5)


@pytest.mark.parametrize("sine_hz", [997.0, 5003.0, 12_007.0])
def test_a_moving_sine_leaves_no_spur_above_minus_60_dbc(sphere: Path, sine_hz: float) -> None:
    times_s = np.arange(2 * RATE) / RATE
    sound = moved(np.sin(2.0 * np.pi * sine_hz * times_s), sphere, lambda t: 90.0 * np.sin(np.pi * t))
    far = np.abs(np.fft.rfftfreq(times_s.size, 1.0 / RATE) - sine_hz) > 300.0
    for ear in sound:
        spectrum = np.abs(np.fft.rfft(ear * np.blackman(times_s.size) ** 2))
        assert 20.0 * np.log10(spectrum[far].max() / spectrum.max()) <= -60.0


def test_blocks_do_not_change_a_bit(sphere: Path) -> None:
    signal = np.random.default_rng(5).standard_normal((2, 30_000))
    whole, *others = (moved(signal, sphere, lambda t: 300.0 * t, size, 40.0) for size in (16_384, 4096, 1000))
    assert whole.shape == (2, 30_000)
    assert all(np.array_equal(whole, other) for other in others)


def test_another_rate_is_converted_and_says_the_same(tmp_path: Path) -> None:
    positions = directions(0.0, 40.0)
    path = write_sofa(tmp_path / "cd.sofa", positions, modelled(positions, 44_100), 44_100)
    sound = moved(np.random.default_rng(4).standard_normal(60_000), path, at(45.0))
    assert 1000.0 * time_difference_s(sound, RATE, HIGH) == pytest.approx(0.391, abs=0.015)


def test_a_head_that_was_measured_on_the_horizon_only_is_a_circle(tmp_path: Path) -> None:
    positions = directions(0.0)
    path = write_sofa(tmp_path / "circle.sofa", positions, modelled(positions))
    signal = noise_below(9000.0)
    wanted = convolved(signal, modelled(np.array([[360.0 - 60.0, 0.0, 1.4]]))[0])
    assert residue_db(moved(signal, path, at(60.0)), wanted, head_of(path, RATE).advance) <= -40.0


def test_cartesian_positions_and_separate_delays_mean_the_same(tmp_path: Path, sphere: Path) -> None:
    positions = directions(-30.0, 0.0, 30.0, 60.0)
    azimuth, elevation = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    xyz = 1.4 * np.stack(
        [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)], axis=1
    )
    responses = modelled(positions)
    # 3 samples are taken out of the left ear's responses and told apart.
    moved_up = np.concatenate([responses[:, 0, 3:], np.zeros((len(positions), 3))], axis=1)
    path = write_sofa(
        tmp_path / "xyz.sofa",
        xyz,
        np.stack([moved_up, responses[:, 1]], axis=1),
        kind="cartesian",
        **{"Data.Delay": np.array([[3.0, 0.0]])},
    )
    signal = noise_below(9000.0)
    assert residue_db(moved(signal, path, at(30.0)), moved(signal, sphere, at(30.0)), 0.0) <= -40.0


def test_between_two_measured_directions_the_shares_are_linear_and_on_one_they_are_whole() -> None:
    mesh = mesh_of(read_directions(directions(-30.0, 0.0, 30.0, 60.0)))
    for azimuth_deg in (0.0, 40.0, 250.0):
        angle = np.radians(azimuth_deg)
        corners, shares = mesh.around(np.array([np.sin(angle), np.cos(angle), 0.0]))
        assert sorted(shares.tolist()) == [0.0, 0.0, 1.0]
        assert mesh.directions[corners[shares.argmax()]] == pytest.approx([np.sin(angle), np.cos(angle), 0.0])
    angle = np.radians(47.0)
    corners, shares = mesh.around(np.array([np.sin(angle), np.cos(angle), 0.0]))
    assert sorted(shares.tolist()) == pytest.approx([0.0, 0.3, 0.7], abs=0.01)
    # Straight down, where nothing was measured, something near is heard.
    corners, shares = mesh.around(np.array([0.0, 0.0, -1.0]))
    assert shares.sum() == pytest.approx(1.0) and shares.min() >= 0.0


def read_directions(positions: F64) -> F64:
    azimuth, elevation = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    return np.stack(
        [-np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation), np.sin(elevation)], axis=1
    )


FLAT = directions(0.0)
GOOD = modelled(FLAT)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"convention": "GeneralFIR"}, "follows the convention GeneralFIR"),
        ({"Data.IR": None}, "no Data.IR of its own"),
        ({"Data.IR": GOOD[:, :1]}, "shape"),
        ({"Data.IR": np.full(GOOD.shape, np.nan)}, "not numbers"),
        ({"Data.IR": np.zeros(GOOD.shape)}, "silent or far too loud"),
        ({"Data.IR": 1e6 * GOOD}, "silent or far too loud"),
        ({"Data.IR": np.zeros(GOOD.shape, "S4")}, "holds no numbers"),
        ({"Data.IR": np.zeros((36, 2, 9000))}, "more than 20000 of 8192"),
        ({"Data.SamplingRate": np.array([1.0])}, "from 8,000 to 192,000 Hz"),
        ({"Data.SamplingRate": np.zeros(0)}, "from 8,000 to 192,000 Hz"),
        ({"Data.Delay": np.full((1, 2), 1e9)}, "too long for a head"),
        ({"Data.Delay": np.array([[0.0, 500.0]])}, "longer than that of a head"),
        ({"SourcePosition": FLAT[:5]}, "not 36 × 3"),
        ({"SourcePosition": np.zeros((36, 3))}, "1 directions"),
        ({"kind": "polar"}, "positions are polar"),
        ({"kind": "cartesian", "SourcePosition": np.zeros((36, 3))}, "inside the head"),
    ],
)
def test_a_file_that_is_no_head_is_refused_with_its_reason(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    path = write_sofa(tmp_path / "bad.sofa", FLAT, GOOD, **changes)
    with pytest.raises(PieceError) as refused:
        head_of(path, RATE)
    (finding,) = refused.value.diagnostics
    assert (finding.code, finding.span.file) == ("MV521", str(path))
    assert said in finding.message


def test_links_and_data_outside_the_file_are_not_followed(tmp_path: Path) -> None:
    good = write_sofa(tmp_path / "good.sofa", FLAT, GOOD)
    linked = write_sofa(tmp_path / "linked.sofa", FLAT, GOOD, **{"Data.IR": None})
    with h5py.File(linked, "a") as file:
        file["Data.IR"] = h5py.ExternalLink(str(good), "Data.IR")
    outside = write_sofa(tmp_path / "outside.sofa", FLAT, GOOD, **{"Data.IR": None})
    with h5py.File(outside, "a") as file:
        file.create_dataset(
            "Data.IR", GOOD.shape, "f8", external=[(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)]
        )
    virtual = write_sofa(tmp_path / "virtual.sofa", FLAT, GOOD, **{"Data.IR": None})
    with h5py.File(virtual, "a") as file:
        layout = h5py.VirtualLayout(GOOD.shape, "f8")
        layout[:] = h5py.VirtualSource(str(good), "Data.IR", GOOD.shape)
        file.create_virtual_dataset("Data.IR", layout)
    for path in (linked, outside, virtual):
        with pytest.raises(PieceError, match=r"of its own|in another file"):
            read_sofa(path)


def test_a_small_file_that_unpacks_to_much_is_refused_unread(tmp_path: Path) -> None:
    path = write_sofa(tmp_path / "bomb.sofa", FLAT, GOOD, **{"Data.IR": None})
    with h5py.File(path, "a") as file:
        file.create_dataset("Data.IR", (36, 2, 1 << 30), "f8", chunks=(1, 1, 1 << 20), compression="gzip")
    assert path.stat().st_size < 100_000
    with pytest.raises(PieceError, match="more than 12,000,000 values"):
        read_sofa(path)


def test_text_that_calls_itself_sofa_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.sofa"
    path.write_text("no head at all\n" * 100)
    with pytest.raises(PieceError, match="cannot be used as a head"):
        read_sofa(path)


@pytest.mark.skipif(not INSTALLED_HEADS[0].is_file(), reason="libmysofa's head is not installed")
def test_the_head_of_the_mit_is_heard_as_it_was_measured_by_others() -> None:
    sound = moved(np.random.default_rng(4).standard_normal(60_000), INSTALLED_HEADS[0], at(90.0))
    # Octave levels and times from the file itself, measured elsewhere without this program.
    found = [level_difference_db(sound, RATE, octave(hz)) for hz in (250, 500, 1000, 2000, 4000, 8000)]
    assert found == pytest.approx([3.5, 5.5, 5.9, 8.0, 9.2, 19.1], abs=0.5)
    assert 1000.0 * time_difference_s(sound, RATE, HIGH) == pytest.approx(0.724, abs=0.02)
