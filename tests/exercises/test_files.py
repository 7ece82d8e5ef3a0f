"""Reading exercise files: what is wrong is said in one line with file, line and key."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabkit.errors import ExerciseError
from rehabkit.exercises.files import key_lines, parse_toml, read_toml

GOOD = """\
name = "reach"
title = "Reach"
description = "Reaching up."
instructions = ["Reach up."]
position = "any"
views = ["side"]
stop_if = "Stop if it hurts."
source = "made for this test"

[primary]
angle = "shoulder_flexion"
minimum_range_deg = 20

[[compensations]]
name = "leans_back"
measure = "trunk_lean_forward"
below = -10
say = "Stay upright."

[[compensations]]
name = "hikes"
measure = "shoulder_hike"
above = 8
say = "Drop your shoulder."
"""


def problem_with(text: str) -> str:
    with pytest.raises(ExerciseError) as caught:
        parse_toml(text, "reach.toml")
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_reads_a_good_file():
    exercise = parse_toml(GOOD, "reach.toml")
    assert exercise.primary is not None
    assert (exercise.primary.direction, exercise.primary.sides) == ("increase", "together")
    assert [check.name for check in exercise.compensations] == ["leans_back", "hikes"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "Reach"', 'title = "Reach', 2, ["title", "must be TOML"]),
        ("minimum_range_deg = 20", "minimum_range_deg = -20", 12, ["minimum_range", "greater than 0"]),
        ("minimum_range_deg = 20", 'minimum_range_deg = "far"', 12, ["primary.minimum_range_deg", "'far'"]),
        ("minimum_range_deg = 20", "minimun_range_deg = 20", 12, ["primary.minimun_range_deg"]),
        ("minimum_range_deg = 20", "", 10, ["primary.minimum_range_deg: must be given"]),
        ('position = "any"', 'position = "upside down"', 5, ["position", "'standing'", "'upside down'"]),
        ('views = ["side"]', 'views = ["side", "top"]', 6, ["views[2]", "'top'"]),
        ("above = 8", "above = 8\nbelow = 2", 20, ["compensations[2]", "exactly one of above, below"]),
        ("below = -10", "", 14, ["compensations[1]", "exactly one of above, below"]),
        ('name = "reach"', 'name = "Reach up"', 1, ["name", "small letters"]),
        ("[primary]", "[hold]", 1, ["hold.low_deg: must be given"]),
    ],
)  # fmt: skip
def test_names_line_and_key(old: str, new: str, line: int, words: list[str]):
    message = problem_with(GOOD.replace(old, new, 1))
    assert message.startswith("reach.toml line ")
    lines = [int(found) for found in re.findall(r"line (\d+)", message)]
    assert line in lines or line == 1
    for word in words:
        assert word in message


def test_gathers_all_problems():
    message = problem_with(GOOD.replace('"any"', '"air"').replace("= 20", "= 0"))
    assert "line 5, position" in message
    assert "line 12, primary.minimum_range_deg" in message


def test_needs_a_movement_or_a_hold():
    without = GOOD.replace('[primary]\nangle = "shoulder_flexion"\nminimum_range_deg = 20\n', "")
    assert "exactly one of [primary], [hold]" in problem_with(without)


def test_target_must_ascend():
    assert "line 11, target: low_deg must be below high_deg" in problem_with(
        GOOD.replace("[primary]", "[target]\nlow_deg = 9\nhigh_deg = 3\n[primary]").replace("[target]", "\n[target]")
    )


def test_file_problems(tmp_path: Path):
    with pytest.raises(ExerciseError, match="must exist"):
        read_toml(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(b'name = "\xe9"')
    with pytest.raises(ExerciseError, match="UTF-8"):
        read_toml(path)


def test_key_lines_of_tables_and_arrays():
    lines = key_lines(GOOD)
    assert lines[("name",)] == 1
    assert lines[("primary",)] == 10
    assert lines[("compensations", 0, "below")] == 17
    assert lines[("compensations", 1, "say")] == 24


@given(st.text(max_size=200))
def test_any_text_gives_an_exercise_or_one_line(text: str):
    try:
        parse_toml(text, "any.toml")
    except ExerciseError as error:
        assert "\n" not in str(error)


@given(st.integers(0, len(GOOD)), st.text(max_size=3))
def test_any_damage_gives_an_exercise_or_one_line(where: int, what: str):
    try:
        parse_toml(GOOD[:where] + what + GOOD[where + len(what) :], "any.toml")
    except ExerciseError as error:
        assert "\n" not in str(error)
        assert "any.toml line " in str(error)
