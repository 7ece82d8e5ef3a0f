"""From a skeleton to rows, and from probabilities to words."""

from __future__ import annotations

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.errors import RecordingError
from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.pose.smoothing import clean
from rehabkit.runtime.card import Card
from rehabkit.systems.movement_recognition import MovementRecognition, latest, windows

SYSTEM = MovementRecognition()
LABELS = ["deep_squat", "sit_to_stand", "unknown"]
CARD = Card(system=SYSTEM.name, network="test", title="t", labels=LABELS, inputs={}, outputs={})


def outputs(*rows: list[float]) -> dict[str, np.ndarray]:
    return {"probability": np.array(rows, dtype=np.float32)}


def standing_and_squatting(squatting, seconds: float):
    time_s = np.arange(round(30 * seconds) + 1) / 30
    return squatting(time_s, 50 - 50 * np.cos(2 * np.pi * time_s / 2))


def test_a_repetition_is_one_row_of_a_body_of_standard_size(squatting):
    (row,) = SYSTEM.prepare(standing_and_squatting(squatting, 2.0))["positions"]
    assert row.shape == (32, 15, 3) and row.dtype == np.float32
    at = CANONICAL_JOINTS.index
    assert np.allclose(row[:, at("pelvis")], 0.0, atol=1e-6)
    leg = row[:, [at("right_knee"), at("right_ankle")]] - row[:, [at("right_hip"), at("right_knee")]]
    lengths = np.linalg.norm(leg, axis=-1)
    # the figure's thigh and shank are 0.42 m, its trunk 0.50 m: 0.42 / 1.34 of a body size each
    assert lengths == pytest.approx(0.42 / 1.34, abs=0.01)


def test_the_same_movement_twice_as_slow_gives_the_same_row(squatting):
    time_s = np.arange(121) / 30
    quick = squatting(time_s[:61], 50 - 50 * np.cos(np.pi * time_s[:61]))
    slow = squatting(time_s, 50 - 50 * np.cos(np.pi * time_s / 2))
    rows = [SYSTEM.prepare(one)["positions"] for one in (quick, slow)]
    assert np.abs(rows[0] - rows[1]).max() < 0.01


def test_a_session_is_looked_at_through_windows_of_three_seconds_each_second(squatting):
    session = standing_and_squatting(squatting, 8.0)
    assert windows(session) == [(float(start), start + 3.0) for start in range(6)]
    assert len(SYSTEM.prepare(session)["positions"]) == 6
    assert windows(session.between(0.0, 6.0)) == [(0.0, 6.0)]


def test_live_it_sees_the_last_three_seconds_only(squatting):
    session = standing_and_squatting(squatting, 8.0)
    assert (latest(session).time_s[0], latest(session).time_s[-1]) == pytest.approx((5.0, 8.0))


def test_someone_unseen_is_refused_with_what_is_missing(squatting):
    seen = standing_and_squatting(squatting, 2.0)
    hidden = seen.noted("hidden", estimated_m=np.full_like(seen.estimated_m, np.nan))
    with pytest.raises(RecordingError, match="left_shoulder"):
        SYSTEM.prepare(hidden)


def test_a_known_movement_is_named_with_the_next_likeliest(squatting):
    recording = standing_and_squatting(squatting, 2.0)
    (finding,) = SYSTEM.interpret(recording, outputs([0.6, 0.2, 0.2], [0.8, 0.1, 0.1]), CARD)
    assert finding.value == "deep_squat"
    assert "Deep squat (probability 0.70; next Sit to stand, 0.15)" in finding.text
    assert (finding.evidence.start_s, finding.evidence.end_s) == (0.0, 2.0)


def test_an_unknown_one_is_compared_with_the_library():
    push_up = clean(rk.read_skeleton(rk.demo_recording("push_up")))
    unknown, resembles = SYSTEM.interpret(push_up, outputs([0.1, 0.1, 0.8]), CARD)
    assert unknown.value == "unknown" and "0.80" in unknown.text
    assert (resembles.name, resembles.value) == ("movement_resembles", "push_up")


def test_the_card_may_move_the_limit(squatting):
    recording = standing_and_squatting(squatting, 2.0)
    patient_card = CARD.model_copy(update={"settings": {"unknown_above": 0.9}})
    assert SYSTEM.interpret(recording, outputs([0.1, 0.05, 0.85]), patient_card)[0].value == "deep_squat"
    assert SYSTEM.interpret(recording, outputs([0.1, 0.05, 0.85]), CARD)[0].value == "unknown"
