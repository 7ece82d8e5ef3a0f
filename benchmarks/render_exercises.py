"""The two tables of docs/exercises.md, made from the library and from the measures. Nobody edits them by hand.

python benchmarks/render_exercises.py [--check]

``--check`` writes nothing and exits with 1 where the page is not in step.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rehabkit.exercises.definition import Exercise
from rehabkit.exercises.library import shipped
from rehabkit.kinematics.measures import MEASURES

PAGE = Path(__file__).parents[1] / "docs" / "exercises.md"
SIGN = {"increase": "≥", "decrease": "≤"}


def exercises() -> str:
    """One line an exercise: name, what tells its repetitions, target, film from, what is looked for."""
    rows = [
        [f"`{one.name}`", one.title, told_by(one), ", ".join(view.replace("_", " ") for view in one.views),
         ", ".join(check.name.replace("_", " ") for check in one.compensations) or "–"]
        for one in shipped()
    ]  # fmt: skip
    return table(["name", "title", "repetitions told by, target", "film from", "looked for"], rows)


def told_by(exercise: Exercise) -> str:
    """The angle and where it must get."""
    if exercise.primary is None:
        hold = exercise.hold
        return f"held: {hold.angle} {hold.low_deg:g} to {hold.high_deg:g}°" if hold else ""
    target, way = exercise.target, exercise.primary.direction
    if target is None:
        return exercise.primary.angle
    return f"{exercise.primary.angle} {SIGN[way]} {target.low_deg if way == 'increase' else target.high_deg:g}°"


def measures() -> str:
    """One line a measure: name, unit, sides, from where one camera may state it, zero and sign."""
    rows = [
        [f"`{one.name}`", one.unit, "two" if one.sided else "one", " or ".join(one.views) or "no view", one.note]
        for one in MEASURES.values()
    ]
    return table(["measure", "unit", "sides", "one camera states it from", "zero, sign, limits"], rows)


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, ["---"] * len(columns), *rows])


def page(text: str) -> str:
    """The page with both tables renewed."""
    for name, content in (("exercises", exercises()), ("measures", measures())):
        begin, end = f"<!-- {name}: written by benchmarks/render_exercises.py -->\n", f"<!-- end of {name} -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{content}\n\n{end}{rest.split(end)[1]}"
    return text


def main(check: bool) -> int:
    """Write the page, or say that it isn't in step."""
    text = PAGE.read_text(encoding="utf-8")
    if page(text) == text:
        return 0
    if check:
        print("docs/exercises.md is not in step with the library; run python benchmarks/render_exercises.py")
        return 1
    PAGE.write_text(page(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
