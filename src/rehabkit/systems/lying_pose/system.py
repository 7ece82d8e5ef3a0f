"""S4 lying_pose: where the joints of someone lying in bed are in space, seen or hidden.

After Wu et al. (EMBC 2020, 5802-5805): joints found in the colour picture, lifted with the depth beside it. Beyond the
paper: the mattress gives a frame to measure in, joints that something hides are completed and marked as such, and each
joint comes with how sure it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from rehabkit.figures import Figure
from rehabkit.findings import Finding
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import Ran, System
from rehabkit.systems.lying_pose.body import of_outputs
from rehabkit.systems.lying_pose.findings import findings_of
from rehabkit.systems.lying_pose.picture import LyingPerson
from rehabkit.systems.lying_pose.scene import scene
from rehabkit.systems.lying_pose.tensors import N_FEATURES, N_JOINTS, N_PAIRS, seen


class LyingPose(System[LyingPerson]):
    """Places the joints of someone who lies in bed."""

    name: ClassVar[str] = "lying_pose"
    title: ClassVar[str] = "Lying pose from depth"
    reads: ClassVar[type] = LyingPerson
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "joints": TensorSpec(
            shape=[N_JOINTS, N_FEATURES],
            axes=["joint", "feature"],
            unit="m",
            description="in the person's axes: surface, line of sight, found or not, how the surface rises round it",
        ),
        "relief": TensorSpec(
            shape=[N_PAIRS, 2],
            axes=["pair of joints", "above and below"],
            unit="m",
            description="how far the surface rises above and falls below the straight line between two joints",
        ),
        "view": TensorSpec(
            shape=[4, 3],
            axes=["origin and axes", "coordinate"],
            unit="m",
            description="the person's axes in those of the camera",
        ),
    }

    def prepare(self, recording: LyingPerson) -> Tensors:
        """One row a picture.

        Raises
        ------
        RecordingError
            If a picture shows no mattress or too few joints, or the person comes out as a giant or a dwarf.
        """
        rows = [seen(picture) for picture in recording.pictures]
        named = {"joints": [r.joints for r in rows], "relief": [r.relief for r in rows], "view": [r.view for r in rows]}
        return {name: np.stack(values).astype(np.float32) for name, values in named.items()}

    def interpret(self, recording: LyingPerson, outputs: Tensors, card: Card) -> list[Finding]:
        """What the body lies on, how its parts lie on the bed, angles between them, and which joints weren't seen."""
        return findings_of(recording, of_outputs(recording, outputs), card)

    def explained(self, findings: list[Finding], ran: Ran[LyingPerson]) -> tuple[list[Finding], list[Figure]]:
        """The body in space, of the picture that most joints were seen in."""
        return findings, [scene(ran.recording, of_outputs(ran.recording, ran.outputs))]
