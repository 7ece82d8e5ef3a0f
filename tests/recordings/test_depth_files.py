"""Depth files: what is written here, a real Azure Kinect's recording, and OpenCV's lens as the outside judge."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rehabkit.errors import OutputError, RecordingError
from rehabkit.recordings import azure_calibration, azure_mkv, depth_files, depth_png, intrinsics_files, pictures
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.lens import Lens, Rig
from rehabkit.recordings.rgbd import RgbdFrame

DATA = Path(__file__).parents[3] / "shared" / "data"
CAMERA = Intrinsics(60.0, 61.0, 31.25, 23.5, 64, 48)
STEPS = np.tile(np.linspace(800, 1600, 64).astype(np.uint16), (48, 1))
STEPS[0] = 0


def written(folder: Path, steps: np.ndarray = STEPS, name: str = "a.png") -> Path:
    Pillow.fromarray(steps).save(folder / name)
    return folder / name


def test_depth_png_in_metres_with_colour(tmp_path: Path) -> None:
    path = written(tmp_path)
    rgb = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    Pillow.fromarray(rgb).save(tmp_path / "rgb.png")
    (frame,) = depth_files.read(path, tmp_path / "rgb.png", CAMERA)
    assert np.isnan(frame.depth[0]).all()
    np.testing.assert_allclose(frame.depth[1:], STEPS[1:] / 1000)
    assert frame.colour is not None and (frame.colour == rgb).all() and frame.colour_scale == (2.0, 2.0)
    assert frame.history == ("unit mm, taken as usual",)
    assert depth_files.is_depth(path) and not depth_files.is_depth(tmp_path / "rgb.png")


def test_depth_is_written_and_read_back_with_its_intrinsics(tmp_path: Path) -> None:
    frame = RgbdFrame(np.where(STEPS > 0, STEPS / 1000, np.nan), CAMERA)
    depth_png.write(frame, tmp_path / "b.png")
    back = depth_png.read(tmp_path / "b.png")
    np.testing.assert_allclose(back.depth, frame.depth)
    assert back.intrinsics == CAMERA and back.history == ("unit 1 mm, stated beside it",)
    with pytest.raises(OutputError, match=r"65\.5 m"):
        depth_png.write(RgbdFrame(np.full((48, 64), 70.0), CAMERA), tmp_path / "c.png")


K = [60.0, 0, 31.25, 0, 61.0, 23.5, 0, 0, 1]
LAYOUTS = {
    "own": json.dumps({"fx": 60, "fy": 61, "cx": 31.25, "cy": 23.5, "width": 64, "height": 48, "unit": "0.5mm"}),
    "ros": json.dumps({"width": 64, "height": 48, "K": K, "D": [0, 0, 0, 0, 0], "distortion_model": "plumb_bob"}),
    "ros 2": json.dumps({"width": 64, "height": 48, "k": K, "d": []}),
    "opencv": json.dumps({"camera_matrix": {"rows": 3, "cols": 3, "data": K}}),
    "open3d": json.dumps({"width": 64, "height": 48, "intrinsic_matrix": [60, 0, 0, 0, 61, 0, 31.25, 23.5, 1]}),
    "realsense": json.dumps(
        {"fx": 60, "fy": 61, "ppx": 31.25, "ppy": 23.5, "width": 64, "height": 48, "coeffs": [0] * 5}
    ),
    "nested": json.dumps({"depth_scale": 2000, "intrinsics": {"fx": 60, "fy": 61, "cx": 31.25, "cy": 23.5}}),
    "numbers": "60 61 31.25 23.5\n",
    "matrix": "60 0 31.25\n0 61 23.5\n0 0 1\n",
    "4 x 4": "6e1 0 31.25 0\n0 61 23.5 0\n0 0 1 0\n0 0 0 1\n",
    "lines": "fx = 60.0\nfy: 61.0\ncx=31.25\ncy=23.5\ndepth unit = 0.5 mm\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_intrinsics(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "k.txt"
    path.write_text(LAYOUTS[layout])
    found = intrinsics_files.read(path, (64, 48))
    assert found.intrinsics == CAMERA
    wanted = pytest.approx(0.0005) if layout in ("own", "nested", "lines") else None
    assert found.step_m == wanted


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"fx": 60, "fy": 61, "cx": 31, "cy": 23, "width": 640, "height": 480}', "64 x 48 px, got 640 x 480"),
        ("60 61 91 23", "principal point"),
        ("1 0 0 0 1 0 31 23 1", "row by row"),
        (json.dumps({"K": K, "D": [0.1, 0, 0, 0, 0]}), "without distortion"),
        ("{}", "fx, fy, cx and cy"),
        ("[" * 50_000, "fx, fy, cx and cy"),
        ("not a number", "fx, fy, cx and cy"),
        ('{"fx": 60, "fy": 61, "cx": 31, "cy": 23, "unit": "inch"}', "unit of lengths"),
        ('{"fx": 60, "fy": 61, "cx": 31, "cy": 23, "depth_scale": -1}', "depth_scale"),
    ],
)
def test_wrong_intrinsics_are_named_with_their_file(text: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text(text)
    with pytest.raises(RecordingError, match=word) as caught:
        depth_files.read(written(tmp_path), intrinsics=tmp_path / "k.json")
    assert "k.json" in str(caught.value)


def test_units_that_cannot_be_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(RecordingError, match=r"a\.png: the median distance must .* say --units cm or mm"):
        depth_png.read(path, None, CAMERA, "m")
    assert depth_png.read(path, None, CAMERA, "0.125mm").depth[5, 0] == pytest.approx(0.1)
    (tmp_path / "a.json").write_text(LAYOUTS["own"])
    with pytest.raises(RecordingError, match=r"unit must be 0\.5 mm"):
        depth_png.read(path, units="mm")
    with pytest.raises(RecordingError, match="median distance"):
        depth_png.read(written(tmp_path, STEPS // 100, "near.png"), None, CAMERA)


def test_bad_depth_and_colour_are_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(RecordingError, match="must be known"):
        depth_png.read(path)
    with pytest.raises(RecordingError, match="got none"):
        depth_png.read(written(tmp_path, STEPS * 0, "empty.png"), None, CAMERA)
    with pytest.raises(RecordingError, match="16 bits"):
        depth_png.read(written(tmp_path, STEPS.astype(np.uint8), "grey.png"), None, CAMERA)
    written(tmp_path, np.zeros((48, 48, 3), dtype=np.uint8), "square.png")
    with pytest.raises(RecordingError, match="same view"):
        depth_png.read(path, tmp_path / "square.png", CAMERA)
    with pytest.raises(RecordingError, match="give it as depth"):
        pictures.read(path)
    with pytest.raises(RecordingError, match="holds its own"):
        depth_files.read(tmp_path / "a.mkv", units="mm")
    with pytest.raises(RecordingError, match=r"\.png, \.mkv or \.bag"):
        depth_files.read(tmp_path / "a.exr")


def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path).read_bytes())
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "huge.png").write_bytes(content)
    for read in (lambda p: depth_png.read(p, None, CAMERA), pictures.read):
        with pytest.raises(RecordingError, match="picture must"):
            read(tmp_path / "huge.png")


def test_pictures_are_turned_upright_and_scaled(tmp_path: Path) -> None:
    rgb = np.zeros((20, 40, 3), dtype=np.uint8)
    rgb[:, :20] = 255  # left half white
    exif = Pillow.Exif()
    exif[0x0112] = 6  # the top of the scene is at the picture's right: turn it a quarter clockwise
    Pillow.fromarray(rgb).save(tmp_path / "a.png", exif=exif)
    image = pictures.read(tmp_path / "a.png", 20)
    assert (image.width, image.height) == (10, 20) and len(image.history) == 2
    assert image.rgb[0, 0].tolist() == [255] * 3 and image.rgb[-1, 0].tolist() == [0] * 3


def test_lens_is_that_of_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    k = Intrinsics(500.0, 510.0, 320.0, 240.0, 640, 480)
    radial, tangential = np.array([0.55, -0.02, 0.003, 0.89, 0.086, -0.014]), np.array([2e-3, -7e-4])
    points = np.random.default_rng(0).uniform([-0.5, -0.4, 0.8], [0.5, 0.4, 2.0], (50, 3))
    order = [*radial[:2], *tangential, *radial[2:]]
    wanted = cv2.projectPoints(points, np.zeros(3), np.zeros(3), k.matrix, np.array(order))[0][:, 0]
    np.testing.assert_allclose(Lens(k, radial, tangential).project(points), wanted, atol=1e-9)


def test_colour_is_laid_upon_depth_where_geometry_says() -> None:
    """A wall at 2 m, a colour camera 0.1 m to the right: what it sees lies 60 · 0.1 / 2 = 3 px to the left."""
    right = Lens(CAMERA, translation=np.array([-0.1, 0.0, 0.0]))
    rgb = np.zeros((48, 64, 3), dtype=np.uint8)
    rgb[:, 20] = 250
    depth = np.full((48, 64), 2.0)
    depth[10:20, 20:26] = np.nan  # a hole takes its neighbours' distance for colour
    seen = Rig(Lens(CAMERA), right).colour_on_depth(depth, rgb)
    assert np.unique(np.argwhere(seen[..., 0] == 250)[:, 1]).tolist() == [23]
    assert (seen[:, 23, 0] == 250).all()


def test_azure_kinect_recording() -> None:
    """Expected: what the folder's README says of it, and that edges of depth and colour agree as the scene's do."""
    path = DATA / "lying" / "azure_kinect_mkv" / "recording.mkv"
    if not path.is_file():
        pytest.skip("needs the Azure Kinect recording in the data folder")
    sequence = depth_files.read(path)
    frames = list(sequence)
    assert len(frames) == 1 and len(list(sequence)) == 1 and depth_files.is_depth(path)
    frame = frames[0]
    assert frame.depth.shape == (576, 640) and np.nanmax(frame.depth) == pytest.approx(3.690)
    assert frame.intrinsics.fx == pytest.approx(504.6, abs=0.1)  # of the narrow mode; 0.49279 · 1024
    assert frame.colour is not None and frame.colour.shape == (576, 640, 3)
    # the window sill's red and white thing stands on the wall, far from any edge of the mug: same place in both
    flat = frame.points()[60:200, 330:400]  # a part of the plastered wall
    centred = (flat - np.nanmean(flat, axis=(0, 1))).reshape(-1, 3)
    centred = centred[np.isfinite(centred).all(axis=1)]
    off_plane = np.linalg.svd(centred, full_matrices=False)[1][-1] / np.sqrt(len(centred))
    assert off_plane < 0.01  # metres; a wall is flat when the lens is right


def test_other_videos_are_no_kinects(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), dtype=np.uint8), format="rgb24")))
        container.mux(stream.encode())
    assert not depth_files.is_depth(path)
    with pytest.raises(RecordingError, match=r"calibration\.json"):
        azure_mkv.read(path)


def calibration(**changes: object) -> bytes:
    lens = {
        "ModelType": "CALIBRATION_LensDistortionModelBrownConrady",
        "ModelParameters": [0.5, 0.5, 0.5, 0.5] + [0] * 10,
    }
    place = {"Rotation": [1, 0, 0, 0, 1, 0, 0, 0, 1], "Translation": [0, 0, 0]}
    cameras = [
        {"Purpose": f"CALIBRATION_CameraPurpose{purpose}", "Intrinsics": lens, "Rt": place, "MetricRadius": 1.7}
        | changes
        for purpose in ("Depth", "PhotoVideo")
    ]
    return json.dumps({"CalibrationInformation": {"Cameras": cameras}}).encode() + b"\0"


def test_calibration_of_each_mode() -> None:
    rig = azure_calibration.rig(calibration(), "WFOV_2X2BINNED", (512, 512), (1280, 720))
    assert rig.depth.intrinsics == Intrinsics(256.0, 256.0, 255.5, 255.5, 512, 512)
    assert rig.colour.intrinsics == Intrinsics(640.0, 480.0, 639.5, 359.5, 1280, 720)


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        (calibration(), "PASSIVE_IR", "mode of the Azure"),
        (b"{}", "WFOV_2X2BINNED", "calibration.json"),
        (b"[" * 60_000, "WFOV_2X2BINNED", "calibration.json"),
        (calibration(Rt={"Rotation": [0] * 9, "Translation": [0, 0, 0]}), "WFOV_2X2BINNED", "extrinsics"),
        (calibration(Intrinsics={"ModelType": "Fish"}), "WFOV_2X2BINNED", "Brown-Conrady"),
    ],
)
def test_bad_calibration_is_named(content: bytes, mode: str, word: str) -> None:
    with pytest.raises(RecordingError, match=word):
        azure_calibration.rig(content, mode, (512, 512), None)
