"""What movement_quality reads and says; its network is made up here, so that each number is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.runtime.card import Card
from rehabkit.systems.movement_quality import MOVEMENTS, MovementQuality, prepare, qualities, speaks_against

SYSTEM = MovementQuality()
LEVELS = {
    "incorrect": -2.0,
    "correct": 2.0,
    "within_incorrect": 0.5,
    "within_correct": 0.5,
    "between": [[4.0, 3.6], [3.6, 4.0]],
}


def card(**settings):
    return Card(
        system="movement_quality",
        network="small",
        title="t",
        inputs=dict(SYSTEM.inputs),
        outputs={},
        settings=settings,
    )


def outputs(correct: list[float]):
    p = np.array(correct, dtype=np.float32)
    squat = np.eye(len(MOVEMENTS), dtype=np.float32)[np.zeros(len(p), dtype=int)]
    return {
        "probability": np.stack([1 - p, p], axis=1),
        "activation": np.zeros((len(p), 64), dtype=np.float32),
        "exercise": squat,
    }


@pytest.fixture
def whole(squatting):
    """One squat of 2 s."""
    time_s = np.linspace(0, 2, 61)
    return squatting(time_s, 90 * np.sin(np.pi * time_s / 2) ** 2)


def test_the_exercise_is_an_input(whole):
    assert prepare(whole, "side_lunge")["movement"].tolist() == [[float(m == "side_lunge") for m in MOVEMENTS]]
    assert SYSTEM.prepare(whole)["movement"].sum() == 0
    assert SYSTEM.prepare(whole)["positions"].shape == (1, 64, 15, 3)


def test_an_exercise_it_does_not_know(whole):
    with pytest.raises(InputError, match="got 'biceps_curl'"):
        prepare(whole, "biceps_curl")


def test_a_whole_set_is_refused(whole):
    with pytest.raises(RecordingError, match="one repetition of at most 20 s, got 40"):
        SYSTEM.prepare(replace(whole, time_s=np.linspace(0, 40, whole.n_frames)))


def test_scores_and_abstaining(whole):
    found = qualities(outputs([0.96, 0.55, 0.02]), card(least_sure=0.8))
    assert [one.score for one in found] == [96.0, 55.0, 2.0]
    assert [one.sure for one in found] == [True, False, True]
    good, unsure, bad = (SYSTEM.interpret(whole, outputs([p]), card(least_sure=0.8))[0] for p in (0.96, 0.55, 0.02))
    assert good.value == 96.0 and "looks correct" in good.text and not good.attention
    assert unsure.value is None and "isn't sure" in unsure.not_measurable
    assert bad.value == 2.0 and "looks not correct" in bad.text and bad.attention


def test_approved_repetitions_set_the_persons_level():
    """All evidence of this person lies 4 low; three approved ones put it right, the wrong one stays wrong."""
    given = outputs([0.12, 0.13, 0.12, 0.12, 0.002])
    alone = qualities(given, card())
    found = qualities(given, card(levels=LEVELS), approved=[0, 1, 2])
    assert [one.score > 50 for one in alone] == [False] * 5
    assert [one.score > 50 for one in found] == [True, True, True, True, False]
    assert found[3].calibrated_on == [1, 2, 3]


def test_a_repetition_by_itself_keeps_the_networks_probability():
    assert qualities(outputs([0.3]), card(levels=LEVELS))[0].score == 30.0


def test_what_cannot_be_approved():
    with pytest.raises(InputError, match="from 0 to 1"):
        qualities(outputs([0.5, 0.5]), card(levels=LEVELS), approved=[0, 2])
    with pytest.raises(InputError, match="train it again"):
        qualities(outputs([0.5, 0.5]), card(), approved=[0, 1])


def test_when_a_wrong_repetition_differs_from_the_persons_right_ones():
    """Frames 16 to 28 of 64 speak against the third one; the second right one is as the first."""
    given = outputs([0.9, 0.9, 0.1])
    given["activation"][:2] = 1.0
    given["activation"][2] = 1.0
    given["activation"][2, 16:29] = -3.0
    assert speaks_against(given, qualities(given, card())) == [None, None, (16 / 64, 29 / 64)]
    assert speaks_against(outputs([0.1, 0.1]), qualities(outputs([0.1, 0.1]), card())) == [None, None]
