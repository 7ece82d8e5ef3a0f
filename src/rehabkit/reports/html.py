"""The report as one HTML page that needs nothing else: no scripts, no fonts, no pictures from elsewhere.

It prints on A4 as it looks on the screen. All that comes from outside (names, notes, sentences) is escaped.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rehabkit.findings import Assessment
from rehabkit.recordings.files import atomic
from rehabkit.reports.blocks import Block, Report
from rehabkit.reports.content import report_of
from rehabkit.reports.drawing import Drawing, to_svg


def render_html(assessment: Assessment) -> str:
    """The report of one assessment as a whole HTML document."""
    return render_page(report_of(assessment))


def render_page(report: Report) -> str:
    """Any report as a whole HTML document."""
    return environment().get_template("report.html.j2").render(report=report)


def write_html(assessment: Assessment, path: str | Path) -> None:
    """Write the report to a file.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    write_page(report_of(assessment), path)


def write_page(report: Report, path: str | Path) -> None:
    """Write any report to a file.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with atomic(Path(path)) as temporary:
        temporary.write_text(render_page(report), encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates of this folder; every value is escaped unless it is a drawing of ours."""
    made = Environment(
        loader=PackageLoader("rehabkit.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["css"] = Markup(resources.files("rehabkit.reports").joinpath("report.css").read_text("utf-8"))
    made.filters["svg"] = _svg
    made.filters["kind"] = _kind
    return made


def _svg(drawing: Drawing) -> Markup:
    return Markup(to_svg(drawing))


def _kind(block: Block) -> str:
    return type(block).__name__
