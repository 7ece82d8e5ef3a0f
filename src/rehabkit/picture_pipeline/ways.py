"""Which system goes which way."""

from __future__ import annotations

from collections.abc import Mapping

from rehabkit.picture_pipeline import gesture, lying, surface
from rehabkit.picture_pipeline.given import Way

WAYS: Mapping[str, Way] = {"hand_gesture": gesture.way, "lying_pose": lying.way, "hand_surface": surface.way}
"""System name → its way from files to an assessment."""
