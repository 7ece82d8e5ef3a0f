"""Placements: what SENIAM recommends, and what a file of one's own may not say."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from rehabkit.errors import ExerciseError, InputError
from rehabkit.exercises.emg_placement import THIGH, load, shipped

SENIAM = {  # seniam.org: share of the way between the landmarks
    "rectus_femoris": 0.5, "vastus_medialis": 0.8, "vastus_lateralis": 2 / 3, "biceps_femoris": 0.5,
    "semitendinosus": 0.5, "tibialis_anterior": 1 / 3, "gastrocnemius_lateralis": 1 / 3, "biceps_brachii": 2 / 3,
    "triceps_brachii": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("name", list(SENIAM))
def test_shares_are_those_of_seniam(name: str) -> None:
    assert shipped().of([name])[0].share == pytest.approx(SENIAM[name], abs=1e-3)


def test_distance_and_size_are_those_of_seniam() -> None:
    assert (shipped().distance_mm, shipped().largest_electrode_mm) == (20, 10)


def test_what_the_systems_read_can_be_placed() -> None:
    from rehabkit.systems.knee_pain.tensors import MUSCLES

    assert set(MUSCLES) <= {muscle.name for muscle in shipped().muscle}
    assert set(THIGH) == set(MUSCLES)


def test_unknown_muscles_are_named() -> None:
    with pytest.raises(InputError, match=r"must be among rectus_femoris, .*got soleus, ear; name others"):
        shipped().of(["soleus", "rectus_femoris", "ear"])


def own(tmp_path: Path, old: str, new: str) -> Path:
    text = resources.files("rehabkit.exercises").joinpath("emg_placement.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_an_own_file_is_read(tmp_path: Path) -> None:
    path = own(tmp_path, "share = 0.8", "share = 0.75")
    assert load(path).of(["vastus_medialis"])[0].share == 0.75


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("share = 0.8", "share = 1.8", r"own.toml line \d+, muscle.*share"),
        ('to = "patella_top"', 'to = "moon"', "must be landmarks of the file, got moon"),
        ('name = "vastus_medialis"', 'name = "rectus_femoris"', "must differ, got rectus_femoris twice"),
        ("distance_mm = 20", "distance_mm = nan", "distance_mm"),
        ("[landmarks.heel]", "[landmarks.heel", "own.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ExerciseError, match=said):
        load(own(tmp_path, old, new))
