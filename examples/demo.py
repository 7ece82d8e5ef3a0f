"""What `make demo` runs: a real landmark recording and a real video, assessed; their tables and reports.

    python examples/demo.py FOLDER

The landmarks ship with rehabkit. The video (a woman walks past, others behind her) is in the wheel of
Sports2D (BSD-3-Clause, David Pagnon): pip fetches the wheel, and only the video is taken out of it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import rehabkit as rk
from rehabkit.cli import main

WHEEL = "sports2d==0.8.34"
VIDEO = "Sports2D/Demo/demo.mp4"
SHA256 = "d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039"


def fetch_video(path: Path) -> Path:
    """Take the video out of the wheel, and check that it is the known one."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256:
        return path
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--no-deps", "--only-binary=:all:", "--dest", folder, WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(VIDEO)
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"error: {VIDEO} of {WHEEL} must be the known video, got another; report this")
    path.write_bytes(content)
    return path


def assess(source: Path, report: Path, *options: str) -> None:
    """Assess one recording as a user would at the command line."""
    print(f"\nrehabkit assess {source} {' '.join(options)} --report {report}", flush=True)
    code = main(["assess", str(source), *options, "--report", str(report)])
    if code:
        sys.exit(code)


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo")
    out.mkdir(parents=True, exist_ok=True)
    assess(rk.demo_recording("deep_squat"), out / "squat.html", "--exercise", "deep_squat")
    assess(fetch_video(out / "walking.mp4"), out / "walking.html", "--person", "2")
    print(f"\nopen the reports: {out / 'squat.html'} and {out / 'walking.html'}")
