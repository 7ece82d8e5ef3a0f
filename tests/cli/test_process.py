"""rehabkit as a process: how quickly it starts, and how it stops."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import gradients, write_video

REHABKIT = [sys.executable, "-m", "rehabkit"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*REHABKIT, *words], capture_output=True, text=True, timeout=60, check=False)


def test_help_takes_less_than_half_a_second() -> None:
    def spent_s() -> float:
        """Processor time of all children so far: other work on the machine does not count."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent_s()
    for _ in range(3):
        assert run("--help").returncode == 0
    assert (spent_s() - before) / 3 < 0.5


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from rehabkit.cli import main; main(['--help']);"
        "print([m for m in ('numpy', 'scipy', 'cv2', 'av', 'mediapipe', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version() -> None:
    from importlib.metadata import version

    assert run("version").stdout.strip() == version("rehabkit")


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [*REHABKIT, "exercises", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""


def test_an_unforeseen_failure_says_how_to_report_it() -> None:
    code = "import sys; from rehabkit.cli import app, doctor; doctor.examine = lambda: 1 / 0; app.main()"

    def stderr(*words: str) -> str:
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        return done.stderr

    plain = stderr("doctor")
    assert "ZeroDivisionError" in plain and "--debug" in plain
    assert "Traceback" not in plain and len(plain.splitlines()) == 1
    assert "Traceback" in stderr("--debug", "doctor")


@pytest.mark.skipif(os.name == "nt", reason="signals as they are on Unix")
@pytest.mark.usefixtures("pose_model")
def test_an_interrupted_run_leaves_no_half_written_file(tmp_path: Path) -> None:
    video = write_video(tmp_path / "long.mp4", gradients(3000))
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.json").write_text("from last time")
    words = ["--json", out / "kept.json", "--report", out / "a.html", "--csv", out / "tables"]
    command = [*REHABKIT, "assess", video, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        time.sleep(3)  # into the pose network: loading takes one second, the video minutes
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert process.stderr is not None and "Traceback" not in process.stderr.read()
    left = sorted(str(path.relative_to(out)) for path in out.rglob("*"))
    assert left == ["kept.json", "tables"]
    assert (out / "kept.json").read_text() == "from last time"


@pytest.mark.skipif(os.name == "nt", reason="signals as they are on Unix")
@pytest.mark.usefixtures("pose_model")
def test_a_run_that_is_stopped_while_it_writes_leaves_no_half_written_file(tmp_path: Path, shared: Path) -> None:
    source = shared / "videos" / "pushup_incorrect_001.mp4"
    command = [*REHABKIT, "assess", source, "--video", tmp_path / "a.mp4", "--quiet"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while process.poll() is None and not any(path.stat().st_size for path in tmp_path.iterdir()):
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
        assert process.stderr is not None and process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []
