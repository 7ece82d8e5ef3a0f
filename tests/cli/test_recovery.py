"""``rehabkit assess FILE.edf --system recovery_prognosis`` and the leakage alarm, as a user calls them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rehabkit.findings import Assessment

Run = Callable[..., "object"]


@pytest.fixture(scope="module")
def edf(shared: Path) -> Path:
    return shared / "bio" / "physionet_eegmmidb_S001" / "S001R08.edf"


def test_an_edf_becomes_an_assessment_and_a_report(rehabkit: Run, edf: Path, tmp_path: Path) -> None:
    page, kept = tmp_path / "eeg.html", tmp_path / "eeg.json"
    done = rehabkit(
        "assess", edf, "--system", "recovery_prognosis", "--affected-side", "left", "--report", page, "--json", kept
    )
    assert done.code == 0, done.err
    assessment = Assessment.model_validate_json(kept.read_text())
    assert assessment.recording.kind == "biosignal" and assessment.recording.duration_s == 125
    assert "affected side of the body: left, as stated" in assessment.recording.history[-1]
    assert (
        assessment.finding("recovery").not_measurable == "no network trained on recovery exists: public data hold none"
    )
    assert assessment.finding("recovery_demonstration").simulated
    assert "the lesion's side" in assessment.finding("mu_side_t1").value
    assert [figure.simulated for figure in assessment.figures] == [False] * 4 + [True] * 2
    text = page.read_text()
    assert "Demonstration" in text and "simulated" in text and "No network trained on recovery exists" in text
    assert text.count("<svg") >= 6 and not re.search(r'(?:src|href)="https?://|<script', text)
    assert not any("Demonstration" in sentence for sentence in assessment.summary)


def test_an_electrode_under_another_name_is_missed_by_its_own(rehabkit: Run, edf: Path) -> None:
    lost = rehabkit("assess", edf, "--system", "recovery_prognosis", "--rename", "C3..=hand", "--json", "-")
    assert lost.code == 2 and "channels must include C3" in lost.errors[0]
    assert len(lost.errors) == 1


def test_random_windows_stop_with_the_alarm_and_no_bundle_is_made(rehabkit: Run, shared: Path, tmp_path: Path) -> None:
    stopped = rehabkit("evaluate", "stroke_severity", "--data", shared, "--protocol", "random", "--quick")
    assert stopped.code == 2 and "it leaks; --leak-demo shows how much" in stopped.errors[0]
    refused = rehabkit("train", "stroke_severity", "--data", shared, "--output", tmp_path / "b.onnx", "--quick")
    assert refused.code == 2 and "must not be made" in refused.errors[0] and not (tmp_path / "b.onnx").exists()
