"""UI-PRMD: the real files where they are, and what is refused where they aren't."""

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.measures import clinical_series
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS, UiPrmd, _without_lost_markers


@pytest.fixture(scope="module")
def data(shared):
    return UiPrmd(shared / "exercise" / "uiprmd")


def test_the_index_is_that_of_the_readme(data):
    assert len(data.repetitions) == 2000
    assert {one.movement for one in data.repetitions} == set(MOVEMENTS.values())
    missing = [one for one in data.repetitions if one.vicon_row is None]
    assert len(missing) == 21
    assert sum(one.movement == "inline_lunge" and one.subject == 3 for one in missing) == 20


def test_both_sensors_know_up_forward_and_left(data):
    one = next(one for one in data.repetitions if one.vicon_row is not None and one.movement == "shoulder_abduction")
    for skeleton, up in ((data.kinect(one), 1), (data.vicon(one), 2)):
        at = {name: np.nanmedian(skeleton.joint(name), axis=0) for name in skeleton.joint_names}
        assert at["head"][up] > at["pelvis"][up] > at["left_ankle"][up]
        left = at["left_hip"] - at["right_hip"]
        above = at["neck"] - at["pelvis"]
        toes = at["left_foot_index"] - at["left_ankle"]
        assert np.cross(left, above) @ toes > 0  # right-handed: left × up is forward


def test_arms_raised_to_the_side_are_seen_by_both(data):
    rows = [
        one for one in data.repetitions if one.movement == "shoulder_abduction" and one.correct and one.subject == 2
    ]
    for one in rows[:3]:
        kinect, vicon = data.kinect(one), data.vicon(one)
        side = one.dominant_side if one.dominant_side != "both" else "right"
        peaks = [np.nanmax(clinical_series(s, "shoulder_abduction", side)) for s in (kinect, vicon)]
        assert min(peaks) > 80
        assert abs(peaks[0] - peaks[1]) < 40


def test_vicon_that_is_missing_is_none(data):
    one = next(one for one in data.repetitions if one.vicon_row is None)
    assert data.vicon(one) is None


def test_a_folder_without_the_files_names_them(tmp_path):
    with pytest.raises(RecordingError, match=r"must hold meta\.csv, kinect_world\.npz, vicon_25hz\.npz"):
        UiPrmd(tmp_path)


def test_lost_and_blended_markers_become_unknown():
    path = np.linspace(0, 1, 30)
    markers = np.stack([path, np.ones(30), np.ones(30)], axis=1)[:, None, :]  # moves 3.4 cm a frame
    markers[10] = 0
    markers[11] *= 0.5  # averaged with the origin
    seen = np.isfinite(_without_lost_markers(markers)[:, 0, 0])
    assert np.flatnonzero(~seen).tolist() == [10, 11]
