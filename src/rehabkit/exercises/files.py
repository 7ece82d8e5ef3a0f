"""Exercise files: TOML ⇄ Exercise. What is wrong in a file is said with its line and key, all at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rehabkit.errors import ExerciseError, RecordingError
from rehabkit.exercises.definition import Exercise
from rehabkit.recordings.files import read_bytes

LARGEST_BYTES = 1_000_000
_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_LINE = re.compile(r"line (\d+)")

Location = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> Exercise:
    """Read one exercise file.

    Raises
    ------
    ExerciseError
        If it can't be read, isn't TOML, or doesn't describe an exercise: one line with file, line and key.
    """
    return parse_toml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """The text of a file of definitions.

    Raises
    ------
    ExerciseError
        If it can't be read, or isn't UTF-8.
    """
    try:
        return read_bytes(path, LARGEST_BYTES).decode()
    except RecordingError as error:
        raise ExerciseError(f"exercise {error}") from error
    except UnicodeDecodeError as error:
        raise ExerciseError(f"exercise file must be in UTF-8, got other bytes in {path}; save it anew") from error


def parse_toml(text: str, name: str) -> Exercise:
    """Read the text of an exercise file.

    Parameters
    ----------
    text : TOML.
    name : what to call the file in an error.

    Raises
    ------
    ExerciseError
        If it isn't TOML, or doesn't describe an exercise.
    """
    return validated(text, name, Exercise, "docs/exercises.md")


def validated(text: str, name: str, kind: type[Model], page: str) -> Model:
    """What a TOML text describes, or every problem with its line and key.

    Parameters
    ----------
    text, name : as for :func:`parse_toml`.
    kind : what it must describe.
    page : where the keys are explained.

    Raises
    ------
    ExerciseError
        If it isn't TOML, or describes something else.
    """
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(f"{name} {_syntax_problem(text, str(error))}; see {page}") from error
    except ValidationError as error:
        lines = key_lines(text)
        problems = "; ".join(_schema_problem(lines, detail) for detail in error.errors())
        raise ExerciseError(f"{name} {problems}; see {page}") from error
    except (ValueError, RecursionError) as error:  # tomllib: a number of thousands of digits, endless brackets
        raise ExerciseError(f"{name} must be such a file, got absurd values; see {page}") from error


def key_lines(text: str) -> dict[Location, int]:
    """Line of each table and key of a TOML text, the first line being 1.

    Examples
    --------
    >>> key_lines('name = "x"\\n[[checks]]\\nsay = "a"\\n[[checks]]\\nsay = "b"')[("checks", 1, "say")]
    5
    """
    lines: dict[Location, int] = {(): 1}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = tuple(header[2].split("."))
            if header[1] == "[[":
                lines.setdefault(table, number)
                table = (*table, sum(key[:-1] == table and isinstance(key[-1], int) for key in lines))
            lines[table] = number
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines


def _syntax_problem(text: str, message: str) -> str:
    where = _LINE.search(message)
    number = int(where[1]) if where else len(text.splitlines())
    above = [line for line in text.splitlines()[:number] if _KEY.match(line)]
    key = f", {_KEY.match(above[-1])[1]}" if above else ""  # type: ignore[index]
    what = message.partition(" (at ")[0]
    return f"line {number}{key}: must be TOML, got {what[:1].lower()}{what[1:]}"


def _schema_problem(lines: dict[Location, int], detail: ErrorDetails) -> str:
    where = detail["loc"]
    nearest = next(where[:n] for n in range(len(where), -1, -1) if where[:n] in lines)
    return f"line {lines[nearest]}, {_spelled(where)}: {_rule(detail)}"


def _rule(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return "must be given"
        case "extra_forbidden":
            return "must be a known key, got another"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch":
            return f"must be small letters, digits and _, got {detail['input']!r}"
        case _:
            rule = detail["msg"].removeprefix("Input should ").removeprefix("be ")
            return f"must be {rule}, got {detail['input']!r}"


def _spelled(where: Sequence[int | str]) -> str:
    """``("compensations", 0, "say")`` as ``compensations[1].say``: people count from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where)
    return text.removeprefix(".") or "the file"
