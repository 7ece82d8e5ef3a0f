"""The shipped network on real clips of a sensor that it never saw: a demonstration, seen by eye, seven clips in all."""

from __future__ import annotations

from pathlib import Path

import pytest

import rehabkit as rk
from rehabkit.judgement import judge
from rehabkit.pose.smoothing import clean

CLIPS = Path(__file__).parent / "data" / "clips"
SQUATS = {
    "front": CLIPS / "squat_front.npz",
    "quick": CLIPS / "squat_quick.npz",
    "from the bottom": CLIPS / "squat_from_the_bottom.npz",
    "one and a start": rk.demo_recording("deep_squat"),
}
OTHERS = {
    "elbow_flexion": rk.demo_recording("elbow_flexion"),
    "push_up": rk.demo_recording("push_up"),
    "plank": CLIPS / "plank.npz",
}


def findings(path: Path):
    judged = judge("movement_recognition", clean(rk.read_skeleton(path)))
    return {finding.name: finding.value for finding in judged.findings}


@pytest.mark.parametrize("name", SQUATS)
def test_squats_are_recognised(name):
    assert findings(SQUATS[name])["movement"] == "deep_squat"


@pytest.mark.parametrize("name", OTHERS)
def test_what_it_never_learned_is_unknown_and_resembles_what_it_is(name):
    assert findings(OTHERS[name]) == {"movement": "unknown", "movement_resembles": name}
