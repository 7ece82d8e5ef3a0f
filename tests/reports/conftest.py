"""Small assessments of a person drawn by hand, so that every printed value is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rehabkit.findings import (
    AngleSeries,
    Assessment,
    CheckResult,
    Correction,
    Evidence,
    Finding,
    Gap,
    JointRange,
    Patient,
    Prescription,
    Provenance,
    RecordingInfo,
    Repetition,
)
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton

RATE_HZ, DURATION_S, SIZE = 30.0, 8.0, (320, 480)
VOID = {"meta", "col", "br", "hr", "img", "input", "link"}


def bend_deg(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Three knee bends to 90°, each 2 s long, then one to 45° that the recording cuts off."""
    return np.where(time_s < 6.0, 45.0, 22.5) * (1 - np.cos(np.pi * time_s))


def at(x: float, y: float) -> NDArray[np.float64]:
    """A place or a step in the picture."""
    return np.array([x, y], dtype=float)


def squatting() -> Skeleton:
    """A person seen from the side: hip above ankle, knee bent by :func:`bend_deg`, head above the hip."""
    time_s = np.arange(int(RATE_HZ * DURATION_S)) / RATE_HZ
    half = np.radians(bend_deg(time_s)) / 2
    ankle = np.broadcast_to([160.0, 440.0], (len(time_s), 2))
    knee = ankle + 90 * np.stack([np.sin(half), -np.cos(half)], axis=1)
    hip = knee + 90 * np.stack([-np.sin(half), -np.cos(half)], axis=1)
    places = {
        "shoulder": hip + at(0, -100), "elbow": hip + at(20, -50), "wrist": hip + at(45, -80),
        "pinky": hip + at(52, -84), "index": hip + at(54, -88), "thumb": hip + at(50, -90), "hip": hip,
        "knee": knee, "ankle": ankle, "heel": ankle + at(-8, 12), "foot_index": ankle + at(30, 14),
    }  # fmt: skip
    positions = np.empty((len(time_s), len(MEDIAPIPE_JOINTS), 2))
    for i, name in enumerate(MEDIAPIPE_JOINTS):
        side, _, joint = name.partition("_")
        place = places.get(joint, hip + at(8 + i % 3, -145 + i % 4))  # the face: 45 px above the shoulder
        positions[:, i] = place + at(4 if side == "right" else 0, 0)
    return Skeleton(MEDIAPIPE_JOINTS, time_s, positions, np.ones(positions.shape[:2]), "image", "mediapipe-full", SIZE)


def make(**changes: Any) -> Assessment:
    """An assessment of :func:`squatting`; ``changes`` replace its fields."""
    skeleton = squatting()
    fields: dict[str, Any] = {
        "exercise": "deep_squat",
        "exercise_title": "Deep squat",
        "n_repetitions": 3,
        "n_partial": 1,
        "repetitions": [_repetition(i) for i in range(4)],
        "findings": _findings(),
        "summary": ["You did 3 complete squats, and one that the recording cuts off."],
        "patient": Patient(
            reference="P-17", affected_side="left", prescription=Prescription(repetitions=10), pain_before=3
        ),
        "series": _series(skeleton),
        "recording": RecordingInfo(
            name="squat.mp4", kind="video", sensor="mediapipe-full", recorded_at="2026-03-01T10:00:00+00:00",
            duration_s=DURATION_S, n_frames=skeleton.n_frames, rate_hz=RATE_HZ, frame_size_px=SIZE, view="left",
            checks=[CheckResult(name="light", status="warning", message="It is dark.", remedy="Switch on a lamp.")],
            gaps=[Gap(start_s=6.5, end_s=6.9), Gap(start_s=1.0, end_s=1.5, joint="left_wrist")],
            landmarks=landmarks.to_base64(skeleton),
        ),
        "provenance": Provenance(
            rehabkit_version="0.1.0", created="2026-03-01T10:05:00+00:00",
            models={"pose_landmarker_full": "ab" * 32},
            exercise_definition={
                "primary": {"angle": "knee_flexion", "direction": "increase"},
                "target": {"low_deg": 80.0, "high_deg": 120.0}, "hold": None,
            },
            corrections=[
                Correction(who="M. Keller", why="cut off", when="2026-03-01T11:00:00+00:00",
                           field="repetition 4 kind", before="complete", after="partial")
            ],
        ),
    }  # fmt: skip
    return Assessment.model_validate(fields | changes)


def _repetition(i: int) -> Repetition:
    ranges = [
        JointRange(angle="left_knee_flexion", start_deg=0.0, peak_deg=90.0, range_deg=90.0, uncertainty_deg=12.3,
                   provisional=True),
        JointRange(angle="right_knee_flexion", not_measurable="hidden behind the left leg"),
    ]  # fmt: skip
    partial = i == 3
    return Repetition(
        number=i + 1, start_s=2.0 * i, peak_s=2.0 * i + 1, end_s=2.0 * i + 2, side="both",
        kind="partial" if partial else "complete", reason="the recording ends before it does" if partial else None,
        range_of_motion=[] if partial else ranges, tempo_s={} if partial else {"out": 0.8, "hold": 0.3, "return": 0.9},
        smoothness=None if partial else -1.62,
    )  # fmt: skip


def _findings() -> list[Finding]:
    knee = {"unit": "deg", "provisional": True, "joint": "knee_flexion"}
    return [
        Finding(name="n_repetitions", label="Complete repetitions", value=3, category="count", text="3 complete."),
        Finding(name="knee_flexion_left_minus_right", label="Knee flexion, left minus right", value=4.2,
                uncertainty=17.4, category="side_to_side", side="both", text="Equally far.", **knee),
        Finding(name="left_knee_flexion_range_best", label="Left knee flexion, best range", value=89.6,
                uncertainty=12.3, side="left", evidence=Evidence(repetitions=[2], source="error study"), **knee),
        Finding(name="right_knee_flexion_range_best", label="Right knee flexion, best range", value=85.4,
                uncertainty=12.3, side="right", evidence=Evidence(repetitions=[1], source="error study"), **knee),
        Finding(name="left_knee_flexion_of_norm", label="Left knee flexion beside the norm", value=89.6,
                side="left", category="norm", text="Full range is usually 140°.", evidence=Evidence(source="AAOS"),
                **knee),
        Finding(name="left_hip_flexion_range_best", label="Left hip flexion, best range", side="left",
                not_measurable="the hip is hidden by the arm"),
        Finding(name="compensation_heel_rise", label="Heel rise", value=9.1, unit="%", uncertainty=4.0,
                category="compensation", attention=True, text="Keep your heels on the floor."),
        Finding(name="tempo_out", label="Tempo, out", value=0.8, unit="s", uncertainty=0.07, category="tempo"),
        Finding(name="pain_before", label="Pain before", value=3.0, unit="of 10", category="patient"),
    ]  # fmt: skip


def _series(skeleton: Skeleton) -> list[AngleSeries]:
    time_s = [round(float(t), 3) for t in skeleton.time_s]
    knee: list[float | None] = [round(float(v), 1) for v in bend_deg(skeleton.time_s)]
    knee[195:207] = [None] * 12  # the person is not seen from 6.5 s to 6.9 s
    return [
        AngleSeries(name="left_knee_flexion", label="Left knee flexion", side="left", time_s=time_s, value=knee,
                    clinical=True),
        AngleSeries(name="right_knee_flexion", label="Right knee flexion", side="right", time_s=time_s, value=knee,
                    clinical=False, why_not_clinical="hidden behind the left leg"),
        AngleSeries(name="trunk_lean_side", label="Trunk lean to the side", side="none", time_s=time_s,
                    value=[1.0] * len(time_s), clinical=True),
    ]  # fmt: skip


class Page(HTMLParser):
    """Reads a page as a browser would, and remembers what could load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def assessment() -> Assessment:
    """The assessment as made."""
    return make()


@pytest.fixture(scope="session")
def make_assessment() -> Callable[..., Assessment]:
    """A factory: keyword arguments replace fields of the assessment."""
    return make


@pytest.fixture(scope="session")
def read_page() -> type[Page]:
    """Reads an HTML page: ``read_page(text).text``."""
    return Page


@pytest.fixture(scope="session")
def video_times_s() -> NDArray[np.float64]:
    """Times of ``noisy_video``: those of the skeleton, except that pictures 5, 10, … come 10 ms late."""
    index = np.arange(int(RATE_HZ * DURATION_S))
    return np.round(index / RATE_HZ + np.where((index % 5 == 0) & (index > 0), 0.01, 0.0), 6)


@pytest.fixture(scope="session")
def noisy_video(tmp_path_factory: pytest.TempPathFactory, video_times_s: NDArray[np.float64]) -> Path:
    """A video of the assessment's size and length, of variable rate: fine noise, in which any blurring shows."""
    import av

    path = tmp_path_factory.mktemp("video") / "squat.mp4"
    noise = np.random.default_rng(1).integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"crf": "18", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for i, time_s in enumerate(video_times_s):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, i, axis=1), format="rgb24")
            frame.pts = round(time_s * 30_000)
            frame.time_base = stream.codec_context.time_base = Fraction(1, 30_000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path
