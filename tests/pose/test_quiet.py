"""What C++ writes is lost, what Python writes is not, and all is put back."""

from __future__ import annotations

import subprocess
import sys

NESTED = """
import os, sys
from rehabkit.pose.quiet import quiet
with quiet():
    os.write(2, b"noise of a library\\n")
    with quiet():
        os.write(2, b"more noise\\n")
        print("ours", file=sys.stderr)
    os.write(2, b"still inside\\n")
os.write(2, b"after\\n")
print("python after", file=sys.stderr)
"""
FAILING = """
import os, sys
from rehabkit.pose.quiet import quiet
try:
    with quiet():
        raise ValueError("inside")
except ValueError as error:
    print("told:", error, file=sys.stderr)
"""


def stderr_of(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


def test_libraries_are_silent_and_python_speaks() -> None:
    assert stderr_of(NESTED) == "ours\nafter\npython after\n"


def test_an_error_passes_and_stderr_is_back() -> None:
    assert stderr_of(FAILING) == "told: inside\n"
