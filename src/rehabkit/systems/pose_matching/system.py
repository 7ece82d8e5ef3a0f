"""pose_matching: is a learner's pose the standard one, and which limb makes the difference?

ST-AMCNN, Qiu et al., Biomed. Signal Process. Control 72:103323, 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import System
from rehabkit.systems.pose_matching.stick_figure import JOINTS, LIMBS, figure

METHOD = "cosine of the embeddings of two stick figures (after Qiu et al. 2022)"


@dataclass(frozen=True)
class PosePair:
    """A learner's pose and the one that it should be.

    Parameters
    ----------
    learner, template : of which one frame each is compared.
    learner_frame, template_frame : which one.
    """

    learner: Skeleton
    template: Skeleton
    learner_frame: int = 0
    template_frame: int = 0


class PoseMatching(System[PosePair]):
    """Two poses → how alike they are, and which limb agrees least."""

    name: ClassVar[str] = "pose_matching"
    title: ClassVar[str] = "Pose matching (ST-AMCNN)"
    reads: ClassVar[type] = PosePair
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        side: TensorSpec(
            shape=[len(JOINTS), 3],
            axes=["joint", "coordinate"],
            unit="share of the sheet",
            description=f"the {side}'s stick figure: x to the right, y downwards, 1 where seen; "
            f"joints {', '.join(JOINTS)}",
        )
        for side in ("learner", "template")
    }

    def prepare(self, recording: PosePair) -> Tensors:
        """One row: both figures, each on its own sheet."""
        return {
            "learner": figure(recording.learner, recording.learner_frame)[None],
            "template": figure(recording.template, recording.template_frame)[None],
        }

    def interpret(self, recording: PosePair, outputs: Tensors, card: Card) -> list[Finding]:
        """The score, whether it passes as the same pose, and the limb that agrees least where it doesn't."""
        score, same = float(outputs["score"].reshape(-1)[0]), float(outputs["probability"][0, -1])
        at_s = float(recording.learner.time_s[recording.learner_frame])
        when = {"start_s": at_s, "end_s": at_s, "method": METHOD}
        verdict = "is taken for the template's" if same >= 0.5 else "is taken for another one"
        findings = [
            Finding(
                name="pose_match", label="Agreement with the template", value=round(score, 3), provisional=True,
                category="target", attention=same < 0.5, evidence=Evidence(**when),
                text=f"The pose {verdict} (cosine {score:.2f}, probability of the same pose {same:.2f}).",
            )
        ]  # fmt: skip
        return findings if same >= 0.5 else [*findings, _limb(outputs, when)]


def least_alike(outputs: Tensors, row: int = 0) -> int | None:
    """Place in :data:`LIMBS` of the limb that lowers the cosine most; ``None`` where none was seen."""
    limbs = outputs["limbs"][row]
    return int(np.argmin(limbs)) if np.any(limbs != 0) else None


def _limb(outputs: Tensors, when: dict[str, object]) -> Finding:
    """The limb that the class-activation map names."""
    worst = least_alike(outputs)
    if worst is None:
        why = "no limb was seen in both poses"
        return Finding(name="pose_match_limb", label="Limb that agrees least", not_measurable=why, category="target")
    name, first, last, _ = LIMBS[worst]
    evidence = Evidence.model_validate(when | {"joints": [first, last]})
    return Finding(
        name="pose_match_limb", label="Limb that agrees least", value=name, provisional=True, category="target",
        evidence=evidence, text=f"The {name} agrees least with the template.",
    )  # fmt: skip
