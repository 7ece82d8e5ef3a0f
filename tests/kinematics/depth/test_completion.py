"""Joints on their lines of sight: simulated people (labelled so), some of whose joints something else hides."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rehabkit.errors import InputError, RecordingError
from rehabkit.kinematics.depth.bed import Bed
from rehabkit.kinematics.depth.completion import complete, complete_sequence, personal
from rehabkit.kinematics.depth.hidden import logistic
from rehabkit.kinematics.depth.prior import PLAUSIBLE_SIZE, LyingPrior
from rehabkit.kinematics.depth.sight import sight_of
from rehabkit.kinematics.depth.tree import BONES, mirrored_pairs, numbered
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

from .lying_people import COVER_M, NAMES, OFFSET_M, PLANE, Simulated, simulated


@pytest.fixture(scope="module")
def stranger() -> Simulated:
    return simulated(99, 24, size=1.07)


def error_m(found: np.ndarray, person: Simulated) -> np.ndarray:
    return np.linalg.norm(found - person.joints, axis=-1)


def test_what_is_counted_is_what_was_simulated(prior: LyingPrior) -> None:
    np.testing.assert_allclose(prior.offsets.offset_m, OFFSET_M, atol=0.003)
    thigh = BONES.index(("left_hip", "left_knee"))
    assert prior.length_m[thigh] == pytest.approx(0.42, abs=0.01)
    assert prior.size_spread == pytest.approx(np.std(np.linspace(0.88, 1.12, 12)), abs=0.01)


def test_hidden_joints_are_found_and_seen_ones_stay(prior: LyingPrior, stranger: Simulated) -> None:
    plain = np.stack([prior.offsets.centres(sight.surface) for sight in stranger.sights])
    found = np.stack([one.positions for one in complete(stranger.sights, prior)])
    assert error_m(plain, stranger)[stranger.hidden].mean() == pytest.approx(COVER_M - OFFSET_M, abs=0.01)
    assert error_m(found, stranger)[stranger.hidden].mean() < 0.05
    assert error_m(found, stranger)[~stranger.hidden].mean() < 0.012


def test_hidden_joints_are_marked_and_less_sure(prior: LyingPrior, stranger: Simulated) -> None:
    completed = complete(stranger.sights, prior)
    probability = np.stack([one.hidden for one in completed])
    spread = np.stack([one.spread_m for one in completed])
    assert ((probability > 0.5) == stranger.hidden).mean() > 0.95
    assert np.median(spread[stranger.hidden]) > 1.5 * np.median(spread[~stranger.hidden])


def test_the_persons_size_is_found(prior: LyingPrior) -> None:
    for size in (0.92, 1.07):
        person = simulated(7, 12, size=size)
        assert complete(person.sights, prior)[0].size == pytest.approx(size, abs=0.025)


def test_bones_keep_their_length_over_a_sequence(prior: LyingPrior, stranger: Simulated) -> None:
    parents, children = np.array(numbered(BONES, NAMES)).T

    def wobble(found: np.ndarray) -> float:
        length = np.linalg.norm(found[:, children] - found[:, parents], axis=-1)
        return float(length.std(axis=0).mean())

    alone = np.stack([complete([sight], prior)[0].positions for sight in stranger.sights])
    together = np.stack([one.positions for one in complete_sequence(stranger.sights, prior)])
    assert wobble(stranger.joints) < 1e-9
    assert wobble(together) < 0.006
    assert wobble(together) < 0.8 * wobble(alone)
    assert error_m(together, stranger).mean() <= error_m(alone, stranger).mean()


def test_a_persons_own_bones_are_measured(prior: LyingPrior, stranger: Simulated) -> None:
    own = personal(prior, complete(stranger.sights, prior))
    thigh = BONES.index(("left_hip", "left_knee"))
    assert own.length_m[thigh] == pytest.approx(1.07 * 0.42, abs=0.01)


def test_a_joint_without_any_depth_is_placed_by_its_bones(prior: LyingPrior) -> None:
    person = simulated(5, 1, hidden=0.0)
    wrist = NAMES.index("left_wrist")
    surface = person.sights[0].surface_m.copy()
    surface[wrist] = np.nan
    one = complete([dataclasses.replace(person.sights[0], surface_m=surface)], prior)[0]
    assert np.isfinite(one.positions).all()
    assert error_m(one.positions, dataclasses.replace(person, joints=person.joints[0]))[wrist] < 0.10
    assert one.spread_m[wrist] > 2 * one.spread_m[NAMES.index("left_elbow")]


def test_a_joint_without_a_picture_point_is_left_out_and_spoils_no_other(prior: LyingPrior) -> None:
    person = simulated(5, 6, hidden=0.0)
    lost = [NAMES.index("right_knee"), NAMES.index("nose")]
    sights = []
    for sight in person.sights:
        rays, surface = sight.rays.copy(), sight.surface_m.copy()
        rays[lost], surface[lost] = np.nan, np.nan
        sights.append(dataclasses.replace(sight, rays=rays, surface_m=surface))
    rest = np.setdiff1d(np.arange(len(NAMES)), lost)
    for one, true in zip(complete_sequence(sights, prior), person.joints, strict=True):
        assert np.isnan(one.positions[lost]).all()
        assert np.isnan(one.spread_m[lost]).all()
        assert np.linalg.norm(one.positions - true, axis=-1)[rest].max() < 0.05


def test_intrinsics_of_another_camera_make_a_giant_or_a_dwarf(prior: LyingPrior) -> None:
    person = simulated(5, 1, hidden=0.0)
    sight = person.sights[0]
    assert prior.size_as_lifted(sight) == pytest.approx(1.0, abs=0.05)
    for times, plausible in ((2.0, False), (0.4, False), (1.05, True)):
        rays = sight.rays * [times, times, 1.0]  # as a focal length that is so much too short
        size = prior.size_as_lifted(dataclasses.replace(sight, rays=rays))
        assert size == pytest.approx(times, rel=0.12)
        assert (PLAUSIBLE_SIZE[0] < size < PLAUSIBLE_SIZE[1]) == plausible


def test_points_of_which_none_has_depth_are_refused() -> None:
    depth = np.full((144, 160), np.nan)
    depth[:40, :40] = 2.0
    frame = RgbdFrame(depth, Intrinsics(126.0, 126.0, 79.5, 71.5, 160, 144))
    bed = Bed(PLANE, np.array([0.0, 0.0, 2.0]), np.eye(3))
    with pytest.raises(RecordingError, match="got none of 16; give points of the depth picture"):
        sight_of(frame, np.full((16, 2), 120.0), bed, NAMES)


def test_a_limb_that_crosses_a_bone_stands_out_of_the_line_between_its_joints() -> None:
    depth = np.full((144, 160), 1.9)
    depth[:, 76:84] = 1.75  # an arm of 8 px across, 15 cm nearer
    frame = RgbdFrame(depth, Intrinsics(126.0, 126.0, 79.5, 71.5, 160, 144))
    bed = Bed(PLANE, np.array([0.0, 0.0, 2.0]), np.eye(3))
    pixels = np.full((16, 2), 30.0)
    pixels[NAMES.index("left_shoulder")], pixels[NAMES.index("left_elbow")] = [60.0, 70.0], [100.0, 70.0]
    pixels[NAMES.index("left_wrist")] = [140.0, 70.0]
    relief = sight_of(frame, pixels, bed, NAMES).relief_m
    assert relief is not None
    crossed, clear = (BONES.index(bone) for bone in (("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist")))
    np.testing.assert_allclose(relief[crossed], [0.15, 0.0], atol=1e-9)
    np.testing.assert_allclose(relief[clear], [0.0, 0.0], atol=1e-9)


def test_the_logistic_regression_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    label = rng.random(200) < 1 / (1 + np.exp(-(x @ [1.0, -2.0, 0.0, 0.5] + 0.3)))
    theirs = LogisticRegression(C=1 / 3.0, tol=1e-10, max_iter=1000).fit(x, label)
    ours = logistic(x, label, 3.0)
    np.testing.assert_allclose(ours, [theirs.intercept_[0], *theirs.coef_[0]], atol=1e-4)


def test_mirroring_twice_changes_nothing() -> None:
    other = mirrored_pairs(BONES)
    assert (other[other] == np.arange(len(BONES))).all()
    assert BONES[other[BONES.index(("left_hip", "left_knee"))]] == ("right_hip", "right_knee")


def test_joints_that_the_tree_needs_are_named() -> None:
    with pytest.raises(InputError, match="got none of head, neck"):
        numbered(BONES, [name for name in NAMES if name not in ("neck", "head")])
