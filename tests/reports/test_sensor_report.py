"""The report of electrodes: what it says, what it doesn't, in HTML, PDF, CSV and the terminal."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from rich.console import Console

from rehabkit.cli.outputs import Outputs
from rehabkit.cli.tables import print_assessment
from rehabkit.findings import Assessment, Finding
from rehabkit.reports.compare import compare
from rehabkit.reports.content import report_of
from rehabkit.reports.html import render_html
from rehabkit.reports.pdf import write_pdf

from .sensors import HOSTILE, make_sensor

CAMERA_WORDS = ("frames/s", "Person followed", "complete repetition", "View", "landmarks", "the only one in view")


def watched() -> Assessment:
    info = make_sensor().recording.model_copy(update={"kind": "inertial", "view": "worn on the wrist", "name": "w.csv"})
    named = Finding(name="exercise", label="Exercise", value="Deep squat", category="recognition", text="A squat.")
    return make_sensor(recording=info, figures=[], findings=[named], exercise_title="Deep squat")


def terminal(assessment: Assessment) -> str:
    to = Console(file=io.StringIO(), width=160)
    print_assessment(to, assessment)
    return to.file.getvalue()


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def pdf_words(assessment: Assessment, path: Path) -> str:
    write_pdf(assessment, path)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


@pytest.mark.parametrize("assessment", [make_sensor(), watched()], ids=["electrodes", "watch"])
def test_no_words_of_cameras(assessment: Assessment, tmp_path: Path) -> None:
    for said in (render_html(assessment), pdf_words(assessment, tmp_path / "r.pdf"), terminal(assessment)):
        assert [word for word in CAMERA_WORDS if word in said.replace("viewBox", "").replace("viewport", "")] == []


def test_facts() -> None:
    facts = {fact.label: fact.value for fact in report_of(make_sensor()).facts}
    assert facts["Length"] == "1:05.0, 160 samples/s" and facts["Channels"] == "19 EEG"
    assert {fact.label: fact.value for fact in report_of(watched()).facts}["Worn"] == "on the wrist"


def test_main_findings_are_tiles_what_is_simulated_last() -> None:
    tiles = report_of(make_sensor()).tiles
    assert [(tile.value, tile.note) for tile in tiles] == [
        ("3 points", "± 8 points"), ("0.1 s", ""), ("0.61", ""), ("moderate", "simulated"),
    ]  # fmt: skip


def test_findings_stand_under_their_category_with_their_evidence() -> None:
    sections = {section.title: section for section in report_of(make_sensor()).sections}
    tables = {block.name: block for block in sections["For the clinician"].blocks if hasattr(block, "rows")}
    assert list(tables) == ["Intended movement", "Prognosis", "Pain", "The signals"]
    change = tables["Prognosis"].rows[0]
    assert change.mark == "Look here"
    assert [cell.text for cell in change.cells] == [
        "Change of the score", "3 points ± 8 points", "Not better than the mean.",
        "channels C3, C4; pair C3 with C4; 2.0 s to 1:02.5",
    ]  # fmt: skip
    assert tables["Pain"].rows[0].cells[1].note == "simulated"
    assert sections["What could not be measured, and why"].blocks[0].points[0].label == "Side of the lesion"


def test_figures_are_drawn_and_simulated_ones_named() -> None:
    maps = next(section for section in report_of(make_sensor()).sections if section.title == "Maps and curves")
    assert [(block.across, len(block.figures)) for block in maps.blocks] == [(2, 1), (2, 2), (1, 2)]
    captions = [figure.caption for block in maps.blocks for figure in block.figures]
    assert captions[0].startswith("Simulated. Power to the right.")
    assert "wPLI, 8 to 13 Hz." in captions[1] and not captions[1].startswith("Simulated")


def test_simulated_is_explained_only_where_something_is() -> None:
    assert "made-up signals" in render_html(make_sensor())
    honest = [f for f in make_sensor().findings if not f.simulated]
    assert "made-up signals" not in render_html(make_sensor(findings=honest, figures=make_sensor().figures[1:]))


def test_electrodes_without_a_place_are_named() -> None:
    figure = make_sensor().figures[0].model_copy(update={"values": {"C3": 1.0, "XY1": 2.0}})
    assert "Not drawn, as no sites of the 10-10 system: XY1." in render_html(make_sensor(figures=[figure]))


def test_hostile_words_are_escaped() -> None:
    finding = Finding(name="x", label=HOSTILE, value=HOSTILE[:14], text=HOSTILE, category="pain")
    figures = [one.model_copy(update={"title": HOSTILE, "caption": HOSTILE}) for one in make_sensor().figures]
    figures[3] = figures[3].model_copy(
        update={"shaded": {HOSTILE: [(0, 1)]}, "lines": {HOSTILE: figures[3].lines["measured"]}}
    )
    hostile = make_sensor(findings=[finding], figures=figures, summary=[HOSTILE], exercise_title=HOSTILE)
    assert "<script" not in render_html(hostile)
    assert "[red]" in terminal(hostile)


def test_pdf_says_the_same(tmp_path: Path) -> None:
    words = pdf_words(make_sensor(), tmp_path / "r.pdf")
    said = (
        "Assessment of biosignals", "No recovery can be foretold.", "SIMULATED", "Change of the score", "C4",
        "channels C3, C4; pair C3 with", "Nobody stated it.", "Mains hum: C3.", "average reference",
    )  # fmt: skip
    assert [one for one in said if one not in words] == []


def test_a_report_without_figures_or_findings(tmp_path: Path) -> None:
    bare = make_sensor(findings=[], figures=[], summary=[])
    assert "tiles" not in render_html(bare).split("</style>")[1]
    assert "Recovery from EEG" in pdf_words(bare, tmp_path / "r.pdf")


def test_tables_hold_every_number(tmp_path: Path) -> None:
    written = Outputs(csv=tmp_path).write(make_sensor())
    assert [path.name for path in written] == ["findings.csv", "figures.csv"]
    rows = table(tmp_path / "figures.csv")
    assert len(rows) == 19 + 3 + 2 * 4 + 2 * 101
    at_3_s = next(row for row in rows if row["line"] == "measured" and row["time_s"] == "3.0")
    assert (at_3_s["value"], at_3_s["unit"], at_3_s["marked"]) == ("18.0", "deg", "false")
    assert next(row for row in rows if row["line"] == "measured" and row["time_s"] == "1.0")["marked"] == "true"
    assert next(row for row in rows if row["line"] == "C3~C4")["value"] == "0.8"
    found = {row["finding"]: row for row in table(tmp_path / "findings.csv")}
    assert found["change"]["uncertainty"] == "8.1" and found["change"]["pairs"] == "C3~C4"
    assert found["pain"]["simulated"] == "true" and found["side"]["not_measurable"] == "nobody stated it"


def test_sessions_are_compared_without_what_is_simulated() -> None:
    made_up = Finding(name="made_up", label="Made up", value=3.0, category="pain", simulated=True)
    sessions = [make_sensor(findings=[*make_sensor().findings, made_up]) for _ in range(2)]
    names = {change.name for change in compare(sessions).changes}
    assert names == {"change", "dar", "lag"}


def test_terminal_says_what_was_recorded_and_found() -> None:
    said = terminal(make_sensor())
    assert "Recovery from EEG · rest.edf · 19 EEG · 1:05.0, 160 samples/s" in said
    assert (
        "No recovery can be foretold." in said
        and "simulated" in said
        and "warning: mains hum: C3; move cables away" in said
    )
