"""``rehabkit match`` as a user calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.demo import demo_recording
from rehabkit.recordings import landmarks
from rehabkit.systems.pose_matching.result import SequenceMatch

Run = Callable[..., "object"]


def test_a_learner_beside_a_demo(rehabkit: Run, tmp_path: Path) -> None:
    page, kept = tmp_path / "match.html", tmp_path / "match.json"
    done = rehabkit("match", str(demo_recording("push_up")), "push_up", "-e", "push_up", "--report", str(page),
                    "--json", str(kept))  # fmt: skip
    assert done.code == 0
    result = SequenceMatch.model_validate_json(kept.read_text())
    assert [one.number for one in result.repetitions] == [1, 2]
    assert result.repetitions[0].mean_difference_deg == 0  # the template is this very repetition
    assert "Learner and template are the same recording." in result.warnings
    text = page.read_text()
    assert text.count("<svg") == 2 * (1 + 2 + 2 * 3) and "Right body line" in text
    assert not re.search(r'(?:src|href)="|https?://|<script', text)


def test_json_alone_goes_to_stdout(rehabkit: Run) -> None:
    done = rehabkit("match", str(demo_recording("deep_squat")), "deep_squat", "-e", "deep_squat", "--json", "-")
    assert done.code == 0
    assert json.loads(done.out)["exercise"] == "Deep squat"


def test_a_shallower_squat_is_told(rehabkit: Run, tmp_path: Path) -> None:
    """Every joint of the demo's squat goes half of its way from standing: hips and knees bend far less."""
    skeleton = landmarks.read(demo_recording("deep_squat"))
    standing = skeleton.positions[:1]
    half = tmp_path / "half.npz"
    landmarks.write(skeleton.noted("half way", positions=standing + 0.5 * (skeleton.positions - standing)), half)
    done = rehabkit("match", str(half), "deep_squat", "-e", "deep_squat", "--json", str(tmp_path / "m.json"))
    assert done.code == 0
    result = SequenceMatch.model_validate_json((tmp_path / "m.json").read_text())
    worst = result.repetitions[0].differences[0]
    assert worst.told and worst.difference_deg < -20 and worst.side == "right"


@pytest.mark.parametrize(
    ("learner", "template", "exercise", "said"),
    [
        ("nothing.npz", "deep_squat", "deep_squat", "nothing.npz"),
        ("DEMO", "no_such_demo", "deep_squat", "no_such_demo"),
        ("DEMO", "deep_squat", "no_such_exercise", "no_such_exercise"),
        ("DEMO", "elbow_flexion", "deep_squat", "share an angle"),
    ],
)
def test_what_cannot_be_matched_is_one_line_and_code_2(
    rehabkit: Run, learner: str, template: str, exercise: str, said: str
) -> None:
    given = str(demo_recording("deep_squat")) if learner == "DEMO" else learner
    done = rehabkit("match", given, template, "-e", exercise)
    assert done.code == 2
    assert len(done.errors) == 1 and said in done.errors[0]


def test_a_recording_is_never_written_over(rehabkit: Run, tmp_path: Path) -> None:
    copy = tmp_path / "mine.npz"
    copy.write_bytes(demo_recording("deep_squat").read_bytes())
    done = rehabkit("match", str(copy), "deep_squat", "--report", str(copy))
    assert done.code == 2 and "another file" in done.errors[0]
    assert np.load(copy).files
