"""The matched filter: features that geometry predicts, an error that is found, exact where the answer is known."""

import numpy as np
import pytest
import torch
from scipy.fft import dct

from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS, inject
from rehabkit.learning.networks.joint_error import (
    N_FEATURES,
    N_FRAMES,
    N_SHAPE,
    N_WAVES,
    OWN,
    WINDOWS,
    Filter,
    JointError,
    cosines,
    features,
)
from rehabkit.learning.networks.joint_error_fit import Repetitions, _usual, approved_means, fit

STANDING = {
    "pelvis": (0, 0, 0), "neck": (0, 0.5, 0), "head": (0, 0.65, 0),
    "left_shoulder": (0.15, 0.5, 0), "left_elbow": (0.16, 0.25, 0.01), "left_wrist": (0.17, 0.02, 0.04),
    "right_shoulder": (-0.15, 0.5, 0), "right_elbow": (-0.16, 0.25, 0.01), "right_wrist": (-0.17, 0.02, 0.04),
    "left_hip": (0.08, 0, 0), "left_knee": (0.09, -0.38, 0.02), "left_ankle": (0.09, -0.75, -0.01),
    "right_hip": (-0.08, 0, 0), "right_knee": (-0.09, -0.38, 0.02), "right_ankle": (-0.09, -0.75, -0.01),
}  # fmt: skip


def repetition(person: int, nth: int, reach: float = 60.0, movement: int = 0) -> np.ndarray:
    """A person raises the right arm forward (movement 0) or sideways (1), each in their own way."""
    rng = np.random.default_rng([person, nth, movement])
    own = np.random.default_rng([person, 99])
    body = np.tile(np.array([STANDING[name] for name in CANONICAL_JOINTS], dtype=float), (N_FRAMES, 1, 1))
    turn = TURNS[movement]
    far = reach * own.uniform(0.9, 1.1) * rng.uniform(0.97, 1.03)
    body = inject(body, CANONICAL_JOINTS, "right_shoulder", turn, far, 0.0, 1.0)
    for joint in INJECTED_JOINTS:
        body = inject(body, CANONICAL_JOINTS, joint, "flexion", own.normal(0, 3) + rng.normal(0, 1), 0.0, 1.0)
    return body


def wrong(body: np.ndarray, joint: str, degrees: float = 15.0) -> np.ndarray:
    return inject(body, CANONICAL_JOINTS, joint, "flexion", degrees)


@pytest.fixture(scope="module")
def people() -> Repetitions:
    keys = [(person, nth, movement) for person in range(4) for nth in range(4) for movement in range(2)]
    positions = np.array([repetition(person, nth, movement=movement) for person, nth, movement in keys], np.float32)
    movement = np.array([key[2] for key in keys])
    return Repetitions(positions, movement, np.array([str(key[0]) for key in keys]), np.ones(len(keys), dtype=bool))


@pytest.fixture(scope="module")
def fitted(people: Repetitions) -> JointError:
    torch.set_num_threads(1)
    module = JointError(2)
    with torch.no_grad():
        fit(module, people, seed=0)
    return module.eval()


def asked(module: JointError, positions: np.ndarray, approved: np.ndarray | None = None, movement: int | None = 0):
    body = torch.as_tensor(np.asarray(positions, dtype=np.float32))[None]
    usual = torch.zeros_like(body) if approved is None else torch.as_tensor(np.asarray(approved, np.float32))[None]
    named = torch.zeros(1, 2)
    if movement is not None:
        named[0, movement] = 1.0
    with torch.no_grad():
        return {name: value[0].numpy() for name, value in module(body, usual, named).items()}


def test_standing_bones_point_where_they_do():
    still = torch.as_tensor(np.tile(np.array([STANDING[name] for name in CANONICAL_JOINTS]), (1, 2, 1, 1))).float()
    found = features(still)
    assert found.shape == (1, 2, N_FEATURES)
    own = found[0, 0, OWN].reshape(-1, 3).numpy()
    np.testing.assert_allclose(own[0], (0, 1, 0), atol=1e-6)  # the trunk, seen by the level pelvis
    thigh = np.array([0.01, -0.38, 0.02]) / np.linalg.norm([0.01, -0.38, 0.02])
    np.testing.assert_allclose(own[INJECTED_JOINTS.index("left_hip")], thigh, atol=1e-6)


def test_an_injected_error_moves_its_own_bone_by_its_degrees_and_no_other():
    clean = repetition(0, 0)
    for number, joint in enumerate(INJECTED_JOINTS):
        pair = features(torch.as_tensor(np.array([clean, wrong(clean, joint)])).float())
        own = pair[:, N_FRAMES // 2, OWN].reshape(2, -1, 3).double()
        turned = torch.rad2deg(torch.acos((own[0] * own[1]).sum(-1).clamp(-1, 1))).numpy()
        assert turned[number] == pytest.approx(15.0, abs=0.1)
        others = [i for i in range(len(INJECTED_JOINTS)) if i != number]
        assert turned[others].max() < 0.2


def test_cosines_are_scipys():
    course = np.random.default_rng(0).normal(size=N_FRAMES)
    expected = dct(course, norm="ortho")[:N_WAVES] / 8
    np.testing.assert_allclose(cosines().double().numpy() @ course, expected, atol=1e-6)


def test_size_is_the_mahalanobis_distance_under_the_ridge():
    """With fewer directions than N_SPREAD in the data, Woodbury's short form is exact."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(30, N_SHAPE)) * rng.uniform(0.5, 2.0, N_SHAPE)
    covariance = rows.T @ rows / 30
    part = Filter(1)
    scale, directions = _usual(covariance)
    part.get_buffer("scale").copy_(torch.as_tensor(scale))
    part.get_buffer("directions").copy_(torch.as_tensor(directions))
    departure = rng.normal(size=N_SHAPE)
    whole = covariance + 0.2 * np.diag(np.diag(covariance))
    expected = departure @ np.linalg.solve(whole, departure) / N_SHAPE
    found = float(part.size(torch.as_tensor(departure[None]).float())[0])
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("joint", ["trunk", "left_elbow", "right_knee", "left_hip"])
@pytest.mark.parametrize("movement", [0, 1])
def test_an_unseen_person_s_error_is_named_with_degrees_and_time(fitted, joint, movement):
    body = repetition(9, 0, movement=movement)
    found = asked(fitted, wrong(body, joint), movement=movement)
    number = INJECTED_JOINTS.index(joint)
    assert found["probability"][1:].argmax() == number
    assert found["probability"].sum() == pytest.approx(1.0, abs=1e-5)
    assert found["degrees"][number, 0] == pytest.approx(15.0, abs=5.0)
    start, end = found["stretch"][number]
    assert np.isclose([start, end], WINDOWS, atol=1e-6).all(axis=1).any()
    assert start < 0.5 < end


def test_the_sign_of_an_error_is_told(fitted):
    number = INJECTED_JOINTS.index("left_elbow")
    turned = [asked(fitted, wrong(repetition(9, 1), "left_elbow", d))["degrees"][number, 0] for d in (15.0, -15.0)]
    assert turned[0] > 5 and turned[1] < -5


def test_approved_repetitions_take_out_what_is_the_person_s_own(fitted):
    """A person who always bends the left elbow isn't wrong in doing so; an error on top of it is."""
    habit = [wrong(repetition(9, nth), "left_elbow", 12.0) for nth in range(4)]
    usual = np.mean(habit[1:], axis=0)
    alone, aided = asked(fitted, habit[0]), asked(fitted, habit[0], usual)
    number = INJECTED_JOINTS.index("left_elbow")
    assert abs(aided["degrees"][number, 0]) < 4 < abs(alone["degrees"][number, 0])
    assert asked(fitted, wrong(habit[0], "right_knee"), usual)["probability"][1:].argmax() == INJECTED_JOINTS.index(
        "right_knee"
    )


def test_the_movement_is_recognised_where_it_is_not_named(fitted):
    for movement in (0, 1):
        body = wrong(repetition(9, 2, movement=movement), "left_knee")
        named, alone = asked(fitted, body, movement=movement), asked(fitted, body, movement=None)
        np.testing.assert_allclose(alone["probability"], named["probability"], atol=1e-6)


def test_a_different_movement_is_far(fitted):
    assert asked(fitted, repetition(9, 0))["distance"] * 3 < asked(fitted, repetition(9, 0, reach=-60.0))["distance"]


def test_approved_means_leave_the_repetition_itself_out(people):
    usual = approved_means(people, seed=0)
    first = np.flatnonzero((people.subject == "0") & (people.movement == 0))
    np.testing.assert_allclose(usual[first[0]], people.positions[first[1:]].mean(axis=0), atol=1e-6)
