"""What each command does when all is well."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.findings import Assessment
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import Skeleton

from .conftest import Outcome

Run = Callable[..., Outcome]
N_SQUATS = 4


@pytest.fixture
def squats(squatting: Callable[..., Skeleton], tmp_path: Path) -> Path:
    """Landmarks of four squats to 90 degrees, three seconds each, with a second of standing around each."""
    time_s = np.arange(0, 1 + 4 * N_SQUATS, 1 / 30)
    phase = np.clip((time_s - 1) % 4 / 3, 0, 1) * (time_s > 1)
    skeleton = squatting(time_s, 5 + 85 * np.sin(np.pi * phase) ** 2)
    path = tmp_path / "squats.npz"
    landmarks.write(skeleton, path)
    return path


@pytest.fixture
def assessed(rehabkit: Run, squats: Path, tmp_path: Path) -> Path:
    path = tmp_path / "squats.json"
    assert rehabkit("assess", squats, "-e", "squat", "--json", path, "-q").code == 0
    return path


def read(path: Path) -> Assessment:
    return Assessment.model_validate_json(path.read_bytes())


def test_json_alone_goes_to_stdout(rehabkit: Run, squats: Path) -> None:
    outcome = rehabkit("assess", squats, "--exercise", "squat", "--json", "-")
    told = json.loads(outcome.out)
    assert outcome.code == 0
    assert (told["exercise"], told["n_repetitions"]) == ("deep_squat", N_SQUATS)
    assert "Deep squat" in outcome.err and "Deep squat" in told["exercise_title"]
    for key in ("repetitions", "findings", "recording", "provenance"):
        assert told[key]


def test_outputs_are_written_and_named(rehabkit: Run, squats: Path, tmp_path: Path) -> None:
    names = {"--json": "a.json", "--report": "a.html", "--pdf": "a.pdf", "--trc": "a.trc", "--c3d": "a.c3d"}
    words = [word for option, name in names.items() for word in (option, tmp_path / name)]
    outcome = rehabkit("assess", squats, "-e", "squat", *words, "--csv", tmp_path / "tables")
    assert outcome.code == 0
    for name in (*names.values(), "angles.csv", "repetitions.csv"):
        assert name in outcome.out
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert "not a medical device" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert len((tmp_path / "tables" / "repetitions.csv").read_text().splitlines()) > N_SQUATS
    assert (tmp_path / "a.trc").read_text().startswith("PathFileType")
    assert (tmp_path / "a.c3d").stat().st_size > 10_000


def test_quiet_prints_nothing(rehabkit: Run, squats: Path) -> None:
    outcome = rehabkit("assess", squats, "-e", "squat", "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_what_a_person_knows_is_kept(rehabkit: Run, squats: Path) -> None:
    said = {
        "--patient": "P-7", "--age": 67, "--sex": "female", "--affected-side": "left",
        "--sets": 3, "--repetitions": 10, "--target": 90, "--hold": 2,
        "--pain-before": 3, "--pain-after": 4, "--effort": 5,
    }  # fmt: skip
    words = [word for pair in said.items() for word in pair]
    patient = json.loads(rehabkit("assess", squats, "-e", "squat", "--json", "-", *words).out)["patient"]
    assert patient["prescription"] == {"sets": 3, "repetitions": 10, "target_deg": 90.0, "hold_s": 2.0}
    assert [patient[k] for k in ("reference", "age_years", "sex", "affected_side")] == [
        "P-7",
        67,
        "female",
        "left",
    ]
    assert [patient[k] for k in ("pain_before", "pain_after", "effort")] == [3, 4, 5]


def test_check_answers_each_question(rehabkit: Run, squats: Path) -> None:
    outcome = rehabkit("check", squats, "-e", "squat", "--json")
    assert outcome.code == 0
    assert {"view", "distance"} <= {answer["name"] for answer in json.loads(outcome.out)}
    assert "view" in rehabkit("check", squats).out


def test_a_folder_loses_nothing_when_one_fails(rehabkit: Run, squats: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("one.npz", "two.npz"):
        (folder / name).write_bytes(squats.read_bytes())
    (folder / "broken.npz").write_bytes(squats.read_bytes()[:500])
    outcome = rehabkit("assess", folder, "-e", "squat", "--out", tmp_path / "out", "--jobs", 2)
    assert outcome.code == 2
    assert "2 of 3 assessed" in outcome.out and "failed: broken.npz" in outcome.out
    with (tmp_path / "out" / "summary.csv").open(newline="") as file:
        rows = {row["recording"]: row for row in csv.DictReader(file)}
    assert rows["one.npz"]["n_complete"] == rows["two.npz"]["n_complete"] == str(N_SQUATS)
    assert rows["broken.npz"]["error"] and not rows["broken.npz"]["n_complete"]
    assert read(tmp_path / "out" / "two.npz.json").n_repetitions == N_SQUATS
    with (tmp_path / "out" / "repetitions.csv").open(newline="") as file:
        assert {row["recording"] for row in csv.DictReader(file)} == {"one.npz", "two.npz"}
    assert not list((tmp_path / "out").glob("broken*"))


def test_correct_recomputes_and_remembers(rehabkit: Run, assessed: Path, tmp_path: Path) -> None:
    who = ("--who", "A. Becker", "--why", "half way only")
    other = tmp_path / "corrected.json"
    assert rehabkit("correct", assessed, *who, "--repetition", 2, "--kind", "partial", "-o", other).code == 0
    after = read(other)
    assert (after.n_repetitions, after.n_partial) == (N_SQUATS - 1, 1)
    assert (after.provenance.corrections[0].who, after.repetitions[1].stated_by) == ("A. Becker", "A. Becker")
    assert read(assessed).n_repetitions == N_SQUATS
    assert rehabkit("correct", assessed, *who, "--repetition", 1, "--kind", "none").code == 0
    assert read(assessed).n_repetitions == N_SQUATS - 1


def test_correct_adds_a_repetition(rehabkit: Run, assessed: Path) -> None:
    who = ("--who", "A. Becker", "--why", "missed")
    assert rehabkit("correct", assessed, *who, "--add", "0.1:0.9").code == 0
    assert read(assessed).n_repetitions == N_SQUATS + 1
    assert rehabkit("correct", assessed, *who, "--add", "five").code == 2


def test_compare_sessions(rehabkit: Run, assessed: Path, tmp_path: Path) -> None:
    outcome = rehabkit("compare", assessed, assessed, "--json", "-", "--report", tmp_path / "progress.html")
    assert outcome.code == 0 and json.loads(outcome.out)
    assert "<html" in (tmp_path / "progress.html").read_text(encoding="utf-8")


def test_report_again(rehabkit: Run, assessed: Path, tmp_path: Path) -> None:
    assert rehabkit("report", assessed, "--report", tmp_path / "b.html", "--trc", tmp_path / "b.trc").code == 0
    assert (tmp_path / "b.html").exists() and (tmp_path / "b.trc").exists()
    assert rehabkit("report", assessed).code == 2


def test_exercises_are_listed_and_shown(rehabkit: Run) -> None:
    listed = json.loads(rehabkit("exercises", "--json").out)
    assert len(listed) >= 24
    assert "deep_squat" in rehabkit("exercises").out
    shown = rehabkit("exercise", "show", "squat").out
    assert "Stop if" in shown and "Deep squat" in shown


def test_learn_an_exercise_and_use_it(rehabkit: Run, squats: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.npz"
    landmarks.write(landmarks.read(squats).between(0.5, 4.8), one)
    path = tmp_path / "mine.toml"
    assert rehabkit("exercise", "learn", one, "--name", "mine", "--title", "Mine", "-o", path).code == 0
    outcome = rehabkit("assess", squats, "-e", path, "--json", "-")
    assert json.loads(outcome.out)["n_repetitions"] == N_SQUATS


def test_doctor_names_the_command_that_adds_what_is_missing(
    rehabkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "nobody" / "was" / "here"))
    outcome = rehabkit("doctor", "--json")
    answers = {answer["part"]: answer for answer in json.loads(outcome.out)}
    assert outcome.code == 1
    assert (answers["model full"]["state"], answers["model full"]["remedy"]) == (
        "missing", "rehabkit models fetch full",
    )  # fmt: skip
    assert answers["Python"]["state"] == answers["mediapipe"]["state"] == "ok"
    assert "rehabkit models fetch full" in rehabkit("doctor").out


def test_damaged_model_is_found(rehabkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    assert rehabkit("models", "verify").code == 0
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "pose_full.task").write_bytes(b"half a fi")
    outcome = rehabkit("models", "verify")
    assert outcome.code == 2 and "models fetch full" in outcome.out
    assert "damaged" in rehabkit("models", "list").out
