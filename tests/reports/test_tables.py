"""The CSV tables, read back with Python's csv module."""

import csv
from pathlib import Path

import pytest

from rehabkit.errors import OutputError
from rehabkit.findings import (
    AngleSeries,
    Assessment,
    JointRange,
    Provenance,
    RecordingInfo,
    Repetition,
)
from rehabkit.reports.tables import write_angles_csv, write_repetitions_csv


def _assessment(name: str = "squat, first.mp4") -> Assessment:
    return Assessment(
        exercise="deep_squat",
        exercise_title="Deep squat",
        n_repetitions=1,
        n_partial=1,
        repetitions=[
            Repetition(
                number=1, start_s=0.5, peak_s=1.25, end_s=2.0, side="both", kind="complete", smoothness=-1.8,
                tempo_s={"out": 0.75, "return": 0.75}, compensations=["trunk_lean", "heel_rise"],
                range_of_motion=[
                    JointRange(angle="left_knee_flexion", start_deg=5, peak_deg=105, range_deg=100,
                               uncertainty_deg=9.5, provisional=True),
                    JointRange(angle="right_knee_flexion", not_measurable="hidden behind the left leg"),
                ],
            ),
            Repetition(number=2, start_s=2.0, end_s=2.5, side="both", kind="partial", reason="cut off"),
        ],
        series=[
            AngleSeries(name="left_knee_flexion", label="Left knee", side="left", time_s=[0.0, 1 / 30],
                        value=[5.0, None], clinical=True),
            AngleSeries(name="shoulder_hike", label="Hike", side="left", unit="%", time_s=[0.0], value=[2.5],
                        clinical=False, why_not_clinical="seen from the side"),
        ],
        recording=RecordingInfo(name=name, kind="video", sensor="mediapipe-full", duration_s=3, n_frames=90,
                                rate_hz=30, view="front"),
        provenance=Provenance(rehabkit_version="0", created="2026-01-01T00:00:00+00:00"),
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_angles(tmp_path: Path) -> None:
    write_angles_csv(_assessment(), tmp_path / "angles.csv")
    rows = _rows(tmp_path / "angles.csv")
    assert len(rows) == 3
    assert rows[0] == {
        "recording": "squat, first.mp4", "exercise": "deep_squat", "time_s": "0.0",
        "angle": "left_knee_flexion", "side": "left", "value_deg": "5.0", "value_percent": "",
        "clinical": "true",
    }  # fmt: skip
    assert (rows[1]["time_s"], rows[1]["value_deg"]) == ("0.033333", "")
    assert (rows[2]["value_deg"], rows[2]["value_percent"], rows[2]["clinical"]) == ("", "2.5", "false")


def test_repetitions(tmp_path: Path) -> None:
    write_repetitions_csv(_assessment(), tmp_path / "repetitions.csv")
    first, second, third = _rows(tmp_path / "repetitions.csv")
    wanted = {
        "repetition": "1", "kind": "complete", "start_s": "0.5", "peak_s": "1.25", "end_s": "2.0",
        "out_s": "0.75", "hold_s": "", "return_s": "0.75", "smoothness_sparc": "-1.8",
        "compensations": "trunk_lean heel_rise",
        "angle": "left_knee_flexion", "range_deg": "100.0", "uncertainty_deg": "9.5", "provisional": "true",
    }  # fmt: skip
    assert {key: first[key] for key in wanted} == wanted
    assert (second["angle"], second["range_deg"]) == ("right_knee_flexion", "")
    assert second["not_measurable"] == "hidden behind the left leg"
    assert (third["kind"], third["reason"], third["angle"], third["peak_s"]) == ("partial", "cut off", "", "")


def test_a_folder_of_recordings_is_one_table(tmp_path: Path) -> None:
    both = [_assessment("a.mp4"), _assessment("b.mp4")]
    write_angles_csv(both, tmp_path / "angles.csv")
    write_repetitions_csv(both, tmp_path / "repetitions.csv")
    assert [row["recording"] for row in _rows(tmp_path / "angles.csv")] == ["a.mp4"] * 3 + ["b.mp4"] * 3
    assert len(_rows(tmp_path / "repetitions.csv")) == 6


def test_a_file_name_is_never_a_formula(tmp_path: Path) -> None:
    write_angles_csv(_assessment('=cmd|" /c calc".mp4'), tmp_path / "angles.csv")
    assert _rows(tmp_path / "angles.csv")[0]["recording"].startswith("'=")


def test_unwritable(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_angles_csv(_assessment(), tmp_path / "none" / "angles.csv")
