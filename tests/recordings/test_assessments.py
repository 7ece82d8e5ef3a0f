"""Assessment files: what is written is read, and every way to spoil one is named with file and key."""

import json
from pathlib import Path
from typing import Any

import pytest

from rehabkit.errors import AssessmentError, OutputError
from rehabkit.findings import AngleSeries, Assessment, Finding, Provenance, RecordingInfo
from rehabkit.recordings.assessments import read_assessment, write_assessment


def _assessment() -> Assessment:
    return Assessment(
        exercise="deep_squat",
        exercise_title="Tiefe Kniebeuge – 深蹲",
        n_repetitions=1,
        findings=[Finding(name="left_knee_flexion_range_best", label="Left knee", value=101.5, unit="deg")],
        series=[AngleSeries(name="a", label="A", side="left", time_s=[0.0, 0.1], value=[1.0, None], clinical=True)],
        recording=RecordingInfo(
            name="x.mp4",
            kind="video",
            sensor="mediapipe-full",
            duration_s=1,
            n_frames=30,
            rate_hz=30,
            view="front",
        ),
        provenance=Provenance(rehabkit_version="0.1.0", created="2026-01-01T00:00:00+00:00"),
    )


def _spoiled(folder: Path, **changes: Any) -> Path:
    content = {**json.loads(_assessment().model_dump_json()), **changes}
    path = folder / "squat.json"
    path.write_text(json.dumps({key: value for key, value in content.items() if value != "REMOVE"}))
    return path


def test_round_trip(tmp_path: Path) -> None:
    write_assessment(_assessment(), tmp_path / "squat.json")
    assert read_assessment(tmp_path / "squat.json") == _assessment()
    text = (tmp_path / "squat.json").read_bytes().decode("utf-8")
    assert "Tiefe Kniebeuge – 深蹲" in text
    (tmp_path / "windows.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_assessment(tmp_path / "windows.json") == _assessment()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema_version": 0}, r"schema_version must be 1, got 0; update rehabkit"),
        ({"schema_version": 2, "new": 1}, r"schema_version must be 1, got 2"),
        ({"n_repetitions": "REMOVE"}, r"n_repetitions: Field required"),
        ({"n_repetitions": "many"}, r'n_repetitions: .* \(got "many"\)'),
        ({"surprise": 1}, r"surprise: Extra inputs are not permitted"),
        (
            {"findings": [{"name": "a", "label": "A", "uncertainty": float("nan")}]},
            r"findings.0.uncertainty: .* finite",
        ),
        ({"repetitions": [{"number": 1}] * 9}, r"repetitions.0.start_s: Field required; .*; 31 more"),
    ],
)
def test_the_key_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AssessmentError, match=r"^squat\.json: .*" + message) as error:
        read_assessment(_spoiled(tmp_path, **changes))
    assert "\n" not in str(error.value)


def test_series_of_unequal_length(tmp_path: Path) -> None:
    series = json.loads(_assessment().series[0].model_dump_json()) | {"value": [1.0]}
    with pytest.raises(AssessmentError, match=r"series\.0\.value must have 2 entries like its time_s, got 1"):
        read_assessment(_spoiled(tmp_path, series=[series]))


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", b"\xff\xfe{}", b'{"a":' * 5000, b"x,y\n1,2\n"])
def test_what_is_no_assessment(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(AssessmentError, match=r"^a\.json: "):
        read_assessment(tmp_path / "a.json")


def test_places(tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="file must exist"):
        read_assessment(tmp_path / "none.json")
    (tmp_path / "empty.json").write_bytes(b"")
    with pytest.raises(AssessmentError, match="0 bytes"):
        read_assessment(tmp_path / "empty.json")
    with pytest.raises(OutputError):
        write_assessment(_assessment(), tmp_path / "none" / "a.json")
