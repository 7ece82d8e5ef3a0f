"""Cuts are told from movement, and everybody is found once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rehabkit.pose.landmarkers import Scanner
from rehabkit.pose.quiet import quiet
from rehabkit.pose.scanning import CutFinder, everybody, looks, thumbnail
from rehabkit.recordings.frame import Frame
from rehabkit.recordings.video import frames


def cuts_of(pictures: list[np.ndarray]) -> list[int]:
    finder = CutFinder()
    return [i for i, picture in enumerate(pictures) if finder.is_cut(thumbnail(picture))]


def test_another_scene_is_a_cut_and_exercise_is_none(squatting: list[np.ndarray], standing: list[np.ndarray]) -> None:
    assert cuts_of([*squatting, *standing, *squatting[::-1]]) == [29, 58]


def test_light_that_changes_slowly_is_no_cut(standing: list[np.ndarray]) -> None:
    dimmed = [(picture * (1 - 0.02 * i)).astype(np.uint8) for i, picture in enumerate(standing)]

    assert cuts_of(dimmed) == []


def test_everybody_is_found_once(squatting: list[np.ndarray], standing: list[np.ndarray], model: str) -> None:
    both = np.hstack([squatting[5][:, 330:970], standing[5][:, 330:970]])
    with quiet(), Scanner(model) as scanner:
        found = everybody(scanner, both)
        alone = everybody(scanner, squatting[5])

    assert sorted(round(p.positions[[11, 12, 23, 24], 0].mean() / 640) for p in found) == [0, 1]
    assert len(alone) == 1


def test_a_body_that_lies_across_the_picture_is_one(shared: Path, model: str) -> None:
    with quiet(), Scanner(model) as scanner:
        picture = next(frames(shared / "videos" / "plank_correct_004.mp4"))

        assert len(everybody(scanner, picture.rgb)) == 1


def test_scans_start_soon_and_again_after_a_cut(
    squatting: list[np.ndarray], standing: list[np.ndarray], model: str
) -> None:
    video = [Frame(i, i / 30, rgb, (1280, 720)) for i, rgb in enumerate([*squatting[:9], *standing[:8]])]
    with quiet():
        seen = list(looks(video, model))

    assert [look.frame.index for look in seen if look.cut] == [9]
    assert [look.frame.index for look in seen if look.people is not None] == [6, 9]
