"""A learner whose difference from the template is known by construction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.exercises import library
from rehabkit.kinematics.view import estimate_view
from rehabkit.matching import performed
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.systems.pose_matching.result import PoseScore
from rehabkit.systems.pose_matching.sequence import Performed, compare

RATE_HZ = 30.0


def squat(squatting: Callable[..., Skeleton], depth_deg: float, seconds: float = 3.0, n: int = 1) -> Performed:
    """Squats to a known knee flexion, a second of standing around each, seen from the right."""
    times = np.arange(0, n * (seconds + 1) + 1, 1 / RATE_HZ)
    phase = np.clip((times % (seconds + 1) - 0.5) / seconds, 0, 1)
    skeleton = squatting(times, depth_deg * np.sin(np.pi * phase) ** 2, left_confidence=0.2)
    return performed(skeleton, estimate_view(skeleton), library.load("deep_squat"))


def test_how_far_when_and_which_joint(squatting: Callable[..., Skeleton]) -> None:
    """70 instead of 100 degrees, and slower: 30 less at the bottom, half of the squat through."""
    (one,), _ = compare(squat(squatting, 70.0, seconds=5.0), squat(squatting, 100.0))
    knee = next(d for d in one.differences if d.angle == "right_knee_flexion")
    assert knee.difference_deg == pytest.approx(-30, abs=2)
    assert knee.learner_deg == pytest.approx(70, abs=2) and knee.template_deg == pytest.approx(100, abs=2)
    assert knee.template_at_s == pytest.approx(2.0, abs=0.4) and knee.at_s == pytest.approx(3.0, abs=0.6)
    assert knee.phase == "hold" and knee.told and knee.provisional
    assert [phase.name for phase in one.phases] == ["out", "hold", "return"]


def test_pace_alone_is_no_difference(squatting: Callable[..., Skeleton]) -> None:
    (one,), _ = compare(squat(squatting, 100.0, seconds=6.0), squat(squatting, 100.0, seconds=3.0))
    assert one.mean_difference_deg < 2
    assert not any(difference.told for difference in one.differences)
    assert max(abs(difference.difference_deg) for difference in one.differences) < 6


def test_the_seam_of_an_angle_is_no_difference(squatting: Callable[..., Skeleton]) -> None:
    """The learner's angle given 360 degrees on: the same angle."""
    template = squat(squatting, 100.0)
    round_once = [replace(track, value=track.value + 360) for track in template.tracks]
    (one,), _ = compare(replace(template, tracks=round_once), template)
    assert max(abs(difference.difference_deg) for difference in one.differences) < 0.1
    worst = one.differences[0]
    assert worst.learner_deg == pytest.approx(worst.template_deg, abs=0.1)


def test_each_repetition_of_the_learner_is_compared(squatting: Callable[..., Skeleton]) -> None:
    found, _ = compare(squat(squatting, 90.0, n=3), squat(squatting, 90.0))
    assert [one.number for one in found] == [1, 2, 3]


def test_the_hidden_side_is_named_not_guessed(squatting: Callable[..., Skeleton]) -> None:
    found, left_out = compare(squat(squatting, 90.0), squat(squatting, 90.0))
    assert not any(difference.angle == "left_knee_flexion" for difference in found[0].differences)
    assert any(one.label == "Left knee flexion" and "left" in one.why for one in left_out)


def test_views_that_share_no_angle_are_refused(squatting: Callable[..., Skeleton]) -> None:
    seen = squat(squatting, 90.0)
    hidden = Performed(seen.skeleton, [t for t in seen.tracks if t.name == "left_knee_flexion"], seen.repetitions)
    with pytest.raises(RecordingError, match="share an angle"):
        compare(hidden, Performed(seen.skeleton, hidden.tracks, seen.repetitions))


def test_the_network_is_asked_in_the_middle_of_each_phase(squatting: Callable[..., Skeleton]) -> None:
    asked = []

    def score(learner_s: float, template_s: float) -> PoseScore:
        asked.append((learner_s, template_s))
        return PoseScore(cosine=0.5, same=0.4, limb="right thigh")

    (one,), _ = compare(squat(squatting, 70.0), squat(squatting, 100.0), score)
    assert len(asked) == 3 and all(phase.pose is not None for phase in one.phases)
    for phase, (learner_s, template_s) in zip(one.phases, asked, strict=True):
        assert phase.start_s <= learner_s <= phase.end_s
        assert phase.template_start_s <= template_s <= phase.template_end_s


def test_the_curve_shows_the_worst_difference(squatting: Callable[..., Skeleton]) -> None:
    """Both lines over the template's time are as far apart as the worst difference says, and where it says."""
    (one,), _ = compare(squat(squatting, 60.0, seconds=6.0), squat(squatting, 100.0))
    curve, worst = one.curve, one.differences[0]
    apart = np.array(curve.learner_deg, dtype=float) - np.array(curve.template_deg, dtype=float)
    assert curve.angle == worst.angle
    assert np.nanmax(np.abs(apart)) == pytest.approx(abs(worst.difference_deg), abs=3)
    assert curve.time_s[int(np.nanargmax(np.abs(apart)))] == pytest.approx(worst.template_at_s, abs=0.3)
    assert np.all(np.diff(curve.time_s) > 0) and np.all(np.diff(curve.learner_time_s) >= 0)
    assert len(curve.time_s) == len(curve.template_deg) == len(curve.learner_deg)
