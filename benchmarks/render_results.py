"""results/*.json → docs/results.md, and the short list in README.md. Nobody edits either by hand.

    python benchmarks/render_results.py [--check]

``--check`` writes nothing and exits with 1 where a page is not what the results say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- results: written by benchmarks/render_results.py -->\n", "<!-- end of results -->"
INTRODUCTION = """# Results

Generated from `results/*.json` by `benchmarks/render_results.py`; each figure is as measured, with its
protocol beside it. Misses stand here like the rest. `make results` measures them again.
"""


def pages() -> dict[Path, str]:
    """Each generated page and what it must hold."""
    results = [
        (path.name, json.loads(path.read_text(encoding="utf-8"))) for path in sorted((ROOT / "results").glob("*.json"))
    ]
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    shown = "".join(headlines(result for _, result in results))
    return {
        ROOT / "docs" / "results.md": "\n".join([INTRODUCTION, *(page(*one) for one in results)]),
        readme: f"{before}{BEGIN}{shown}{END}{after}",
    }


def headlines(results: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One line of the README for each headline."""
    for result in results:
        for line in result.get("headline", []):
            yield f"- {line}\n"


def page(name: str, result: dict[str, Any]) -> str:
    """One benchmark as a section."""
    lines = [f"## {result['title']}", "", str(result["protocol"]), ""]
    for one in result.get("tables", []):
        lines += [f"### {one['title']}", "", *table(one["columns"], one["rows"]), ""]
        if one.get("note"):
            lines += [one["note"], ""]
    return "\n".join([*lines, made(name, result), ""])


def table(columns: list[str], rows: list[list[Any]]) -> list[str]:
    """A Markdown table.

    >>> table(["n", "share"], [[3, 0.98765], [None, "a|b"]])
    ['| n | share |', '| --- | --- |', '| 3 | 0.988 |', '| – | a\\\\|b |']
    """
    cells = [columns, ["---"] * len(columns), *([cell(value) for value in row] for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]


def cell(value: object) -> str:
    """A value as it is printed: floats to three significant digits, a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, float):
        text = f"{value:.3g}"
        return f"{value:.0f}" if "e" in text and abs(value) >= 1 else text
    return str(value).replace("|", "\\|").replace("\n", " ")


def made(name: str, result: dict[str, Any]) -> str:
    """How to make the figures again."""
    parts = [f"`results/{name}`"]
    if result.get("command"):
        parts.append(f"by `{result['command']}`")
    if result.get("commit"):
        parts.append(f"at commit {str(result['commit'])[:12]}")
    if result.get("seed") is not None:
        parts.append(f"seed {result['seed']}")
    if result.get("wall_s") is not None:
        parts.append(f"{result['wall_s']:.0f} s")
    if result.get("machine"):
        parts.append(str(result["machine"]))
    data = ", ".join(f"{file} ({digest[:12]})" for file, digest in result.get("data", {}).items())
    return "*" + ", ".join(parts) + (f"; data: {data}" if data else "") + "*"


def main(check: bool) -> int:
    """Write the pages, or say which are out of step."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is not what results/*.json say; run `make docs`")
        else:
            path.write_text(pages()[path], encoding="utf-8")
            print(f"written: {name}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
