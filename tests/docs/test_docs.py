"""The pages say what the program does: every option, every key, every figure."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from rehabkit.cli.app import application
from rehabkit.findings import Assessment

DOCS = Path(__file__).parents[2] / "docs"


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(typer.main.get_command(application()), "rehabkit"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_stands_in_the_command_line_page(name: str) -> None:
    sections = re.split(r"^## ", (DOCS / "cli.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next((text for text in sections if text.startswith(name + "\n")), None)
    assert section is not None, f"{name} has no section"
    options = [o for p in COMMANDS[name].params for o in p.opts if o.startswith("-") and o not in ("--help", "-h")]
    assert [o for o in options if not re.search(rf"(?<![\w-]){o}(?![\w-])", section)] == []


def test_the_command_line_page_names_no_other_option() -> None:
    known = {o for c in COMMANDS.values() for p in c.params for o in p.opts} | {"--help", "--debug"}
    written = re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", (DOCS / "cli.md").read_text(encoding="utf-8"))
    assert set(written) - known == set()


def test_each_key_stands_in_the_assessment_page() -> None:
    page = (DOCS / "assessment.md").read_text(encoding="utf-8")
    assert [key for key in sorted(keys(Assessment)) if f"`{key}`" not in page] == []


def keys(model: type[BaseModel]) -> set[str]:
    """Names of a model's fields and of those of the models inside it."""
    found = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= keys(inner)
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def test_pages_of_figures_are_what_the_results_say() -> None:
    script = DOCS.parent / "benchmarks" / "render_results.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_site_is_built_without_warnings_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=DOCS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = re.compile(r'<(?:script|img|iframe)[^>]*src="https?:|<link[^>]*href="https?:|url\(["\']?https?:')
    pages = [*tmp_path.rglob("*.html"), *tmp_path.rglob("*.css")]
    assert [str(page) for page in pages if loaded.search(page.read_text(encoding="utf-8"))] == []
    assert (tmp_path / "index.html").is_file()
