"""A lying person on a mattress before a depth camera: everything that is drawn for one picture, and the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.bed import Bed, Plane
from rehabkit.learning.lying_people import cloth
from rehabkit.learning.lying_people.body import Posed, posed, skeleton, triangles, trunk
from rehabkit.learning.lying_people.poses import pose_drawn
from rehabkit.learning.lying_people.raster import level_depth, rasterised
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
CAMERA = Intrinsics(252.0, 252.0, 159.5, 143.5, 320, 288)
"""Like a depth camera of the time-of-flight kind in its narrow, binned mode."""
SEEN_M = 0.17
"""A joint is seen if the surface at its pixel is no farther from it than this."""
DEEPEST_M = 0.1
"""How far the lowest points of limbs sink into the mattress at most."""


@dataclass(frozen=True)
class Scene:
    """What lies before the camera, in the bed's axes: x across, y towards the head's end, z up from the mattress.

    Parameters
    ----------
    body : skin and joints.
    posture : as drawn.
    cloths : blanket and pillow as (points, triangles).
    mattress : (2,) half width and half length, metres.
    floor_m : its height, negative.
    """

    body: Posed
    posture: str
    cloths: dict[str, tuple[Array, Numbers]]
    mattress: tuple[float, float]
    floor_m: float


@dataclass(frozen=True)
class View:
    """Where the camera is.

    Parameters
    ----------
    place : (3,) metres in the bed's axes.
    axes : (3, 3) rows: its x, y and z in the bed's axes.
    """

    place: Array
    axes: Array

    def of(self, points: Array) -> Array:
        """(…, 3) metres in the bed's axes → in the camera's."""
        return np.asarray((points - self.place) @ self.axes.T)


@dataclass(frozen=True)
class Rendered:
    """One picture with what is known of it.

    Parameters
    ----------
    frame : depth with a sensor's noise and holes.
    joints : (16, 3) metres in the camera's axes.
    pixels : (16, 2) px; NaN for a joint outside the picture.
    visible : (16,) whether the surface seen at the joint is nearer to it than 170 mm.
    covered : (16,) whether that surface is the blanket.
    posture : as drawn.
    cloths : which there are: blanket, pillow.
    bed : the mattress as it is.
    """

    frame: RgbdFrame
    joints: Array
    pixels: Array
    visible: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    posture: str
    cloths: tuple[str, ...]
    bed: Bed


def scene_drawn(shape: dict[str, float], rng: np.random.Generator, *, blanket: bool, pillow: bool) -> Scene:
    """A person of a shape in a pose of its own."""
    high = float(rng.uniform(0.05, 0.12)) if pillow else 0.0
    pose = pose_drawn(skeleton(shape), rng, pillow_m=high)
    body = settled(posed(shape, pose.turns), pose.give_m, rng)
    head, hip = body.joints[1], body.joints[-1]
    cloths = {}
    if pillow:
        cloths["pillow"] = cloth.mesh(cloth.pillow(body.skin, head, high + 0.04))
    if blanket:
        neck = body.joints[2]
        hem = hip[1] + rng.uniform(-0.25, 1.0) * (neck[1] - hip[1])
        layer = cloth.blanket(body.skin, hem, rng.normal(0, 0.15), rng.uniform(0.004, 0.03), rng)
        cloths["blanket"] = cloth.mesh(layer)
    mattress = float(rng.uniform(0.45, 0.75)), float(rng.uniform(0.98, 1.06))
    return Scene(body, pose.posture, cloths, mattress, -float(rng.uniform(0.35, 0.7)))


def settled(body: Posed, give_m: float, rng: np.random.Generator) -> Posed:
    """Moved so that its trunk lies in the mattress, which gives so far, somewhere near the middle of the bed."""
    propped = rng.random() >= 0.85  # by something unseen
    sink = rng.uniform(-0.06, 0.0) if propped else give_m + rng.uniform(0.0, 0.03)
    up = -float(np.quantile(body.skin[trunk(), 2], 0.01)) - sink
    up = max(up, -float(np.quantile(body.skin[:, 2], 0.002)) - DEEPEST_M)
    middle = (body.skin.min(axis=0) + body.skin.max(axis=0)) / 2
    move = np.array([*(rng.normal(0, 0.06, 2) - middle[:2]), up])
    return Posed(body.skin + move, body.joints + move)


def view_drawn(rng: np.random.Generator) -> View:
    """Straight above or tilted up to 48 degrees, from any side, 1.7 to 2.4 m away."""
    tilt = np.radians(rng.uniform(0, 6) if rng.random() < 0.35 else rng.uniform(6, 48))
    yaw = rng.uniform(-np.pi, np.pi)
    right = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    ahead = np.sin(tilt) * np.array([-np.sin(yaw), np.cos(yaw), 0.0]) - np.cos(tilt) * np.array([0.0, 0.0, 1.0])
    lean = np.radians(rng.normal(0, 3))
    down = np.cross(ahead, right)
    axes = np.stack([np.cos(lean) * right + np.sin(lean) * down, np.cos(lean) * down - np.sin(lean) * right, ahead])
    target = np.array([*rng.normal(0, 0.06, 2), 0.1])
    return View(target - rng.uniform(1.7, 2.4) * ahead, axes)


def surfaces(scene: Scene, view: View, camera: Intrinsics) -> tuple[Array, dict[str, NDArray[np.bool_]]]:
    """Depth without noise, and which pixels show the person, the blanket, the pillow; the rest is bed and floor."""
    parts = {"person": (scene.body.skin, triangles()), **scene.cloths}
    v, u = np.mgrid[: camera.height, : camera.width].astype(np.float64)
    rays = camera.lift(np.stack([u, v], axis=-1), np.ones(u.shape)) @ view.axes
    nearest = np.minimum(
        level_depth(rays, view.place, 0.0, scene.mattress), level_depth(rays, view.place, scene.floor_m)
    )
    masks = {}
    for name, (points, faces) in parts.items():
        depth = rasterised(view.of(points), faces, camera)[0]
        masks[name] = depth < nearest
        nearest = np.minimum(nearest, depth)
        masks = {other: mask & ~masks[name] if other != name else mask for other, mask in masks.items()}
    return nearest, masks


def sensed(depth: Array, rng: np.random.Generator) -> Array:
    """Depth as a time-of-flight camera gives it: noise of 1.2 mm and 0.8 mm per m², holes and flying pixels at edges.

    A model of the sensor, in whole millimetres; NaN where nothing comes back.
    """
    noisy = depth + rng.normal(size=depth.shape) * (0.0012 + 0.0008 * depth**2)
    step = np.zeros(depth.shape)
    step[:, 1:] = np.maximum(step[:, 1:], np.abs(np.diff(depth, axis=1)))
    step[1:] = np.maximum(step[1:], np.abs(np.diff(depth, axis=0)))
    edge, chance = step > 0.06, rng.random(depth.shape)
    shifted = np.roll(depth, 1, axis=1)
    noisy = np.where(edge & (chance > 0.9), (noisy + shifted) / 2, noisy)
    lost = (edge & (chance < 0.4)) | (rng.random(depth.shape) < 0.004) | ~np.isfinite(depth) | (depth > 6)
    return np.where(lost, np.nan, np.round(noisy, 3))


def _bed(view: View) -> Bed:
    """The mattress in the camera's axes."""
    up, origin = view.axes[:, 2], view.of(np.zeros(3))
    return Bed(Plane(up, float(up @ origin)), origin, view.axes.T)


def rendered(scene: Scene, view: View, rng: np.random.Generator, camera: Intrinsics = CAMERA) -> Rendered:
    """The picture, with its joints."""
    depth, masks = surfaces(scene, view, camera)
    joints = view.of(scene.body.joints)
    pixels = camera.project(joints)
    inside = np.asarray(((pixels > -0.5) & (pixels < np.array([camera.width, camera.height]) - 0.5)).all(axis=1))
    at = np.round(np.where(inside[:, None], pixels, 0)).astype(np.int64)
    surface = camera.lift(pixels, depth[at[:, 1], at[:, 0]])
    visible = inside & (np.linalg.norm(surface - joints, axis=1) < SEEN_M)
    covered = masks["blanket"][at[:, 1], at[:, 0]] & inside if "blanket" in masks else np.zeros(len(joints), dtype=bool)
    frame = RgbdFrame(sensed(depth, rng), camera, sensor="rendered depth camera")
    pixels = np.where(inside[:, None], pixels, np.nan)
    return Rendered(frame, joints, pixels, visible, covered, scene.posture, tuple(scene.cloths), _bed(view))
