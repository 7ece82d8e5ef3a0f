"""The HTML report: whole, self-contained, safe, and it says what the assessment says."""

from __future__ import annotations

import re

import pytest

from rehabkit.errors import OutputError
from rehabkit.findings import Assessment, Patient
from rehabkit.reports.html import environment, render_html, write_html

LOADING = {"src", "href", "xlink:href", "srcset", "action", "data", "poster", "background", "formaction"}


@pytest.fixture
def page(assessment: Assessment, read_page):
    return read_page(render_html(assessment))


def test_elements_close_in_order(page):
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_or_run(assessment, page):
    assert not page.named("script") and not page.named("link") and not page.named("iframe")
    assert not [a for _, attributes in page.tags for a in attributes if a in LOADING or a.startswith("on")]
    source = render_html(assessment)
    assert not re.search(r"url\(|@import|https?://", source)
    (policy,) = [m for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_hostile_words_stay_words(make_assessment, read_page):
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    a = make_assessment(patient=Patient(reference=evil, note=evil), exercise_title=evil, summary=[evil])
    a.recording.name = a.recording.person_description = evil
    a.repetitions[3].reason = a.series[1].why_not_clinical = a.findings[0].label = a.findings[3].label = evil
    a.series[2].label = a.provenance.corrections[0].why = a.findings[5].not_measurable = evil
    page = read_page(render_html(a))
    assert page.open == []
    assert not page.named("script") and not page.named("img")
    assert len(page.named("title")) == 1 + len(page.named("svg"))
    assert page.text.count("<script>alert(1)</script>") >= 9


def test_says_who_what_when_and_what_was_found(page):
    for words in (
        "Deep squat", "P-17", "left", "squat.mp4", "1 March 2026, 10:00 UTC", "8.0 s, 30 frames/s, 320 × 480",
        "You did 3 complete squats", "complete repetitions", "1 partial · 10 prescribed", "90° ± 12°", "85° ± 12°",
        "4° ± 17°", "provisional", "Full range is usually 140°.", "AAOS", "Keep your heels on the floor.",
        "9 % ± 4 %", "0.80 s ± 0.07 s", "the recording ends before it does", "0.8 / 0.3 / 0.9", "−1.6",
        "The hip is hidden by the arm.", "Left hip flexion, best range", "It is dark.", "Switch on a lamp.",
        "6.5 s to 6.9 s", "left wrist 0.5 s in all", "M. Keller", "cut off", "3 of 10", "ab" * 32, "0.1.0",
        "not a medical device", "Hidden behind the left leg.", "Look here",
    ):  # fmt: skip
        assert words in page.text, words


def test_side_to_side_stands_before_range_and_range_before_norm(page):
    order = [page.text.index(words) for words in ("Equally far.", "Target and norm", "AAOS")]
    assert order == sorted(order)


def test_is_made_for_readers_who_cannot_see_it(page):
    assert page.named("html")[0]["lang"] == "en"
    assert len(page.named("h1")) == 1 and len(page.named("main")) == 1
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in page.named("svg"))
    assert len(page.named("caption")) == len(page.named("table")) > 4
    assert all(th.get("scope") == "col" for th in page.named("th"))


def test_letters_stand_out_from_the_paper():
    css = str(environment().globals["css"])
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    for name in ("ink", "muted", "accent", "alert"):
        assert contrast(colours[name], "#ffffff") >= 4.5
        assert contrast(colours[name], colours["wash"]) >= 4.5


def contrast(first: str, second: str) -> float:
    """Contrast ratio by WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_an_assessment_of_nothing_still_makes_a_report(make_assessment, read_page):
    a = make_assessment(n_repetitions=0, n_partial=0, repetitions=[], findings=[], summary=[], series=[])
    a.recording.landmarks = None
    a.recording.checks, a.recording.gaps, a.provenance.corrections, a.provenance.exercise_definition = [], [], [], None
    page = read_page(render_html(a))
    assert page.open == [] and "not a medical device" in page.text


def test_writes_the_file_or_says_why_not(assessment, tmp_path):
    write_html(assessment, tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == render_html(assessment)
    with pytest.raises(OutputError):
        write_html(assessment, tmp_path / "missing" / "r.html")
