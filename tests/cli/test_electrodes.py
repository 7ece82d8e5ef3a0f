"""``rehabkit electrodes``: pages of every kind, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Outcome

Run = Callable[..., Outcome]


def test_words_in_the_terminal(rehabkit: Run) -> None:
    said = rehabkit("electrodes", "emg", "--muscles", "vastus_medialis")
    assert said.code == 0 and "four fifths (80 %)" in said.out and "rectus" not in said.out
    said = rehabkit("electrodes", "eeg", "--names", "c3, T4")
    assert said.code == 0 and "half the way from Cz to T7" in said.out


@pytest.mark.parametrize(
    ("kind", "words", "start"),
    [
        ("html", ("emg",), b"<!DOCTYPE html>"),
        ("pdf", ("eeg", "--system", "recovery_prognosis"), b"%PDF"),
        ("svg", ("eeg",), b"<svg xmlns"),
    ],
)
def test_pages(rehabkit: Run, tmp_path: Path, kind: str, words: tuple[str, ...], start: bytes) -> None:
    path = tmp_path / f"page.{kind}"
    assert rehabkit("electrodes", *words, "--output", path).code == 0
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("emg", "--muscles", "soleus"), "got soleus"),
        (("emg", "--output", "page.docx"), "must end in .html, .pdf or .svg"),
        (("emg", "--placements", "none.toml"), "none.toml"),
        (("eeg", "--names", "C3,EMG1"), "got EMG1"),
        (("eeg", "--system", "joint_intention"), "recovery_prognosis, knee_pain; got joint_intention"),
        (("eeg", "--system", "knee_pain", "--names", "C3"), "must not come together"),
    ],
)
def test_refusals(rehabkit: Run, words: tuple[str, ...], said: str) -> None:
    refused = rehabkit("electrodes", *words)
    assert refused.code == 2 and len(refused.errors) == 1 and said in refused.errors[0]
