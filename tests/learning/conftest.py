from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from toy import SwingRecipe

from rehabkit.learning.examples import Examples


@pytest.fixture(scope="session")
def recipe() -> SwingRecipe:
    return SwingRecipe()


@pytest.fixture(scope="session")
def examples(recipe: SwingRecipe) -> Examples:
    return recipe.examples()
