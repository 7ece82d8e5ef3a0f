"""Rendered people: what is drawn obeys the physics that it is drawn for."""

import numpy as np
import pytest

from rehabkit.kinematics.depth.tree import mirrored_joints
from rehabkit.learning.lying_people import cloth
from rehabkit.learning.lying_people.body import skeleton, triangles
from rehabkit.learning.lying_people.found import N_PEOPLE, N_PICTURES, found_in
from rehabkit.learning.lying_people.people import drawn, pictures, shape_of
from rehabkit.learning.lying_people.points import found_badly
from rehabkit.learning.lying_people.poses import pose_drawn
from rehabkit.learning.lying_people.raster import rasterised
from rehabkit.learning.lying_people.rows import FOUND, rows_of, stacked
from rehabkit.learning.lying_people.scene import CAMERA, DEEPEST_M, SEEN_M, rendered, surfaces
from rehabkit.learning.lying_people.shelf import Order, rows
from rehabkit.learning.lying_people.turns import about, joint_at, towards
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.systems.lying_pose.picture import JOINTS


def test_a_sphere_of_triangles_has_the_depth_of_a_sphere() -> None:
    n = 120
    a, b = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * n), np.linspace(0, np.pi, n))
    points = 0.3 * np.stack([np.cos(a) * np.sin(b), np.sin(a) * np.sin(b), np.cos(b)], axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape(n, 2 * n)
    p, q, r, s = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    faces = np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((p, q, r), (q, s, r))])
    depth = rasterised(points + np.array([0, 0, 2.0]), faces, CAMERA)[0]
    ray = CAMERA.lift(np.array([180.0, 150.0]), np.array(1.0))
    along, far = ray @ [0, 0, 2.0], ray @ ray
    expected = (along - np.sqrt(along**2 - far * (4.0 - 0.09))) / far  # |ray·z − centre|² = 0.3²
    assert depth[150, 180] == pytest.approx(expected, abs=5e-4)
    assert np.isfinite(depth).sum() == pytest.approx(np.pi * (252 * 0.3 / np.sqrt(4 - 0.09)) ** 2, rel=0.01)


def test_the_nearer_triangle_is_seen() -> None:
    camera = Intrinsics(10.0, 10.0, 4.0, 4.0, 9, 9)
    near = np.array([[-1.0, -1, 2], [1, -1, 2], [0, 2, 2]])
    depth, number = rasterised(np.concatenate([near * (1, 1, 1.5), near]), np.arange(6).reshape(2, 3), camera)
    assert depth[4, 4] == pytest.approx(2.0) and number[4, 4] == 1


def test_turns_are_what_they_are_called() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=3), rng.normal(size=(5, 3))
    turned = towards(start, end) @ (start / np.linalg.norm(start))
    np.testing.assert_allclose(turned, end / np.linalg.norm(end, axis=1, keepdims=True), atol=1e-9)
    np.testing.assert_allclose(
        about(np.array([1.0, 0, 0]), 30.0) @ about(np.array([1.0, 0, 0]), -30.0), np.eye(3), atol=1e-12
    )


def test_forward_kinematics_agree_with_annys_own() -> None:
    scene, _, _ = drawn(1, 0, blanket=False, pillow=False)
    bones, rng = skeleton(shape_of(1)), np.random.default_rng(4)
    pose = pose_drawn(bones, rng)
    from rehabkit.learning.lying_people.body import posed

    body = posed(shape_of(1), pose.turns)
    for joint, bone in (("left_wrist", "wrist.L"), ("right_ankle", "foot.R"), ("head", "head")):
        mine = joint_at(bones, bone, pose.turns)[0]
        assert np.linalg.norm(mine - (body.joints[JOINTS.index(joint)] - body.joints[-1])) < 0.03
    assert scene.posture in ("supine", "prone", "left side", "right side", "between")


def test_people_lie_on_the_mattress_and_dont_bend_the_wrong_way() -> None:
    for person in range(4):
        body = drawn(person, 0, blanket=False, pillow=False)[0].body
        low = np.quantile(body.skin[:, 2], 0.01)
        assert low < 0.08
        assert np.quantile(body.skin[:, 2], 0.002) > -DEEPEST_M - 1e-9
        assert body.skin[:, 2].max() < 1.0
        at = {name: body.joints[i] for i, name in enumerate(JOINTS)}
        assert at["neck"][1] > at["pelvis"][1]  # the head's end is y


def test_people_on_a_side_curl_forward_with_bent_hips() -> None:
    bones, rng, front, bent = skeleton(shape_of(1)), np.random.default_rng(6), [], []
    while len(front) < 30:
        pose = pose_drawn(bones, rng)
        if "side" in pose.posture:
            neck, hip, knee = (
                pose.turns["root"].T @ joint_at(bones, bone, pose.turns)[0]
                for bone in ("neck01", "upperleg01.L", "lowerleg01.L")
            )
            front.append(-neck[1])
            bent.append(np.degrees(np.arctan2(hip[1] - knee[1], hip[2] - knee[2])))
    assert np.mean(front) > 0.1  # the neck lies before the pelvis
    assert 30 < np.mean(bent) < 90


def test_joints_lie_behind_the_skin_that_is_seen_and_hidden_ones_far_behind() -> None:
    scene, view, rng = drawn(2, 1, blanket=False, pillow=False)
    one = rendered(scene, view, rng)
    depth = surfaces(scene, view, CAMERA)[0]
    at = np.round(one.pixels).astype(int)
    surface = CAMERA.lift(one.pixels, depth[at[:, 1], at[:, 0]])
    apart = np.linalg.norm(one.joints - surface, axis=1)
    np.testing.assert_array_equal(apart < SEEN_M, one.visible)
    np.testing.assert_allclose(CAMERA.project(one.joints), one.pixels, atol=1e-9)
    person = surfaces(scene, view, CAMERA)[1]["person"]
    noise = (one.frame.depth - depth)[person & one.frame.valid]
    assert np.median(np.abs(noise)) < 0.006 and noise.std() > 0.001


def test_the_same_numbers_give_the_same_picture_and_others_another() -> None:
    first, again = (next(iter(pictures(3, 1))) for _ in range(2))
    np.testing.assert_array_equal(first.frame.depth, again.frame.depth)
    np.testing.assert_array_equal(first.joints, again.joints)
    assert not np.array_equal(next(iter(pictures(4, 1))).joints, first.joints)


def test_a_blanket_lies_above_the_body_and_a_pillow_below() -> None:
    rng = np.random.default_rng(0)
    skin = np.concatenate([rng.uniform(-0.2, 0.2, (6000, 2)), rng.uniform(0.05, 0.2, (6000, 1))], axis=1)
    top = cloth.blanket(skin, 1.0, 0.0, 0.01, rng)
    low, high = cloth.envelopes(skin)
    covered = np.isfinite(high) & np.isfinite(top)
    assert (top[covered] > high[covered]).all()
    pressed = cloth.pillow(skin, np.zeros(3), 0.12)
    under = np.isfinite(low) & np.isfinite(pressed)
    assert under.any() and (pressed[under] < low[under]).all() and np.nanmax(pressed) <= 0.12
    points, faces = cloth.mesh(pressed)
    assert faces.max() < len(points) and np.isfinite(points[faces]).all()


def test_covered_joints_are_marked() -> None:
    scene, view, rng = drawn(7, 0, blanket=True, pillow=True)
    one = rendered(scene, view, rng)
    assert set(one.cloths) == {"blanket", "pillow"}
    ankles = [JOINTS.index("left_ankle"), JOINTS.index("right_ankle")]
    assert one.covered[ankles].any() and not one.covered[JOINTS.index("nose")]
    assert len(triangles()) > 20_000


def test_points_found_badly_are_off_missing_or_exchanged_as_often_as_said() -> None:
    true = np.random.default_rng(1).uniform(50, 250, (16, 2))
    rng = np.random.default_rng(0)
    found = np.stack([found_badly(true, np.ones(16, dtype=bool), rng) for _ in range(600)])
    missing = np.isnan(found).any(axis=-1).mean()
    assert missing == pytest.approx(0.05, abs=0.01)
    off = np.linalg.norm(found - true, axis=-1)
    assert 2 < np.nanmedian(off[:, 0]) < 6
    wrist, other = JOINTS.index("left_wrist"), mirrored_joints(JOINTS)[JOINTS.index("left_wrist")]
    swapped = np.linalg.norm(found[:, wrist] - true[other], axis=-1) < np.linalg.norm(
        found[:, wrist] - true[wrist], axis=-1
    )
    assert 0.06 < swapped.mean() < 0.2


def test_rows_hold_true_points_first_and_can_be_kept(tmp_path) -> None:
    one = next(iter(pictures(3, 1)))
    made = stacked(rows_of(one, np.random.default_rng(0), n_bad=1))
    assert made["kind"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(made["true"][0, :, :3], one.joints, atol=1e-6)
    order = Order(3, 4, n_pictures=1, n_bad=1)
    kept, again = rows(order, tmp_path), rows(order, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1 and kept["person"].tolist() == [3.0] * 3
    assert all(np.array_equal(kept[name], again[name]) for name in kept)


def test_points_that_a_network_found_make_a_row_of_their_own() -> None:
    scene, view, rng = drawn(1, 0, blanket=False, pillow=False)
    one = rendered(scene, view, rng)
    made = list(rows_of(one, rng, 0, one.pixels + 3.0))
    assert [int(row["kind"]) for row in made] == [0, 1, FOUND]
    assert not np.array_equal(made[0]["joints"], made[2]["joints"])


def test_the_points_that_are_kept_lie_in_the_pictures() -> None:
    """MediaPipe's of most people's first pictures; near the true joints, which another seed's wouldn't be."""
    kept = {(person, picture): found_in(person, picture) for person in range(N_PEOPLE) for picture in range(N_PICTURES)}
    known = {key: found.pixels for key, found in kept.items() if found is not None}
    assert len(known) > 0.9 * len(kept)
    size = np.array([CAMERA.width, CAMERA.height])
    assert all(((p >= -0.5) & (p < size)).all() for pixels in known.values() for p in pixels[np.isfinite(pixels[:, 0])])
    scene, view, rng = drawn(1, 1)
    off = np.linalg.norm(known[1, 1] - rendered(scene, view, rng).pixels, axis=1)
    assert np.nanmedian(off) < 15.0
