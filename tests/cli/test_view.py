"""``rehabkit view`` and the scene's files, as a user asks for them."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rehabkit.cli.view import scenes_in
from rehabkit.errors import ModelError
from rehabkit.figures import Curves, Scene
from rehabkit.findings import Assessment, Provenance, RecordingInfo
from rehabkit.recordings import clouds
from rehabkit.recordings.assessments import write_assessment
from rehabkit.recordings.cloud import PointCloud
from rehabkit.runtime import store

Run = Callable[..., Any]
BALL = np.random.default_rng(3).normal((0, 0, 1), 0.05, (200, 3))


@pytest.fixture
def viewer() -> None:
    """Skips where three.js was not fetched."""
    try:
        store.viewer()
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture
def cloud(tmp_path: Path) -> Path:
    path = tmp_path / "ball.ply"
    clouds.write(PointCloud(BALL, labels=np.arange(200) % 2, label_names=("one", "two")), path)
    return path


def assessed(path: Path, *figures: Scene | Curves) -> Path:
    recording = RecordingInfo(
        name="hand.ply", kind="cloud", sensor="ply", duration_s=0.0, n_frames=1, rate_hz=1.0, view="one view"
    )
    made = Assessment(
        exercise="hand_surface", exercise_title="Hand surface", n_repetitions=0, findings=[], figures=list(figures),
        recording=recording, provenance=Provenance(rehabkit_version="0", created="2026-11-29T11:00:00+00:00"),
    )  # fmt: skip
    write_assessment(made, path)
    return path


def ball() -> Scene:
    return Scene(title="Ball", points_m=BALL.tolist(), labels=[i % 2 for i in range(200)], label_names=["one", "two"])


@pytest.mark.usefixtures("viewer")
def test_a_cloud_and_an_assessment_are_written_as_one_page(rehabkit: Run, cloud: Path, tmp_path: Path) -> None:
    kept = assessed(tmp_path / "a.json", ball(), ball())
    outcome = rehabkit("view", cloud, kept, "-o", tmp_path / "page.html")
    assert (outcome.code, outcome.errors) == (0, []) and "page.html" in outcome.out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>ball.ply and 2 more" in page and '<select id="which">' in page
    assert page.count('"title":"a: Ball"') == 2


def test_other_programs_get_their_files(rehabkit: Run, cloud: Path, tmp_path: Path) -> None:
    assert rehabkit("view", cloud, "-o", tmp_path / "again.ply", "-q").code == 0
    assert (tmp_path / "again.ply").read_bytes().count(b"comment rehabkit label") == 2
    assert rehabkit("view", cloud, "-o", tmp_path / "ball.glb").code == 0
    assert (tmp_path / "ball.glb").read_bytes().startswith(b"glTF")


def test_what_points_up_is_what_the_format_or_the_user_says(cloud: Path, shared: Path) -> None:
    hand = shared / "hands" / "webxr_generic_hand" / "generic_hand_left.glb"
    if not hand.exists():
        pytest.skip("needs the hands of shared/data/hands")
    for source, up, expected in (
        (cloud, None, (0, -1, 0)), (cloud, "z", (0, 0, 1)), (hand, None, (0, 1, 0)), (hand, "-z", (0, 0, -1)),
    ):  # fmt: skip
        assert scenes_in(source, up=up)[0].up == expected


@pytest.mark.usefixtures("viewer")
def test_the_files_of_an_assessment_are_written_again(rehabkit: Run, tmp_path: Path) -> None:
    kept = assessed(tmp_path / "a.json", ball())
    outcome = rehabkit("report", kept, "--scene", tmp_path / "s.html", "--ply", tmp_path / "s.ply")
    assert outcome.code == 0
    assert "not a medical device" in (tmp_path / "s.html").read_text(encoding="utf-8")
    np.testing.assert_allclose(clouds.read(tmp_path / "s.ply").points, BALL, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["view", "{flat}"], "must hold a scene in space, got none from Hand surface"),
        (["view", "{cloud}", "-o", "{folder}/a.txt"], "--output must end in .html, .ply, .glb"),
        (["view", "{folder}/video.mp4"], "must be an assessment"),
        (["view", "{folder}/none.ply"], "file must exist"),
        (["view", "{folder}/depth.png"], "depth.png"),
        (["view", "{cloud}", "--host", "300.1.1.1", "--no-browser"], "--host and --port must be free"),
        (["view", "{cloud}", "--https", "{cloud}", "{cloud}", "--no-browser"], "--https must be a certificate"),
        (["report", "{flat}", "--scene", "{folder}/a.html"], "must hold a scene in space"),
        (["report", "{flat}", "--ply", "{folder}/a.ply"], "must hold a scene in space"),
        (["assess", "{folder}/video.mp4", "--scene", "{folder}/a.html"], "--scene must come with a system"),
        (["report", "{flat}", "--ply", "{folder}/a.html"], "--ply must name a .ply file"),
        (["report", "{flat}", "--scene", "{folder}/a.ply"], "--scene must name a .html file"),
    ],
)
@pytest.mark.usefixtures("viewer")
def test_what_can_not_be_done_is_one_line(
    rehabkit: Run, cloud: Path, tmp_path: Path, words: list[str], why: str
) -> None:
    flat = assessed(tmp_path / "flat.json", Curves(title="C", unit="deg", time_s=[0.0], lines={"a": [1.0]}))
    (tmp_path / "video.mp4").touch()
    (tmp_path / "depth.png").write_bytes(b"no picture")
    outcome = rehabkit(*(word.format(flat=flat, cloud=cloud, folder=tmp_path) for word in words))
    assert outcome.code == 2 and len(outcome.errors) == 1
    assert why in outcome.errors[0]
    assert not list(tmp_path.glob("a.*"))


def test_without_three_the_command_that_fetches_it_is_named(
    rehabkit: Run, cloud: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = assessed(tmp_path / "a.json", ball())
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "empty"))
    for words in (["view", cloud], ["view", cloud, "-o", tmp_path / "p.html"], ["report", kept, "--scene", "p.html"]):
        outcome = rehabkit(*words)
        assert outcome.code == 2 and "rehabkit models fetch viewer" in outcome.errors[0]
    assert not (tmp_path / "p.html").exists()


@pytest.mark.usefixtures("viewer")
def test_it_is_served_until_interrupted(cloud: Path) -> None:
    command = [sys.executable, "-m", "rehabkit", "view", str(cloud), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://localhost:")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(url, timeout=60) as answer:
                assert b"<title>ball.ply" in answer.read()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=120) == 0
        finally:
            process.kill()
