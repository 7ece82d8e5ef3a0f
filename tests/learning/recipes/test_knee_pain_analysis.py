"""The fixed analysis: many orders of labels at once say what scikit-learn says of each, and what physics demands."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.preprocessing import StandardScaler

from rehabkit.learning.networks.knee_pain_measures import NAMES, EegBands, of_angle, of_emg
from rehabkit.learning.recipes import knee_pain_analysis as analysis
from rehabkit.learning.recipes.knee_pain_nuisance import NAMES as NUISANCES
from rehabkit.learning.recipes.knee_pain_nuisance import nuisances, roughness
from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.systems.knee_pain.tensors import ANGLE, MUSCLES

TIME_S = np.arange(400) / 100


def test_all_orders_at_once_are_logistic_regressions():
    rng = np.random.default_rng(0)
    numbers = rng.normal(0, 1, (21, 57)) * rng.uniform(0.1, 10, 57)
    labels = np.stack([rng.permutation([1] * 11 + [0] * 10) for _ in range(3)])
    found = analysis.log_odds(numbers, labels)
    for row, order in zip(found, labels, strict=True):
        for out in range(21):
            rest = np.arange(21) != out
            scaler = StandardScaler().fit(numbers[rest])
            solver = LogisticRegression(C=analysis.INVERSE_PENALTY, class_weight="balanced", tol=1e-8, max_iter=1000)
            solver.fit(scaler.transform(numbers[rest]), order[rest])
            expected = solver.decision_function(scaler.transform(numbers[out : out + 1]))[0]
            assert row[out] == pytest.approx(expected, abs=1e-4)
    expected = [balanced_accuracy_score(order, row > 0) for row, order in zip(found, labels, strict=True)]
    np.testing.assert_allclose(analysis.recalls(found, labels), expected)


def men(numbers):
    abnormal = np.array([1] * 11 + [0] * 10)
    names = tuple(f"gait, emg, {i}" for i in range(numbers.shape[1]))
    return analysis.Men(numbers, abnormal, tuple(f"{i:02d}" for i in range(21)), names)


def test_what_differs_is_found_and_noise_is_not():
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 1, (21, 20))
    apart = noise.copy()
    apart[:11, :6] += 2.0
    clear = analysis.tested(men(apart), draws=500)
    assert clear.value > 0.9 and clear.p == pytest.approx(1 / 501)
    assert analysis.tested(men(noise), draws=500).p > 0.05
    assert clear.null.mean() < 0.55


def test_p_is_uniform_where_there_is_nothing():
    """Of 40 sets of noise about 4 have p below 0.1: more than 10 would happen once in 700."""
    few = [analysis.tested(men(np.random.default_rng(i).normal(0, 1, (21, 5))), draws=99).p for i in range(40)]
    assert sum(p <= 0.1 for p in few) <= 10


def test_parts_of_the_numbers_by_name():
    whole = analysis.Men(np.arange(8.0).reshape(1, 8), np.array([1]), ("A",), (
        "gait, emg, a", "gait, angle, b", "standing, emg, a", "standing, angle, b", "sitting, emg, a",
        "sitting, angle, b", "sitting, confound, c", "gait, nuisance, d",
    ))  # fmt: skip
    assert whole.only("emg").numbers.tolist() == [[0.0, 2.0, 4.0]]
    assert whole.only("gait").numbers.tolist() == [[0.0, 1.0, 7.0]]


def envelopes(*levels):
    """(1, 400, 8) low band of four muscles, then the high, each (400,) or a number."""
    columns = [np.broadcast_to(level, 400) for level in levels]
    return torch.as_tensor(np.stack(columns, axis=1)[None].astype(np.float32))


def test_measures_of_emg_by_hand():
    square = np.where(TIME_S % 1 < 0.5, 100.0, 0.0)
    found = of_emg(envelopes(square, 100 - square, 50, 50, square, 100 - square, 100, 100))[0].numpy()
    named = dict(zip(NAMES["emg"], found, strict=True))
    assert named["vastus_medialis above against below 100 Hz"] == pytest.approx(np.log(2), abs=0.01)
    assert named["rectus_femoris above against below 100 Hz"] == pytest.approx(0, abs=0.01)
    assert named["rectus_femoris modulation"] == pytest.approx(1, abs=0.02)  # on half of the time: deviation = mean
    assert named["vastus_medialis modulation"] == pytest.approx(0, abs=0.02)
    assert named["rectus_femoris and biceps_femoris co-contraction"] == pytest.approx(0, abs=0.01)
    assert named["vastus_medialis and semitendinosus co-contraction"] == pytest.approx(1, abs=0.01)
    # root of sums of squares: 71 µV (√2 · 50) for the first two, 112 µV for the others, so ±½ ln(112 / 71)
    levels = [named[f"{muscle} level among the four"] for muscle in MUSCLES]
    half = 0.5 * np.log(np.sqrt(50**2 + 100**2) / (np.sqrt(2) * 50))
    np.testing.assert_allclose(levels, [-half, -half, half, half], atol=0.01)


def test_neither_gain_nor_zero_changes_a_measure():
    rng = np.random.default_rng(1)
    emg = torch.as_tensor(rng.uniform(20, 60, (1, 400, 8)).astype(np.float32))
    np.testing.assert_allclose(of_emg(emg), of_emg(5 * emg), atol=0.02)
    angle = torch.as_tensor((40 * np.sin(TIME_S))[None, :, None].astype(np.float32))
    np.testing.assert_allclose(of_angle(angle), of_angle(angle + 13), atol=1e-3)


def test_measures_of_an_angle_by_hand():
    """30° · sin(2π t / 2 s): range 60, mean speed 4 · 30 / 2 s = 60 °/s, deviation 30 / √2."""
    angle = torch.as_tensor((30 * np.sin(np.pi * TIME_S))[None, :, None].astype(np.float32))
    found = of_angle(angle)[0].numpy()
    expected = [np.log(61), 60 / 61, np.cos(np.pi / 40) * 30 * np.pi / 61, 30 / np.sqrt(2) / 61, 0]
    np.testing.assert_allclose(found, expected, rtol=0.01, atol=0.01)


def test_bands_of_a_tone():
    """10 Hz is alpha; twice the amplitude is ln 4 more."""
    eeg = np.zeros((2, 400, 8), dtype=np.float32)
    eeg[0, :, 2], eeg[1, :, 2] = 20 * np.sin(2 * np.pi * 10 * TIME_S), 40 * np.sin(2 * np.pi * 10 * TIME_S)
    found = EegBands()(torch.as_tensor(eeg)).numpy()
    one, two = (dict(zip(NAMES["eeg"], row, strict=True)) for row in found)
    assert max(one, key=one.get) == "F4 alpha"
    assert two["F4 alpha"] - one["F4 alpha"] == pytest.approx(np.log(4), abs=0.01)
    assert one["F4 beta"] < one["F4 alpha"] - 5 and one["Pz alpha"] == pytest.approx(0, abs=1e-4)


def test_nuisances_see_the_recording_and_not_the_muscle():
    rng = np.random.default_rng(4)
    time_s = np.arange(8000) / 1000
    quiet = rng.normal(0, 1e-6, (8000, 4))
    angle = 30 * np.sin(2 * np.pi * 0.5 * time_s)[:, None]
    channels = (*(Channel(name, "emg") for name in MUSCLES), Channel(ANGLE, "angle", "deg"))

    def of(emg):
        return dict(zip(NUISANCES, nuisances(Biosignal(np.hstack([emg, angle]), 1000.0, channels)), strict=True))

    hum = quiet.copy()
    hum[:, 1] += 5e-6 * np.sin(2 * np.pi * 50 * time_s)
    before, after = of(quiet), of(hum)
    assert after["biceps_femoris 50 Hz"] > before["biceps_femoris 50 Hz"] + 0.5
    assert after["biceps_femoris 60 Hz"] == pytest.approx(before["biceps_femoris 60 Hz"], abs=0.1)
    working = quiet + 50e-6 * np.sin(2 * np.pi * 120 * time_s)[:, None]
    for name, value in of(working).items():
        assert value == pytest.approx(before[name], abs=0.5), name


def test_a_goniometer_read_at_50_hz_is_rough_until_it_is_filtered():
    time_s = np.arange(8000) / 1000
    smooth = 30 * np.sin(2 * np.pi * 0.5 * time_s)
    steps = np.repeat(smooth[::20], 20)
    assert roughness(steps, 1000.0) > roughness(smooth, 1000.0) + 3
