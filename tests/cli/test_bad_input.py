"""Whatever is given, a user meets one clear line and exit code 2; never a traceback, never half a file."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from rehabkit import demo_recording

from .conftest import Outcome, gradients, pictures_of, write_video

Run = Callable[..., Outcome]
POSE = pytest.mark.usefixtures("pose_model")


def refused(outcome: Outcome, *words: str) -> None:
    """One error that holds these words, exit code 2, nothing on stdout."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert len(outcome.errors) == 1 and "Traceback" not in outcome.err
    for word in words:
        assert word.lower() in outcome.errors[0].lower()


@pytest.fixture
def nothing_written(tmp_path: Path) -> Callable[[], list[str]]:
    """Lists what lies in the folder where outputs would go."""
    (tmp_path / "out").mkdir()
    return lambda: sorted(path.name for path in (tmp_path / "out").iterdir())


def outputs(tmp_path: Path) -> list[str]:
    out = tmp_path / "out"
    return ["--json", str(out / "a.json"), "--report", str(out / "a.html"), "--csv", str(out)]


def test_missing_file(rehabkit: Run, tmp_path: Path) -> None:
    refused(rehabkit("assess", tmp_path / "nowhere.mp4"), "nowhere.mp4")


def test_not_a_video(rehabkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "letter.mp4"
    path.write_text("Dear Sir or Madam,\n" * 100)
    refused(rehabkit("assess", path), "letter.mp4", "video")


def test_a_file_of_no_bytes(rehabkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    refused(rehabkit("assess", path), "empty.mp4")


def test_no_frames(rehabkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.avi"
    with av.open(str(path), "w") as container:
        container.add_stream("mpeg4", rate=30, width=320, height=240, pix_fmt="yuv420p")
        container.start_encoding()
    refused(rehabkit("assess", path), "none.avi", "frame")


@POSE
@pytest.mark.parametrize("share", [0.1, 0.6])
@pytest.mark.parametrize(
    ("suffix", "options"), [(".mp4", {}), (".mp4", {"movflags": "faststart"}), (".mkv", {})], ids=str
)
def test_truncated(rehabkit: Run, tmp_path: Path, suffix: str, options: dict[str, str], share: float) -> None:
    whole = write_video(tmp_path / f"whole{suffix}", gradients(90), options=options)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    outcome = rehabkit("assess", path)
    refused(outcome, path.name)
    assert "person" not in outcome.err  # it is the file that is wrong, not what it shows


@POSE
def test_nobody(rehabkit: Run, tmp_path: Path, empty_room: Path, nothing_written: Callable[[], list[str]]) -> None:
    refused(rehabkit("assess", empty_room, *outputs(tmp_path)), "empty.mp4", "person")
    assert nothing_written() == []


@POSE
def test_nobody_is_refused_anyway_too(rehabkit: Run, empty_room: Path) -> None:
    refused(rehabkit("assess", empty_room, "--anyway"), "person")


@POSE
def test_person_cut_off(rehabkit: Run, tmp_path: Path, squat_clip: Path) -> None:
    upper_half = (picture[: picture.shape[0] // 4 * 2] for picture in pictures_of(squat_clip))
    path = write_video(tmp_path / "half.mp4", upper_half)
    refused(rehabkit("assess", path, "-e", "squat"), "cut off", "--anyway")


def test_audio_only(rehabkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.zeros(8000, dtype="<i2").tobytes())
    refused(rehabkit("assess", path), "voice.wav", "video")


@pytest.mark.parametrize(
    ("size", "rate_hz", "named"),
    [((3840, 2160), 30.0, "3840"), ((320, 240), 5.0, "5"), ((320, 240), 240.0, "240")],
    ids=["4K", "5 frames a second", "240 frames a second"],
)
def test_unfit_container(rehabkit: Run, tmp_path: Path, size: tuple[int, int], rate_hz: float, named: str) -> None:
    path = write_video(tmp_path / "unfit.mp4", gradients(12, *size), rate_hz)
    refused(rehabkit("assess", path), "unfit.mp4", named, "--anyway")
    assert rehabkit("check", path).code == 2


@pytest.mark.parametrize(("step", "rate_hz"), [(6, 5.0), (1, 240.0)])
@POSE
def test_unfit_container_anyway(rehabkit: Run, tmp_path: Path, squat_clip: Path, step: int, rate_hz: float) -> None:
    path = write_video(tmp_path / "unfit.mp4", pictures_of(squat_clip, step), rate_hz)
    refused(rehabkit("assess", path, "-e", "squat"), "--anyway")
    outcome = rehabkit("assess", path, "-e", "squat", "--anyway")
    assert outcome.code == 0
    assert "unfit" in outcome.out


def test_unwritable_output(rehabkit: Run, tmp_path: Path, empty_room: Path) -> None:
    refused(rehabkit("assess", empty_room, "--json", tmp_path / "no" / "a.json"), "no/a.json")
    refused(rehabkit("assess", empty_room, "--report", tmp_path), "folder")
    if os.geteuid() != 0:  # root may write everywhere
        (tmp_path / "locked").mkdir(mode=0o500)
        refused(rehabkit("assess", empty_room, "--pdf", tmp_path / "locked" / "a.pdf"), "a.pdf")


def test_output_over_its_own_source(rehabkit: Run, empty_room: Path) -> None:
    before = empty_room.read_bytes()
    refused(rehabkit("assess", empty_room, "--video", empty_room), "another file")
    assert empty_room.read_bytes() == before


def test_two_outputs_of_one_name(rehabkit: Run, tmp_path: Path, empty_room: Path) -> None:
    path = tmp_path / "a.html"
    refused(rehabkit("assess", empty_room, "--json", path, "--report", path), "twice")


def test_output_of_another_format(rehabkit: Run, tmp_path: Path, empty_room: Path) -> None:
    refused(rehabkit("assess", empty_room, "--trc", tmp_path / "a.c3d"), "--trc", "a.c3d")


def test_overlay_without_pictures(rehabkit: Run, tmp_path: Path) -> None:
    refused(rehabkit("assess", demo_recording(), "--video", tmp_path / "a.mp4"), "--video")
    refused(rehabkit("assess", "0", "--video", tmp_path / "a.mp4"), "--video")


def test_options_of_one_recording_for_a_folder(rehabkit: Run, tmp_path: Path) -> None:
    refused(rehabkit("assess", tmp_path, "--json", tmp_path / "a.json"), "--out")
    refused(rehabkit("assess", tmp_path, "-e", "sqat"), "deep_squat")


def test_unknown_exercise(rehabkit: Run, empty_room: Path) -> None:
    refused(rehabkit("assess", empty_room, "-e", "sqat"), "sqat", "deep_squat")


def test_malformed_exercise(rehabkit: Run, tmp_path: Path, empty_room: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\ntitle = "Mine"\nposition = "floating"\n')
    refused(rehabkit("assess", empty_room, "-e", path), "mine.toml", "line 3", "position")
    path.write_text('name = "mine"\ntitle = = "Mine"\n')
    refused(rehabkit("assess", empty_room, "-e", path), "mine.toml", "line 2")


def test_folder_without_recordings(rehabkit: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no recording")
    refused(rehabkit("assess", tmp_path), str(tmp_path), "recording")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"exercise": 3}', "\x00\x01"])
@pytest.mark.parametrize("command", ["correct", "compare", "report"])
def test_bad_assessment(rehabkit: Run, tmp_path: Path, command: str, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    words = {
        "correct": ["--who", "A", "--why", "B", "--side", "left"],
        "compare": [path],
        "report": ["--report", tmp_path / "a.html"],
    }
    refused(rehabkit(command, path, *words[command]), "a.json")
    assert path.read_text() == text
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_missing_assessment(rehabkit: Run, tmp_path: Path) -> None:
    refused(rehabkit("report", tmp_path / "a.json", "--report", tmp_path / "a.html"), "a.json")


@pytest.mark.parametrize(
    "words",
    [
        ["assess"],
        ["assess", "x.mp4", "--no-such-option"],
        ["assess", "x.mp4", "--age", "300"],
        ["assess", "x.mp4", "--model", "huge"],
        ["assess", "x.mp4", "--jobs", "2"],
        ["no-such-command"],
        ["correct", "x.json"],
    ],
)
def test_wrong_call(rehabkit: Run, words: list[str]) -> None:
    refused(rehabkit(*words))


@pytest.mark.parametrize("more", [["squat.png"], ["--intrinsics", "k.json"], ["--hand", "left"]])
def test_what_stands_beside_the_file_is_refused_without_a_system_that_reads_it(
    rehabkit: Callable[..., Outcome], more: list[str]
) -> None:
    outcome = rehabkit("assess", "squat.mp4", *more)
    assert outcome.code == 2
    assert len(outcome.errors) == 1 and "must be left out" in outcome.errors[0]
