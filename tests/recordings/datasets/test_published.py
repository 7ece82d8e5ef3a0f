"""Published layouts, written from the real compact data where that can be inverted, and what is refused.

The published folders themselves are too large to be here. UI-PRMD's are written by inverting forward kinematics with
SciPy's rotations and angles of our own choice (the published angles are not in the compact form); one published frame
is copied below to hold the order of rotation. KIMORE's are written from the real joints of ``skeleton_samples.npz``,
IRDS's too, with invented labels: the layout is tested, not the labels. SPAR's are the compact sets as CSV.
"""

import csv
import gzip
import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets import irds, kimore_raw, layouts, uiprmd_text, workbook
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.joint_names import KINECT_JOINTS, KINECT_V2
from rehabkit.runtime import datasets

# First line of the public-domain set's m07_s01_e01_positions.txt and m07_s01_e01_angles.txt (Kinect).
PUBLISHED_POSITIONS = """-7.954180,80.902420,-241.805400,-0.000010,30.070600,0.000020,0.000000,21.932310,0.000000,
0.000000,0.713270,0.000050,0.000000,6.414890,0.000000,0.000000,15.946020,0.000000,1.664620,-0.628250,0.230930,16.138490,
0.000010,0.000000,27.125850,0.000000,0.000000,23.191300,0.000000,0.000020,-1.721210,-0.582880,0.230910,-16.452840,
-0.000010,0.000000,-26.970690,0.000000,0.000020,-24.270760,0.000000,-0.000010,7.405010,-0.192080,3.668050,0.000000,
-34.986780,-0.000020,0.000000,-30.300630,0.000020,0.000000,-0.000010,12.506060,-7.373820,-0.033920,3.668040,0.000000,
-33.152770,-0.000050,0.000000,-31.718020,0.000000,0.000000,0.000010,12.510790"""
PUBLISHED_ANGLES = """-1.971100,1.726990,0.368660,1.734490,0.271390,-0.064580,2.366510,0.254110,-0.014570,-0.000130,
0.000000,0.000000,2.441420,-10.631230,1.487720,0.000000,0.000000,0.000000,2.825710,-7.628930,-20.206610,-0.083880,
-7.060280,-60.712300,3.008690,-19.336070,1.292150,8.839990,-0.990080,-4.097630,2.475330,7.480180,18.208140,-0.674390,
1.631200,62.655880,2.897610,19.005960,-4.353240,12.256740,6.923960,8.270750,5.522850,0.891750,-2.588140,-0.680670,
-0.261810,-0.511270,9.311610,0.311770,-0.050450,0.000000,0.000000,0.000000,5.266960,5.590360,0.310850,1.012320,
-3.406470,3.071440,7.678560,-1.888510,0.252420,0.000000,0.000000,0.000000"""


def write_table(path, table, *, zipped=False, header=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = header + "".join(",".join(f"{x:.6f}" for x in np.ravel(row)) + "\n" for row in table)
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    return path


def as_published(relative_cm, waist_cm, rng):
    """(offsets, angles) of (n, 22, 3) coordinates for random joint frames: forward kinematics undone by SciPy."""
    angles = rng.uniform(-60, 60, relative_cm.shape)
    local = Rotation.from_euler("xyz", angles.reshape(-1, 3), degrees=True).as_matrix().reshape(*relative_cm.shape, 3)
    frames, offsets = local.copy(), np.empty_like(relative_cm)
    offsets[:, 0] = waist_cm
    for joint, parent in enumerate(uiprmd_text.PARENTS[1:], start=1):
        frames[:, joint] = frames[:, parent] @ local[:, joint]
        bone = relative_cm[:, joint] - relative_cm[:, parent]
        offsets[:, joint] = np.einsum("tji,tj->ti", frames[:, parent], bone)
    return offsets, angles


def test_a_published_frame_gives_the_compact_one(shared, tmp_path):
    lines = (text.replace("\n", "") for text in (PUBLISHED_POSITIONS, PUBLISHED_ANGLES))
    positions, angles = tmp_path / "m07_s01_e01_positions.txt", tmp_path / "m07_s01_e01_angles.txt"
    for path, line in zip((positions, angles), lines, strict=True):
        path.write_text(line + "\n")
    data = UiPrmd(shared / "exercise" / "uiprmd")
    one = next(
        r
        for r in data.repetitions
        if (r.movement, r.subject, r.episode, r.correct) == ("shoulder_abduction", 1, 1, True)
    )
    read = uiprmd_text.read_kinect(positions, angles)
    assert np.abs(read.positions[0] - data.kinect(one).positions[0]).max() < 1e-4  # both are rounded to 0.1 mm


@pytest.fixture(scope="module")
def uiprmd_folder(shared, tmp_path_factory):
    """Five repetitions of both sensors in the published layout, one of them gzipped, one without Vicon."""
    folder = tmp_path_factory.mktemp("UI-PRMD")
    source, rng = shared / "exercise" / "uiprmd", np.random.default_rng(0)
    with np.load(source / "kinect_world.npz") as kinect, np.load(source / "vicon_25hz.npz") as vicon:
        parts = [np.split(kinect[name] / 100, np.cumsum(kinect["lengths"])[:-1]) for name in ("rel_mm10", "root_mm10")]
        markers = np.split(vicon["pos_quartmm"] / 4, np.cumsum(vicon["lengths"])[:-1])
    with (source / "meta.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["subject"], row["episode"]) == ("2", "3")]
    for row in [rows[0], rows[1], rows[6], rows[13]]:
        offsets, angles = as_published(*(part[int(row["idx"])] for part in parts), rng)
        half = "Segmented Movements" if row["correct"] == "1" else "Incorrect Segmented Movements"
        name = f"m{int(row['movement']):02d}_s02_e03_{{}}{'' if row['correct'] == '1' else '_inc'}.txt"
        zipped = row is rows[1]
        name += ".gz" if zipped else ""
        write_table(folder / half / "Kinect/Positions" / name.format("positions"), offsets, zipped=zipped)
        write_table(folder / half / "Kinect/Angles" / name.format("angles"), angles, zipped=zipped)
        if row is not rows[6]:
            at_100_hz = np.repeat(markers[int(row["vicon_idx"])], 4, axis=0)
            write_table(folder / half / "Vicon/Positions" / name.format("positions"), at_100_hz, zipped=zipped)
    return folder


def test_uiprmd_converts_back_to_what_it_was(shared, uiprmd_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    converted = UiPrmd(datasets.import_set("uiprmd", uiprmd_folder))
    original = UiPrmd(shared / "exercise" / "uiprmd")
    known = {(r.movement, r.subject, r.episode, r.correct): r for r in original.repetitions}
    assert len(converted.repetitions) == 4
    for one in converted.repetitions:
        other = known[one.movement, one.subject, one.episode, one.correct]
        assert one.dominant_side == other.dominant_side
        assert np.abs(converted.kinect(one).positions - original.kinect(other).positions).max() < 2e-4
        if one.vicon_row is None:
            assert one.movement == "side_lunge"
            continue
        both = [data.vicon(which) for data, which in ((converted, one), (original, other))]
        assert np.allclose(both[0].positions, both[1].positions, atol=1e-3, equal_nan=True)
    state = next(one for one in datasets.status() if one.data.name == "uiprmd")
    assert (state.state, state.layout) == ("ready", "published")


def test_uiprmd_vicon_file_is_read_at_100_hz(shared, uiprmd_folder):
    path = next(uiprmd_folder.glob("Segmented Movements/Vicon/Positions/*"))
    vicon = uiprmd_text.read_vicon(path)
    assert vicon.rate_hz == pytest.approx(100)
    assert np.nanmedian(vicon.joint("head")[:, 2]) > np.nanmedian(vicon.joint("left_ankle")[:, 2]) + 0.8


@pytest.fixture(scope="module")
def joints(shared):
    with np.load(shared / "exercise" / "kimore_partial" / "skeleton_samples.npz") as file:
        return {name: file[name].astype(float) for name in ("person1_Es1", "person1_Es5")}


def write_workbook(path, cells):
    """A minimal .xlsx: its first row as shared strings, as spreadsheet programs write it, with a gap in column B."""
    path.parent.mkdir(parents=True, exist_ok=True)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = "".join(f"<si><t>{cell}</t></si>" for cell in cells[0])
    letters = [chr(ord("A") + i) for i in range(len(cells[0]))]
    head = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate(letters))
    row = "".join(
        f'<c r="{c}2" t="inlineStr"><is><t>{v}</t></is></c>' if isinstance(v, str) else f'<c r="{c}2"><v>{v}</v></c>'
        for c, v in zip(letters, cells[1], strict=True)
        if v is not None
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst {space}>{strings}</sst>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet {space}><sheetData><row r="1">{head}</row><row r="2">{row}</row></sheetData></worksheet>',
        )
    return path


TITLES = ["Subject ID", *(f"clinical {kind} Ex#{n}" for kind in ("TS", "PO", "CF") for n in range(1, 6))]
SCORES = [41, None, 26.5, 23, 22, 15, None, 9, 4, 5, 26, None, 17.5, 19, 17]


def test_kimore_converts_joints_times_and_scores_and_names_what_is_flawed(joints, tmp_path, monkeypatch):
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "KIMORE"
    for person, group, table in (("P_ID6", "GPP/Parkinson", joints["person1_Es1"]), ("E_ID1", "CG/Expert", None)):
        place = folder / group / person / "Es1"
        if table is not None:
            rows = table.reshape(len(table), -1)
            write_table(place / "Raw/JointPosition011214_103748.csv", rows, header="\n,,\n")
            ticks = 635_000_000_000_000_000 + 333_333 * np.arange(len(table))
            (place / "Raw/TimeStamp011214_103748.csv").write_text("".join(f"{tick},\n" for tick in ticks))
        write_workbook(place / f"Label/ClinicalAssessment_{person}.xlsx", [TITLES, [person, *SCORES]])
    wrong = folder / "CG/Expert/E_ID16/Es1"
    write_workbook(wrong / "Label/ClinicalAssessment_E_ID16.xlsx", [TITLES, ["E_ID17", *SCORES]])
    stored = datasets.import_set("kimore", folder)
    (name, skeleton), *others = kimore_raw.read_compact(stored)
    assert (name, others) == ("Es1__P_ID6", [])
    assert skeleton.joint_names == KINECT_JOINTS and skeleton.rate_hz == pytest.approx(30, abs=0.01)
    seen = joints["person1_Es1"][..., 3] > 0
    assert np.allclose(skeleton.positions[seen], joints["person1_Es1"][..., :3][seen], atol=1e-5)
    with (stored / "clinical_scores.csv").open() as file:
        rows = {row["subject"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"P_ID6", "E_ID1"}
    assert (rows["P_ID6"]["TS_Ex1"], rows["P_ID6"]["TS_Ex2"], rows["P_ID6"]["CF_Ex3"]) == ("41", "", "17.5")
    assert rows["P_ID6"]["group_name"] == "parkinson"
    state = next(one for one in datasets.status() if one.data.name == "kimore")
    assert any("E_ID16" in text and "E_ID17" in text for text in state.left_out)
    assert any(text.startswith("E_ID1 Es1") for text in state.left_out)


def test_kimore_skeletons_are_upright_and_face_the_sensor(shared):
    for name, skeleton in kimore_raw.read_compact(shared / "exercise" / "kimore_partial"):
        at = {joint: np.nanmedian(skeleton.joint(joint), axis=0) for joint in KINECT_JOINTS}
        up = at["neck"] - at["pelvis"]
        assert up[1] > 0.2, name
        assert np.cross(at["left_shoulder"] - at["right_shoulder"], up)[2] < 0, name  # the sensor is at z = 0


@pytest.mark.parametrize("clock", [1e-7, 1e-3, 1.0])
def test_kimore_times_count_in_any_of_three_units(joints, tmp_path, clock):
    table = joints["person1_Es5"][:30]
    positions = write_table(tmp_path / "JointPosition1.csv", table.reshape(30, -1))
    (tmp_path / "TimeStamp1.csv").write_text("".join(f"{5 + i / (30 * clock):.6f}\n" for i in range(30)))
    skeleton = kimore_raw.read_positions(positions, tmp_path / "TimeStamp1.csv")
    assert skeleton.rate_hz == pytest.approx(30, abs=0.05)


def raw_line(frame, joints, body=0):
    parts = ",".join(f"({name},Tracked,{x:.5f},{y:.5f},{z:.5f},200.1,180.2)" for name, (x, y, z) in joints)
    return f"{frame},{body},{frame * 333333},{parts}\n"


def test_irds_raw_and_simplified_files_are_the_same_skeleton(joints, tmp_path, monkeypatch):
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "home"))
    table = joints["person1_Es5"][:40, :, :3]
    name = "303_18_4_10_1_stand.txt"
    raw, simplified = tmp_path / "SkeletonData/RawData" / name, tmp_path / "SkeletonData/Simplified" / name
    write_table(simplified, table.reshape(40, -1))
    raw.parent.mkdir()
    other = [raw_line(i, zip(KINECT_V2, table[0], strict=True), body=3) for i in range(5)]
    lines = [raw_line(i, zip(KINECT_V2, frame, strict=True)) for i, frame in enumerate(table)]
    raw.write_text("Version0.1\nVersion0.1\n" + "".join(other + lines))
    both = [irds.read(path) for path in (raw, simplified)]
    assert np.allclose(both[0].skeleton.positions, both[1].skeleton.positions, atol=1e-5)
    assert np.allclose(both[0].skeleton.positions, table, atol=1e-5)
    assert [(g.person, irds.GESTURES[g.gesture], g.correct, g.position) for g in both] == [
        (303, "shoulder_abduction_left", 1, "stand")
    ] * 2
    (found,) = irds.read_compact(datasets.import_set("irds", tmp_path / "SkeletonData"))
    assert np.allclose(found.skeleton.positions, table, atol=1e-5) and found.person == 303


def test_spar_converts_to_the_compact_sets(shared, tmp_path):
    with np.load(shared / "exercise" / "spar_watch_imu" / "spar_subset.npz") as file:
        sets = np.split(file["X"], np.cumsum(file["lengths"])[:-1])
        about = list(zip(file["subject"], file["y"], file["side"], strict=True))
    folder, target = tmp_path / "csv", tmp_path / "out"
    target.mkdir()
    for i in (0, 5, 9):
        subject, exercise, side = about[i]
        name = f"S{subject}_E{exercise}_{'R' if side else 'L'}.csv"
        write_table(folder / name, sets[i], header="ax,ay,az,wx,wy,wz\n")
    (folder / "S9_E1_R.csv").write_text("ax,ay,az,wx,wy,wz\n0.1,0.2\n")
    left_out = layouts.PUBLISHED["spar"](tmp_path, target)
    assert len(left_out) == 1 and "S9_E1_R.csv, line 2 must have 6 numbers" in left_out[0]
    with np.load(target / "spar_subset.npz") as file:
        got = dict(zip(zip(file["subject"], file["y"], file["side"], strict=True),
                       np.split(file["X"], np.cumsum(file["lengths"])[:-1]), strict=True))  # fmt: skip
    for i in (0, 5, 9):
        assert np.allclose(got[about[i]], sets[i], atol=1e-6)


def test_mediapipe_form_is_stored_from_its_repository(shared, tmp_path):
    content = gzip.decompress((shared / "exercise/mediapipe_form/bicep_model_test.csv.gz").read_bytes())
    (tmp_path / "core/bicep_model").mkdir(parents=True)
    (tmp_path / "core/bicep_model/test.csv").write_bytes(content)
    (tmp_path / "out").mkdir()
    assert len(layouts.PUBLISHED["mediapipe_form"](tmp_path / "core", tmp_path / "out")) == 5
    assert gzip.decompress((tmp_path / "out/bicep_model_test.csv.gz").read_bytes()) == content


@pytest.mark.parametrize("name", layouts.PUBLISHED)
def test_a_folder_of_something_else_is_one_error(name, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of use")
    with pytest.raises(RecordingError, match="must hold"):
        layouts.PUBLISHED[name](tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2", "must have 66 numbers"),
        (",".join(["nan"] * 66), "finite numbers"),
        (",".join(["1e300"] * 66), "finite numbers"),
        (",".join(["x"] * 66), "table of numbers"),
        ("", "must hold something"),
        ("\n\n", "at least one line"),
        (",".join(["900"] * 66), "person in centimetres"),
    ],
)
def test_a_damaged_uiprmd_file_is_one_error(tmp_path, line, said):
    positions, angles = tmp_path / "m01_s01_e01_positions.txt", tmp_path / "m01_s01_e01_angles.txt"
    positions.write_text(line)
    angles.write_text(",".join(["0"] * 66) + "\n")
    with pytest.raises(RecordingError, match=said):
        uiprmd_text.read_kinect(positions, angles)


def test_files_of_different_length_are_refused(tmp_path):
    zeros = ",".join(["0"] * 66) + "\n"
    (tmp_path / "a").write_text(zeros)
    (tmp_path / "b").write_text(zeros * 2)
    with pytest.raises(RecordingError, match="a line for each of the 1"):
        uiprmd_text.read_kinect(tmp_path / "a", tmp_path / "b")


def test_a_workbook_that_is_none_or_hostile_is_one_error(tmp_path):
    path = tmp_path / "ClinicalAssessment_E_ID1.xlsx"
    path.write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(RecordingError, match=r"whole \.xlsx"):
        workbook.read_sheet(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>')
    with pytest.raises(RecordingError, match="without a document type"):
        workbook.read_sheet(path)
    write_workbook(path, [["a", "b"], ["1", "2"]])
    with pytest.raises(RecordingError, match="columns like 'clinical TS Ex#1'"):
        kimore_raw.read_scores(path)
