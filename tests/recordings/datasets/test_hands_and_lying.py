"""Sets of hands and lying people: what their READMEs say of them, and geometry that must hold in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets import (
    anny_synth_hands,
    anny_synth_rgbd,
    hgr1,
    princeton_psb_hand,
    sign_digits,
    sr305,
    webxr_hands,
)
from rehabkit.recordings.datasets.hand_parts import BONES, PARTS
from rehabkit.recordings.mesh import Mesh

DATA = Path(__file__).parents[4] / "shared" / "data"


def folder(name: str) -> Path:
    path = DATA / name
    if not path.is_dir():
        pytest.skip(f"needs {name} in the data folder")
    return path


def volume(mesh: Mesh) -> float:
    """m³ by the divergence theorem: positive where faces look outward."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_hgr1() -> None:
    found = hgr1.read(folder("hands/hgr1"))
    assert len(found) == 898 and len({one.subject for one in found}) == 12 and len({one.gesture for one in found}) == 27
    image, skin = found[0].image(), found[0].skin()
    assert skin.shape == image.rgb.shape[:2] == (422, 229)  # w and h of its first row
    assert skin.mean() == pytest.approx(0.2138, abs=1e-3)  # skin_frac of its first row


def test_sign_digits() -> None:
    found = sign_digits.read(folder("hands/sign_digits"))
    assert len(found) == 1032 and {one.digit for one in found} == set(range(10))
    assert found[0].image().rgb.shape == (100, 100, 3)
    a_person = [one.digit for one in found if one.subject == "s000"]
    assert sorted(a_person) == list(range(10))


def test_anny_hands() -> None:
    hands = anny_synth_hands.read(folder("hands/anny_synth_hands"))
    assert hands.n_hands == 800 and hands.vertices.shape == (800, 1609, 3) and len(set(hands.gestures)) == 16
    mesh = hands.mesh(0)
    assert mesh.label_names == PARTS and set(mesh.face_labels) == set(range(6))
    assert volume(mesh) > 0 and hands.mesh(0, bones=True).label_names == BONES
    open_hand = hands.gestures.index("open")
    assert 0.10 < hands.mesh(open_hand).sampled(2000).length_m < 0.30
    # the root of a finger lies within the hand, near corners of its own label
    joint = hands.joints[open_hand, hands.joint_names.index("finger2-1.R")]
    near = np.linalg.norm(hands.vertices[open_hand] - joint, axis=1).argsort()[:20]
    assert {int(hands.parts[i]) for i in near} <= {0, 2, 3} and 2 in hands.parts[near]


def test_princeton_hands() -> None:
    hands = princeton_psb_hand.read(folder("hands/princeton_psb_hand"))
    assert [hand.model for hand in hands] == list(range(181, 201))
    for hand in hands:
        assert volume(hand.mesh) > 0 and set(hand.mesh.face_labels) == set(range(6))
        assert hand.mesh.sampled(3000).length_m == pytest.approx(
            0.19, rel=0.15
        )  # the axis of its points isn't quite that of its corners


def test_webxr_hands() -> None:
    hands = webxr_hands.read(folder("hands/webxr_generic_hand"))
    assert [hand.side for hand in hands] == ["left", "right"]
    for hand in hands:
        assert set(hand.mesh.face_labels) == set(range(6))
        cloud = hand.mesh.sampled(3000)
        for part, tip in ((1, "thumb-tip"), (2, "index-finger-tip"), (5, "pinky-finger-tip")):
            place = hand.joints[hand.joint_names.index(tip)]
            near = np.linalg.norm(cloud.points - place, axis=1).argsort()[:20]
            assert (cloud.labels[near] == part).all()
        # a hand seen from its back with fingers up has the thumb on its inner side: the sides mirror each other
    left, right = (hand.joints[hand.joint_names.index("thumb-tip")] for hand in hands)
    np.testing.assert_allclose(left, right * [-1, 1, 1], atol=0.005)


def test_lying_frames() -> None:
    frames = anny_synth_rgbd.read(folder("lying/anny_synth_rgbd"))
    assert len(frames) == 219 and {one.posture for one in frames} == {"supine", "side", "prone"}
    one = frames[3]
    picture = one.frame()
    assert picture.depth.shape == (288, 320) and picture.colour_scale == (1.5, 1.5)
    np.testing.assert_allclose(picture.project(one.joints), one.pixels, atol=1e-3)
    # where a joint is seen, the surface lies nearer than 170 mm, and not behind it by more
    u, v = np.round(one.pixels[one.visible]).astype(int).T
    surface = picture.points()[v, u]
    away = np.linalg.norm(surface - one.joints[one.visible], axis=1)
    assert np.nanmedian(away) < 0.17
    # the body lies above the bed's plane, the floor below it; z points down
    turn, move = one.bed_to_camera[:, :3], one.bed_to_camera[:, 3]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    in_bed = (picture.points() - move) @ turn
    body, rest = (in_bed[mask & picture.valid][:, 2] for mask in (one.parts > 0, one.parts == 0))
    assert np.percentile(body, 1) > -0.65 and np.percentile(body, 99) < 0.02
    assert np.percentile(rest, 50) == pytest.approx(0.55, abs=0.02)


def test_sr305() -> None:
    sequences = sr305.read(folder("hands/sr305_depth_lada"))
    assert [(one.side, len(one.paths)) for one in sequences] == [("right", 8), ("right", 11)]
    frame = next(sequences[0].frames())
    assert frame.depth.shape == (480, 640) and 0.3 < np.nanmedian(frame.depth) < 1.5  # its reach is 1.5 m


def picture_set(path: Path, row: str = "a.png,1,id01,1") -> Path:
    for part in ("images", "skin_masks"):
        (path / part).mkdir()
        Pillow.fromarray(np.full((4, 5, 3), 200, dtype=np.uint8)).save(path / part / "a.png")
    (path / "index.csv").write_text(f"file,gesture,subject,take\n{row}\n")
    return path


def test_a_table_may_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    assert hgr1.read(picture_set(tmp_path))[0].skin().all()
    for row, word in (
        ("../../a.png,1,id01,1", "in its folder"),
        ("/etc/passwd,1,id01,1", "in its folder"),
        ("b.png,1,id01,1", "2 missing, first b.png"),
        ("a.png,1,id01,x", "must be a number"),
        ("a.png,1", "every column"),
    ):
        (tmp_path / "index.csv").write_text(f"file,gesture,subject,take\n{row}\n")
        with pytest.raises(RecordingError, match=word):
            hgr1.read(tmp_path)
    with pytest.raises(RecordingError, match="digit"):
        sign_digits.read(tmp_path)


def test_other_arrays_are_refused(tmp_path: Path) -> None:
    hand = {"verts_mm": np.zeros((2, 4, 3)), "faces": np.array([[0, 1, 2]]), "vlabel6": np.zeros(4, np.uint8)}
    hand |= {"vlabel16": np.zeros(4, np.uint8), "joints_mm": np.zeros((2, 1, 3)), "bone_names": np.array(["root"])}
    hand |= {"pose_rotvec": np.zeros((2, 1, 3)), "gesture": np.zeros(2, np.uint8), "gesture_names": np.array(["open"])}
    np.savez(tmp_path / "a.npz", **hand)
    assert anny_synth_hands.read(tmp_path / "a.npz").gestures == ("open", "open")
    for name, value, word in (
        ("faces", np.array([[0, 1, 9]]), "vertices 0 to 3"),
        ("gesture", np.array([0, 5], np.uint8), "posed hands"),
        ("vlabel6", np.full(4, 9, np.uint8), "one topology"),
        ("verts_mm", np.zeros((2, 4)), "posed hands"),
    ):
        np.savez(tmp_path / "b.npz", **(hand | {name: value}))
        with pytest.raises(RecordingError, match=word):
            anny_synth_hands.read(tmp_path / "b.npz")
    with pytest.raises(RecordingError, match="must hold V181"):
        princeton_psb_hand.read(tmp_path / "a.npz")
