"""An evaluation as tables: for the terminal, for results/*.json, and for the card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rehabkit.learning.bench import Evaluation, Outcome
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.runtime.card import Figure


def table(recipe: Recipe, evaluation: Evaluation) -> Table:
    """One row a model: each metric with interval and worst subject, size, parameters, latency."""
    columns = ["model", *recipe.metrics, "kB", "parameters", "p50 / p99 ms"]
    rows = [[*_name(one), *map(str, one.estimates.values()), *_cost(one)] for one in evaluation.outcomes.values()]
    return Table(title(evaluation), columns, rows, note(evaluation))


def title(evaluation: Evaluation) -> str:
    """What was done, in a line."""
    return f"{evaluation.recipe}: {evaluation.protocol.title}"


def note(evaluation: Evaluation) -> str:
    """How to read the table."""
    leaks, are = evaluation.protocol.leaks or evaluation.settings.leak_demo, evaluation.subjects_are
    parts = [
        f"SIMULATED: {evaluation.simulated}." if evaluation.simulated else "",
        f"{evaluation.n_recordings} recordings of {_people(evaluation)}; in brackets the 95 % interval "
        f"(bootstrap over {are}) and the worst {'person' if are == 'people' else 'of them'}. Weights, stopping and "
        "thresholds were set inside the training part; designs were chosen while looking at the figures of these "
        f"{are}, which makes them a little too good.",
        "Size and time are those of the ONNX file, one row at a time on one CPU core." if _costed(evaluation) else "",
        "LEAK DEMONSTRATION: people are on both sides of the split; these figures mean nothing. "
        f"Configuration: {_configuration(evaluation)}."
        if leaks
        else "",
        "A quick run: few people, little training; not a result." if evaluation.settings.quick else "",
    ]
    return " ".join(part for part in parts if part)


def _people(evaluation: Evaluation) -> str:
    return f"{evaluation.n_subjects} {'simulated ' if evaluation.simulated else ''}{evaluation.subjects_are}"


def _configuration(evaluation: Evaluation) -> str:
    """Each model's settings and the seed, so that the demonstration can be made again."""
    models = [f"{name}: {one.settings or 'nothing to set'}" for name, one in evaluation.outcomes.items()]
    return "; ".join([*models, f"seed {evaluation.settings.seed}, {evaluation.n_rows} rows"])


def figures(recipe: Recipe, evaluation: Evaluation, model: str) -> list[Figure]:
    """One model's figures for its card; none from a leak demonstration or a quick run."""
    if evaluation.protocol.leaks or evaluation.settings.leak_demo or evaluation.settings.quick:
        return []
    outcome = evaluation.outcomes[model]
    protocol = f"{evaluation.protocol.title}, {_people(evaluation)}, {evaluation.n_recordings} recordings"
    return [
        Figure(
            name=name,
            value=e.value,
            low_95=_number(e.low_95),
            high_95=_number(e.high_95),
            worst_subject=_number(e.worst),
            protocol=protocol,
        )
        for name, e in outcome.estimates.items()
    ]


def _number(value: float) -> float | None:
    """``None`` for what is undefined, e.g. R² of a person with one recording."""
    return value if np.isfinite(value) else None


def text(one: Table) -> str:
    """The table in plain text."""
    cells = [one.columns, *([_cell(value) for value in row] for row in one.rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(one.columns))]
    lines = ["  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([one.title, "", *lines, "", one.note])


def as_json(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Tables as results/*.json keep them."""
    return [{"title": t.title, "columns": t.columns, "rows": t.rows, "note": t.note} for t in tables]


def _name(outcome: Outcome) -> list[str]:
    return [f"{outcome.model} (trivial)" if outcome.trivial else outcome.model]


def _cost(outcome: Outcome) -> list[Any]:
    if outcome.cost is None:
        return [None, None, None]
    c = outcome.cost
    return [round(c.size_bytes / 1000), c.n_parameters, f"{c.p50_ms:.2f} / {c.p99_ms:.2f}"]


def _costed(evaluation: Evaluation) -> bool:
    return any(one.cost is not None for one in evaluation.outcomes.values())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
