"""docs/exercises.md says what the library holds, and its example is a real exercise file."""

import importlib.util
import re
from pathlib import Path

from rehabkit.exercises.files import parse_toml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "exercises.md"


def test_tables_are_in_step_with_the_library():
    spec = importlib.util.spec_from_file_location("render_exercises", ROOT / "benchmarks" / "render_exercises.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = PAGE.read_text(encoding="utf-8")
    assert module.page(text) == text


def test_the_worked_example_is_an_exercise():
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    whole = next(text for text in examples if "minimum_range_deg = 20" in text)
    exercise = parse_toml(whole, "example.toml")
    assert exercise.name == "shoulder_flexion"
    hold = next(text for text in examples if text.startswith("[hold]"))
    primary_to_compensations = re.compile(r"\[primary\].*?(?=\[tempo\])", re.DOTALL)
    assert parse_toml(primary_to_compensations.sub(hold, whole), "hold.toml").hold is not None


def test_the_error_that_is_shown_is_the_error_that_comes():
    text = PAGE.read_text(encoding="utf-8")
    shown = next(line for line in text.splitlines() if line.startswith("my_reach.toml line"))
    whole = next(t for t in re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL) if "minimum_range_deg = 20" in t)
    try:
        parse_toml(whole.replace("minimum_range_deg = 20", "minimum_range_deg = -5"), "my_reach.toml")
    except ValueError as error:
        message = str(error)
    assert re.sub(r"line \d+", "line N", message) == re.sub(r"line \d+", "line N", shown)
