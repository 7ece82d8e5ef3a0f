"""The examples run as a user runs them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_repetitions() -> None:
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / "repetitions.py")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    title, *rows = done.stdout.splitlines()
    assert title == "Push-up: 2 complete, 0 partial"  # what the clip shows, see rehabkit.demo
    assert [row[:11] for row in rows if row[0].isdigit()] == ["1. complete", "2. complete"]
    assert any(row.startswith(("   ", "not measurable: ")) for row in rows)  # a range and its error, or why not


def test_every_example_is_listed() -> None:
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    for script in (ROOT / "examples").glob("*.py"):
        assert f"examples/{script.name} " in listed, f"{script.name} is missing in examples/README.md"
