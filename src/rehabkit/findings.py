"""What rehabkit says about a recording: findings, repetitions, and the Assessment that holds them.

These are the files that people keep, so the models refuse unknown keys and non-finite numbers, and carry
``schema_version``. Times are seconds from the start of the recording, angles degrees in the neutral-zero convention.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from rehabkit.figures import Figure

Side = Literal["left", "right", "both", "none"]

NOT_A_MEDICAL_DEVICE = (
    "rehabkit is not a medical device. It supports, and does not replace, the judgement of a qualified clinician."
)


class Record(BaseModel):
    """What is kept in files: unknown keys and non-finite numbers are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, validate_assignment=True)


class Evidence(Record):
    """Where a finding comes from: which joints or channels, when, which repetition, in which view."""

    joints: list[str] = []
    channels: list[str] = Field([], description="electrodes or goniometers, those that mattered most first")
    pairs: list[tuple[str, str]] = Field([], description="pairs of electrodes, those that mattered most first")
    start_s: float | None = None
    end_s: float | None = None
    repetitions: list[int] = Field([], description="1-based numbers of the repetitions it was computed from")
    plane: str | None = Field(None, description="sagittal, frontal or transverse")
    view: str | None = Field(None, description="the view that was found: front, back, left, right, oblique, lying …")
    method: str = Field("", description="how it was computed, in one sentence")
    source: str = Field("", description="where a norm, threshold or error figure is published or measured")


class Finding(Record):
    """One statement: a value with its uncertainty, or ``not_measurable`` with the reason.

    ``uncertainty`` is the half-width of the 95 % interval of the camera's own error, in ``unit``; ``provisional``
    says that this error was not measured for this kind of sensor on enough people.
    """

    name: str = Field(description="snake_case, e.g. left_knee_flexion_range_best")
    label: str = Field(description="for people, e.g. Left knee flexion, best range")
    value: float | str | bool | None = None
    unit: str = ""
    uncertainty: float | None = None
    mdc95: float | None = Field(
        None, description="least change between two recordings that isn't the sensor's error; without it √2·uncertainty"
    )
    provisional: bool = False
    simulated: bool = Field(False, description="computed from simulated signals or by a network trained on them")
    side: Side = "none"
    joint: str | None = None
    category: Literal[
        "range_of_motion", "side_to_side", "tempo", "smoothness", "compensation", "fatigue", "norm", "target",
        "count", "hold", "patient", "recording", "recognition", "quality",
        "intention", "prognosis", "pain", "signal",
        "posture", "hand", "gesture",
    ] = "range_of_motion"  # fmt: skip
    attention: bool = Field(False, description="a clinician should look at this one first")
    text: str = Field("", description="one sentence that a patient understands")
    not_measurable: str | None = Field(None, description="why there is no value")
    evidence: Evidence = Evidence()


class JointRange(Record):
    """Range of one angle within one repetition, degrees, or why there is none."""

    angle: str = Field(description="name of the angle, e.g. left_knee_flexion")
    start_deg: float | None = None
    peak_deg: float | None = None
    range_deg: float | None = None
    uncertainty_deg: float | None = None
    provisional: bool = False
    not_measurable: str | None = None


class Deviation(Record):
    """What a trained network takes to be wrong in a repetition: which joint, when, by how much."""

    joint: str = Field(description="name of the joint, e.g. left_knee")
    degrees: float | None = None
    uncertainty_deg: float | None = Field(None, description="half-width of the 95 % interval of degrees")
    start_s: float | None = None
    end_s: float | None = None


class Quality(Record):
    """How well one repetition was done, as a trained network sees it."""

    score: float | None = Field(None, ge=0, le=100, description="probability of a correct repetition, percent")
    sure: bool = Field(description="False: the network abstains")
    why_not: str | None = Field(None, description="why there is no score")
    deviation: Deviation | None = None
    calibrated_on: list[int] = Field([], description="repetitions of this person that a clinician approved")
    against_start_s: float | None = Field(None, description="start of what speaks most against it, if it looks wrong")
    against_end_s: float | None = None


class Repetition(Record):
    """One repetition, complete or partial."""

    number: int
    start_s: float
    end_s: float
    peak_s: float | None = None
    side: Side
    kind: Literal["complete", "partial"]
    reason: str | None = Field(None, description="why it is partial")
    range_of_motion: list[JointRange] = []
    tempo_s: dict[str, float] = Field({}, description="seconds of each phase: out, hold, return, pause_after")
    smoothness: float | None = Field(None, description="SPARC of the primary angle's speed; nearer 0 is smoother")
    compensations: list[str] = Field([], description="names of the checks that failed in this repetition")
    quality: Quality | None = Field(None, description="how well it was done, as a trained network sees it")
    stated_by: str | None = Field(None, description="who set it by hand, if a person did")


class Hold(Record):
    """A position that was held."""

    start_s: float
    end_s: float
    duration_s: float
    side: Side = "none"
    kind: Literal["complete", "partial"] = "complete"
    reason: str | None = None


class Prescription(Record):
    """What was ordered."""

    sets: int | None = Field(None, ge=1, le=100)
    repetitions: int | None = Field(None, ge=1, le=1000)
    target_deg: float | None = Field(None, ge=0, le=360)
    hold_s: float | None = Field(None, ge=0, le=3600)


class Patient(Record):
    """What only a person knows. No name is asked for; ``reference`` is whatever the clinic uses."""

    reference: str = ""
    age_years: float | None = Field(None, ge=0, le=120)
    sex: Literal["female", "male"] | None = None
    affected_side: Literal["left", "right", "both", "none"] | None = None
    prescription: Prescription = Prescription()
    pain_before: float | None = Field(None, ge=0, le=10, description="numeric rating scale 0 to 10")
    pain_after: float | None = Field(None, ge=0, le=10)
    effort: float | None = Field(None, ge=0, le=10, description="Borg CR10")
    note: str = ""


class CheckResult(Record):
    """One question about the fitness of a recording."""

    name: str
    status: Literal["ok", "warning", "unfit"]
    message: str
    remedy: str = ""

    @classmethod
    def of(cls, name: str, message: str, remedy: str, *, fit: bool, usable: bool = True) -> Self:
        """What is fit needs no remedy; what isn't is a warning, or unfit where it can't be used."""
        if fit:
            return cls(name=name, status="ok", message=message)
        return cls(name=name, status="warning" if usable else "unfit", message=message, remedy=remedy)


class Gap(Record):
    """A stretch in which a joint, or the whole person (``joint`` None), was not seen."""

    start_s: float
    end_s: float
    joint: str | None = None


class RecordingInfo(Record):
    """What was assessed. ``landmarks`` keeps the skeleton itself, so that a correction can be recomputed."""

    name: str
    kind: Literal["video", "camera", "landmarks", "inertial", "biosignal", "depth", "cloud", "picture", "gesture_video"]
    sha256: str | None = None
    sensor: str
    recorded_at: str | None = None
    duration_s: float
    n_frames: int
    rate_hz: float
    frame_size_px: tuple[int, int] | None = None
    view: str
    n_people: int = 1
    person: int = Field(1, description="which of the people was followed")
    person_description: str = ""
    checks: list[CheckResult] = []
    gaps: list[Gap] = []
    history: list[str] = []
    landmarks: str | None = Field(None, description="base64 of the skeleton's npz file (rehabkit.recordings)")

    @property
    def has_body(self) -> bool:
        """Whether a body was followed in it over time: frames, a view, repetitions."""
        return self.kind in ("video", "camera", "landmarks")


class Correction(Record):
    """A change that a person made, kept for ever."""

    who: str
    why: str
    when: str
    field: str
    before: Any = None
    after: Any = None


class Provenance(Record):
    """What computed this, so that it can be computed again."""

    rehabkit_version: str
    created: str
    models: dict[str, str] = Field({}, description="model name: sha256")
    exercise_sha256: str | None = None
    exercise_definition: dict[str, Any] | None = Field(None, description="the whole exercise, as it was when assessed")
    settings: dict[str, Any] = {}
    corrections: list[Correction] = []
    notice: str = NOT_A_MEDICAL_DEVICE


class AngleSeries(Record):
    """One angle over time, degrees; ``None`` where it could not be measured."""

    name: str
    label: str
    side: Side
    unit: str = "deg"
    time_s: list[float]
    value: list[float | None]
    clinical: bool = Field(description="False: drawn and counted on, but no clinical value (view does not support it)")
    why_not_clinical: str | None = None


class Assessment(Record):
    """What one recording shows.

    Examples
    --------
    >>> a = Assessment(exercise="deep_squat", exercise_title="Deep squat", n_repetitions=0, recording=RecordingInfo(
    ...     name="x.mp4", kind="video", sensor="mediapipe-full", duration_s=1, n_frames=30, rate_hz=30, view="front"),
    ...     provenance=Provenance(rehabkit_version="0", created="2026-01-01T00:00:00+00:00"))
    >>> Assessment.model_validate_json(a.model_dump_json()) == a
    True
    """

    schema_version: Literal[1] = 1
    exercise: str = Field(description="name of the exercise; 'unknown' when counted generically")
    exercise_title: str
    n_repetitions: int = Field(description="complete repetitions")
    n_partial: int = 0
    repetitions: list[Repetition] = []
    holds: list[Hold] = []
    findings: list[Finding] = []
    summary: list[str] = Field([], description="sentences that a patient understands")
    patient: Patient = Patient()
    series: list[AngleSeries] = []
    figures: list[Figure] = Field([], description="what the report draws beside the tables, as numbers")
    recording: RecordingInfo
    provenance: Provenance

    def finding(self, name: str) -> Finding | None:
        """The finding of that name, or ``None``."""
        return next((f for f in self.findings if f.name == name), None)
