"""The PDF report says the same as the HTML report, in any alphabet that DejaVu Sans has."""

from __future__ import annotations

import time

import pytest

from rehabkit.errors import OutputError
from rehabkit.findings import Patient
from rehabkit.reports.pdf import write_pdf


def read(path) -> tuple[int, str]:
    """Number of pages and all words, spaces and line ends alike."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf reads the PDF back; it comes with rehabkit[dev]")
    pages = pypdf.PdfReader(path).pages
    return len(pages), " ".join(" ".join(page.extract_text() for page in pages).split())


def test_says_what_the_assessment_says(assessment, tmp_path):
    write_pdf(assessment, tmp_path / "r.pdf")
    n_pages, text = read(tmp_path / "r.pdf")
    assert 2 <= n_pages <= 6
    for words in (
        "Deep squat", "P-17", "90° ± 12°", "4° ± 17°", "provisional", "AAOS", "Keep your heels on the floor.",
        "the recording ends before it does", "The hip is hidden by the arm.", "Switch on a lamp.", "M. Keller",
        "3 of 10", "not a medical device", "−1.6", "target 80–120°",
    ):  # fmt: skip
        assert words in text, words


def test_names_keep_their_letters(make_assessment, tmp_path):
    name = "Žofie Müller-Łącka, Γεωργία, Дмитрий Ёлкин"
    write_pdf(make_assessment(patient=Patient(reference=name)), tmp_path / "r.pdf")
    assert name in read(tmp_path / "r.pdf")[1]


def test_letters_that_the_font_lacks_do_no_harm(make_assessment, tmp_path):
    write_pdf(make_assessment(patient=Patient(reference="田中 🙂")), tmp_path / "r.pdf")
    assert "Deep squat" in read(tmp_path / "r.pdf")[1]


def test_many_repetitions_break_over_pages_with_their_heading(make_assessment, tmp_path):
    first = make_assessment().repetitions[0]
    many = [first.model_copy(update={"number": i, "start_s": 2.0 * i, "end_s": 2.0 * i + 2}) for i in range(1, 121)]
    write_pdf(make_assessment(repetitions=many), tmp_path / "r.pdf")
    n_pages, text = read(tmp_path / "r.pdf")
    assert n_pages >= 5
    assert text.count("Smoothness Compensation") >= 3


def test_is_quick(assessment, tmp_path):
    write_pdf(assessment, tmp_path / "warm.pdf")
    start = time.perf_counter()
    write_pdf(assessment, tmp_path / "r.pdf")
    assert time.perf_counter() - start < 3.0


def test_says_why_it_cannot_be_written(assessment, tmp_path):
    with pytest.raises(OutputError):
        write_pdf(assessment, tmp_path / "missing" / "r.pdf")
