"""From depth files to what is said of somebody in bed, and one clear line for each file that won't do."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from rehabkit.errors import InputError, RecordingError
from rehabkit.judgement import judge
from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.picture_pipeline.given import Asked, Beside
from rehabkit.picture_pipeline.lying import LEAST_OVER_TIME, MOST, check, opened, over_time, watch, way
from rehabkit.picture_pipeline.lying_look import LEAST_SURE, Looker, thinned
from rehabkit.picture_pipeline.lying_quality import Extent, lying_quality, n_people
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame, RgbdSequence
from rehabkit.runtime import store
from rehabkit.runtime.bundles import available
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson

CAMERA = Intrinsics(252.0, 252.0, 159.5, 143.5, 320, 288)


@pytest.fixture(scope="module")
def looker():
    if not next(one for one in store.status() if one.name == "full").ok:
        pytest.skip("the pose model isn't here: run `rehabkit models fetch full`")
    with Looker("full") as found:
        yield found


@pytest.fixture(autouse=True)
def usual(monkeypatch):
    """The usual pose network, wherever this runs."""
    monkeypatch.setattr("rehabkit.picture_pipeline.lying.best_model", lambda: "full")


@pytest.fixture(scope="module")
def rows(shared):
    return anny_synth_rgbd.read(shared / "lying" / "anny_synth_rgbd")


@pytest.fixture(scope="module")
def supine(rows):
    return next(row for row in rows if row.posture == "supine" and row.tilt_deg == 0)


def asked(path, *files, intrinsics=None, **more):
    return Asked(path, beside=Beside(tuple(files), intrinsics, **more))


@pytest.fixture
def files(supine, tmp_path):
    """Depth, colour and intrinsics of one rendered picture."""
    k = tmp_path / "k.json"
    i = supine.intrinsics
    k.write_text(json.dumps({"fx": i.fx, "fy": i.fy, "cx": i.cx, "cy": i.cy, "width": 320, "height": 288}))
    return supine.folder / "depth" / f"{supine.name}.png", supine.folder / "rgb" / f"{supine.name}.jpg", k


def test_points_of_a_rendered_picture_by_colour_and_in_the_dark(supine, looker):
    for frame in (supine.frame(), supine.frame().noted("dark", colour=None)):
        one = looker.look(frame)
        assert one.by_colour == (frame.colour is not None)
        off = np.linalg.norm(one.picture.pixels - supine.pixels, axis=-1)
        assert np.nanmedian(off) < 8  # px, 8 mm each
        assert {c.status for c in lying_quality(one.frame, one.bed, one.body, one.picture)} <= {"ok", "warning"}
    assert one.by_relief and one.picture.confidence.mean() > LEAST_SURE
    assert set(looker.models) == {"pose_full", "lying_points"}


def test_two_people_are_counted(supine):
    frame = supine.frame()
    bed = bed_of(frame)
    body = body_of(frame, bed)
    assert n_people(frame, bed, body) == 1
    row, column = np.nonzero(body)
    beside = np.ptp(row) + 12 if row.max() + np.ptp(row) + 12 < 288 else -np.ptp(row) - 12  # who lies along the rows
    there = (row + beside >= 0) & (row + beside < 288)
    depth, feet = frame.depth.copy(), column < np.quantile(column, 0.3)
    depth[row[there] + beside, column[there]] = frame.depth[row[there], column[there]]
    assert n_people(frame.noted("twice", depth=depth), bed, body) == 2
    depth = frame.depth.copy()  # a part of a person is no second one
    depth[row[there & feet] + beside, column[there & feet]] = frame.depth[row[there & feet], column[there & feet]]
    assert n_people(frame.noted("a heap", depth=depth), bed, body) == 1


def test_an_empty_bed_shows_nobody(rows, looker):
    row = next(r for r in rows if r.tilt_deg == 0)
    frame = row.frame()
    bed = bed_of(frame)
    flat = bed.plane.depth_along(
        CAMERA.lift(np.stack(np.meshgrid(np.arange(320.0), np.arange(288.0)), -1), np.ones((288, 320)))
    )
    empty = frame.noted("emptied", depth=np.where(body_of(frame, bed) | (row.parts > 0), flat, frame.depth))
    watched = watch(RgbdSequence.of(empty), looker)
    assert watched.sighted == []
    assert "a person must lie on the mattress" in watched.why_not[0]


def test_a_long_recording_is_thinned_and_pictures_without_anybody_are_counted(supine, looker, monkeypatch):
    frame = supine.frame()
    wall = RgbdFrame(np.full((288, 320), 2.0), CAMERA)

    def source():
        for number in range(9):
            yield replace(wall if number == 4 else frame, time_s=0.25 * number)

    monkeypatch.setattr("rehabkit.picture_pipeline.lying.MOST", 3)
    watched = watch(RgbdSequence(source), looker)
    assert watched.n_pictures == 9
    assert watched.lasting_s == 2.0
    assert [one.frame.time_s for one in watched.sighted] == [0.0, 1.5]  # of 0, 0.5, 1.5 every second; 1.0 is the wall
    assert len(watched.person.pictures) < MOST
    assert LEAST_OVER_TIME > 1


def test_where_the_camera_should_go(supine):
    frame = supine.frame()
    bed, body = bed_of(frame), body_of(frame, bed_of(frame))
    extent = Extent.of(frame, bed, body)
    assert extent.distance_m == pytest.approx(supine.distance_m, abs=0.3)
    assert 1.4 < extent.length_m < 2.2
    half = frame.cropped(0, 0, 320, int(np.nonzero(body)[0].mean()))
    cut = body[: half.depth.shape[0]]
    said = {c.name: c for c in lying_quality(half, bed, cut, None)}
    assert said["whole body"].status == "warning"
    assert "move the camera back" in said["whole body"].remedy
    assert said["person"].status == "unfit"
    holes = frame.noted("holes", depth=np.where(np.arange(320) % 4 < 3, np.nan, frame.depth))  # and 1 % were there
    said = {c.name: c for c in lying_quality(holes, bed, body, None)}
    assert said["depth"].status == "unfit"
    assert "76%" in said["depth"].message


def test_large_pictures_are_thinned_and_show_the_same_place():
    v, u = np.mgrid[:1152, :1280].astype(float)
    large = RgbdFrame(2 + 0.0005 * u + 0.0003 * v, Intrinsics(1008.0, 1008.0, 639.5, 575.5, 1280, 1152))
    small = thinned(large)
    assert max(small.depth.shape) == 640
    np.testing.assert_allclose(small.points()[100, 100], large.points()[200:202, 200:202].mean(axis=(0, 1)), atol=2e-3)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("swapped", "depth must come before colour"),
        ("8 bit", "depth must be grey with 16 bits"),
        ("empty", "depth must have a pixel with a distance"),
        ("colour aspect", "colour must show the same view"),
        ("unit", "median distance"),
        ("no intrinsics", "intrinsics of"),
        ("two colours", "at most one colour picture"),
        ("16 bit colour", "picture must have 8 bits"),
        ("hand", "--hand must be left out"),
    ],
)
def test_files_that_wont_do_are_refused_in_one_line(files, tmp_path, spoil, says):
    depth, colour, k = files
    spoilt = tmp_path / "spoilt.png"
    with pytest.raises((RecordingError, InputError)) as caught:
        opened(spoiled(spoil, depth, colour, k, spoilt))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value) or "which has no use" in str(caught.value)


def spoiled(spoil, depth, colour, k, spoilt):
    """Files of which one is wrong."""
    if spoil == "swapped":
        return asked(colour, depth, intrinsics=k)
    if spoil == "8 bit":
        Pillow.fromarray(np.full((288, 320), 90, dtype=np.uint8)).save(spoilt)
        return asked(spoilt, colour, intrinsics=k)
    if spoil == "empty":
        Pillow.fromarray(np.zeros((288, 320), dtype=np.uint16)).save(spoilt)
        return asked(spoilt, colour, intrinsics=k)
    if spoil == "colour aspect":
        Pillow.fromarray(np.zeros((100, 320, 3), dtype=np.uint8)).save(spoilt)
        return asked(depth, spoilt, intrinsics=k)
    if spoil == "16 bit colour":
        return asked(depth, depth, intrinsics=k)
    return {
        "unit": asked(depth, colour, intrinsics=k, units="m"),
        "no intrinsics": asked(depth, colour),
        "two colours": asked(depth, colour, colour, intrinsics=k),
        "hand": asked(depth, colour, intrinsics=k, hand="left"),
    }[spoil]


@pytest.fixture
def shipped(looker):
    if "lying_pose" not in available():
        pytest.skip("there is no bundle of lying_pose")


def test_a_picture_becomes_an_assessment(files, supine, shipped):
    depth, colour, k = files
    said = way(asked(depth, colour, intrinsics=k))
    assert said.finding("posture").value == "supine"
    assert said.finding("joints_found_in") is None
    assert "joints found by colour and the bed's relief" in said.recording.history[-1]
    assert said.recording.kind == "depth"
    assert said.recording.frame_size_px == (320, 288)
    assert {name for name in said.provenance.models if name.startswith("pose_")}
    assert all(len(checksum) == 64 for checksum in said.provenance.models.values())
    (scene,) = [figure for figure in said.figures if figure.kind == "scene"]
    off = [
        np.linalg.norm(np.subtract(scene.joints[name].at_m, at)) for name, at in zip(JOINTS, supine.joints, strict=True)
    ]
    assert np.median(off) < 0.08  # metres: on the right limbs
    assert set(scene.joints) == set(JOINTS)


def test_in_the_dark_it_says_so(files, shipped):
    depth, _, k = files
    said = way(asked(depth, intrinsics=k)).finding("joints_found_in")
    assert said.value == "depth alone"
    assert "no colour picture" in said.text


def test_intrinsics_of_another_camera_make_a_giant(files, tmp_path, looker):
    depth, colour, _ = files
    k = tmp_path / "other.json"
    k.write_text(json.dumps({"fx": 110.0, "fy": 110.0, "cx": 159.5, "cy": 143.5, "width": 320, "height": 288}))
    with pytest.raises(RecordingError, match=r"person must be 0\.9 to 2\.4 m tall"):
        way(asked(depth, colour, intrinsics=k))
    assert [c.status for c in check(asked(depth, colour, intrinsics=k))] == ["unfit"]


def test_a_recording_becomes_curves(supine, looker, shipped):
    frame = supine.frame()
    frames = [replace(frame, time_s=0.5 * number) for number in range(LEAST_OVER_TIME)]
    person = watch(RgbdSequence.of(*frames), looker).person
    (curves,) = over_time(person, judge("lying_pose", person))
    assert curves.time_s == [0.0, 0.5, 1.0]
    assert {len(line) for line in curves.lines.values()} == {3}
    knee = curves.lines["left knee flexion"]
    assert max(knee) - min(knee) < 0.2  # the same picture three times
    alone = LyingPerson(person.pictures[:1])
    assert list(over_time(alone, judge("lying_pose", alone))) == []


def test_a_recording_of_a_room_without_anybody_is_refused(shared, looker):
    mkv = shared / "lying" / "azure_kinect_mkv" / "recording.mkv"
    with pytest.raises(RecordingError, match="a person must lie on the mattress"):
        way(asked(mkv))
    with pytest.raises(RecordingError, match="must come with a PNG"):
        way(asked(mkv, mkv))
