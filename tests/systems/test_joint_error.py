"""joint_error: what prepare gives, what is said of outputs written by hand, whose left and right it is."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.demo import demo_recording
from rehabkit.errors import RecordingError
from rehabkit.kinematics.canonical import canonical
from rehabkit.kinematics.injection import INJECTED_JOINTS
from rehabkit.pose.smoothing import clean
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.card import Card
from rehabkit.systems.joint_error import KNOWN, JointError, deviation_of, told

KNEE = INJECTED_JOINTS.index("right_knee")


@pytest.fixture(scope="module")
def squat() -> Skeleton:
    return clean(landmarks.read(demo_recording("deep_squat"))).between(1.0, 3.0)


def card(**settings: float) -> Card:
    return Card(system="joint_error", network="small", title="t", inputs={}, outputs={}, settings=settings)


def outputs(none: float = 0.1, distance: float = 1.0, degrees: float = -12.0) -> dict[str, np.ndarray]:
    probability = np.full((1, 10), (1 - none) / 20)
    probability[0, 0], probability[0, 1 + KNEE] = none, (1 - none) * 0.55
    size = np.zeros((1, 9, 2))
    size[0, KNEE] = degrees, 3.0
    stretch = np.tile([0.25, 0.75], (1, 9, 1))
    return {"probability": probability, "degrees": size, "stretch": stretch, "distance": np.array([distance])}


def as_right_mover(skeleton: Skeleton) -> Skeleton:
    """The same person, or in a mirror, so that the right side is the mover."""
    return mirrored(skeleton) if canonical(skeleton).mirrored else skeleton


def mirrored(skeleton: Skeleton) -> Skeleton:
    """Names of left and right exchanged and x turned round: what a mirror shows."""
    swap = {"left": "right", "right": "left"}
    names = tuple("_".join(swap.get(part, part) for part in name.split("_")) for name in skeleton.joint_names)
    positions = skeleton.positions * np.array([-1.0, 1.0])
    return replace(
        skeleton, joint_names=names, positions=positions, estimated_m=skeleton.estimated_m * [-1.0, 1.0, 1.0]
    )


def test_prepare_names_nothing_and_told_adds_what_is_known(squat):
    system = JointError()
    tensors = system.prepare(squat)
    assert tensors["positions"].shape == (1, 64, 15, 3)
    assert not tensors["approved"].any() and not tensors["movement"].any()
    known = told(tensors, exercise="deep_squat", approved=[squat, squat])
    assert known["movement"].tolist() == [[1.0] + [0.0] * 9] and KNOWN[0] == "deep_squat"
    np.testing.assert_allclose(known["approved"], tensors["positions"], atol=1e-6)
    assert not told(tensors, exercise="push_up")["movement"].any()


def test_a_skeleton_without_a_knee_is_refused_by_name(squat):
    kept = [i for i, name in enumerate(squat.joint_names) if name != "left_knee"]
    without = replace(
        squat,
        joint_names=tuple(squat.joint_names[i] for i in kept),
        positions=squat.positions[:, kept],
        confidence=squat.confidence[:, kept],
        estimated_m=squat.estimated_m[:, kept],
    )
    with pytest.raises(RecordingError, match="left_knee"):
        JointError().prepare(without)


def test_the_likeliest_joint_is_named_with_degrees_and_seconds(squat):
    recording = as_right_mover(squat)
    joint, size = JointError().interpret(recording, outputs(), card(degrees_95=6.5))
    assert (joint.value, joint.joint, joint.attention) == ("right_knee", "right_knee", True)
    assert (size.value, size.unit, size.uncertainty) == (-12.0, "deg", 6.5)
    start = recording.time_s[0] + 0.25 * recording.duration_s
    assert joint.evidence.start_s == pytest.approx(start, abs=0.01)
    assert "right knee" in joint.text and "12 degrees" in joint.text


def test_the_side_is_the_person_s_own_in_a_mirror_too(squat):
    recording = as_right_mover(squat)
    assert deviation_of(mirrored(recording), outputs(), card()).joint in ("left_knee", "right_knee")
    if canonical(mirrored(recording)).mirrored:
        assert deviation_of(mirrored(recording), outputs(), card()).joint == "left_knee"


def test_nothing_stands_out(squat):
    (finding,) = JointError().interpret(squat, outputs(none=0.8), card())
    assert (finding.value, finding.joint, finding.attention) == ("none", None, False)
    assert deviation_of(squat, outputs(none=0.8), card()) is None


def test_a_movement_that_it_does_not_know_is_not_judged(squat):
    (finding,) = JointError().interpret(squat, outputs(distance=9.0), card(largest_distance=4.0))
    assert finding.value is None and "too unlike" in finding.not_measurable
