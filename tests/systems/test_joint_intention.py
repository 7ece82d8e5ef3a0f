"""What the system makes of EMG and of outputs made by hand; calibration by hand; a stream gives what a file gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import ModelError, RecordingError
from rehabkit.learning.export import bundle_of
from rehabkit.learning.recipes.joint_intention import JointIntentionRecipe
from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.recordings.datasets.uci_lower_limb import ANGLE, MUSCLES
from rehabkit.runtime.card import Card
from rehabkit.systems.contract import Ran
from rehabkit.systems.joint_intention import JointIntention
from rehabkit.systems.joint_intention_calibration import calibrate, parts
from rehabkit.systems.joint_intention_estimate import estimate
from rehabkit.systems.joint_intention_live import LiveAngle, frame_ends

SYSTEM = JointIntention()
N_FEATURES = JointIntentionRecipe.outputs["features"].shape[0]


def leg(seconds=10.0, rate_hz=1000.0, *, with_angle=True):
    """Simulated: noise whose strength follows the angle, flexors as it rises, extensors as it falls."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    angle = 45 - 40 * np.cos(2 * np.pi * 0.4 * time_s)
    share = (angle[:, None] / 85 * [-1, 1, -1, 1]) % 1.0
    emg = 40e-6 * (0.1 + share) * np.random.default_rng(0).normal(size=(len(time_s), 4))
    channels = [Channel(name, "emg") for name in MUSCLES]
    values = emg
    if with_angle:
        values, channels = np.column_stack([emg, angle]), [*channels, Channel(ANGLE, "angle", "deg")]
    return Biosignal(values, rate_hz, tuple(channels))


def card(**settings):
    return Card(system="joint_intention", network="small", title="", inputs={}, outputs={}, settings=settings)


def outputs_for(recording, miss_deg=0.0, distance=1.0):
    """As a network that is off by a constant would give them."""
    last = frame_ends(recording.n_times, recording.rate_hz)[12:]
    value = recording.column(ANGLE)[last] + miss_deg
    zero = np.zeros((len(last), N_FEATURES), dtype=np.float32)
    return {"value": value.astype(np.float32), "features": zero, "distance": np.full(len(last), distance, np.float32)}


def said(recording, outputs, **settings):
    return {one.name: one for one in SYSTEM.interpret(recording, outputs, card(**settings))}


@pytest.fixture(scope="module")
def bundle():
    """An untrained network: what it says means nothing, that it is the same in a stream does."""
    recipe = JointIntentionRecipe()
    model = recipe.models["small"]()
    model.initialise(0)
    tensors = SYSTEM.prepare(leg(3.0))
    from rehabkit.learning.examples import Examples

    n = len(tensors["envelope"])
    example = Examples(tensors, np.zeros(n), np.array(["a"] * n), np.zeros(n, dtype=np.int64))
    return bundle_of(model, "small", recipe, example, {})


def test_the_angle_is_no_input():
    whole, without = leg(), leg(with_angle=False)
    turned = replace(whole, values=whole.values * [1, 1, 1, 1, -3])
    for other in (without, turned):
        for name, value in SYSTEM.prepare(whole).items():
            np.testing.assert_array_equal(value, SYSTEM.prepare(other)[name])


def test_the_future_is_no_input():
    whole = leg()
    changed = whole.values.copy()
    changed[5000:, :4] *= 30
    before, after = SYSTEM.prepare(whole), SYSTEM.prepare(replace(whole, values=changed))
    n_before = 125 - 12  # frames that end within 5 s, less the warm-up
    for name in before:
        np.testing.assert_array_equal(before[name][:n_before], after[name][:n_before])
        assert not np.array_equal(before[name][n_before + 2], after[name][n_before + 2])


def test_channels_are_found_by_name_in_any_order():
    whole = leg()
    mixed = whole.pick([ANGLE, *reversed(MUSCLES)])
    np.testing.assert_array_equal(SYSTEM.prepare(mixed)["envelope"], SYSTEM.prepare(whole)["envelope"])


@pytest.mark.parametrize(
    ("recording", "named"),
    [
        (leg().pick(MUSCLES[:3]), "channels must include semitendinosus"),
        (leg(1.0), "at least 2 s, got 1 s"),
        (replace(leg(), rate_hz=500.0), "rate must be at least 1000 Hz, got 500 Hz"),
        (
            replace(leg(), channels=(Channel(MUSCLES[0], "other", "V"), *leg().channels[1:])),
            "rectus_femoris is other",
        ),
    ],
)
def test_what_it_refuses(recording, named):
    with pytest.raises(RecordingError, match=named):
        SYSTEM.prepare(recording)


def test_a_constant_error_is_found_and_calibrated_away():
    """10° off everywhere; 2 s calibrate, less 12 frames of warm-up, against a prior worth 3 s, 75 frames."""
    recording = leg(10.0)
    found = said(recording, outputs_for(recording, 10.0))
    assert found["knee_angle_rmse"].value == pytest.approx(10.0, abs=1e-3)
    assert found["knee_angle_rmse_offset_free"].value == pytest.approx(0.0, abs=1e-3)
    n_frames = 50 - 12  # that end before 2 s, less those of the warm-up
    assert found["knee_angle_rmse_calibrated"].value == pytest.approx(10 * 75 / (n_frames + 75), abs=1e-2)
    assert "first 1.5 s" in found["knee_angle_rmse_calibrated"].evidence.method
    left = 10 * 75 / (n_frames + 75)
    assert found["knee_angle_mean"].value == pytest.approx(45 + left, abs=2)


def test_errors_against_the_measured_angle():
    """Half of the swing, without offset: the error is half the angle's standard deviation, R² three quarters."""
    recording = leg(20.0)
    outputs = outputs_for(recording)
    outputs["value"] = (45 + (outputs["value"] - 45) / 2).astype(np.float32)
    found = said(recording, outputs)
    assert found["knee_angle_rmse"].value == pytest.approx(20 / np.sqrt(2), rel=0.03)
    assert found["knee_angle_r2"].value == pytest.approx(0.75, abs=0.03)
    held = (
        80 * np.sin(np.pi * 0.4 * 0.32) / np.sqrt(2)
    )  # 2 A sin(π f d) / √2: the angle against itself d = 8 frames ago
    skill = 1 - (20 / np.sqrt(2) / held) ** 2
    assert found["knee_angle_skill_300_ms"].value == pytest.approx(skill, abs=0.05)
    assert found["knee_angle_skill_40_ms"].value < -5


def test_without_a_measured_angle_the_error_is_not_measurable():
    recording = leg(with_angle=False)
    found = said(recording, outputs_for(leg()))
    assert found["knee_angle_rmse"].not_measurable == "no angle was measured beside the EMG"
    assert "knee_angle_rmse_calibrated" not in found
    assert found["knee_angle_range"].value == pytest.approx(79, abs=2)  # 5th to 95th percentile of ±40°


def test_emg_unlike_training_gives_no_angle():
    recording = leg()
    found = said(recording, outputs_for(recording, distance=9.0), largest_distance=3.0)
    assert found["knee_angle_range"].value is None and found["knee_angle_range"].attention
    assert "unlike that of training 100% of the time" in found["knee_angle_range"].not_measurable
    assert found["emg_known"].value == 0.0


def test_too_short_a_fifth_calibrates_nothing():
    recording = leg(4.0)  # a fifth is 0.8 s, of which 0.52 s warm up
    assert estimate(recording, outputs_for(recording), card()).calibration is None


def test_parts_leave_one_window_out():
    time_s = np.arange(1, 501) / 25
    early, late = parts(time_s, 0.0, 20.0)
    assert time_s[early].max() < 4.0 and time_s[late].min() == pytest.approx(6.0)
    assert not parts(time_s, 0.0, 200.0)[0][time_s >= 10.0].any()  # at most 10 s


def test_calibration_learns_a_slope_from_the_features_and_moves_little_on_little():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2000, N_FEATURES)).astype(np.float32) * 0.5
    value = 10 * features[:, 0]
    rows = {"value": value, "features": features}
    measured = value + 6 * features[:, 3] - 4
    much = calibrate(rows, measured)
    assert much.weights[3] == pytest.approx(6, rel=0.1) and much.offset_deg == pytest.approx(-4, rel=0.1)
    np.testing.assert_allclose(much(rows), measured, atol=0.8)
    few = {name: one[:5] for name, one in rows.items()}
    little = calibrate(few, measured[:5], least_slopes_s=0)
    assert abs(little.weights[3]) < 2
    assert not calibrate({name: one[:100] for name, one in rows.items()}, measured[:100]).weights.any()  # 4 s
    alone = calibrate(rows, measured, slope_s=np.inf)
    assert not alone.weights.any() and alone.offset_deg == pytest.approx(-4, abs=0.5)


@pytest.mark.parametrize("rate_hz", [1000.0, 1500.0])
def test_a_stream_gives_what_a_file_gives(bundle, rate_hz):
    recording = leg(6.0, rate_hz)
    expected = bundle.run(SYSTEM.prepare(recording))["value"]
    live = LiveAngle(bundle, rate_hz, recording.names, start_s=recording.start_s)
    rng = np.random.default_rng(1)
    cuts = np.sort(rng.integers(0, recording.n_times, 60))
    got = [pair for part in np.split(recording.values, cuts) for pair in live.push(part)]
    times, angles = np.array(got).T
    np.testing.assert_allclose(times, recording.time_s[frame_ends(recording.n_times, rate_hz)[12:]])
    np.testing.assert_allclose(angles, expected, atol=1e-4)


def test_a_stream_after_a_gap_starts_at_its_new_time(bundle):
    recording = leg(3.0)
    live = LiveAngle(bundle, 1000.0, recording.names)
    assert live.push(recording.values)
    live.restart(100.0)
    assert live.push(recording.values[:500]) == []
    (time_s, _), *_ = live.push(recording.values[500:600])
    assert time_s == pytest.approx(100.519)


def test_a_calibrated_stream(bundle):
    recording = leg(3.0)
    shifted = LiveAngle(bundle, 1000.0, recording.names, correct=lambda out: out["value"].astype(np.float64) + 7)
    plain = LiveAngle(bundle, 1000.0, recording.names)
    for (_, one), (_, other) in zip(shifted.push(recording.values), plain.push(recording.values), strict=True):
        assert one == pytest.approx(other + 7, abs=1e-5)


def test_what_a_stream_refuses(bundle):
    with pytest.raises(
        RecordingError, match=r"include semitendinosus, got .*rate must be at least 1000 Hz, got 250 Hz"
    ):
        LiveAngle(bundle, 250.0, MUSCLES[:3])
    live = LiveAngle(bundle, 1000.0, MUSCLES)
    with pytest.raises(RecordingError, match=r"chunk must be \(n, n_channels\)"):
        live.push(np.zeros((5, 2)))
    with pytest.raises(RecordingError, match="samples must be finite"):
        live.push(np.full((5, 4), np.nan))
    with pytest.raises(ModelError, match="bundle must be one of joint_intention"):
        other = replace(bundle, card=bundle.card.model_copy(update={"system": "knee_pain"}))
        LiveAngle(other, 1000.0, MUSCLES)


def test_figures_show_angle_muscles_and_what_it_rests_on(bundle):
    recording = leg(8.0)
    tensors = SYSTEM.prepare(recording)
    angle, muscles, shares = SYSTEM.explained([], Ran(recording, tensors, bundle.run(tensors), bundle))[1]
    assert set(angle.lines) == {"estimated", "measured", "calibrated"}
    assert angle.shaded and set(muscles.lines) == set(shares.lines) == set(MUSCLES)
    assert len(shares.time_s) == 8 and any(abs(value) > 0 for value in shares.lines["biceps_femoris"])
