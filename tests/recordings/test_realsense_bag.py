"""RealSense recordings, written here by rosbags in librealsense's topics (simulated: no real one was at hand)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import depth_files

pytest.importorskip("rosbags")
DEPTH, COLOUR = "/device_0/sensor_0/Depth_0", "/device_0/sensor_1/Color_0"
SIZE = (64, 48)


def bag(path: Path, encoding: str = "mono16", with_info: bool = True) -> Path:
    """A wall at 2 m in two pictures; colour from 0.1 m to the right, red in column 20."""
    from rosbags.rosbag1 import Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS1_NOETIC)
    make = {name.split("/")[-1]: kind for name, kind in store.types.items() if "builtin" in name or "msgs" in name}
    make["Time"] = store.types["builtin_interfaces/msg/Time"]
    head = make["Header"](0, make["Time"](0, 0), "")
    roi = make["RegionOfInterest"](0, 0, 0, 0, False)
    k = np.array([60.0, 0, 31.5, 0, 60.0, 23.5, 0, 0, 1])
    info = make["CameraInfo"](head, SIZE[1], SIZE[0], "", np.zeros(5), k, np.eye(3).ravel(), np.zeros(12), 0, 0, roi)
    steps = np.full((48, 64), 4000, dtype="<u2")  # of half a millimetre
    rgb = np.zeros((48, 64, 3), dtype=np.uint8)
    rgb[:, 20] = (250, 0, 0)
    place = make["Transform"](make["Vector3"](-0.1, 0, 0), make["Quaternion"](0, 0, 0, 1))
    with Writer(path) as writer:
        links: dict[str, Any] = {}

        def put(topic: str, kind: str, message: Any, time_ns: int) -> None:
            if topic not in links:
                links[topic] = writer.add_connection(topic, kind, typestore=store)
            writer.write(links[topic], time_ns, bytes(store.serialize_ros1(message, kind)))

        put("/device_0/sensor_0/option/Depth_Units/value", "std_msgs/msg/Float32", make["Float32"](0.0005), 1)
        for stream in (DEPTH, COLOUR) if with_info else ():
            put(f"{stream}/info/camera_info", "sensor_msgs/msg/CameraInfo", info, 1)
        put(f"{COLOUR}/tf/0", "geometry_msgs/msg/Transform", place, 1)
        for i in range(2):
            at = 10**9 + i * 33_000_000
            picture = make["Image"](head, 48, 64, "rgb8", 0, 192, rgb.ravel())
            put(f"{COLOUR}/image/data", "sensor_msgs/msg/Image", picture, at)
            picture = make["Image"](head, 48, 64, encoding, 0, 128, steps.view(np.uint8).ravel())
            put(f"{DEPTH}/image/data", "sensor_msgs/msg/Image", picture, at + 5_000_000)
    return path


def test_depth_and_colour_of_a_bag(tmp_path: Path) -> None:
    frames = list(depth_files.read(bag(tmp_path / "a.bag")))
    assert [frame.time_s for frame in frames] == [0.0, pytest.approx(0.033)]
    assert np.allclose(frames[0].depth, 2.0) and frames[0].intrinsics.fx == 60.0
    assert frames[1].colour is not None
    # the colour camera stands at x = +0.1 m: it sees everything 60 · 0.1 / 2 = 3 px farther left
    assert np.unique(np.argwhere(frames[1].colour[..., 0] == 250)[:, 1]).tolist() == [23]


def test_bad_bags_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="intrinsics"):
        depth_files.read(bag(tmp_path / "a.bag", with_info=False))
    with pytest.raises(RecordingError, match="mono16"):
        list(depth_files.read(bag(tmp_path / "b.bag", "float")))
    whole = (tmp_path / "b.bag").read_bytes()
    for end in (10, 100, len(whole) // 2, len(whole) - 50):
        (tmp_path / "cut.bag").write_bytes(whole[:end])
        with pytest.raises(RecordingError):
            list(depth_files.read(tmp_path / "cut.bag"))
