"""Files of points, written here byte by byte as their formats say."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError, OutputError, RecordingError
from rehabkit.recordings import cloud_build, clouds, gltf
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.lengths import HAND

DATA = Path(__file__).parents[3] / "shared" / "data" / "hands"
POINTS = np.array([[0.0, 0.0, 0.5], [0.1, 0.0, 0.5], [0.0, 0.2, 0.5], [0.1, 0.2, 0.625]])
NORMALS = np.array([[0.0, 0, -1], [0, 0, -2], [0, -1, 0], [1, 0, 0]])
COLOURS = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9], [255, 0, 128]], dtype=np.uint8)
LABELS = np.array([0, 1, 1, 0])


def ply(order: str) -> bytes:
    head = f"""ply
format {order} 1.0
comment made by hand
element camera 1
property float dummy
element vertex 4
property double x
property float y
property float z
property float nx
property float ny
property float nz
property uchar red
property uchar green
property uchar blue
property short label
element face 1
property list uchar int vertex_indices
end_header
"""
    rows = [(*POINTS[i], *NORMALS[i], *COLOURS[i].tolist(), int(LABELS[i])) for i in range(4)]
    if order == "ascii":
        body = "7\n" + "".join(" ".join(map(str, row)) + "\n" for row in rows) + "3 0 1 2\n"
        return (head + body).encode()
    mark = "<" if order == "binary_little_endian" else ">"
    packed = b"".join(struct.pack(mark + "dfffffBBBh", *row) for row in rows)
    return head.encode() + struct.pack(mark + "f", 7) + packed + struct.pack(mark + "Biii", 3, 0, 1, 2)


@pytest.mark.parametrize("order", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_ply(order: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(ply(order))
    cloud = clouds.read(path)
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-7)
    np.testing.assert_allclose(cloud.normals, NORMALS / np.linalg.norm(NORMALS, axis=1, keepdims=True), atol=1e-7)
    assert cloud.colours is not None and (cloud.colours == COLOURS).all()
    assert cloud.labels is not None and (cloud.labels == LABELS).all()
    assert cloud.history == ("1 faces left out, their corners kept", "unit m, recognised by size")


def test_ply_is_written_with_labels_and_read_back(tmp_path: Path) -> None:
    cloud = PointCloud(POINTS, labels=LABELS, label_names=("palm", "little finger"), viewpoint=(0.0, 0.1, -2.0))
    clouds.write(cloud, tmp_path / "a.ply")
    back = clouds.read(tmp_path / "a.ply")
    assert back.label_names == cloud.label_names and back.viewpoint == pytest.approx(cloud.viewpoint)
    assert back.labels is not None and (back.labels == LABELS).all() and back.history == ("unit m, stated",)
    np.testing.assert_allclose(back.points, POINTS, atol=1e-7)
    assert b"property int label\n" in (tmp_path / "a.ply").read_bytes()
    with pytest.raises(OutputError, match=r"\.ply"):
        clouds.write(cloud, tmp_path / "a.stl")


def lzf(content: bytes) -> bytes:
    """LZF without a single reference back: runs of at most 32 bytes as they are."""
    return b"".join(bytes([len(part) - 1]) + part for part in (content[i : i + 32] for i in range(0, len(content), 32)))


def pcd(form: str) -> bytes:
    packed = np.array([c[0] << 16 | c[1] << 8 | c[2] for c in COLOURS.astype(int)], dtype="<u4")
    head = f"""# .PCD v0.7 - Point Cloud Data file format
VERSION 0.7
FIELDS x y z rgb normal_x normal_y normal_z label
SIZE 4 4 4 4 4 4 4 4
TYPE F F F F F F F U
COUNT 1 1 1 1 1 1 1 1
WIDTH 4
HEIGHT 1
VIEWPOINT 0 0 -0.25 1 0 0 0
POINTS 4
DATA {form}
"""
    fields = [*POINTS.T.astype("<f4"), packed.view("<f4"), *NORMALS.T.astype("<f4"), LABELS.astype("<u4")]
    if form == "ascii":
        body = "".join(
            " ".join(repr(float(f[i])) if f.dtype == "<f4" else str(f[i]) for f in fields) + "\n" for i in range(4)
        ).encode()
    elif form == "binary":
        body = b"".join(fields[k][i].tobytes() for i in range(4) for k in range(8))
    else:
        whole = b"".join(f.tobytes() for f in fields)
        body = struct.pack("<II", len(lzf(whole)), len(whole)) + lzf(whole)
    return head.encode() + body


@pytest.mark.parametrize("form", ["ascii", "binary", "binary_compressed"])
def test_pcd(form: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pcd"
    path.write_bytes(pcd(form))
    cloud = clouds.read(path)
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-7)
    assert cloud.colours is not None and (cloud.colours == COLOURS).all()
    assert cloud.labels is not None and (cloud.labels == LABELS).all()
    assert cloud.normals is not None and cloud.viewpoint == (0.0, 0.0, -0.25)


def test_obj_points_and_faces(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    corners = "v 0 0 100\nv 100 0 100\nv 100 80 100 0.5 0.5 0.5\nv 0 80 100\n"
    path.write_text(corners)
    assert clouds.read(path, "mm").points[2] == pytest.approx([0.1, 0.08, 0.1])
    path.write_text(f"# a square in two ways of counting\n{corners}vt 0 0\nf 1/1/1 2//1 3 -1\n")
    drawn = clouds.read(path, "mm")
    assert drawn.n_points == 20_000 and drawn.normals is not None and (drawn.normals == [0, 0, 1]).all()
    np.testing.assert_allclose(drawn.points.mean(axis=0), [0.05, 0.04, 0.1], atol=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "0 0 0.5\n0.1 0 0.5\n0 0.2 0.5\n",
        "x,y,z\n0,0,0.5\n0.1,0,0.5\n0,0.2,0.5\n",
        "X_mm;Y_mm;Z_mm;label\n0;0;500;1\n100;0;500;0\n0;200;500;1\n",
        "//x\ty\tz\tr\tg\tb\r\n0\t0\t.5\t1\t2\t3\r\n.1\t0\t.5\t1\t2\t3\r\n0\t.2\t.5\t1\t2\t3\r\n",
    ],
)
def test_text(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    np.testing.assert_allclose(clouds.read(path).points, POINTS[:3], atol=1e-12)
    assert clouds.is_cloud(path) == (text[0] not in "0")
    assert clouds.is_cloud(tmp_path / "a.XYZ") and not clouds.is_cloud(tmp_path / "a.mp4")


def glb(skin: bool = True) -> bytes:
    """One triangle that hangs on a joint; the joint lies one up (y) of where it was bound, turned a quarter about z."""
    vertices = np.array([[0, 0, 0], [0.5, 0, 0], [0, 0.25, 0]], dtype="<f4")
    inverse = np.eye(4, dtype="<f4")
    parts = [
        vertices.tobytes(),
        np.array([0, 1, 2], dtype="<u2").tobytes() + b"\0\0",
        np.zeros((3, 4), dtype="u1").tobytes(),
        np.tile([1, 0, 0, 0], (3, 1)).astype("<f4").tobytes(),
        inverse.T.tobytes(),
    ]
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    kinds = [(5126, "VEC3", 3), (5123, "SCALAR", 3), (5121, "VEC4", 3), (5126, "VEC4", 3), (5126, "MAT4", 1)]
    scene = {
        "asset": {"version": "2.0"},
        "nodes": [
            {"name": "root", "children": [1], "translation": [0, 1, 0]},
            {"name": "wrist", "rotation": [0, 0, 0.5**0.5, 0.5**0.5]},
            {"mesh": 0, "translation": [9, 9, 9], **({"skin": 0} if skin else {})},
        ],
        "skins": [{"joints": [1], "inverseBindMatrices": 4}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "JOINTS_0": 2, "WEIGHTS_0": 3}, "indices": 1}]}],
        "accessors": [
            {"bufferView": i, "componentType": c, "type": t, "count": n} for i, (c, t, n) in enumerate(kinds)
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": a, "byteLength": len(p)} for a, p in zip(starts, parts, strict=False)
        ],
        "buffers": [{"byteLength": starts[-1]}],
    }
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", starts[-1], b"BIN\0") + b"".join(parts)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def test_gltf_places_a_skin_by_its_joints_alone() -> None:
    found = gltf.rigged(glb())
    # a quarter turn about z takes x to y and y to -x; then one up; the mesh's own node doesn't count
    np.testing.assert_allclose(found.mesh.vertices, [[0, 1, 0], [0, 1.5, 0], [-0.25, 1, 0]], atol=1e-6)
    assert found.joint_names == ("wrist",) and found.joints.tolist() == [[0, 1, 0]]
    assert found.vertex_joint.tolist() == [0, 0, 0]
    np.testing.assert_allclose(gltf.rigged(glb(False)).mesh.vertices[1], [9.5, 9, 9], atol=1e-6)


def test_gltf_with_its_data_in_the_text(tmp_path: Path) -> None:
    data = glb()
    length = struct.unpack("<I", data[12:16])[0]
    scene = json.loads(data[20 : 20 + length])
    content = base64.b64encode(data[28 + length :]).decode()
    scene["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{content}"
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(scene))
    cloud = clouds.read(path)
    assert cloud.n_points == 20_000 and cloud.history[-1] == "unit m, stated"
    scene["buffers"][0]["uri"] = "../../etc/passwd"
    path.write_text(json.dumps(scene))
    with pytest.raises(RecordingError, match="hold its data itself"):
        clouds.read(path)


def test_hands_of_webxr() -> None:
    folder = DATA / "webxr_generic_hand"
    if not folder.is_dir():
        pytest.skip("needs the hands of WebXR in the data folder")
    sides = [gltf.rigged((folder / f"generic_hand_{side}.glb").read_bytes()) for side in ("left", "right")]
    for hand in sides:
        assert len(hand.joint_names) == 25 and hand.mesh.vertices.shape == (1360, 3) and len(hand.mesh.faces) == 2314
        tip, wrist = (hand.joints[hand.joint_names.index(name)] for name in ("middle-finger-tip", "wrist"))
        assert 0.16 < np.linalg.norm(tip - wrist) < 0.20  # an adult's hand
        moved = hand.vertex_joint == hand.joint_names.index("middle-finger-phalanx-distal")
        assert np.linalg.norm(hand.mesh.vertices[moved] - tip, axis=1).mean() < 0.02
        assert HAND.holds(hand.mesh.sampled(500).length_m)
    assert np.sign(sides[0].joints[0][0]) != np.sign(sides[1].joints[0][0])  # mirrored


def test_a_hand_of_18_m_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    np.savetxt(path, np.random.default_rng(0).uniform(0, [18, 9, 3], (50, 3)))
    with pytest.raises(RecordingError, match=r"a\.xyz: a hand must measure .*--units cm"):
        clouds.read(path, extent=HAND)
    assert clouds.read(path, "cm", HAND).extent_m.max() < 0.18
    with pytest.raises(RecordingError, match="in m; say --units cm"):
        clouds.read(path, "m", HAND)
    with pytest.raises(InputError, match="unit of lengths"):
        clouds.read(path, "furlong", HAND)
    path.write_text("x_mm y_mm z_mm\n1 2 3\n100 4 5\n50 6 7\n")
    with pytest.raises(RecordingError, match="as the file says"):
        clouds.read(path, "cm", HAND)


def test_what_is_no_place_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("0 0 0.5\nnan 0 1\n0.1 0 0.5\n0 1e300 0\n0 0.2 0.5\n")
    cloud = clouds.read(path)
    np.testing.assert_allclose(cloud.points, POINTS[:3])
    assert cloud.history[0] == "2 of 5 points left out, which are no places"


def test_more_than_a_million_points_are_thinned_and_said(tmp_path: Path) -> None:
    n = cloud_build.MOST_POINTS + 7
    points = np.random.default_rng(0).random((n, 3)).astype("<f4")
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {n}\n"
    head += "property float x\nproperty float y\nproperty float z\nend_header\n"
    (tmp_path / "a.ply").write_bytes(head.encode() + points.tobytes())
    cloud = clouds.read(tmp_path / "a.ply")
    assert cloud.n_points == cloud_build.MOST_POINTS and cloud.history[0] == f"1000000 of {n} points, at random, seed 0"


PLY = "ply\nformat ascii 1.0\nelement vertex {n}\nproperty float x\nproperty float y\nproperty float z\nend_header\n"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.xyz", "", "hold something"),
        ("a.xyz", "\n \n", "a point a line"),
        ("a.xyz", "1 2 3\n", "at least 3 points"),
        ("a.xyz", "0 0 0\n0 0 0\n0 0 0\n", "must measure"),
        ("a.xyz", "1 2\n3 4\n", "at least x, y and z"),
        ("a.xyz", "1 2 3\n4 5 x\n", "numbers in each row"),
        ("a.csv", "x,y\n1,2\n", "x, y and z once"),
        ("a.ply", PLY.format(n=0), "at least 3 points"),
        ("a.ply", PLY.format(n=10**11), "hold 100000000000 vertices"),
        ("a.ply", PLY.format(n="9" * 40), "whole number"),
        ("a.ply", PLY.format(n=3) + "0 0 1\n0 1 1\n", "3 vertices"),
        ("a.ply", PLY.format(n=3).replace("float z", "list uchar int z"), "before lists"),
        ("a.ply", PLY.format(n=3).replace("float z", "half z"), "known type"),
        ("a.pcd", "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 9999999999\nDATA binary\n", "ends before"),
        (
            "a.pcd",
            f"FIELDS x\nSIZE 4\nTYPE F\nPOINTS {2**30 - 1}\nDATA binary_compressed\n\1\0\0\0\xfc\xff\xff\xffA",
            "at most",
        ),
        ("a.obj", "v 0 0 1\nv 0 1 1\nv 1 0 1\nf 1 2 4\n", "line 4"),
        ("a.gltf", '{"nodes": [{"mesh": 0}], "meshes": [{"primitives": []}]}', "triangles"),
        ("a.gltf", '{"nodes": [{"children": [0], "mesh": 0}]}', "its own ancestor"),
        ("a.gltf", "[" * 100_000, "nested too deep"),
        ("a.stl", "solid", "one of .ply"),
    ],
)
def test_bad_files_are_named(name: str, content: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(RecordingError, match=word) as caught:
        clouds.read(path)
    assert name in str(caught.value) and len(str(caught.value)) < 400
