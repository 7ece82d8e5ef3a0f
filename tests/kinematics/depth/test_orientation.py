"""Quarter turns of a picture: the vote, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabkit.errors import InputError
from rehabkit.kinematics.depth.orientation import TURNS_DEG, turned_back, voted


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(TURNS_DEG), st.data())
def test_each_pixel_is_found_again(width: int, height: int, turn_deg: int, data: st.DataObject) -> None:
    picture = np.arange(width * height).reshape(height, width)
    turned = np.rot90(picture, -turn_deg // 90)  # numpy turns anticlockwise
    row = data.draw(st.integers(0, turned.shape[0] - 1))
    column = data.draw(st.integers(0, turned.shape[1] - 1))
    x, y = turned_back(np.array([column, row]), turn_deg, width, height)
    assert picture[y, x] == turned[row, column]


def test_most_joints_win_over_one_that_is_very_sure() -> None:
    vote = voted({0: np.array([1.0, 0.1, 0.1, 0.1]), 270: np.array([0.0, 0.2, 0.2, 0.2])})
    assert (vote.turn_deg, vote.share, vote.certain) == (270, 0.75, True)


def test_of_equal_votes_the_surer_turn_wins() -> None:
    assert voted({90: np.array([0.3, 0.1]), 180: np.array([0.2, 0.9])}).turn_deg == 180


def test_joints_that_no_turn_found_dont_vote() -> None:
    vote = voted({turn: np.array([0.0, 0.0, 0.5 if turn == 180 else 0.1]) for turn in TURNS_DEG})
    assert (vote.turn_deg, vote.share) == (180, 1.0)


def test_nobody_found_is_not_certain() -> None:
    assert not voted({turn: np.zeros(5) for turn in TURNS_DEG}).certain


@pytest.mark.parametrize("wrong", [{}, {45: np.ones(3)}, {0: np.ones(3), 90: np.ones(4)}])
def test_a_malformed_vote_is_refused(wrong: dict[int, np.ndarray]) -> None:
    with pytest.raises(InputError, match="confidence must be of the same joints in turns of"):
        voted(wrong)


def test_another_turn_is_refused() -> None:
    with pytest.raises(InputError, match="turn must be one of"):
        turned_back(np.zeros(2), 45, 3, 3)
