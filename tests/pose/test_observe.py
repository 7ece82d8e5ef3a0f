"""The whole pose step on real people, alone and in company."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.pose.observe import Observation, observe

Write = Callable[..., Path]


def trunk_x(seen: Observation) -> np.ndarray:
    """(frames,) px of the middle of the trunk; NaN where nobody was followed."""
    return seen.skeleton.positions[:, [11, 12, 23, 24], 0].mean(axis=1)


def side_by_side(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The middle of two videos as one: left people between x = 0 and 640, right ones between 640 and 1280."""
    return [np.hstack([a[:, 330:970], b[:, 330:970]]) for a, b in zip(left, right, strict=True)]


def test_one_person_alone(shared: Path, model: str) -> None:
    steps: list[tuple[int, int | None]] = []
    seen = observe(
        shared / "videos" / "squat_correct_016.mp4", model, progress=lambda done, total: steps.append((done, total))
    )
    body = seen.skeleton

    assert (seen.n_people, seen.person, seen.person_description) == (1, 1, "the only person")
    assert body.positions.shape == (29, 33, 2)
    assert body.frame_size_px == (1280, 720)
    assert np.isfinite(body.positions).all()
    assert np.isfinite(body.estimated_m).all()
    assert np.allclose(np.diff(body.time_s), 1 / 30, atol=1e-3)
    # by eye: the hips go from about y = 300 to 470 px and the feet stay at about 670
    hips, ankles = body.joint("right_hip")[:, 1], body.joint("right_ankle")[:, 1]
    assert hips.min() < 400 < hips.max()
    assert np.ptp(ankles) < 60
    assert steps == [(i + 1, 29) for i in range(29)]
    assert seen.brightness.shape == (29,)
    assert 60 < seen.brightness.mean() < 160
    assert seen.inference_s > 0
    assert set(seen.models) == {"pose_full"}


def test_the_squat_is_as_deep_as_by_eye(shared: Path, model: str) -> None:
    body = observe(shared / "videos" / "squat_correct_016.mp4", model).skeleton
    thigh = body.joint("right_hip") - body.joint("right_knee")
    shank = body.joint("right_ankle") - body.joint("right_knee")
    cosine = (thigh * shank).sum(axis=1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
    flexion = 180 - np.degrees(np.arccos(cosine))

    assert flexion.min() < 20
    assert 95 < flexion.max() < 130


@pytest.mark.parametrize("exerciser", ["left", "right"])
def test_a_bystander_is_not_followed_unless_chosen(
    squatting: list[np.ndarray], standing: list[np.ndarray], written: Write, model: str, exerciser: str
) -> None:
    left, right = (squatting, standing) if exerciser == "left" else (standing, squatting)
    path = written(side_by_side(left, right))
    chosen, other = (1, 2) if exerciser == "left" else (2, 1)

    seen = observe(path, model)
    assert (seen.n_people, seen.person) == (2, chosen)
    assert exerciser in seen.person_description
    assert f"{chosen} of 2" in seen.person_description
    assert np.isfinite(trunk_x(seen)).mean() > 0.9
    assert np.all((trunk_x(seen)[np.isfinite(trunk_x(seen))] < 640) == (exerciser == "left"))

    asked = observe(path, model, person=other)
    assert asked.person == other
    assert np.isfinite(trunk_x(asked)).mean() > 0.9
    assert np.all((trunk_x(asked)[np.isfinite(trunk_x(asked))] < 640) == (exerciser != "left"))


def test_a_number_that_nobody_has_is_refused(shared: Path, model: str) -> None:
    with pytest.raises(RecordingError, match="person must be 1 to 1 in this recording, got 3"):
        observe(shared / "videos" / "squat_correct_016.mp4", model, person=3)


def test_nobody_is_chosen_before_a_camera() -> None:
    with pytest.raises(RecordingError, match="must be left out for a camera, got 2"):
        observe(0, person=2, seconds=1.0)


def test_a_picture_on_the_wall_is_nobody(
    squatting: list[np.ndarray], standing: list[np.ndarray], written: Write, model: str
) -> None:
    seen = observe(written(side_by_side(squatting, [standing[0]] * 29)), model)

    assert seen.n_people == 1
    assert np.nanmax(trunk_x(seen)) < 640


def test_a_passer_by_in_front_is_not_followed(
    squatting: list[np.ndarray], pictures: Callable[[str], list[np.ndarray]], written: Write, model: str
) -> None:
    walker = [picture[:, 520:780] for picture in pictures("squat_incorrect_003")]
    order = [*range(29), *range(28, -1, -1), *range(20)]
    exercise = [squatting[i] for i in order]
    crossed = []
    for i, picture in enumerate(exercise):
        x = -260 + (i - 20) * 34  # px; in view from frame 20 to 65
        mixed = picture.copy()
        if -260 < x < 1280:
            left, right = max(x, 0), min(x + 260, 1280)
            mixed[:, left:right] = walker[i % len(walker)][:, left - x : right - x]
        crossed.append(mixed)
    alone = trunk_x(observe(written(squatting), model))[order]
    seen = trunk_x(observe(written(crossed), model))
    known = np.isfinite(seen)

    assert known.mean() > 0.6
    assert np.abs(seen - alone)[known].max() < 120  # half a body's width; the passer-by gets 500 px away
    assert np.abs(seen - alone)[70:].max() < 20  # and is found again


def test_titles_are_gaps_and_each_scene_has_its_person(
    squatting: list[np.ndarray], standing: list[np.ndarray], written: Write, model: str
) -> None:
    title = [np.full((720, 1280, 3), 250, np.uint8)] * 10
    seen = observe(written([*title, *squatting, *title, *standing]), model)
    x = trunk_x(seen)

    assert np.isnan(x[:10]).all()
    assert np.isnan(x[39:49]).all()
    assert np.isfinite(x[11:39]).all()
    assert np.isfinite(x[50:]).all()
    assert seen.n_people == 1


def test_nobody_in_view(written: Write, model: str) -> None:
    seen = observe(written([np.full((360, 640, 3), 120, np.uint8)] * 10), model)

    assert (seen.n_people, seen.person_description) == (0, "nobody")
    assert np.isnan(seen.skeleton.positions).all()
    assert seen.brightness == pytest.approx(np.full(10, 120), abs=3)


def test_what_is_there_of_a_broken_file_can_be_had(
    squatting: list[np.ndarray], written: Write, model: str, tmp_path: Path
) -> None:
    path = written(squatting, movflags="faststart")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 10])

    with pytest.raises(RecordingError, match="breaks off"):
        observe(broken, model)
    seen = observe(broken, model, anyway=True).skeleton
    assert 2 < seen.n_frames < 25
    assert "the file breaks off at" in seen.history[0]


SCRIPT = """
import sys
from rehabkit.pose.observe import observe
def progress(done, total):
    if done == 3:
        print("three done", file=sys.stderr, flush=True)
observe(sys.argv[1], progress=progress)
"""


def test_only_our_own_words_reach_the_terminal(shared: Path, model: str) -> None:
    clip = shared / "videos" / "squat_correct_016.mp4"
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(clip)], capture_output=True, text=True, timeout=60)

    assert run.returncode == 0
    assert run.stderr == "three done\n"
    assert run.stdout == ""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_an_interrupt_ends_it_at_once(shared: Path, model: str) -> None:
    clip = shared / "videos" / "exercising.mp4"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(clip)], stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        assert run.stderr.readline() == "three done\n"
        start = time.monotonic()
        run.send_signal(signal.SIGINT)
        run.wait(timeout=20)

        assert time.monotonic() - start < 5
        assert "KeyboardInterrupt" in run.stderr.read()
