"""A watch's file on the command line: what its header leaves out is said by options."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .conftest import Outcome

Run = Callable[..., Outcome]
BARE = "time,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z"
IN_G = "time_s,ax_g,ay_g,az_g,gx_deg_s,gy_deg_s,gz_deg_s"


def written(path: Path, header: str) -> Path:
    """Ten seconds of a forearm that swings at up to 29 deg/s: a number that could be rad/s as well."""
    time_s = np.arange(500) / 50
    angle = 0.5 * np.sin(time_s)
    zero = np.zeros_like(time_s)
    rate = np.degrees(0.5 * np.cos(time_s))
    rows = np.column_stack([time_s, np.sin(angle), zero, np.cos(angle), zero, -rate, zero])
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt="%.6f")
    return path


@pytest.mark.parametrize("command", [("assess",), ("predict", "exercise_imu")])
def test_units_that_no_header_says(rehabkit: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    path = written(tmp_path / "bare.csv", BARE)
    refused = rehabkit(*command, path, "--worn-on", "left")
    assert refused.code == 2 and len(refused.errors) == 1
    assert "bare.csv" in refused.errors[0] and "--units deg/s" in refused.errors[0]
    assert rehabkit(*command, path, "--worn-on", "left", "--units", "g, deg/s").code == 0


def test_stated_units_give_what_a_header_gives(rehabkit: Run, tmp_path: Path) -> None:
    said = rehabkit("predict", "exercise_imu", written(tmp_path / "said.csv", IN_G), "--worn-on", "right", "-q")
    bare = written(tmp_path / "bare.csv", BARE)
    stated = rehabkit("predict", "exercise_imu", bare, "--worn-on", "right", "--units", "s,g,deg/s", "-q")
    first, second = (json.loads(one.out)["outputs"] for one in (said, stated))
    np.testing.assert_allclose(second["probability"], first["probability"])
    assert len(first["probability"]) == 7  # windows of 4 s, one a second


@pytest.mark.parametrize("units", ["furlong", "g,mg", "g,,deg/s"])
def test_wrong_units(rehabkit: Run, tmp_path: Path, units: str) -> None:
    outcome = rehabkit("assess", written(tmp_path / "bare.csv", BARE), "--worn-on", "left", "--units", units)
    assert outcome.code == 2 and outcome.out == "" and len(outcome.errors) == 1
    assert "units must be" in outcome.errors[0] and repr(units) in outcome.errors[0]


def test_options_of_a_watch_where_there_is_none(rehabkit: Run, tmp_path: Path) -> None:
    for words in (("assess", tmp_path), ("predict", "movement_recognition", tmp_path / "squat.mp4")):
        outcome = rehabkit(*words, "--units", "g")
        assert outcome.code == 2 and "--units" in outcome.errors[0]
