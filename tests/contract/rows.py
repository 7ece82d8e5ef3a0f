"""One row a system: a real recording that it reads, and recordings that it must refuse by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.demo import demo_recording
from rehabkit.learning.lying_people.people import pictures
from rehabkit.learning.recipes import hand_gesture_data, knee_pain_simulated
from rehabkit.learning.recipes.recovery_simulated import eeg
from rehabkit.pose.smoothing import clean
from rehabkit.recordings import biosignals, landmarks
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets import anny_synth_rgbd, sign_digits, spar, sr305, uci_lower_limb
from rehabkit.recordings.image import Image
from rehabkit.recordings.inertial import Inertial
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.evidence import Part
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_gesture.system import PARTS
from rehabkit.systems.lying_pose.picture import LyingPerson, LyingPicture
from rehabkit.systems.pose_matching.system import PosePair

BIO = Path(__file__).parents[3] / "shared" / "data" / "bio"
DIGITS = Path(__file__).parents[3] / "shared" / "data" / "hands" / "sign_digits"
UCI = BIO / "uci_lower_limb" / "uci_lower_limb_1000hz.npz"
SPAR = Path(__file__).parents[3] / "shared" / "data" / "exercise" / "spar_watch_imu" / "spar_subset.npz"
LYING = Path(__file__).parents[3] / "shared" / "data" / "lying" / "anny_synth_rgbd"
EEG = Path(__file__).parents[3] / "shared" / "data" / "bio" / "physionet_eegmmidb_S001" / "S001R04.edf"

SR305 = Path(__file__).parents[3] / "shared" / "data" / "hands" / "sr305_depth_lada"


@dataclass(frozen=True)
class Row:
    """What the contract suite needs of a system.

    Parameters
    ----------
    sample : gives a real recording of the kind that the system reads.
    malformed : gives recordings with a fault, each with what the error must name.
    size_budget : bytes that the shipped bundle may have.
    unprunable : networks that pruning must refuse: all their channels are fixed (MiniRocket, closed form),
        outputs, or normalised together (layer norm: each depends on how many there are).
    parts : what to hide when maps of two networks are compared; stretches of time by default. One that remembers
        looks at the latest moments most, trained or not.
    """

    sample: Callable[[], Any]
    malformed: Callable[[], list[tuple[Any, str]]]
    size_budget: int = 1_000_000
    unprunable: frozenset[str] = frozenset()
    parts: dict[str, Part] | None = None


def squat() -> Skeleton:
    """One repetition of a real squat, filmed by a phone."""
    return clean(landmarks.read(demo_recording("deep_squat"))).between(0.0, 1.0)


def bad_skeletons() -> list[tuple[Skeleton, str]]:
    whole = squat()
    left_out = [i for i, name in enumerate(whole.joint_names) if name != "left_knee"]
    return [
        (
            replace(
                whole,
                joint_names=tuple(whole.joint_names[i] for i in left_out),
                positions=whole.positions[:, left_out],
                confidence=whole.confidence[:, left_out],
                estimated_m=whole.estimated_m[:, left_out],
            ),
            "left_knee",
        ),
        (replace(whole, estimated_m=np.full_like(whole.estimated_m, np.nan)), "left_shoulder"),
        (replace(whole, estimated_m=None), "world landmarks"),
        (whole.between(0.0, 0.0), "2 or more frames"),
    ]


def pair() -> PosePair:
    whole = squat()
    return PosePair(whole, whole, 0, whole.n_frames // 2)


def bad_pairs() -> list[tuple[PosePair, str]]:
    whole = squat()
    hidden = replace(whole, positions=np.full_like(whole.positions, np.nan))
    return [(PosePair(hidden, whole), "left_shoulder"), (PosePair(whole, hidden), "left_shoulder")]


def watch() -> Inertial:
    """One real set of a watch, where the data are at hand; else a forearm that swings, computed."""
    if SPAR.is_file():
        return spar.read(SPAR)[0].recording
    time_s = np.arange(500) / 50
    angle = 0.6 * np.sin(2 * np.pi * time_s / 3)
    gravity = 9.81 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    turning = np.stack([0 * angle, 0 * angle, np.gradient(angle, time_s)], axis=1)
    return Inertial(time_s, gravity, turning, "right", "computed")


def bad_watches() -> list[tuple[Inertial, str]]:
    whole = watch()
    return [
        (replace(whole, side="unknown"), "side"),
        (whole.between(0.0, 2.0), "at least 4 s"),
        (replace(whole, time_s=whole.time_s * 5), "rate"),
    ]


def imagery() -> Biosignal:
    """A real run of imagined fists from its EDF file, where the data are at hand; else simulated EEG."""
    if EEG.is_file():
        return biosignals.read(EEG)
    return eeg(0.0, np.random.default_rng(0))


def bad_eegs() -> list[tuple[Biosignal, str]]:
    whole = imagery()
    lost = whole.values.copy()
    lost[100, whole.names.index("C3")] = np.nan
    renamed = tuple(replace(c, name="X1") if c.name == "C3" else c for c in whole.channels)
    return [
        (whole.pick([name for name in whole.names if name != "C4"]), "channels must include C4"),
        (replace(whole, channels=renamed), "channels must include C3"),
        (replace(whole, rate_hz=80.0), "rate must be at least 100 Hz, got 80 Hz"),
        (replace(whole, values=lost), "NaN in C3"),
        (whole.between(0.0, 30.0), "20 stretches of 2 s"),
        (replace(whole, values=0 * whole.values), "flat"),
    ]


def knee() -> Biosignal:
    """A real man sitting and stretching his knee, where the data are at hand; else a simulated one."""
    if UCI.is_file():
        return uci_lower_limb.read(UCI)[2].recording.between(0.0, 9.0)
    rng = np.random.default_rng(0)
    return knee_pain_simulated.recorded(knee_pain_simulated.drawn(rng), 1, rng)


def bad_knees() -> list[tuple[Biosignal, str]]:
    whole = knee()
    lost = whole.values.copy()
    lost[100, whole.names.index("knee_flexion")] = np.nan
    renamed = tuple(replace(channel, name=f"channel {i}") for i, channel in enumerate(whole.channels))
    return [
        (replace(whole, channels=renamed), "rectus_femoris"),
        (whole.pick(["rectus_femoris", "biceps_femoris"]), "vastus_medialis, semitendinosus of kind emg must be"),
        (whole.between(0.0, 3.9), "at least 4 s, got 3.9 s"),
        (replace(whole, rate_hz=500.0), "rate must be at least 1000 Hz, got 500 Hz"),
        (replace(whole, values=lost), "NaN in knee_flexion"),
    ]


def bad_thighs() -> list[tuple[Biosignal, str]]:
    whole = knee()
    lost = whole.values.copy()
    lost[100, whole.names.index("rectus_femoris")] = np.nan
    renamed = tuple(replace(c, name="EMG 1") if c.name == "biceps_femoris" else c for c in whole.channels)
    return [
        (replace(whole, channels=renamed), "channels must include biceps_femoris"),
        (whole.between(0.0, 1.5), "at least 2 s, got 1.5 s"),
        (replace(whole, rate_hz=500.0), "rate must be at least 1000 Hz, got 500 Hz"),
        (replace(whole, values=lost), "NaN in rectus_femoris"),
    ]


def hand() -> HandSeen:
    """A student's hand that signs 0, as MediaPipe found it."""
    return next(iter(hand_gesture_data.people(1))).recording


def bad_hands() -> list[tuple[HandSeen, str]]:
    whole = hand()
    lost = whole.points_px.copy()
    lost[8] = np.nan
    return [
        (replace(whole, points_px=lost), "got none for index_tip"),
        (replace(whole, points_px=whole.points_px / 100), "palm must be at least 4 px"),
    ]


def hand_cloud() -> PointCloud:
    """A real right hand with its forearm before a depth camera, where the data are at hand; else a bent plate."""
    if SR305.is_dir():
        frames = sr305.read(SR305)[0].frames()
        nearest = next(frame for place, frame in enumerate(frames) if place == 5).cloud()
        return nearest.cropped(np.full(3, -np.inf), [np.inf, np.inf, 0.59]).sampled(3000, how="random")
    x, y = np.random.default_rng(0).random((2, 3000))
    return PointCloud(np.stack([0.18 * x**1.5, 0.09 * y**2, 0.5 + 0.02 * np.sin(4 * x)], axis=1))


def bad_clouds() -> list[tuple[PointCloud, str]]:
    whole = hand_cloud()
    return [
        (PointCloud(whole.points * 1000), "length of a hand must be 0.04 to 0.6 m, got .*--units"),
        (PointCloud(whole.points / 20), "length of a hand must be 0.04 to 0.6 m"),
        (whole.chosen([0], "one point"), "length of a hand must be 0.04 to 0.6 m, got 0 m"),
    ]


def lying() -> LyingPerson:
    """A picture rendered from a real lying pose, where the data are at hand; else one from a pose drawn here."""
    one = anny_synth_rgbd.read(LYING)[3] if LYING.is_dir() else next(iter(pictures(0, 1)))
    frame = one.frame() if isinstance(one, anny_synth_rgbd.LyingFrame) else one.frame
    return LyingPerson((LyingPicture(frame, one.pixels, np.ones(len(one.pixels))),))


def bad_lyings() -> list[tuple[LyingPerson, str]]:
    (whole,) = lying().pictures
    frame, k = whole.frame, whole.frame.intrinsics
    cloud = np.random.default_rng(0).uniform(0.6, 4.0, frame.depth.shape)
    wide = replace(frame, intrinsics=replace(k, fx=k.fx / 2.6, fy=k.fy / 2.6))
    faults = [
        (replace(whole, pixels=np.full_like(whole.pixels, np.nan)), "at least 4, got 0"),
        (replace(whole, confidence=np.zeros(len(whole.pixels))), "at least 4, got 0"),
        (replace(whole, pixels=whole.pixels + 1000), "joints must lie where"),
        (replace(whole, frame=wide), "m tall by intrinsics and depth"),
        (replace(whole, frame=replace(frame, depth=1000 * frame.depth)), "millimetres read as metres"),
        (replace(whole, frame=replace(frame, depth=cloud)), "must show the mattress as a plane"),
    ]
    return [(LyingPerson((picture,)), named) for picture, named in faults]


def bad_beds() -> list[tuple[LyingPicture, str]]:
    (whole,) = lying().pictures
    frame = whole.frame
    cloud = np.random.default_rng(0).uniform(0.6, 4.0, frame.depth.shape)
    return [
        (replace(whole, frame=replace(frame, depth=cloud)), "must show the mattress as a plane"),
        (replace(whole, frame=replace(frame, depth=np.full_like(frame.depth, 2.0))), "nothing that rises above it"),
    ]


def hand_before_a_wall() -> HandSeen:
    """A photograph of a hand, where the data are at hand; else a painted one. Nobody looked for its landmarks."""
    rgb = np.full((100, 100, 3), (190, 190, 195), dtype=np.uint8)
    rgb[50:, 40:60] = rgb[20:60, 35:65] = (200, 150, 120)
    if DIGITS.is_dir():
        rgb = sign_digits.read(DIGITS)[0].image().rgb
    return HandSeen(np.full((21, 3), np.nan), "right", Image(rgb))


def bad_hands_before_walls() -> list[tuple[HandSeen, str]]:
    whole = hand_before_a_wall()
    grey = Image(np.full((60, 60, 3), 80, dtype=np.uint8))
    return [(replace(whole, picture=None), "hand must come with its picture"), (replace(whole, picture=grey), "grey")]


ROWS: dict[str, Row] = {
    "movement_recognition": Row(squat, bad_skeletons, unprunable=frozenset({"minirocket"})),
    "movement_quality": Row(squat, bad_skeletons, unprunable=frozenset({"classical"})),
    "joint_error": Row(squat, bad_skeletons),
    "pose_matching": Row(pair, bad_pairs, unprunable=frozenset({"classical"})),
    "hand_mask": Row(
        hand_before_a_wall,
        bad_hands_before_walls,
        unprunable=frozenset({"small"}),
        # not stretches: any network looks for a pixel where the pixel is
        parts={
            f"{name} {place}": Part(name, (slice(None), slice(None), place))
            for name, n_places in (("picture", 3), ("hints", 2))
            for place in range(n_places)
        },
    ),
    "recovery_prognosis": Row(imagery, bad_eegs),
    "knee_pain": Row(knee, bad_knees),
    "knee_pain_demo": Row(knee, bad_knees),
    "joint_intention": Row(
        knee,
        bad_thighs,
        unprunable=frozenset({"published"}),
        parts={name: Part("envelope", (slice(None), i)) for i, name in enumerate(uci_lower_limb.MUSCLES)},
    ),
    "hand_gesture": Row(hand, bad_hands, parts=dict(PARTS)),
    "exercise_imu": Row(watch, bad_watches, unprunable=frozenset({"classical"})),
    "hand_surface": Row(
        hand_cloud,
        bad_clouds,
        size_budget=4_000_000,
        unprunable=frozenset({"small", "published", "pointnet", "dgcnn"}),
    ),
    "lying_points": Row(
        lambda: lying().pictures[0],
        bad_beds,
        unprunable=frozenset({"small"}),
        # not stretches: any network looks for a point where the point is
        parts={
            f"{48 * i} {48 * j}": Part("relief", (slice(48 * i, 48 * (i + 1)), slice(48 * j, 48 * (j + 1))))
            for i in range(4)
            for j in range(4)
        },
    ),
    "lying_pose": Row(lying, bad_lyings, unprunable=frozenset({"published", "classical"})),
}
