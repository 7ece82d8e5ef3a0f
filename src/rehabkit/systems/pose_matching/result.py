"""What a comparison of two recordings says: the records that are kept and drawn."""

from __future__ import annotations

from rehabkit.findings import NOT_A_MEDICAL_DEVICE, Record, Side


class PoseScore(Record):
    """What the pose network says of one instant: cosine, probability of the same pose, limb that agrees least."""

    cosine: float
    same: float
    limb: str | None = None


class Phase(Record):
    """One phase of the template and what the learner did in it."""

    name: str
    start_s: float
    end_s: float
    template_start_s: float
    template_end_s: float
    mean_difference_deg: float | None = None
    angle: str | None = None
    difference_deg: float | None = None
    pose: PoseScore | None = None


class AngleDifference(Record):
    """One angle of one repetition: how far the learner was from the template, on average and at the worst instant.

    ``difference_deg`` is the learner's value minus the template's. ``uncertainty_deg`` is the half-width of its 95 %
    interval from both sensors' own errors; ``told`` says that the difference is more than that.
    """

    angle: str
    label: str
    side: Side
    mean_deg: float
    difference_deg: float
    learner_deg: float
    template_deg: float
    at_s: float
    template_at_s: float
    phase: str
    uncertainty_deg: float
    provisional: bool
    told: bool


class AlignedCurve(Record):
    """One angle of both over the template's time; ``None`` where not seen."""

    angle: str
    label: str
    time_s: list[float]
    template_deg: list[float | None]
    learner_deg: list[float | None]
    learner_time_s: list[float]


class MatchedRepetition(Record):
    """One repetition of the learner beside the template's."""

    number: int
    start_s: float
    end_s: float
    side: Side
    mirrored: bool = False
    mean_difference_deg: float
    phases: list[Phase]
    differences: list[AngleDifference]
    curve: AlignedCurve


class NotCompared(Record):
    """An angle that one of the recordings can't give, and why."""

    label: str
    why: str


class Matched(Record):
    """What a person, a sensor and a view were compared with."""

    name: str
    sensor: str
    view: str
    sha256: str | None = None


class SequenceMatch(Record):
    """A learner's recording beside a template."""

    schema_version: int = 1
    exercise: str
    learner: Matched
    template: Matched
    template_start_s: float
    template_end_s: float
    repetitions: list[MatchedRepetition]
    not_compared: list[NotCompared]
    warnings: list[str]
    models: dict[str, str]
    notice: str = NOT_A_MEDICAL_DEVICE
