"""MediaPipe's pose landmarker, in the two ways that rehabkit uses it.

A :class:`Tracker` follows one person from frame to frame; a :class:`Scanner` finds everybody in single pictures.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import ModelError
from rehabkit.pose.quiet import quiet
from rehabkit.runtime.store import pose_task

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

TICKS_PER_SECOND = 1e4
"""How fast MediaPipe is told that time runs, instead of 1000 ticks a second. Its own filter looks back only, so
it lags and cuts the peaks of quick movements (3° of a push-up's elbow); on a stretched clock it stills a body at
rest, lets movement through, and :mod:`rehabkit.pose.smoothing` filters that afterwards, without lag."""


@dataclass(frozen=True)
class Pose:
    """One person in one picture.

    Parameters
    ----------
    positions : (33, 2) px of the picture.
    confidence : (33,) 0 to 1, MediaPipe's visibility.
    estimated_m : (33, 3) world landmarks, metres.
    """

    positions: Array
    confidence: Array
    estimated_m: Array

    def moved(self, by_px: tuple[float, float]) -> Pose:
        """The same pose in a picture whose origin lies elsewhere."""
        return replace(self, positions=self.positions + np.asarray(by_px))


@dataclass(frozen=True, eq=False)
class Ready:
    """A picture in MediaPipe's own memory: it takes a copy, which can be made ahead.

    Parameters
    ----------
    image : the ``mediapipe.Image``.
    size : (2,) width and height, px.
    """

    image: Any
    size: NDArray[np.int64]


def ready(rgb: Picture) -> Ready:
    """Hand a (height, width, 3) picture over to MediaPipe."""
    from mediapipe import Image, ImageFormat

    # it reads the memory as it lies: a view would be seen as stripes
    image = Image(ImageFormat.SRGB, np.ascontiguousarray(rgb))
    return Ready(image, np.array([rgb.shape[1], rgb.shape[0]]))


class Task:
    """A MediaPipe task that is closed after use; until then its C++ code's notes go nowhere.

    Parameters
    ----------
    kind : its name in MediaPipe, e.g. ``PoseLandmarker``.
    model : name of its file in the store.
    options : the task's own, but for the model and the mode.

    Raises
    ------
    ModelError
        If the model isn't fetched, or doesn't load.
    """

    def __init__(self, kind: str, model: str, mode: Literal["IMAGE", "VIDEO"], **options: Any) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        chosen = getattr(vision, f"{kind}Options")(
            base_options=BaseOptions(model_asset_path=str(pose_task(model))),
            running_mode=vision.RunningMode[mode],
            **options,
        )
        with ExitStack() as until_made:
            until_made.enter_context(quiet())
            try:
                self._task = getattr(vision, kind).create_from_options(chosen)
            except (RuntimeError, ValueError) as error:
                raise ModelError(
                    f"model {model} must load, got {error}; run `rehabkit models fetch {model}` again"
                ) from error
            self._until_closed = until_made.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._until_closed:
            self._task.close()
            del self._task  # it says goodbye, too


class _Landmarker(Task):
    """The pose landmarker, and the seconds it worked."""

    def __init__(self, model: str, mode: Literal["IMAGE", "VIDEO"], n_people: int) -> None:
        super().__init__("PoseLandmarker", model, mode, num_poses=n_people)
        self.inference_s = 0.0

    def _poses(self, picture: Ready, *ticks: int) -> list[Pose]:
        """Run the network on one picture; with a time, as the next frame of a video."""
        start = time.perf_counter()
        result = (self._task.detect_for_video if ticks else self._task.detect)(picture.image, *ticks)
        self.inference_s += time.perf_counter() - start
        people = zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        return [_pose(landmarks, world, picture.size) for landmarks, world in people]


class Tracker(_Landmarker):
    """Follows one person through the frames of a video."""

    def __init__(self, model: str) -> None:
        super().__init__(model, "VIDEO", n_people=1)
        self._ticks = -1

    def track(self, picture: Ready, time_s: float) -> Pose | None:
        """Return the person in the next frame, or ``None``.

        Parameters
        ----------
        picture : the frame; all frames of equal size until :meth:`forget`.
        time_s : its time, later than that of the frame before.
        """
        self._ticks = max(round(time_s * TICKS_PER_SECOND), self._ticks + 1)
        poses = self._poses(picture, self._ticks)
        return poses[0] if poses else None

    def forget(self) -> None:
        """Look for a person anew in the next frame: an empty picture makes MediaPipe lose who it follows."""
        self._ticks += 1
        self._poses(ready(np.zeros((64, 64, 3), dtype=np.uint8)), self._ticks)


class Scanner(_Landmarker):
    """Finds everybody in single pictures, each found anew."""

    def __init__(self, model: str) -> None:
        super().__init__(model, "IMAGE", n_people=5)

    def find(self, rgb: Picture) -> list[Pose]:
        """Return the people in a picture, as the network finds them in the whole of it."""
        return self._poses(ready(rgb))


def _pose(landmarks: Any, world: Any, size: NDArray[np.int64]) -> Pose:
    return Pose(
        positions=np.array([(mark.x, mark.y) for mark in landmarks]) * size,
        confidence=np.clip([mark.visibility for mark in landmarks], 0.0, 1.0),
        estimated_m=np.array([(mark.x, mark.y, mark.z) for mark in world]),
    )
