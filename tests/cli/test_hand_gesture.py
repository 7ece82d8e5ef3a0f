"""``rehabkit assess … --system hand_gesture`` as a user calls it, on real pictures and a film made of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rehabkit.errors import RecordingError
from rehabkit.findings import Assessment
from rehabkit.picture_pipeline.gesture_reader import read_pictures, reader_of
from rehabkit.recordings.datasets import hgr1, sign_digits

from ..picture_pipeline.hand_films import noisy, require_recogniser, write_film

Run = Callable[..., "object"]
DIGITS = {"open": 5, "two": 2}
SIDE_PX, LOOKED_AT = 400, 10


@pytest.fixture(scope="module")
def pictures(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Gesture to three pictures, enlarged, in which the recogniser sees it: what is tried is the way there."""
    require_recogniser()
    folder, every = tmp_path_factory.mktemp("digits"), sign_digits.read(shared / "hands" / "sign_digits")
    chosen: dict[str, list[Path]] = {gesture: [] for gesture in DIGITS}
    for gesture, digit in DIGITS.items():
        for one in [one for one in every if one.digit == digit][:LOOKED_AT]:
            path = folder / f"{one.path.stem}.png"
            Image.fromarray(one.image().rgb).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC).save(path)
            with suppress(RecordingError):  # no hand found
                (hand,) = read_pictures([path], reader_of())
                chosen[gesture] += [path] if hand.glances[0].seen.gesture == gesture else []
            if len(chosen[gesture]) == 3:
                break
    assert all(len(paths) == 3 for paths in chosen.values())
    return chosen


def test_two_pictures_each_say_what_they_show(
    rehabkit: Run, pictures: dict[str, list[Path]], shared: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "two.json"
    fist = next(one.path for one in hgr1.read(shared / "hands" / "hgr1") if (one.subject, one.gesture) == ("id08", "A"))
    done = rehabkit("assess", pictures["open"][0], fist, "--system", "hand_gesture", "--json", kept)
    assert done.code == 0, done.err
    said = Assessment.model_validate_json(kept.read_text())
    values = {one.name: one.value for one in said.findings}
    assert values["gesture_recognised_1"] == "open" and values["gesture_recognised_2"] in ("fist", None)
    assert values["hand_opening_1"] > 0.75 and values["hand_opening_2"] < 0.5
    bent = said.finding("middle_pip_flexion_2")
    assert bent is not None and isinstance(bent.value, float) and bent.value > 60
    assert bent.uncertainty == 55 and bent.provisional and "no person" in bent.evidence.source
    assert said.recording.kind == "picture" and "2 pictures" in " ".join(done.out.split())
    assert {"hand landmarks", "full landmarks", "hand_gesture"} <= set(said.provenance.models)


def test_a_film_gives_gestures_commands_and_curves(
    rehabkit: Run, pictures: dict[str, list[Path]], tmp_path: Path
) -> None:
    opened, two = (np.asarray(Image.open(pictures[name][0])) for name in ("open", "two"))
    film = write_film(tmp_path / "hand.mp4", noisy([(opened, 1.2), (two, 1.2)], 12.5, 1), 12.5)
    kept, page = tmp_path / "f.json", tmp_path / "f.html"
    done = rehabkit("assess", film, "--system", "hand_gesture", "--json", kept, "--report", page)
    assert done.code == 0, done.err
    said = Assessment.model_validate_json(kept.read_text())
    values = {one.name: one.value for one in said.findings}
    assert values["gestures"] == "open, two" and values["hand_seen"] == 100
    second = said.finding("gesture_two")
    assert second is not None and second.evidence.start_s == pytest.approx(1.2, abs=0.3)
    assert values["commands"] == 0  # no relaxed hand ever came before
    assert values["ring_pip_flexion_largest"] > values["ring_pip_flexion_least"] + 30
    curves = said.figures[0]
    assert {"open", "two"} <= set(curves.shaded) and len(curves.time_s) == 30
    assert "12.5 pictures/s" in " ".join(done.out.split()) and "simulated" in page.read_text(encoding="utf-8")
    assert len(kept.read_bytes()) < 100_000  # numbers, no pictures


def test_own_examples_are_taken_and_told(rehabkit: Run, pictures: dict[str, list[Path]], tmp_path: Path) -> None:
    for name, paths in pictures.items():
        (tmp_path / "own" / name).mkdir(parents=True)
        for path in paths:
            shutil.copy(path, tmp_path / "own" / name)
    done = rehabkit(
        "assess", pictures["two"][0], "--system", "hand_gesture", "--examples", tmp_path / "own",
        "--json", "-", "--quiet",
    )  # fmt: skip
    said = Assessment.model_validate(json.loads(done.out))
    found = said.finding("gesture_recognised")
    assert found is not None and found.value == "two"
    (calibrated,) = said.recording.history
    assert calibrated.startswith("calibrated on the patient's own pictures: 3 of open, 3 of two; they count")
    assert said.provenance.settings["rules"]["wide_opening"] != 0.75


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory, pictures: dict[str, list[Path]]) -> Path:
    """A folder of things that are no picture or film of one hand."""
    tmp_path = tmp_path_factory.mktemp("wrong")
    hand = np.asarray(Image.open(pictures["open"][0]).convert("RGB"))
    wall = np.full((240, 320, 3), 127, np.uint8)
    Image.fromarray(wall).save(tmp_path / "wall.png")
    Image.fromarray(np.full((30, 30), 9000, np.uint16)).save(tmp_path / "depth.png")
    Image.new("L", (9000, 9000)).save(tmp_path / "huge.png")
    Image.fromarray(np.hstack([hand, hand[:, ::-1]])).save(tmp_path / "two.png")
    Image.fromarray(hand).convert("L").save(tmp_path / "grey.png")
    (tmp_path / "text.mp4").write_text("no film" * 100)
    whole = write_film(tmp_path / "whole.mkv", noisy([(wall, 2.0)], 5.0), 5.0).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty").mkdir()
    (tmp_path / "waves" / "wave").mkdir(parents=True)
    (tmp_path / "walls" / "fist").mkdir(parents=True)
    for number in range(3):
        shutil.copy(tmp_path / "wall.png", tmp_path / "walls" / "fist" / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize(("words", "said"), [
    (["wall.png"], "picture must show a hand, got none in wall.png"),
    (["depth.png"], "8 bits a colour"),
    (["huge.png"], "at most 64000000 pixels"),
    (["text.mp4"], "video must be readable"),
    (["cut.mkv"], "breaks off"),
    (["missing.mp4"], "video must exist"),
    (["grey.png", "text.mp4"], "picture must be one of .png"),
    (["grey.png", "--seconds", "5"], "--seconds must be left out for pictures"),
    (["grey.png", "--examples", "empty"], "must hold one folder a gesture, got none"),
    (["grey.png", "--examples", "waves"], "folder must be named as one of"),
    (["grey.png", "--examples", "walls"], "picture must show a hand, got none in fist/0.png"),
    (["grey.png", "--intrinsics", "text.mp4"], "--intrinsics must be left out"),
    (["grey.png", "--video", "a.mp4", "--trc", "a.trc"], "--video, --trc must be left out"),
])  # fmt: skip
def test_what_is_no_hand_is_refused_in_one_line(
    rehabkit: Run, wrong: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(wrong)
    done = rehabkit("assess", *words, "--system", "hand_gesture")
    assert done.code == 2 and len(done.errors) == 1 and said in done.errors[0]


def test_two_hands_and_the_other_hand_than_stated_are_told(rehabkit: Run, wrong: Path) -> None:
    done = rehabkit("assess", wrong / "two.png", "--system", "hand_gesture", "--json", "-", "--quiet")
    checks = {one.name: one for one in Assessment.model_validate(json.loads(done.out)).recording.checks}
    assert checks["two_hands"].status == "warning" and "one hand" in checks["two_hands"].remedy
    sides = []
    for side in ("left", "right"):
        done = rehabkit(
            "assess", wrong / "grey.png", "--system", "hand_gesture", "--hand", side, "--json", "-", "--quiet"
        )
        checks = {one.name for one in Assessment.model_validate(json.loads(done.out)).recording.checks}
        sides.append("mirrored" in checks)
    assert sorted(sides) == [False, True]
