"""``rehabkit simulate hand`` as a user calls it."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rehabkit.cli.hand_view import HandView
from rehabkit.cli.keys import DOWN_S, Keys
from rehabkit.errors import InputError
from rehabkit.findings import Assessment
from rehabkit.hand_training.actuation import State
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.session import Prompt

Run = Callable[..., "object"]


def test_a_simulated_person_trains(rehabkit: Run, tmp_path: Path) -> None:
    kept, page, paper, table = (tmp_path / name for name in ("t.json", "t.html", "t.pdf", "t.csv"))
    done = rehabkit(
        "simulate", "hand", "--gestures", "fist,one", "--repetitions", 2, "--every", 4, "--stop-at", 16,
        "--json", kept, "--report", page, "--pdf", paper, "--log", table,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "Simulation only" in done.out and "no hardware driver" in done.out
    said = Assessment.model_validate_json(kept.read_text())
    assert all(one.simulated for one in (*said.findings, *said.figures))
    values = {one.name: one.value for one in said.findings}
    assert values["training_fist_repetitions"] == 2 and values["training_one_reaction"] == pytest.approx(0.5, abs=0.05)
    assert values["training_stops"] == 1 and values["training_stop_1"] == "patient pressed stop"
    assert said.provenance.settings["simulated"] is True and said.recording.name == "simulated person"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()[1:]))
    assert {row["state"] for row in rows} == {"stopped", "neutral", "ready", "moving"}
    assert max(float(row["index_reached_deg"]) for row in rows) <= 75
    assert "simulated" in page.read_text(encoding="utf-8") and paper.read_bytes().startswith(b"%PDF")


def test_nobody_confirms_and_nothing_moves(rehabkit: Run) -> None:
    done = rehabkit("simulate", "hand", "--gestures", "one", "--repetitions", 1, "--confirm-at", 0.1, "--json", "-")
    said = Assessment.model_validate(json.loads(done.out))
    assert said.n_repetitions == 0
    reaction = said.finding("training_one_reaction")
    assert reaction is not None and "never answered" in str(reaction.not_measurable)


@pytest.mark.parametrize(("more", "said"), [
    (["--gestures", "wave"], "gestures must be of open, fist, one"),
    (["--hand", "left"], "--hand and --examples must come with a video or a camera"),
    (["--log", "a.txt"], "--log must name a .csv file"),
    (["--log", "nowhere/a.csv"], "output must be writable"),
    (["--repetitions", "0"], "--repetitions"),
])  # fmt: skip
def test_what_cannot_be_trained_is_refused_in_one_line(rehabkit: Run, more: list[str], said: str) -> None:
    done = rehabkit("simulate", "hand", *more)
    assert done.code == 2 and len(done.errors) == 1 and said in done.errors[0]


def test_a_camera_needs_a_terminal(rehabkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))
    done = rehabkit("simulate", "hand", "0")
    assert done.code == 2 and "must have a terminal" in done.errors[0]
    done = rehabkit("simulate", "hand", "0", "--confirm-at", 2)
    assert done.code == 2 and "press space and s" in done.errors[0]


def test_keys_of_a_terminal_count_as_down_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    above, below = pty.openpty()
    now = [100.0]
    with os.fdopen(below, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr("rehabkit.cli.keys.time.monotonic", lambda: now[0])
        with Keys() as keys:
            assert keys.read() == (False, False)
            os.write(above, b" ")
            assert keys.read() == (True, False)
            now[0] += DOWN_S / 2
            os.write(above, b"xs")
            assert keys.read() == (True, True)
            now[0] += DOWN_S
            assert keys.read() == (False, False)
    os.close(above)


def test_keys_need_a_terminal() -> None:
    with pytest.raises(InputError, match="must have a terminal"), Keys():
        pass


def test_prompts_states_and_signs_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    from rehabkit.picture_pipeline.gesture_reading import UNKNOWN, Glance
    from rehabkit.picture_pipeline.hand_live import Shown

    view = HandView([Prompt(0.5, "fist")])
    nobody = Glance(Seen(0.0, 1, 0, 0, "", None, 0.0, float("nan")), UNKNOWN, np.zeros(1), None, None)
    for step in range(12):
        view(Shown(0.1 * step, State.STOPPED, ("not started yet",), nobody))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("s  ", 1)[1] for line in lines] == [
        "stopped; rest the hand, half open (not started yet)",
        "show: fist",
        "picture: none; hold one hand before the camera",
    ]
