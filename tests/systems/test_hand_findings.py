"""Measures as findings: error and least detectable change beside each value, a reason where there is none."""

from __future__ import annotations

import math

import pytest

from rehabkit.systems.hand_surface import measure_findings
from rehabkit.systems.hand_surface.measure_findings import findings
from rehabkit.systems.hand_surface.measurement_error import hand_error

from .hand_solids import hand, seen

ROUND = (
    "finger_length_back",
    "palm_breadth",
    "finger_girth",
    "palm_girth",
    "wrist_girth",
    "finger_volume",
    "hand_volume",
)


def test_every_value_has_its_error() -> None:
    of_all = findings(hand(), "right", by_network=False)
    assert all((one.value is None) == (one.mdc95 is None) == (one.uncertainty is None) for one in of_all)
    assert all(one.provisional and one.side == "right" for one in of_all)
    assert sum(one.value is not None for one in of_all) == 19


def test_from_one_view_what_is_round_says_why() -> None:
    of_one = {one.name: one for one in findings(seen(hand(), (0.0, 0.0, 0.4)), "right", by_network=False)}
    assert of_one["index_girth"].not_measurable == "one view shows one side only; add views from other sides"
    assert of_one["index_length_back"].uncertainty is not None
    assert of_one["index_length_back"].evidence.view == "back"


def test_a_value_whose_error_nobody_knows_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_findings, "hand_error", lambda *_, **__: None)
    of_all = findings(hand(), "right", by_network=True)
    assert all(one.value is None for one in of_all)
    assert any(one.not_measurable == measure_findings.NO_ERROR for one in of_all)


def test_without_a_hand_stated_or_seen_nothing_is_measured() -> None:
    (only,) = findings(hand(2000), None, by_network=False)
    assert only.not_measurable is not None
    assert "--hand" in only.not_measurable


@pytest.mark.parametrize("family", ROUND)
@pytest.mark.parametrize("by_network", [False, True])
def test_the_least_change_is_that_of_two_scans(family, by_network) -> None:
    error = hand_error(family, all_round=True, by_network=by_network)
    assert error is not None
    assert error.mdc95 == pytest.approx(1.96 * math.sqrt(2) * error.sem, rel=0.03)  # both are rounded in the file
    assert error.provisional
    assert "simulated" in error.source


def test_a_girth_has_no_error_from_one_view() -> None:
    assert hand_error("finger_girth", all_round=False, by_network=False) is None
