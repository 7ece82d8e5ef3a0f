"""The hand is found in depth pictures: of a hand of solids before a wall, and of a real camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.picture_pipeline.hand_cut import hand_in
from rehabkit.recordings.datasets import sr305
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

LENS = Intrinsics(470.0, 470.0, 159.5, 119.5, 320, 240)
SR305 = Path(__file__).parents[3] / "shared" / "data" / "hands" / "sr305_depth_lada"
ARM_M, WIDE_M = 0.40, 0.05


def before_a_wall(*middles_m: tuple[float, float], wall_m: float = 1.0) -> RgbdFrame:
    """Flat arms of 40 cm, of which the last 9 cm are four fingers, 50 cm away, before a wall."""
    depth = np.full((240, 320), wall_m)
    rows, columns = np.indices(depth.shape)
    for across, up in middles_m:
        x = (columns - LENS.cx) / LENS.fx * 0.5 - across
        y = (rows - LENS.cy) / LENS.fy * 0.5 - up
        finger = (np.abs(x) < 0.04) & (np.mod(x + 0.04, 0.02) < 0.014)
        arm = (np.abs(x) < WIDE_M / 2) & (y >= 0) & (y < ARM_M - 0.09)
        depth[arm | (finger & (y >= -0.09) & (y < 0))] = 0.5
    return RgbdFrame(depth, LENS)


def test_the_end_with_fingers_is_kept() -> None:
    cut = hand_in(before_a_wall((0.0, -0.03)))
    assert cut.cloud.points[:, 2].max() == pytest.approx(0.5)  # nothing of the wall
    assert cut.cloud.points[:, 1].min() == pytest.approx(-0.12, abs=0.003)  # the fingertips
    assert cut.second is None
    assert cut.holes < 0.02


def test_a_second_hand_is_noticed() -> None:
    assert hand_in(before_a_wall((-0.08, -0.03), (0.08, -0.03))).second == pytest.approx(0.5)


def test_nothing_as_large_as_a_hand() -> None:
    depth = np.full((240, 320), np.nan)
    depth[100:120, 100:120] = 0.5
    with pytest.raises(RecordingError, match="must show a hand as the nearest thing"):
        hand_in(RgbdFrame(depth, LENS))


def test_a_hole_is_seen() -> None:
    frame = before_a_wall((0.0, -0.03))
    depth = frame.depth.copy()
    depth[140:160, 150:165] = np.nan
    assert hand_in(RgbdFrame(depth, LENS)).holes > 0.02


@pytest.mark.skipif(not SR305.is_dir(), reason="needs the SR305 pictures")
def test_a_real_hand_before_a_person() -> None:
    frame = list(sr305.read(SR305)[0].frames())[4]  # an open hand before the chest, its forearm behind it
    cut = hand_in(frame)
    assert 0.2 < cut.cloud.length_m < 0.27
    assert np.ptp(cut.cloud.points[:, 2]) < 0.15
    assert 9000 < cut.cloud.n_points < 20_000
