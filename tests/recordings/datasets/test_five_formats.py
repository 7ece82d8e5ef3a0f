"""KERAAL's one motion as five systems saw it: read into one Skeleton, they must say the same of the body.

What they may differ by is stated at each test. Kinect's tracker is the odd one wherever hands are behind the head or
the trunk leans far, which is a property of the sensor and not of the reading: ART, OpenPose, AlphaPose and BlazePose
agree with each other there.
"""

import numpy as np
import pytest

from rehabkit.kinematics.measures import clinical_series
from rehabkit.pose.smoothing import clean
from rehabkit.recordings.datasets import keraal
from rehabkit.recordings.joint_names import JOINT_NAMES, KINECT_V2, OPENPOSE_BODY_25, OPENPOSE_COCO_18

SYSTEMS = ("Kinect", "Vicon", "OP", "AP", "BP")
JOINTS = tuple(f"{side}_{name}" for name in ("shoulder", "elbow", "wrist") for side in ("left", "right"))


@pytest.fixture(scope="module")
def seen(shared):
    folder = shared / "exercise" / "keraal_sample"
    return {
        (system, exercise): clean(keraal.read(next(folder.glob(f"G3-{system}-{exercise}-*"))))
        for system in SYSTEMS
        for exercise in ("CTK", "ELK", "RTK")
    }


def spread(seen, systems, exercise, measure, side, percentile):
    """Largest minus smallest of a percentile of a measure over systems, degrees."""
    found = []
    for system in systems:
        values = clinical_series(seen[system, exercise], measure, side)
        found.append(np.percentile(values[np.isfinite(values)], percentile))
    return np.ptp(found)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("measure", "most_deg"), [("shoulder_abduction", 12), ("elbow_flexion", 15)])
def test_all_five_agree_on_the_arms_held_up(seen, measure, most_deg, side):
    """Hiding the face: arms at some 105 degrees with bent elbows for most of the time."""
    assert spread(seen, SYSTEMS, "CTK", measure, side, 50) < most_deg


@pytest.mark.parametrize("side", ["left", "right"])
def test_four_agree_on_the_farthest_reach_and_kinect_within_twenty_degrees_more(seen, side):
    """Flank stretch: one arm after the other over the head, which ART reads lower in space than in a picture."""
    assert spread(seen, SYSTEMS[2:], "ELK", "shoulder_abduction", side, 98) < 6
    assert spread(seen, SYSTEMS[1:], "ELK", "shoulder_abduction", side, 98) < 16
    assert spread(seen, SYSTEMS, "ELK", "shoulder_abduction", side, 98) < 36


@pytest.mark.parametrize("percentile", [2, 98])
def test_four_agree_on_the_lean_and_kinect_shows_less_of_it(seen, percentile):
    assert spread(seen, SYSTEMS[1:], "ELK", "trunk_lean_side", "left", percentile) < 6
    assert spread(seen, SYSTEMS, "ELK", "trunk_lean_side", "left", percentile) < 14


@pytest.mark.parametrize("side", ["left", "right"])
def test_five_agree_on_the_arms_held_sideways_while_the_trunk_turns(seen, side):
    assert spread(seen, SYSTEMS, "RTK", "shoulder_elevation", side, 98) < 15


def flat(skeleton):
    """Joint → (across, up), seen from the front, from the middle of the shoulders, in trunk lengths; medians."""
    at = {joint: np.nanmedian(skeleton.joint(joint), axis=0) for joint in (*JOINTS, "left_hip", "right_hip")}
    up = np.array({"image": (0, -1), "y_up": (0, 1, 0), "z_up": (0, 0, 1)}[skeleton.axes], dtype=float)
    middle = (at["left_shoulder"] + at["right_shoulder"]) / 2
    across = at["left_shoulder"] - at["right_shoulder"]
    across = across - (across @ up) * up
    across /= np.linalg.norm(across)
    trunk = np.linalg.norm(middle - (at["left_hip"] + at["right_hip"]) / 2)
    return {joint: np.array([(at[joint] - middle) @ across, (at[joint] - middle) @ up]) / trunk for joint in JOINTS}


def test_left_is_left_and_up_is_up_in_all_five(seen):
    """The median pose of the arms held up: elbows at shoulder height or above, hands well above, left on the left."""
    for system in SYSTEMS:
        pose = flat(seen[system, "CTK"])
        for side, sign in (("left", 1), ("right", -1)):
            assert sign * pose[f"{side}_elbow"][0] > 0.3, system
            assert pose[f"{side}_wrist"][1] > pose[f"{side}_elbow"][1] > -0.2, system


def test_the_pose_is_one_within_a_third_of_the_trunk_and_closer_in_the_three_pictures(seen):
    """The hands are behind the head, where Kinect and markers have their own errors."""
    for systems, most in ((SYSTEMS, 0.35), (SYSTEMS[2:], 0.15)):
        poses = [flat(seen[system, "CTK"]) for system in systems]
        for joint in JOINTS:
            places = np.array([pose[joint] for pose in poses])
            assert np.linalg.norm(places - np.median(places, axis=0), axis=1).max() < most, joint


def test_each_sensor_has_the_number_of_joints_that_its_makers_say():
    counts = {name: len(joints) for name, joints in JOINT_NAMES.items()}
    assert counts == {"blazepose": 33, "kinect_v2": 25, "coco": 17, "openpose_coco_18": 18, "openpose_body_25": 25}
    assert all(len(set(joints)) == len(joints) for joints in JOINT_NAMES.values())


def test_orders_are_those_of_the_makers_documents():
    assert [OPENPOSE_BODY_25[i] for i in (0, 1, 4, 8, 9, 12, 16, 19, 21, 24)] == [
        "nose", "neck", "right_wrist", "pelvis", "right_hip", "left_hip", "left_eye", "left_foot_index", "left_heel",
        "right_heel",
    ]  # fmt: skip
    assert [OPENPOSE_COCO_18[i] for i in (1, 2, 8, 11, 14, 17)] == [
        "neck", "right_shoulder", "right_hip", "left_hip", "right_eye", "left_ear",
    ]  # fmt: skip
    names = list(KINECT_V2)
    assert [names[i] for i in (0, 8, 16, 20, 24)] == [
        "SpineBase", "ShoulderRight", "HipRight", "SpineShoulder", "ThumbRight",
    ]  # fmt: skip
