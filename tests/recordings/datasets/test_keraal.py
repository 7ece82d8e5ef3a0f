"""KERAAL's sample: five systems that saw one motion, and what is refused."""

import gzip
import json

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.measures import clinical_series
from rehabkit.kinematics.view import estimate_view
from rehabkit.recordings.datasets import keraal

EXERCISES = ("CTK", "ELK", "RTK")


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "exercise" / "keraal_sample"


def file(folder, system, exercise):
    return next(folder.glob(f"G3-{system}-{exercise}-*.gz"))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_pictures_show_a_person_from_the_front_with_left_and_right_in_place(folder, exercise):
    for system, reader in (
        ("BP", keraal.read_blazepose),
        ("OP", keraal.read_openpose),
        ("AP", keraal.read_alphapose),
    ):
        skeleton = reader(file(folder, system, exercise))
        if exercise != "RTK":  # in which the trunk turns
            assert estimate_view(skeleton).name == "front"
        left, right = (np.nanmedian(skeleton.joint(f"{s}_shoulder")[:, 0]) for s in ("left", "right"))
        assert left > right


@pytest.mark.parametrize("exercise", EXERCISES)
def test_arm_bones_found_from_segment_targets_are_alike_on_both_sides(folder, exercise):
    markers = keraal.read_art(file(folder, "Vicon", exercise))
    for first, last, least, most in (("shoulder", "elbow", 0.26, 0.32), ("elbow", "wrist", 0.22, 0.28)):
        length = [
            np.nanmedian(np.linalg.norm(markers.joint(f"{s}_{first}") - markers.joint(f"{s}_{last}"), axis=1))
            for s in ("left", "right")
        ]
        assert all(least < one < most for one in length)
        assert abs(length[0] - length[1]) < 0.015


def test_two_systems_agree_on_a_side_lean(folder):
    markers = clinical_series(keraal.read_art(file(folder, "Vicon", "ELK")), "trunk_lean_side", "left")
    phone = clinical_series(keraal.read_blazepose(file(folder, "BP", "ELK")), "trunk_lean_side", "left")
    assert np.ptp(markers) == pytest.approx(np.ptp(phone), abs=6)
    assert np.argmax(markers) / len(markers) == pytest.approx(np.argmax(phone) / len(phone), abs=0.1)


def test_kinect_is_upright_and_right_handed(folder):
    kinect = keraal.read_kinect(file(folder, "Kinect", "CTK"))
    at = {name: np.median(kinect.joint(name), axis=0) for name in kinect.joint_names}
    assert at["head"][1] > at["pelvis"][1]
    towards_the_sensor = np.cross(at["left_hip"] - at["right_hip"], at["neck"] - at["pelvis"])
    assert towards_the_sensor[2] < 0


def test_joint_centres_of_a_turning_hinge_are_found():
    t = np.linspace(0, 2, 60)
    about_z = np.stack([np.zeros(60), np.zeros(60), np.sin(t / 2), np.cos(t / 2)], axis=1)
    about_x = np.stack([np.sin(t / 3), np.zeros(60), np.zeros(60), np.cos(t / 3)], axis=1)
    turn = {"inner": keraal._matrices(about_z), "outer": keraal._matrices(about_x)}
    centre = turn["inner"] @ [0.3, 0, 0]
    place = {"inner": np.zeros((60, 3)), "outer": centre - turn["outer"] @ [0, 0.25, 0]}
    assert np.allclose(keraal._centre_of_rotation(place, turn, "inner", "outer"), centre, atol=1e-9)


def test_the_reader_says_what_is_wrong_with_a_file(tmp_path):
    table, document = tmp_path / "table.txt", tmp_path / "document.json.gz"
    table.write_text("1 2 3\n4 5 6\n")
    with pytest.raises(RecordingError, match="must have 175 numbers a line"):
        keraal.read_kinect(table)
    table.write_text("1 " * 118 + "x\n")
    with pytest.raises(RecordingError, match="must be a table of numbers"):
        keraal.read_art(table)
    document.write_bytes(gzip.compress(json.dumps({"frames": []}).encode()))
    with pytest.raises(RecordingError, match="must be JSON with 'positions'"):
        keraal.read_blazepose(document)
    document.write_bytes(document.read_bytes()[:20])
    with pytest.raises(RecordingError, match="must be whole text, gzipped or not"):
        keraal.read_openpose(document)
    with pytest.raises(RecordingError, match="file must exist"):
        keraal.read_alphapose(tmp_path / "none.json")


@pytest.mark.parametrize(
    "positions", [{"0": {"rHip": "ab"}}, {"0": {"rHip": [1e9, 0]}}, {"0": 3}, {"0": {}}, {"a": {}}]
)
def test_hostile_json_is_one_error(tmp_path, positions):
    document = tmp_path / "document.json"
    document.write_text(json.dumps({"positions": positions}))
    with pytest.raises(RecordingError):
        keraal.read_openpose(document)
