"""Variations keep a body a body; strangers are none of what they were made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.learning.recipes.movement_strangers import NOT_DOWN, near_misses, other_arms, strangers
from rehabkit.learning.recipes.movement_variations import Variation, bones, from_bones, rotations, varied

AT = CANONICAL_JOINTS.index
STILL = Variation(
    shifted=0, cropped=0, bone=0, bias=0, slow=0, noise=0, flattened=0, lost=0, tilt=0, yaw=0, size=0
)  # fmt: skip


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def body() -> np.ndarray:
    """(15, 3) a standing person, arms hanging."""
    at = np.zeros((15, 3))
    for name, place in {"neck": (0, 0.4, 0), "head": (0, 0.55, 0)}.items():
        at[AT(name)] = place
    for side, sign in (("left", 1), ("right", -1)):
        for name, place in {
            "shoulder": (0.14, 0.4, 0), "elbow": (0.15, 0.2, 0), "wrist": (0.15, 0, 0),
            "hip": (0.08, 0, 0), "knee": (0.09, -0.3, 0), "ankle": (0.09, -0.6, 0),
        }.items():  # fmt: skip
            at[AT(f"{side}_{name}")] = np.array(place) * [sign, 1, 1]
    return at


def raised(n_rows: int) -> torch.Tensor:
    """(n_rows, 32, 15, 3) the right arm raised sideways to the horizontal and lowered."""
    out = np.tile(body(), (32, 1, 1))
    for t, angle in enumerate(90 * np.sin(np.linspace(0, np.pi, 32)) ** 2):
        turn = Rotation.from_euler("z", -angle, degrees=True).as_matrix()
        for joint in ("elbow", "wrist"):
            arm = body()[AT(f"right_{joint}")] - body()[AT("right_shoulder")]
            out[t, AT(f"right_{joint}")] = body()[AT("right_shoulder")] + turn @ arm
    return torch.tensor(np.tile(out, (n_rows, 1, 1, 1)), dtype=torch.float32)


def lengths(positions: torch.Tensor) -> torch.Tensor:
    return bones(positions)[..., 1:, :].norm(dim=-1)


def test_rotations_are_those_of_scipy():
    vectors = np.random.default_rng(0).normal(0, 1, (5, 3))
    expected = Rotation.from_rotvec(vectors).as_matrix()
    assert np.allclose(rotations(torch.tensor(vectors, dtype=torch.float32)).numpy(), expected, atol=1e-5)


def test_bones_and_back():
    positions = torch.tensor(body(), dtype=torch.float32)
    assert torch.allclose(from_bones(bones(positions)), positions, atol=1e-6)
    wrist = bones(positions)[AT("right_wrist")]
    assert torch.allclose(wrist, torch.tensor([0.0, -0.2, 0.0]), atol=1e-6)
    assert CANONICAL_PARENTS[AT("right_wrist")] == AT("right_elbow")


def test_without_any_variation_only_the_pace_differs(generator):
    x = raised(4)
    out = varied({"positions": x}, generator, STILL)["positions"]
    assert torch.allclose(lengths(out), lengths(x), atol=0.01)
    assert torch.allclose(out[:, 0], x[:, 0], atol=1e-4) and torch.allclose(out[:, -1], x[:, -1], atol=1e-4)
    top = out[:, :, AT("right_wrist"), 0].amin(dim=1)
    assert torch.allclose(top, x[:, :, AT("right_wrist"), 0].amin(dim=1), atol=0.02)


def test_a_seed_fixes_a_variation_and_leaves_the_rest_of_the_batch(generator):
    batch = {"positions": raised(3), "target": torch.arange(3)}
    first = varied(batch, generator)
    second = varied(batch, torch.Generator().manual_seed(0))
    assert torch.equal(first["positions"], second["positions"])
    assert first["target"] is batch["target"]
    assert not torch.allclose(first["positions"], batch["positions"], atol=0.01)


def test_tilt_and_size_are_as_large_as_said(generator):
    out = varied({"positions": raised(2000)}, generator, Variation(**{**vars(STILL), "tilt": 8.0}))["positions"]
    neck = out[:, 0, AT("neck")]
    forward_deg = torch.rad2deg(torch.atan2(neck[:, 2], neck[:, 1]))
    assert float(forward_deg.std()) == pytest.approx(8.0, rel=0.1)


def test_strangers_keep_their_bones_and_their_place(generator):
    made = strangers(raised(64), generator)
    assert made.shape == (64, 32, 15, 3)
    assert torch.allclose(made[:, :, AT("pelvis")], torch.zeros(64, 32, 3), atol=1e-5)
    assert torch.allclose(lengths(made), lengths(raised(64)), atol=1e-3)


def test_about_a_quarter_is_frozen_and_some_lie(generator):
    made = strangers(raised(400), generator)
    frozen = (made - made[:, :1]).abs().amax(dim=(1, 2, 3)) < 1e-5
    lying = made[:, 0, AT("neck"), 1] < 0.4 * np.cos(np.radians(45))
    assert float(frozen.float().mean()) == pytest.approx(0.25, abs=0.07)
    assert float(lying.float().mean()) > 0.2


def test_near_misses_keep_bones_and_go_elsewhere(generator):
    x = raised(200)
    made, differs = near_misses(x, generator)
    assert torch.allclose(lengths(made), lengths(x), atol=1e-3)
    apart = (made - x).norm(dim=-1).amax(dim=(1, 2))
    assert bool((apart[differs] > 0.15).all()) and bool((apart[~differs] <= 0.15).all())
    assert float(differs.float().mean()) > 0.8
    # legs took no part in the movement: they still take none
    assert float((made - x)[:, :, [AT("left_knee"), AT("right_ankle")]].abs().max()) < 1e-4


def test_other_arms_change_nothing_but_arms_and_depth(generator):
    x = raised(50)
    made = other_arms(x, generator)
    legs = [AT(f"{side}_{joint}") for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
    assert torch.allclose(made[:, :, legs], x[:, :, legs], atol=1e-4)
    assert torch.allclose(lengths(made), lengths(x), atol=1e-3)
    assert float((made - x)[:, :, AT("left_wrist")].norm(dim=-1).amax()) > 0.2


def test_arms_alone_leave_the_knees_nearly_where_they_start(generator):
    x = raised(50)
    at = [AT("right_hip"), AT("right_knee"), AT("right_ankle")]
    x[:, :, at[1]] += torch.sin(torch.linspace(0, math.pi, x.shape[1]))[None, :, None] * torch.tensor([0.0, 0.0, 0.3])
    made = other_arms(x, generator, NOT_DOWN)
    thigh, was = (torch.nn.functional.normalize(one[:, :, at[1]] - one[:, :, at[0]], dim=-1) for one in (made, x))
    strayed = (thigh - thigh[:, :1]).norm(dim=-1).amax(dim=1)
    assert bool((strayed <= 0.3 * (was - was[:, :1]).norm(dim=-1).amax(dim=1)).all())
