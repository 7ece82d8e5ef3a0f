"""What each sensor's joints are called here: one name per body part, whichever sensor saw it.

BlazePose's 33 names (:data:`rehabkit.recordings.skeleton.MEDIAPIPE_JOINTS`) are the common ones; what it lacks is
called ``pelvis`` (midway between the hips), ``spine``, ``chest``, ``neck``, ``head``, ``left_hand`` and so on. The
subject's own left and right, always.

UI-PRMD's 22 joints are its own (:data:`rehabkit.recordings.datasets.uiprmd.KINECT_JOINTS`), and joint centres from
Plug-in-Gait markers are named by :func:`rehabkit.recordings.datasets.plug_in_gait.joint_centres`.
"""

from __future__ import annotations

from collections.abc import Mapping

from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS

KINECT_V2: Mapping[str, str] = {
    "SpineBase": "pelvis", "SpineMid": "spine", "Neck": "neck", "Head": "head",
    "ShoulderLeft": "left_shoulder", "ElbowLeft": "left_elbow", "WristLeft": "left_wrist", "HandLeft": "left_hand",
    "ShoulderRight": "right_shoulder", "ElbowRight": "right_elbow", "WristRight": "right_wrist",
    "HandRight": "right_hand",
    "HipLeft": "left_hip", "KneeLeft": "left_knee", "AnkleLeft": "left_ankle", "FootLeft": "left_foot_index",
    "HipRight": "right_hip", "KneeRight": "right_knee", "AnkleRight": "right_ankle",
    "FootRight": "right_foot_index",
    "SpineShoulder": "chest", "HandTipLeft": "left_index", "ThumbLeft": "left_thumb",
    "HandTipRight": "right_index", "ThumbRight": "right_thumb",
}  # fmt: skip
"""The 25 joints of the Kinect v2, in the order of its SDK, with rehabkit's names."""

KINECT_JOINTS: tuple[str, ...] = tuple(KINECT_V2.values())

COCO_JOINTS: tuple[str, ...] = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee",
    "left_ankle", "right_ankle",
)  # fmt: skip
"""The 17 key points of COCO, as AlphaPose and others give them."""

_OPENPOSE_ARMS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
)  # fmt: skip
_RIGHT_LEG, _LEFT_LEG = (tuple(f"{side}_{name}" for name in ("hip", "knee", "ankle")) for side in ("right", "left"))
_EYES_AND_EARS = ("right_eye", "left_eye", "right_ear", "left_ear")

OPENPOSE_COCO_18: tuple[str, ...] = (*_OPENPOSE_ARMS, *_RIGHT_LEG, *_LEFT_LEG, *_EYES_AND_EARS)
"""OpenPose's COCO model: COCO's 17 and the neck, in OpenPose's order."""

OPENPOSE_BODY_25: tuple[str, ...] = (
    *_OPENPOSE_ARMS, "pelvis", *_RIGHT_LEG, *_LEFT_LEG, *_EYES_AND_EARS,
    "left_foot_index", "left_small_toe", "left_heel", "right_foot_index", "right_small_toe", "right_heel",
)  # fmt: skip
"""OpenPose's BODY_25 model; its MidHip is the pelvis, its big toe the foot index."""

JOINT_NAMES: Mapping[str, tuple[str, ...]] = {
    "blazepose": MEDIAPIPE_JOINTS,
    "kinect_v2": KINECT_JOINTS,
    "coco": COCO_JOINTS,
    "openpose_coco_18": OPENPOSE_COCO_18,
    "openpose_body_25": OPENPOSE_BODY_25,
}
"""Sensor or model → its joints in stored order."""
