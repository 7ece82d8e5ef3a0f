"""KIMORE's marks and SPAR's sets, and the counter on a part of them."""

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.repetitions import count_repetitions
from rehabkit.recordings.datasets import kimore, spar


@pytest.fixture(scope="module")
def recordings(shared):
    return kimore.read(shared / "exercise" / "kimore_partial")


def test_kimore_is_whole(recordings):
    assert len(recordings) == 383
    assert len({one.subject for one in recordings}) == 78


def test_flawed_marks_are_named(recordings):
    """The eight recordings with marks past the end of the signal, and the one out of order, found by hand."""
    flawed = {(one.exercise, one.subject): one.problems for one in recordings if one.problems}
    past = {(1, "P_ID6"), (1, "S_ID3"), (1, "S_ID5"), (2, "NE_ID27"), (2, "P_ID4"), (3, "S_ID6"), (4, "E_ID17"),
            (4, "NE_ID27")}  # fmt: skip
    assert set(flawed) == past | {(5, "E_ID5")}
    assert flawed[5, "E_ID5"] == ("marks are not in order",)
    assert all("the signal ends" in flawed[one][0] for one in past)


@pytest.mark.parametrize(
    ("exercise", "marks", "expected"),
    [
        (1, [23, 223, 424], [[23, 223], [223, 424]]),
        (2, [1, 303, 379, 440], [[303, 379], [379, 440]]),
        (3, [0, 2, 54], [[2, 54]]),
        (4, [1, 168, 273, 0, 273, 342], [[168, 273], [273, 342]]),
        (5, [1, 66, 91, 159], [[1, 66], [91, 159]]),
    ],
)
def test_what_the_marks_mean(exercise, marks, expected):
    assert kimore.intervals(exercise, marks).tolist() == expected


@pytest.mark.parametrize(("exercise", "smallest", "direction"), [(1, 0.3, "increase"), (5, 0.08, "decrease")])
def test_counter_beats_the_constant_five(recordings, exercise, smallest, direction):
    right, five, late = [], [], []
    for one in recordings:
        if one.exercise != exercise or one.problems:
            continue
        found = count_repetitions(one.time_s, one.signal, minimum_range=smallest, direction=direction)
        whole = [c for c in found if c.kind == "complete"]
        right.append(len(whole) == len(one.intervals_s))
        five.append(len(one.intervals_s) == 5)
        for start_s, end_s in one.intervals_s:
            late += [c.start_s - start_s for c in whole if start_s < c.peak_s < end_s]
    assert np.mean(right) > np.mean(five) + 0.1
    assert np.median(np.abs(late)) <= 0.25


def test_spar_is_whole(shared):
    sets = spar.read(shared / "exercise" / "spar_watch_imu" / "spar_subset.npz")
    assert len(sets) == 140
    assert {one.exercise for one in sets} == {"PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW"}
    assert sum(one.recording.side == "left" for one in sets) == 70
    assert all(15 < one.recording.time_s[-1] < 60 for one in sets)
    rest = [np.median(np.linalg.norm(one.recording.acceleration, axis=1)) for one in sets]
    assert 9.5 < np.median(rest) < 11.5  # m/s²: gravity and a little more


def test_missing_files_are_named(tmp_path):
    with pytest.raises(RecordingError, match=r"segmentation_marks\.csv, segmentation_signals\.npz"):
        kimore.read(tmp_path)
    with pytest.raises(RecordingError, match="SPAR file must exist"):
        spar.read(tmp_path / "spar_subset.npz")


def test_another_npz_is_named(tmp_path):
    np.savez(tmp_path / "spar_subset.npz", X=np.zeros((3, 6)))
    with pytest.raises(RecordingError, match="must hold y, subject, side, lengths, y_labels"):
        spar.read(tmp_path / "spar_subset.npz")
