"""OpenPose's folders, made of the real frames of KERAAL's sample and of invented ones."""

import json

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.measures import clinical_series
from rehabkit.recordings import landmarks, openpose
from rehabkit.recordings.datasets import keraal
from rehabkit.recordings.joint_names import OPENPOSE_BODY_25, OPENPOSE_COCO_18


def write(folder, frames, about='{"rate_hz": 30}'):
    """``frames``: frame number → people, each (n_joints, 3)."""
    folder.mkdir(exist_ok=True)
    (folder / "recording.json").write_text(about)
    for number, people in frames.items():
        said = {"version": 1.3, "people": [{"pose_keypoints_2d": np.ravel(person).tolist()} for person in people]}
        (folder / f"clip_{number:012d}_keypoints.json").write_text(json.dumps(said))
    return folder


def person(shift=0.0, names=OPENPOSE_BODY_25, confidence=0.9):
    points = np.array([[300 + shift + 9 * i, 100 + 20 * i, confidence] for i in range(len(names))])
    return points


@pytest.fixture
def real(shared, tmp_path):
    """KERAAL's OpenPose sample, a frame a file, as OpenPose itself would have written it."""
    original = keraal.read(next((shared / "exercise" / "keraal_sample").glob("G3-OP-ELK-*")))
    frames = {}
    for i, (places, confidence) in enumerate(zip(original.positions, original.confidence, strict=True)):
        table = np.zeros((18, 3))
        for j, name in enumerate(OPENPOSE_COCO_18):
            if original.has(name) and confidence[original.index(name)] > 0:
                table[j] = [*places[original.index(name)], 0.8]
        frames[i] = [table]
    return original, write(tmp_path / "frames", frames, '{"rate_hz": 30, "frame_size_px": [1920, 1080]}')


def test_a_real_motion_reads_back_as_it_was(real):
    original, folder = real
    assert landmarks.is_landmark_file(folder)
    read = landmarks.read(folder)
    assert read.rate_hz == pytest.approx(30) and read.frame_size_px == (1920, 1080)
    for measure in ("trunk_lean_side", "shoulder_abduction"):
        both = [clinical_series(one, measure, "left") for one in (original, read)]
        assert np.allclose(*both, atol=1e-6, equal_nan=True)


def test_assess_takes_the_folder(real, rehabkit_main, tmp_path):
    _, folder = real
    out = tmp_path / "a.json"
    assert rehabkit_main(["assess", str(folder), "--json", str(out), "--quiet", "--anyway"]) == 0
    said = json.loads(out.read_text())["recording"]
    assert (said["kind"], said["sensor"], said["sha256"]) == ("landmarks", "openpose", landmarks.digest(folder))


@pytest.fixture
def rehabkit_main(monkeypatch):
    import signal
    import sys

    from rehabkit.cli import main

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = signal.getsignal(signal.SIGTERM)
    yield main
    signal.signal(signal.SIGTERM, before)


def test_missing_frames_stay_missing_and_hidden_joints_hidden(tmp_path):
    hidden = person()
    hidden[4] = 0
    skeleton = openpose.read(write(tmp_path, {3: [person()], 4: [hidden], 7: []}))
    assert skeleton.time_s == pytest.approx([0, 1 / 30, 4 / 30])
    assert np.isnan(skeleton.joint("right_wrist")[1]).all() and np.isnan(skeleton.positions[2]).all()
    assert skeleton.confidence[1, 4] == 0


def test_one_of_two_people_is_followed_whatever_their_order(tmp_path):
    frames = {i: [person(5 * i), person(600 - 5 * i, confidence=0.5)][:: 1 if i % 2 else -1] for i in range(6)}
    skeleton = openpose.read(write(tmp_path, frames))
    assert skeleton.joint("nose")[:, 0] == pytest.approx(300 + 5 * np.arange(6))
    assert "one of up to 2 people" in skeleton.history[0]


def test_what_is_not_said_or_does_not_fit_is_one_error(tmp_path):
    write(tmp_path, {0: [person()]})
    (tmp_path / "recording.json").write_text('{"rate_hz": 0}')
    with pytest.raises(RecordingError, match=r"rate_hz is wrong"):
        openpose.read(tmp_path)
    (tmp_path / "recording.json").unlink()
    with pytest.raises(RecordingError, match="frame rate of OpenPose's frames must be known"):
        openpose.read(tmp_path)
    write(tmp_path, {1: [person(names=OPENPOSE_COCO_18)]})
    with pytest.raises(RecordingError, match=r"75 \(BODY_25\) or 54 \(COCO\) numbers, got \[54, 75\]"):
        openpose.read(tmp_path)
    (tmp_path / "clip_000000000001_keypoints.json").write_text('{"people": 3}')
    with pytest.raises(RecordingError, match="must be a frame of OpenPose"):
        openpose.read(tmp_path)


def test_a_folder_without_frames_is_none(tmp_path):
    assert not landmarks.is_landmark_file(tmp_path)
