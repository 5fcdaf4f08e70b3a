"""The audio-driven mapping gives the values of the visualizer's formulas, computed by other programs.

data/visualizer.json was made outside of this repository: the loop of the Deep Music Visualizer on the inputs
below, and librosa's mel spectrogram. Its code is not here.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.picture.spectrum import (
    Spectrum,
    SpectrumLaw,
    by_power,
    class_values,
    noise_rows,
    pushes,
    read_spectrum,
    shares,
    smoothed,
    smoothing_rows,
    spectrum_latents,
)
from musicvis.dsl.text.spectrum_header import header_line, spectrum_header

STORED: dict[str, Any] = json.loads((Path(__file__).parent / "data/visualizer.json").read_text())
COUNT = 250
ROWS = np.arange(COUNT)
POWER = 1 + 0.5 * np.sin(0.7 * ROWS) + 2.0 * (ROWS % 10 == 0)
P = np.arange(12)[None]
CHROMA = (
    (7 * P * P + 3 * P + (ROWS[:, None] // 25) * 5 + ROWS[:, None] % 3) % 13 + (P == 4) * 6 + (P == 9) * 3
) / 22
FIRST = np.array([-1.5, -0.4, 0.1, 0.9, 1.7, 0.6])
SLOWED = np.array([[0, 1, 0, 1, 1, 0], [1, 0, 0, 1, 0, 1]], bool)
CASES = [pytest.param(case, id=f"{case['num_classes']} classes") for case in STORED["mapping"]]


@pytest.mark.parametrize("case", CASES)
def test_classes_follow_the_published_formulas(case: dict[str, Any]) -> None:
    hop, count = case["frame_length"], case["num_classes"]
    strongest = by_power(CHROMA)[:count]
    ps = (300 - case["ps_arg"]) * 512 / hop
    values = class_values(CHROMA[:, strongest], ps, np.full(COUNT, case["depth"]))
    values = smoothed(values, smoothing_rows(case["smooth_arg"], hop))
    expected = np.zeros((len(case["rows"]), 12))
    # Twelve classes belong to pitch classes from C; fewer to the strongest, in order.
    columns = strongest if count == 12 else range(count)
    expected[:, list(columns)] = values[case["rows"]]
    assert np.abs(expected - np.array(case["classes"])).max() < 1e-8
    assert len(values) == COUNT + 1 >= case["class_count"]


@pytest.mark.parametrize("case", CASES)
def test_noise_follows_the_published_formulas(case: dict[str, Any]) -> None:
    ts = case["ts_arg"] * case["frame_length"] / 512
    lanes = np.full(COUNT, case["truncation"]), np.full(COUNT, case["jitter"])
    found = noise_rows(pushes(POWER), ts, *lanes, FIRST, SLOWED)
    assert np.abs(found[case["noise_rows"]] - np.array(case["noise"])).max() < 1e-8


def test_power_is_that_of_librosas_mel_spectrogram() -> None:
    from musicvis.renderers.sound.listening.spectrum import mel_bank, spectrum_rows

    times_s = np.arange(22_050 // 2) / 22_050
    tone = 0.5 * np.sin(2 * np.pi * 440 * times_s) + 0.3 * np.sin(2 * np.pi * 3000 * times_s * (1 + times_s))
    rows = spectrum_rows(tone.astype(np.float32), 512)
    assert rows[:, 0] == pytest.approx(STORED["mel_power"], rel=1e-3)
    assert mel_bank().sum(axis=1)[::16] == pytest.approx(STORED["mel_sums"], rel=1e-5)
    assert (rows[5:-5, 1:].max(axis=1) == 1.0).all()
    assert rows[10, 1:].argmax() == 9


def law(**changes: Any) -> SpectrumLaw:
    usual: dict[str, Any] = {
        "pitch_sensitivity": 220.0,
        "tempo_sensitivity": 0.25,
        "smooth_factor": 20.0,
        "num_classes": 12,
        "classes": tuple(((100 + i, 1.0),) for i in range(12)),
        "ranked": (),
        "offset_s": 0.0,
        "depth": Curve.constant_of(0.8),
        "truncation": Curve.constant_of(0.5),
        "hue_deg": Curve.constant_of(0.0),
        "jitter": Curve.constant_of(0.5),
        "seed": 3,
    }
    return SpectrumLaw(**(usual | changes))


SPECTRUM = Spectrum(POWER, CHROMA, 512)


def test_a_latent_depends_on_its_time_alone_and_stays_in_bounds() -> None:
    times_s = np.linspace(-1.0, 9.0, 101)
    whole = spectrum_latents(SPECTRUM, law(), times_s)
    part = spectrum_latents(SPECTRUM, law(), times_s[40:60])
    assert (whole.noise[40:60] == part.noise).all()
    assert (whole.class_weights[40:60] == part.class_weights).all()
    assert np.abs(whole.noise).max() <= 1.0
    assert whole.class_weights.sum(axis=1).max() <= 0.8 + 1e-5
    assert not (whole.noise == spectrum_latents(SPECTRUM, law(seed=4), times_s).noise).all()


def test_the_offset_moves_the_sound_under_the_piece() -> None:
    times_s = np.array([1.0, 2.0])
    late = spectrum_latents(SPECTRUM, law(offset_s=0.5), times_s)
    assert (late.class_weights == spectrum_latents(SPECTRUM, law(), times_s + 0.5).class_weights).all()


def test_a_ranked_list_goes_to_the_strongest_pitch_classes() -> None:
    found = spectrum_latents(SPECTRUM, law(classes=(), ranked=(((7, 1.0),),), num_classes=1), np.array([2.0]))
    assert found.class_indices.tolist() == [7]
    # The visualizer lifts the first class by 0.01 where all are alike, and one alone always is.
    assert found.class_weights[0, 0] == pytest.approx(0.81, abs=1e-5)
    assert by_power(CHROMA)[0] == int(CHROMA.mean(axis=0).argmax())


def test_values_become_shares_whose_sum_is_the_largest() -> None:
    indices, found = shares(np.array([[0.6, 0.3, 0.3], [0.0, 0.0, 0.0]]), (((5, 1.0),), ((2, 1.0),), ()))
    assert indices.tolist() == [2, 5]
    assert found.tolist() == [pytest.approx([0.2, 0.4]), [0.0, 0.0]]


def test_a_damaged_spectrum_is_refused() -> None:
    rows = np.ones((3, 13), "<f4")
    line = header_line(512, 3, "a" * 64)
    assert read_spectrum(line + rows.tobytes()).chroma.shape == (3, 12)
    assert spectrum_header(line + rows.tobytes()).sha256 == "a" * 64
    rows[1, 4] = np.nan
    for data in (b"", line, line + rows.tobytes()[:-1], b"x" + line + rows.tobytes(), line + rows.tobytes()):
        with pytest.raises(ValueError, match=r"spectrum|bytes|numbers"):
            read_spectrum(data)
