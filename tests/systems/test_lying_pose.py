"""lying_pose as a system, on a rendered person (simulated) whose joints are known."""

import dataclasses

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import floor_below, mattress_of
from rehabkit.learning.lying_people.people import drawn
from rehabkit.learning.lying_people.scene import Rendered, Scene, rendered
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.runtime.card import Card
from rehabkit.systems.contract import Ran
from rehabkit.systems.lying_pose.body import of_outputs
from rehabkit.systems.lying_pose.bones import held, lengths_m
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson, LyingPicture
from rehabkit.systems.lying_pose.system import LyingPose
from rehabkit.systems.lying_pose.tensors import STATURE_M, seen, stature_m

SYSTEM = LyingPose()
CARD = Card(system="lying_pose", network="small", title="", inputs=dict(SYSTEM.inputs), outputs={})


@pytest.fixture(scope="module")
def known() -> tuple[Scene, Rendered]:
    scene, view, rng = drawn(0, 0, blanket=False, pillow=False)
    return scene, rendered(scene, view, rng)


@pytest.fixture(scope="module")
def picture(known: tuple[Scene, Rendered]) -> LyingPicture:
    one = known[1]
    return LyingPicture(one.frame, one.pixels, np.ones(len(JOINTS)))


def outputs(one: Rendered, n: int = 1) -> dict[str, np.ndarray]:
    """As of a network that knows everything."""
    spread = np.where(one.visible, 0.01, 0.06)
    rows = {"hidden": np.where(one.visible, 0.02, 0.97), "position": one.joints, "spread": spread}
    return {name: np.repeat(value[None], n, axis=0).astype(np.float32) for name, value in rows.items()}


def test_joints_are_those_of_the_data_set() -> None:
    assert JOINTS == anny_synth_rgbd.JOINTS


def test_the_persons_axes_lie_on_the_mattress_and_give_the_joints_back(
    known: tuple[Scene, Rendered], picture: LyingPicture
) -> None:
    one = seen(picture)
    origin, axes = one.view[0], one.view[1:]
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert abs(known[1].bed.plane.height(origin)) < 0.01
    assert axes[2] @ known[1].bed.plane.up > 0.9999
    trunk = known[1].joints[JOINTS.index("neck")] - known[1].joints[JOINTS.index("pelvis")]
    assert axes[1] @ trunk / np.linalg.norm(trunk) > 0.9
    back = origin + one.joints[:, :3] @ axes
    np.testing.assert_allclose(known[1].frame.project(back), known[1].pixels, atol=1e-6)
    behind = (known[1].joints - back) @ axes.T
    along = (behind * one.joints[:, 3:6]).sum(axis=1)
    np.testing.assert_allclose(np.linalg.norm(behind, axis=1), np.abs(along), atol=1e-6)


def test_a_joint_without_a_point_is_left_open(picture: LyingPicture) -> None:
    knee = JOINTS.index("right_knee")
    pixels = picture.pixels.copy()
    pixels[knee] = np.nan
    row = SYSTEM.prepare(LyingPerson((dataclasses.replace(picture, pixels=pixels),)))["joints"][0, knee]
    assert row.tolist() == [0, 0, 0, 0, 0, -1, 0, *[0] * 16]


@pytest.mark.parametrize(("times", "named"), [(2.6, "tall by intrinsics"), (0.3, "tall by intrinsics")])
def test_wrong_intrinsics_are_noticed(picture: LyingPicture, times: float, named: str) -> None:
    k = picture.frame.intrinsics
    other = dataclasses.replace(k, fx=k.fx / times, fy=k.fy / times)
    frame = dataclasses.replace(picture.frame, intrinsics=other)
    with pytest.raises(RecordingError, match=named):
        SYSTEM.prepare(LyingPerson((dataclasses.replace(picture, frame=frame),)))


def test_millimetres_read_as_metres_are_noticed(picture: LyingPicture) -> None:
    frame = dataclasses.replace(picture.frame, depth=1000 * picture.frame.depth)
    with pytest.raises(RecordingError, match=r"0\.5 to 8 m, got a median of .* m; millimetres"):
        SYSTEM.prepare(LyingPerson((dataclasses.replace(picture, frame=frame),)))


def test_stature_is_about_that_of_the_body(known: tuple[Scene, Rendered]) -> None:
    skin = known[0].body.skin
    head_to_foot = np.ptp(skin @ np.linalg.svd(skin - skin.mean(axis=0), full_matrices=False)[2][0])
    assert STATURE_M[0] < stature_m(known[1].joints) < STATURE_M[1]
    assert stature_m(known[1].joints) == pytest.approx(head_to_foot, rel=0.2)


def test_findings_say_what_was_rendered(known: tuple[Scene, Rendered], picture: LyingPicture) -> None:
    scene, one = known
    found = {f.name: f for f in SYSTEM.interpret(LyingPerson((picture,), n_empty=2), outputs(one), CARD)}
    assert found["posture"].value == scene.posture
    assert found["bed_height"].value == pytest.approx(-scene.floor_m, abs=0.02)
    hidden = [name.replace("_", " ") for name, v in zip(JOINTS, one.visible, strict=True) if not v]
    assert found["hidden_joints"].value == (", ".join(hidden) or "none")
    assert found["pictures_without_person"].value == 2
    assert all(f.provisional and f.simulated and "rendered people" in f.evidence.method for f in found.values())
    assert all(f.uncertainty and f.uncertainty > 0 for n, f in found.items() if n.endswith(("flexion", "elevation")))


def test_the_scene_shows_person_joints_and_mattress(known: tuple[Scene, Rendered], picture: LyingPicture) -> None:
    scene, one = known
    ran = Ran(LyingPerson((picture,)), {}, outputs(one), None)  # type: ignore[arg-type]
    (drawing,) = SYSTEM.explained([], ran)[1]
    assert set(drawing.joints) == set(JOINTS) and len(drawing.bones) == 15
    assert [j.hidden for j in drawing.joints.values()] == (~one.visible).tolist()
    corners = np.array(drawing.bed_m)
    sides = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    assert sorted(sides[:2]) == pytest.approx(sorted(2 * np.array(scene.mattress)), abs=0.06)
    assert 500 < len(drawing.points_m) <= 4000


def test_the_mattress_is_as_large_and_as_high_as_rendered(known: tuple[Scene, Rendered], picture: LyingPicture) -> None:
    assert floor_below(picture.frame, picture.bed) == pytest.approx(-known[0].floor_m, abs=0.01)
    assert np.abs(picture.bed.plane.height(mattress_of(picture.frame, picture.bed))).max() < 1e-6


def test_bones_are_held_over_a_sequence(known: tuple[Scene, Rendered], picture: LyingPicture) -> None:
    one, rng = known[1], np.random.default_rng(0)
    many = outputs(one, 12)
    many["position"] = many["position"] + rng.normal(0, 0.02, many["position"].shape).astype(np.float32)
    frames = [dataclasses.replace(picture.frame, time_s=float(t)) for t in range(12)]
    person = LyingPerson(tuple(dataclasses.replace(picture, frame=frame) for frame in frames))
    many["hidden"][:] = 0.0
    fixed = held(many["position"].astype(float), many["spread"].astype(float), many["hidden"].astype(float))
    before = lengths_m(many["position"].astype(float), many["hidden"])
    thigh = [JOINTS.index(name) for name in ("left_hip", "left_knee")]
    length = np.linalg.norm(fixed[:, thigh[0]] - fixed[:, thigh[1]], axis=1)
    assert np.ptp(length) < 1e-3 and length.mean() == pytest.approx(before[10], abs=1e-3)
    apart = np.linalg.norm(fixed - one.joints, axis=-1).mean()
    assert apart < np.linalg.norm(many["position"] - one.joints, axis=-1).mean()
    assert len(person.time_s) == 12


def test_bodies_face_the_head(known: tuple[Scene, Rendered], picture: LyingPicture) -> None:
    (body,) = of_outputs(LyingPerson((picture,)), outputs(known[1]))
    head, pelvis = (body.bed.of(body.positions[JOINTS.index(name)]) for name in ("head", "pelvis"))
    assert head[1] > pelvis[1] + 0.3


def test_pictures_of_other_shapes_are_refused(picture: LyingPicture) -> None:
    with pytest.raises(RecordingError, match=r"pixels must be .* confidence must be "):
        LyingPicture(picture.frame, np.zeros((3, 2)), np.ones(3))
    with pytest.raises(RecordingError, match="at least one picture, got none in 7"):
        LyingPerson((), n_empty=7)
    with pytest.raises(RecordingError, match="order of time"):
        LyingPerson((picture, picture))
