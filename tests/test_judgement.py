"""Networks inside an assessment: what is recognised, what is judged, what a clinician's approval changes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.corrections import correct
from rehabkit.errors import InputError, ModelError, RecordingError
from rehabkit.judgement import judge, recognise
from rehabkit.pose.smoothing import clean
from rehabkit.recordings.datasets import spar
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.inertial_csv import dumps
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundles import bundle

DATA = Path(__file__).parents[2] / "shared" / "data" / "exercise"
needs_spar = pytest.mark.skipif(not (DATA / "spar_watch_imu").is_dir(), reason="SPAR is not at hand")


@pytest.fixture(scope="module")
def squats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five correct squats of one person in a row, as Vicon measured them."""
    return in_a_row(tmp_path_factory.mktemp("squats"), correct=True, number=5)


@pytest.fixture(scope="module")
def wrong_squats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four squats that the same person played wrong."""
    return in_a_row(tmp_path_factory.mktemp("wrong"), correct=False, number=4)


def in_a_row(folder: Path, *, correct: bool, number: int) -> Path:
    """The first squats of a kind that subject 2 did, in one file."""
    if not (DATA / "uiprmd").is_dir():
        pytest.skip("UI-PRMD is not at hand")
    data = UiPrmd(DATA / "uiprmd")
    chosen = [r for r in data.repetitions if (r.movement, r.subject, r.correct) == ("deep_squat", 2, correct)][:number]
    path = folder / "squats.npz"
    rk.write_skeleton(joined([data.vicon(r) for r in chosen]), path)
    return path


def joined(parts: list[Skeleton]) -> Skeleton:
    """Recordings one after the other, without a pause."""
    step = 1 / parts[0].rate_hz
    starts = np.cumsum([0.0, *(part.duration_s + step for part in parts[:-1])])
    return replace(
        parts[0],
        time_s=np.concatenate([part.time_s + start for part, start in zip(parts, starts, strict=True)]),
        positions=np.concatenate([part.positions for part in parts]),
        confidence=np.concatenate([part.confidence for part in parts]),
    )


def test_a_squat_is_recognised_by_itself_and_taken() -> None:
    assessment = rk.assess(rk.demo_recording("deep_squat"))
    assert (assessment.exercise, assessment.n_repetitions) == ("deep_squat", 1)
    assert assessment.finding("movement").value == "deep_squat"
    assert assessment.repetitions[0].quality is not None
    assert {name.split(" ")[0] for name in assessment.provenance.models} == {
        "movement_recognition", "movement_quality", "joint_error"
    }  # fmt: skip


@pytest.mark.parametrize("exercise", ["elbow_flexion", "push_up"])
def test_what_the_network_does_not_know_is_told_apart_by_templates(exercise: str) -> None:
    assessment = rk.assess(rk.demo_recording(exercise))
    assert assessment.finding("movement").value == "unknown"
    assert assessment.finding("movement_resembles").value == exercise
    assert assessment.exercise == exercise
    assert "no other exercise" in assessment.finding("movement_quality").not_measurable


def test_an_exercise_that_is_named_is_not_recognised_again() -> None:
    assert rk.assess(rk.demo_recording("deep_squat"), "deep_squat").finding("movement") is None


def test_pixels_alone_are_not_recognised_and_the_reason_is_said() -> None:
    flat = replace(clean(rk.read_skeleton(rk.demo_recording("deep_squat"))), estimated_m=None)
    found = recognise(flat)
    assert found.exercise is None
    assert "world landmarks" in found.findings[0].not_measurable


def test_each_repetition_is_judged_and_approved_ones_are_kept_with_it(squats: Path) -> None:
    alone = rk.assess(squats, "deep_squat")
    assert alone.n_repetitions >= 4
    complete = [r for r in alone.repetitions if r.kind == "complete"]
    assert all(r.quality is not None and r.quality.score is not None for r in complete)
    approved = [one.number for one in complete[:2]]
    helped = rk.assess(squats, "deep_squat", approved=approved)
    assert all(r.quality.calibrated_on == approved for r in helped.repetitions if r.kind == "complete")
    corrected = correct(helped, who="A. B.", why="it was partial", repetition=complete[-1].number, kind="partial")
    kept = [r.quality.calibrated_on for r in corrected.repetitions if r.kind == "complete"]
    assert kept == [approved] * (len(complete) - 1)
    assert rk.Assessment.model_validate_json(helped.model_dump_json()) == helped


def test_approving_a_persons_own_way_changes_what_the_network_says_of_the_rest(wrong_squats: Path) -> None:
    alone = rk.assess(wrong_squats, "deep_squat")
    numbers = [r.number for r in alone.repetitions if r.kind == "complete"]
    helped = rk.assess(wrong_squats, "deep_squat", approved=numbers[:2])
    before, after = ([r.quality.score for r in a.repetitions if r.quality] for a in (alone, helped))
    assert max(before) < 50
    assert after[:2] == [100.0, 100.0] and after[2] > before[2]


def test_approving_what_is_not_there_or_too_few_is_refused(squats: Path) -> None:
    with pytest.raises(InputError, match=r"approved repetitions must be complete ones \(.*\), got 9"):
        rk.assess(squats, "deep_squat", approved=[9])
    with pytest.raises(InputError, match="at least 2"):
        rk.assess(squats, "deep_squat", approved=[3])


def test_a_bundle_of_another_system_is_refused() -> None:
    with pytest.raises(ModelError, match="must be one of movement_recognition, got one of pose_matching"):
        judge("movement_recognition", None, bundle("pose_matching"))


@needs_spar
def test_a_watch_file_becomes_an_assessment(tmp_path: Path) -> None:
    one = spar.read(DATA / "spar_watch_imu" / "spar_subset.npz")[0]
    (tmp_path / "watch.csv").write_text(dumps(one.recording), encoding="utf-8")
    assessment = rk.assess(tmp_path / "watch.csv")
    assert assessment.recording.kind == "inertial"
    assert assessment.exercise_title == spar.TITLES[one.exercise]
    assert json.loads(assessment.model_dump_json())["recording"]["rate_hz"] == pytest.approx(50)


@needs_spar
def test_a_watch_file_that_does_not_say_its_side_is_refused_until_it_is_said(tmp_path: Path) -> None:
    one = spar.read(DATA / "spar_watch_imu" / "spar_subset.npz")[0]
    path = tmp_path / "watch.csv"
    path.write_text(dumps(replace(one.recording, side="unknown")), encoding="utf-8")
    with pytest.raises(RecordingError, match="--worn-on"):
        rk.assess(path)
    assert rk.assess(path, worn_on=one.recording.side).exercise_title == spar.TITLES[one.exercise]
