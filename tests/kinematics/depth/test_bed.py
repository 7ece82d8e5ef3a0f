"""The mattress, from rooms of which every plane is known, and from rendered people on one."""

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

EGG = (0.18, 0.75, 0.20)
"""Half axes of the body: across, along, up."""
CAMERA = Intrinsics(126.0, 126.0, 79.5, 71.5, 160, 144)


def room(tilt_deg: float, yaw_deg: float, noise_m: float = 0.003) -> tuple[RgbdFrame, np.ndarray, np.ndarray]:
    """A floor, a mattress of 0.9 × 2.0 m above it, half an egg on that, seen from 2.2 m; its up and along."""
    tilt, yaw = np.radians(tilt_deg), np.radians(yaw_deg)
    up = np.array([0.0, -np.sin(tilt), -np.cos(tilt)])
    level_x = np.array([1.0, 0.0, 0.0])
    along = np.cos(yaw) * np.cross(level_x, up) + np.sin(yaw) * level_x
    across = np.cross(along, up)
    middle = np.array([0.0, 0.0, 2.2])
    v, u = np.mgrid[:144, :160].astype(float)
    ray = CAMERA.lift(np.stack([u, v], axis=-1), np.ones((144, 160)))
    depth = np.full((144, 160), np.inf)
    for height, half_across, half_along in ((-0.5, 9.0, 9.0), (0.0, 0.45, 1.0)):
        z = (middle @ up + height) / (ray @ up)
        at = ray * z[..., None] - middle
        inside = (np.abs(at @ across) < half_across) & (np.abs(at @ along) < half_along)
        depth = np.where(inside & (z > 0) & (z < depth), z, depth)
    axes = np.stack([across / EGG[0], along / EGG[1], up / EGG[2]])  # in which the egg is a ball
    a, b, c = ((ray @ axes.T) ** 2).sum(axis=-1), (ray @ axes.T) @ (axes @ middle), ((axes @ middle) ** 2).sum() - 1
    root = b**2 - a * c
    z = (b - np.sqrt(np.maximum(root, 0))) / a
    depth = np.where((root > 0) & (z < depth), z, depth)
    depth += np.random.default_rng(0).normal(0, noise_m, depth.shape)
    return RgbdFrame(np.where(np.isfinite(depth), depth, np.nan), CAMERA), up, along


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0, 40.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 65.0])
def test_the_mattress_is_found_though_the_floor_is_larger(tilt_deg: float, yaw_deg: float) -> None:
    frame, up, along = room(tilt_deg, yaw_deg)
    bed = bed_of(frame)
    assert np.degrees(np.arccos(bed.plane.up @ up)) < 0.5
    assert bed.plane.height(np.array([0.0, 0.0, 2.2])) == pytest.approx(0.0, abs=0.005)
    assert np.degrees(np.arccos(abs(bed.axes[1] @ along))) < 4.0
    np.testing.assert_allclose(bed.axes @ bed.axes.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(bed.axes) == pytest.approx(1.0)


def test_what_rises_above_it_is_the_body() -> None:
    frame, _, _ = room(0.0, 0.0)
    body = body_of(frame, bed_of(frame))
    # an ellipse, of which the lowest 3 cm aren't counted, 2.17 m away at 126 px of focal length
    outline = np.pi * EGG[0] * EGG[1] * (1 - (0.03 / EGG[2]) ** 2)
    assert body.sum() == pytest.approx(outline * (126 / 2.17) ** 2, rel=0.08)


def test_the_head_says_which_end_is_up() -> None:
    bed = bed_of(room(0.0, 0.0)[0])
    head, feet = np.array([0.0, 0.8, 2.0]), np.array([0.0, -0.8, 2.0])
    turned = bed.headed(head, feet)
    assert turned.of(head)[1] > turned.of(feet)[1]
    assert bed.headed(feet, head).of(feet)[1] > bed.headed(feet, head).of(head)[1]
    assert np.linalg.det(bed.headed(feet, head).axes) == pytest.approx(1.0)


def test_a_picture_without_a_plane_is_refused() -> None:
    depth = np.random.default_rng(1).uniform(0.5, 4.0, (144, 160))
    with pytest.raises(RecordingError, match="must show the mattress as a plane"):
        bed_of(RgbdFrame(depth, CAMERA))


def test_rendered_people_lie_on_the_mattress_that_is_found(shared: Path) -> None:
    folder = shared / "lying" / "anny_synth_rgbd"
    for one in anny_synth_rgbd.read(folder)[::40]:
        bed = bed_of(one.frame())
        lean = np.degrees(np.arccos(-bed.plane.up[2]))  # of the bed's normal from the line of sight
        assert lean == pytest.approx(one.tilt_deg, abs=0.5)
        height = bed.plane.height(one.joints)
        assert -0.15 < height.min() < 0.2 < height.max() < 0.9
