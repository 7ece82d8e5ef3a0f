"""``rehabkit simulate bilateral`` as a user calls it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import ModelError
from rehabkit.findings import Assessment
from rehabkit.recordings import biosignal_csv
from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.runtime.bundles import bundle

Run = Callable[..., "object"]
UCI = "bio/uci_lower_limb/uci_lower_limb_1000hz.npz"


@pytest.fixture
def swinging(tmp_path: Path) -> Path:
    """A goniometer's file: 8 s, two rounds from 80° to 20° and back."""
    time_s = np.arange(0, 8, 0.01)
    angle = 50 + 30 * np.cos(2 * np.pi * time_s / 4)
    path = tmp_path / "knee.csv"
    biosignal_csv.write(Biosignal(angle[:, None], 100.0, (Channel("knee_flexion", "angle", "deg"),)), path)
    return path


def test_a_measured_angle_leads_and_faults_end_it(rehabkit: Run, swinging: Path, tmp_path: Path) -> None:
    picture, table, kept, page = (tmp_path / name for name in ("s.png", "s.csv", "s.json", "s.html"))
    done = rehabkit(
        "simulate", "bilateral", swinging, "--drive", "measured", "--fault", "nan@3+0.3", "--resume", "5",
        "--plot", picture, "--log", table, "--json", kept, "--report", page,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "Simulation only" in done.out and "no hardware driver" in done.out
    assert picture.read_bytes().startswith(b"\x89PNG")
    said = Assessment.model_validate_json(kept.read_text())
    assert said.summary[0].startswith("Simulation only")
    assert said.provenance.settings["simulated"] is True and said.provenance.settings["faults"] == ["nan@3+0.3"]
    assert all(one.simulated for one in said.findings) and all(one.simulated for one in said.figures)
    stop = said.finding("session_stop_1")
    assert stop is not None and stop.value == "desired angle is no number"
    safe = said.finding("session_to_safe_state")
    assert safe is not None and isinstance(safe.value, float) and safe.value <= 2
    last = said.finding("session_stop_2")
    assert last is not None and last.value == "hold-to-run released"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()[1:]))
    assert {row["state"] for row in rows} == {"support", "following", "stopping"}
    assert max(abs(float(row["torque_nm"])) for row in rows) <= 30
    assert "simulated" in page.read_text(encoding="utf-8")


def test_json_alone_goes_to_stdout(rehabkit: Run, swinging: Path) -> None:
    done = rehabkit("simulate", "bilateral", swinging, "--drive", "measured", "--seconds", 4, "--json", "-")
    assert done.code == 0
    assert json.loads(done.out)["exercise"] == "bilateral_simulation"


def test_it_says_that_it_is_a_simulation_in_its_help(rehabkit: Run) -> None:
    for words in (("simulate",), ("simulate", "bilateral")):
        assert "Simulation only" in rehabkit(*words, "--help").out


@pytest.mark.parametrize(("more", "said"), [
    (["--fault", "explode@3"], "fault must be one of released, "),
    (["--fault", "stale"], "--fault must be KIND@SECONDS"),
    (["--plot", "a.jpg"], "plot must be a .png, .svg, .pdf file"),
    (["--log", "a.txt"], "--log must name a .csv file"),
    (["--log", "nowhere/a.csv"], "output must be writable"),
    (["--fault", "saturated@3"], "saturated must be put into electrodes"),
    (["--fault", "stale@300"], "fault must come within the session"),
    (["--drive", "estimated"], "rectus_femoris"),
])  # fmt: skip
def test_what_cannot_be_simulated_is_refused_in_one_line(
    rehabkit: Run, swinging: Path, more: list[str], said: str
) -> None:
    given = ["--drive", "measured", *more] if "--drive" not in more else more
    if "estimated" in given:
        _require_network()
    done = rehabkit("simulate", "bilateral", swinging, *given)
    assert done.code == 2
    assert len(done.errors) == 1 and said in done.errors[0]


def test_the_recording_is_not_overwritten(rehabkit: Run, swinging: Path) -> None:
    before = swinging.read_bytes()
    done = rehabkit("simulate", "bilateral", swinging, "--drive", "measured", "--log", swinging)
    assert done.code == 2 and swinging.read_bytes() == before


def test_too_short_a_recording_is_refused(rehabkit: Run, tmp_path: Path) -> None:
    short = Biosignal(np.full((100, 1), 50.0), 100.0, (Channel("knee_flexion", "angle", "deg"),))
    biosignal_csv.write(short, tmp_path / "short.csv")
    done = rehabkit("simulate", "bilateral", tmp_path / "short.csv", "--drive", "measured")
    assert done.code == 2 and "at least 4 s" in done.err


def test_a_real_man_leads_by_his_muscles(rehabkit: Run, shared: Path, tmp_path: Path) -> None:
    _require_network()
    kept = tmp_path / "s.json"
    done = rehabkit(
        "simulate", "bilateral", f"{shared / UCI}#A11_sen", "--seconds", 8, "--fault", "saturated@5", "--json", kept
    )
    assert done.code == 0, done.err
    said = Assessment.model_validate_json(kept.read_text())
    assert said.provenance.models and "EMG" in said.provenance.settings["driven_by"]
    stop = said.finding("session_stop_1")
    assert stop is not None and stop.value == "signal saturated"


def _require_network() -> None:
    try:
        bundle("joint_intention")
    except ModelError as error:
        pytest.skip(str(error))
