"""The camera's own error: every measure has one, a clinic's file replaces it, a wrong file is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.measures import MEASURES
from rehabkit.kinematics.uncertainty import OWN_FILE, camera_error

ROOT = Path(__file__).parents[2]
OWN = """[mediapipe.knee_flexion]
half_width_95 = 6.5
sem = 3.0
mdc95 = 8.3
provisional = false
source = "our clinic, 20 people"
"""


@pytest.mark.parametrize("sensor", ["mediapipe-full", "kinect", "vicon", "who knows"])
@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_has_an_error_with_a_source(measure, sensor):
    error = camera_error(measure, sensor)
    assert error.half_width_95 > 0
    assert error.mdc95 == pytest.approx(1.96 * 2**0.5 * error.sem, rel=0.05)
    assert error.source


def test_all_that_a_phone_gives_is_provisional():
    assert all(camera_error(name, "mediapipe-heavy").provisional for name in MEASURES)


def test_a_sensor_without_figures_borrows_the_widest_and_says_so():
    unknown = camera_error("shoulder_flexion", "a new camera")
    assert unknown.provisional
    assert unknown.half_width_95 == max(
        camera_error("shoulder_flexion", sensor).half_width_95 for sensor in ("mediapipe", "kinect")
    )
    assert "no figure for the sensor 'a new camera'" in unknown.source


def test_a_clinics_own_figures_replace_the_shipped_ones(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(OWN + OWN.replace("[mediapipe.", "[mediapipe-heavy.").replace("6.5", "5.5"))
    shipped = camera_error("hip_flexion", "mediapipe-full")
    monkeypatch.setenv(OWN_FILE, str(own))
    assert camera_error("knee_flexion", "mediapipe-full").half_width_95 == 6.5
    assert camera_error("knee_flexion", "mediapipe-heavy").half_width_95 == 5.5
    assert not camera_error("knee_flexion", "mediapipe-full").provisional
    assert camera_error("hip_flexion", "mediapipe-full") == shipped


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mediapipe", "readable TOML"),
        (OWN.replace("sem = 3.0", "sem = -3.0"), "mediapipe.knee_flexion.sem"),
        (OWN.replace("sem = 3.0", "sme = 3.0"), "mediapipe.knee_flexion.sme"),
        (OWN.replace("knee_flexion", "knee_bend"), "'knee_bend'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, monkeypatch, text, words):
    own = tmp_path / "own.toml"
    own.write_text(text)
    monkeypatch.setenv(OWN_FILE, str(own))
    with pytest.raises(InputError, match=re.escape(words)):
        camera_error("knee_flexion", "mediapipe-full")


def test_a_missing_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(OWN_FILE, str(tmp_path / "none.toml"))
    with pytest.raises(InputError, match="readable TOML"):
        camera_error("knee_flexion", "mediapipe-full")


def test_an_unknown_measure_is_refused():
    with pytest.raises(InputError, match="got 'knee_bend'"):
        camera_error("knee_bend", "kinect")


def test_the_shipped_file_and_the_page_are_what_the_results_say():
    check = subprocess.run(
        [sys.executable, "benchmarks/measurement_error.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_no_leg_angle_of_the_rebuilt_kinect_skeletons_is_used():
    agreement = json.loads((ROOT / "results" / "angle_error_kinect_vicon.json").read_text())["agreement"]
    unusable = {key.split("/")[1] for key, one in agreement.items() if not one["usable"]}
    assert unusable == {"knee_flexion", "hip_flexion", "hip_abduction"}
    assert all("UI-PRMD" not in camera_error(name, "kinect").source for name in unusable)


def test_the_pages_recipe_for_a_clinic_works(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "validity.md").read_text(encoding="utf-8"), re.S)
    pairs = [("subject", "reference", "measured")]
    pairs += [(f"p{i % 16}", f"{30 + i}", f"{31.5 + i + (-1) ** i}") for i in range(48)]
    (tmp_path / "pairs.csv").write_text("\n".join(",".join(row) for row in pairs))
    printed = subprocess.run(
        [sys.executable, "-c", code.group(1)], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    own = tmp_path / "own.toml"
    own.write_text(printed, encoding="utf-8")
    monkeypatch.setenv(OWN_FILE, str(own))
    error = camera_error("knee_flexion", "mediapipe-full")
    assert not error.provisional
    assert error.half_width_95 == pytest.approx(1.96 * (1.5**2 + 1) ** 0.5, abs=0.2)
    assert "16 people, 48 pairs, bias +1.5" in error.source
