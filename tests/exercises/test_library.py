"""The shipped exercises, finding one, and the user's own."""

import itertools
from pathlib import Path

import pytest

from rehabkit.errors import ExerciseError
from rehabkit.exercises.definition import Exercise
from rehabkit.exercises.library import all_exercises, load, names, own_folder, plain
from rehabkit.kinematics.measures import MEASURES

ASKED_FOR = {
    "deep_squat", "hurdle_step", "inline_lunge", "side_lunge", "sit_to_stand", "straight_leg_raise",
    "shoulder_abduction", "shoulder_extension", "shoulder_rotation", "shoulder_scaption", "shoulder_flexion",
    "elbow_flexion", "forearm_rotation", "wrist_flexion", "push_up", "wall_slide", "jumping_jack",
    "heel_raise", "knee_extension_seated", "bridge", "plank", "marching", "trunk_lean", "finger_to_nose",
}  # fmt: skip
VIEWS_OF = {"left": "side", "right": "side", "front": "front", "back": "back"}


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    return tmp_path


SHIPPED = all_exercises()
each_exercise = pytest.mark.parametrize("exercise", SHIPPED, ids=lambda exercise: exercise.name)


def test_all_that_were_asked_for():
    assert set(names()) >= ASKED_FOR
    assert names() == sorted(names())


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("deep_squat", "deep_squat"), ("Squat", "deep_squat"), ("deep squat", "deep_squat"),
        ("deep-squat", "deep_squat"), (" DEEP  SQUAT ", "deep_squat"), ("bicep curl", "elbow_flexion"),
        ("curl", "elbow_flexion"), ("pushup", "push_up"), ("Push-up", "push_up"), ("march", "marching"),
    ],
)  # fmt: skip
def test_found_however_it_is_written(called: str, name: str):
    assert load(called).name == name


def test_every_name_alias_and_title_finds_its_exercise():
    for exercise in SHIPPED:
        for called in (exercise.name, exercise.title, *exercise.aliases):
            assert load(called).name == exercise.name


def test_no_two_exercises_share_a_name():
    called = [{plain(name) for name in (exercise.name, exercise.title, *exercise.aliases)} for exercise in SHIPPED]
    for one, other in itertools.combinations(called, 2):
        assert not one & other


@pytest.mark.parametrize(("wrong", "meant"), [("sqaut", "deep_squat"), ("plnak", "plank"), ("bicep", "elbow_flexion")])
def test_unknown_gives_the_nearest(wrong: str, meant: str):
    with pytest.raises(ExerciseError, match=meant):
        load(wrong)


@pytest.mark.parametrize("nothing", ["xyzzy", "", "-"])
def test_unknown_with_nothing_near(nothing: str):
    with pytest.raises(ExerciseError, match="rehabkit exercises"):
        load(nothing)


@each_exercise
def test_file_is_named_after_the_exercise(exercise: Exercise):
    folder = Path(__file__).parents[2] / "src/rehabkit/exercises/library"
    assert load(folder / f"{exercise.name}.toml") == exercise


@each_exercise
def test_measures_exist(exercise: Exercise):
    used = {*exercise.measures, *(check.measure for check in exercise.compensations)}
    assert used <= set(MEASURES)


@each_exercise
def test_a_camera_can_judge_each_check_from_the_views_named(exercise: Exercise):
    for check in exercise.compensations:
        possible = {VIEWS_OF[view] for view in MEASURES[check.measure].views}
        assert check.views
        assert set(check.views) <= possible


@each_exercise
def test_is_complete_and_modest(exercise: Exercise):
    assert exercise.aliases
    assert 2 <= len(exercise.instructions) <= 4
    assert exercise.stop_if.startswith("Stop if")
    assert all(check.say.endswith(".") for check in exercise.compensations)
    if exercise.primary is None or exercise.target is None:
        assert exercise.hold is not None
        return
    assert MEASURES[exercise.primary.angle].unit == "deg"
    assert exercise.primary.minimum_range_deg <= 45
    if exercise.primary.direction == "increase":  # an attempt may fall far short of the target
        assert exercise.primary.minimum_range_deg <= 0.7 * exercise.target.low_deg


@each_exercise
def test_says_where_it_comes_from(exercise: Exercise):
    assert any(sign in exercise.source for sign in ("clinical convention", "19", "20"))


def own(folder: Path, text: str, name: str = "mine.toml") -> None:
    (folder / "exercises").mkdir(exist_ok=True)
    (folder / "exercises" / name).write_text(text)


def squat_with(**changes: str) -> str:
    path = Path(__file__).parents[2] / "src/rehabkit/exercises/library/deep_squat.toml"
    lines = path.read_text().splitlines()
    return "\n".join(
        next((f'{key} = "{value}"' for key, value in changes.items() if line.startswith(f"{key} = ")), line)
        for line in lines
    )


def test_own_exercise_stands_beside_the_shipped(empty_home: Path):
    own(
        empty_home,
        squat_with(name="box_squat", title="Box squat").replace('aliases = ["squat", ', "aliases = ["),
    )
    assert own_folder() == empty_home / "exercises"
    assert load("Box squat").name == "box_squat"
    assert len(names()) == len(SHIPPED) + 1


def test_own_exercise_replaces_a_shipped_one(empty_home: Path):
    own(empty_home, squat_with(title="Squat, our clinic"))
    assert load("squat").title == "Squat, our clinic"
    assert len(names()) == len(SHIPPED)


def test_own_malformed_file_is_named(empty_home: Path):
    own(empty_home, "name = ", "broken.toml")
    with pytest.raises(ExerciseError, match=r"^broken\.toml line 1, name"):
        names()


def test_path_of_a_file(tmp_path: Path):
    path = tmp_path / "other.toml"
    path.write_text(squat_with(name="other"))
    assert load(path).name == load(str(path)).name == "other"
