"""What is wrong with a channel is found and named; numbers come from signals built from known parts."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rehabkit.recordings.biosignal import Array, Biosignal, Channel
from rehabkit.recordings.biosignal_check import check, measures, quality
from rehabkit.recordings.biosignal_columns import MARKED_BAD

RATE = 500.0


def noise(n_times: int, n_channels: int, seed: int = 0, volts: float = 2e-5) -> Array:
    return volts * np.random.default_rng(seed).standard_normal((n_times, n_channels))


def eeg_like(n_times: int, n_channels: int) -> Array:
    """Channels that share a source, as neighbours on a scalp do, each with noise of a third of it."""
    return noise(n_times, 1, seed=1) + noise(n_times, n_channels, seed=2, volts=7e-6)


def recording(values: Array, *names_kinds: tuple[str, str], **more: object) -> Biosignal:
    channels = tuple(Channel(name, kind, "deg" if kind == "angle" else "V") for name, kind in names_kinds)  # type: ignore[arg-type]
    return Biosignal(values, RATE, channels, **more)  # type: ignore[arg-type]


def found(of: Biosignal, name: str) -> tuple[str, str]:
    answer = next(one for one in check(of) if one.name == name)
    return answer.status, answer.message


@pytest.mark.parametrize("mains", [50.0, 60.0])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.8])
def test_hum_is_measured_as_the_share_of_power_that_it_has(mains: float, share: float) -> None:
    """A sine of amplitude a has power a²/2, noise of spread s has s²; the share follows from both."""
    spread = 2e-5
    height = np.sqrt(2 * share / (1 - share)) * spread
    values = noise(30_000, 1) + height * np.sin(2 * np.pi * mains * np.arange(30_000) / RATE)[:, None]
    got = measures(values, RATE)
    assert got.hum[0] == pytest.approx(share, abs=0.03)
    if share:
        assert got.hum_hz[0] == mains


def test_a_harmonic_counts_as_hum() -> None:
    values = noise(10_000, 1) + 4e-5 * np.sin(2 * np.pi * 150 * np.arange(10_000) / RATE)[:, None]
    status, message = found(recording(values, ("biceps", "emg")), "mains hum")
    assert status == "warning" and "biceps" in message and "50 Hz" in message


def test_alpha_rhythm_is_no_hum() -> None:
    values = noise(10_000, 1) + 4e-5 * np.sin(2 * np.pi * 10 * np.arange(10_000) / RATE)[:, None]
    assert measures(values, RATE).hum[0] < 0.02


def test_flat_missing_and_clipped_channels_are_named() -> None:
    values = noise(5000, 4)
    values[:, 0] = 3e-6
    values[100:200, 1] = np.nan
    values[:, 2] = np.clip(values[:, 2] * 5, -5e-5, 5e-5)  # most samples beyond half a spread: saturated
    one = recording(values, ("Fz", "eeg"), ("Cz", "eeg"), ("Pz", "eeg"), ("Oz", "eeg"))
    assert found(one, "flat channels") == ("warning", "Fz")
    assert found(one, "missing samples") == ("warning", "Cz 2.0%")
    assert found(one, "clipped channels")[1].startswith("Pz")
    words = quality(one.values, RATE, one.channels)
    assert [words[name].word for name in one.names] == ["bad", "poor", "bad", "good"]


def test_nothing_but_flat_channels_is_unfit() -> None:
    assert found(recording(np.zeros((1000, 2)), ("C3", "eeg"), ("C4", "eeg")), "flat channels")[0] == "unfit"


def test_a_joint_held_still_is_not_flat() -> None:
    still = recording(
        np.column_stack([noise(1000, 1)[:, 0], np.full(1000, 30.0)]), ("biceps", "emg"), ("knee", "angle")
    )
    assert found(still, "flat channels") == ("ok", "none")
    assert quality(still.values, RATE, still.channels)["knee"].word == "good"


def test_movement_in_the_emg_lies_below_20_hz() -> None:
    time_s = np.arange(10_000) / RATE
    moved = noise(10_000, 1) + 8e-5 * np.sin(2 * np.pi * 3 * time_s)[:, None]
    both = recording(np.hstack([moved, noise(10_000, 1, seed=4)]), ("biceps", "emg"), ("triceps", "emg"))
    status, message = found(both, "movement in the EMG")
    assert status == "warning" and "biceps" in message and "triceps" not in message


def test_drift_is_named_and_a_steady_offset_is_not() -> None:
    values = noise(20_000, 2)
    values[:, 0] += np.linspace(0, 5e-3, 20_000)
    values[:, 1] += 5e-3
    assert found(recording(values, ("C3", "eeg"), ("C4", "eeg")), "drift") == ("warning", "C3")


def test_an_electrode_that_follows_no_other() -> None:
    values = eeg_like(10_000, 6)
    values[:, 3] = noise(10_000, 1, seed=9)[:, 0]
    names = [("Fz", "eeg"), ("Cz", "eeg"), ("Pz", "eeg"), ("C3", "eeg"), ("C4", "eeg"), ("Oz", "eeg")]
    assert found(recording(values, *names), "electrodes out of line") == ("warning", "C3")


def test_unknown_electrodes_and_those_the_file_marks() -> None:
    one = recording(noise(2000, 2), ("Q7", "eeg"), ("C3", "eeg"), history=(f"{MARKED_BAD}C3",))
    assert found(one, "electrodes' places") == ("warning", "Q7")
    assert found(one, "electrodes marked bad") == ("warning", "C3")


def test_a_short_live_window_and_an_empty_one_are_judged() -> None:
    for n in (1, 2, 50, 250):
        assert set(quality(noise(n, 2), RATE, (Channel("a", "emg"), Channel("b", "emg")))) == {"a", "b"}
    assert quality(np.full((50, 1), np.nan), RATE, (Channel("a", "emg"),))["a"].word == "bad"


def test_two_minutes_of_64_channels_take_about_a_second() -> None:
    big = recording(eeg_like(60_000, 64), *((f"E{i}", "eeg") for i in range(64)))
    start = time.process_time()
    check(big)
    assert time.process_time() - start < 1.5  # 0.4 s when nothing else runs
