"""Trainings to be held in tests: a person by plan, a machine with its usual rules."""

import pytest

from rehabkit.hand_training.actuation import Actuation
from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import simulate


@pytest.fixture
def hold():
    """Runs one training and gives its log and its actuation."""

    def held(person, seconds, prompts=(), rules=None):
        actuation = Actuation(rules or Rules(), frozenset(POSTURES))
        return simulate(person, actuation, HandRobot(HandLimits()), seconds, prompts), actuation

    return held
