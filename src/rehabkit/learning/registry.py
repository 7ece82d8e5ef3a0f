"""Every recipe, by the name that the command line uses."""

from __future__ import annotations

from collections.abc import Mapping

from rehabkit.errors import InputError
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.exercise_imu import ExerciseImuRecipe
from rehabkit.learning.recipes.hand_gesture import HandGestureRecipe
from rehabkit.learning.recipes.hand_gesture_hgr1 import HandGestureHgr1Recipe
from rehabkit.learning.recipes.hand_mask import HandMaskRecipe
from rehabkit.learning.recipes.hand_surface import HandSurfaceRecipe
from rehabkit.learning.recipes.joint_error import JointErrorRecipe
from rehabkit.learning.recipes.joint_intention import JointIntentionRecipe
from rehabkit.learning.recipes.kimore_score import KimoreScoreRecipe
from rehabkit.learning.recipes.knee_pain import KneePainRecipe
from rehabkit.learning.recipes.knee_pain_demo import KneePainDemoRecipe
from rehabkit.learning.recipes.lying_points import LyingPointsRecipe
from rehabkit.learning.recipes.lying_pose import LyingPoseRecipe
from rehabkit.learning.recipes.movement_quality import MovementQualityRecipe
from rehabkit.learning.recipes.movement_recognition import MovementRecognitionRecipe
from rehabkit.learning.recipes.pose_matching import PoseMatchingRecipe
from rehabkit.learning.recipes.recovery_prognosis import RecoveryPrognosisRecipe
from rehabkit.learning.recipes.stroke_severity import StrokeSeverityRecipe

_ALL: tuple[Recipe, ...] = (
    MovementRecognitionRecipe(),
    MovementQualityRecipe(),
    JointErrorRecipe(),
    PoseMatchingRecipe(),
    ExerciseImuRecipe(),
    HandGestureRecipe(),
    HandGestureHgr1Recipe(),
    JointIntentionRecipe(),
    KneePainRecipe(),
    KneePainDemoRecipe(),
    KimoreScoreRecipe(),
    RecoveryPrognosisRecipe(),
    StrokeSeverityRecipe(),
    LyingPointsRecipe(),
    LyingPoseRecipe(),
    HandSurfaceRecipe(),
    HandMaskRecipe(),
)
RECIPES: Mapping[str, Recipe] = {one.name: one for one in _ALL}
"""One recipe a system; further ones for research figures that ship no bundle."""


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in RECIPES:
        raise InputError(f"system must be one of {', '.join(RECIPES)}, got {name!r}; choose one of these")
    return RECIPES[name]
