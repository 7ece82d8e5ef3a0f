"""The JSON file of an Assessment."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from rehabkit.errors import AssessmentError, RecordingError
from rehabkit.findings import Assessment
from rehabkit.recordings.files import atomic, read_bytes

MOST_PROBLEMS = 5


def read_assessment(path: str | Path) -> Assessment:
    """The Assessment in a file that ``rehabkit assess --json`` or :func:`write_assessment` wrote.

    Raises
    ------
    AssessmentError
        If the file is missing, no JSON, of another schema version, or if keys are missing, unknown or wrong;
        the first five are named.
    """
    path = Path(path)
    try:
        data = read_bytes(path)
    except RecordingError as error:
        raise AssessmentError(f"assessment {error}") from error
    try:
        assessment = Assessment.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise AssessmentError(f"{path.name}: {_problems(error)}") from error
    for i, series in enumerate(assessment.series):
        if len(series.time_s) != len(series.value):
            raise AssessmentError(
                f"{path.name}: series.{i}.value must have {len(series.time_s)} entries like its time_s, "
                f"got {len(series.value)}; assess the recording again"
            )
    return assessment


def _problems(error: ValidationError) -> str:
    """All that is wrong on one line, each with its key."""
    problems = error.errors(include_url=False)
    keys = [".".join(map(str, problem["loc"])) or "file" for problem in problems]
    if "schema_version" in keys:
        version = problems[keys.index("schema_version")]["input"]
        return f"schema_version must be 1, got {version!r}; update rehabkit, or assess the recording again"
    told = [
        f"{key if key.isprintable() else repr(key)}: {problem['msg']}{_got(problem['input'])}"
        for key, problem in zip(keys, problems, strict=True)
    ]
    more = [f"{len(told) - MOST_PROBLEMS} more"] if len(told) > MOST_PROBLEMS else []
    text = "; ".join(told[:MOST_PROBLEMS] + more)
    return f"assessment must be as rehabkit wrote it, got {text}; correct it or assess the recording again"


def _got(value: object) -> str:
    simple = isinstance(value, str | int | float | None)
    return f" (got {json.dumps(value, default=str)[:60]})" if simple else ""


def write_assessment(assessment: Assessment, path: str | Path) -> None:
    """Write an Assessment as UTF-8 JSON, whole or not at all.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    with atomic(path) as temporary:
        temporary.write_text(assessment.model_dump_json(indent=2) + "\n", encoding="utf-8", newline="")
