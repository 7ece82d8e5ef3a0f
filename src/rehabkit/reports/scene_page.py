"""Scenes as one page to turn them in three dimensions: self-contained, from disk or from our own small server.

three.js is not part of rehabkit: it is fetched once (``rehabkit models fetch viewer``) and put into the page with its
licence. The page loads nothing, and its policy lets nothing run but these two scripts, known by their checksums. What
comes from files reaches it as JSON in which no ``<`` stands, and is written as text, never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import asin, atan2, degrees
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray

from rehabkit.errors import InputError
from rehabkit.figures import Place, Scene
from rehabkit.findings import Assessment
from rehabkit.recordings.files import atomic
from rehabkit.reports.axes import decimal_step
from rehabkit.reports.colours import part
from rehabkit.reports.html import environment
from rehabkit.reports.scene import scene_drawings
from rehabkit.reports.scene_key import said, side_of
from rehabkit.reports.scene_views import View, upright, views
from rehabkit.reports.text import words
from rehabkit.runtime import store

Array = NDArray[np.float64]
SCRIPTS = ("things.js", "orbit.js", "headset.js", "controls.js", "page.js")
"""In the order in which they need each other."""
NO_SCRIPT = "main { display: none; } #still { display: grid; }"
NOT_A_DEVICE, CLOSED = "Not a medical device.", "Nothing leaves this page: it loads and sends nothing."
"""Said under each scene; an assessment has its own words for the first."""
SMALLEST_M = 0.01
N_SQUARES = 14
"""Of the grid, at most, from one side of the scene to the other."""


def scenes_of(assessment: Assessment) -> list[Scene]:
    """The scenes among an assessment's figures.

    Raises
    ------
    InputError
        If there is none.
    """
    scenes = [figure for figure in assessment.figures if isinstance(figure, Scene)]
    if not scenes:
        raise InputError(
            f"assessment must hold a scene in space, got none from {assessment.exercise_title}; "
            "lying_pose and hand_surface make one"
        )
    return scenes


def write_scene_page(scenes: Sequence[Scene], path: str | Path, notice: str = "") -> None:
    """Write the page as one file that opens from disk, without network.

    Raises
    ------
    OutputError
        If it can't be written.
    ModelError
        If three.js has not been fetched.
    """
    page = scene_page(scenes, notice)
    with atomic(Path(path)) as temporary:
        temporary.write_text(page, encoding="utf-8")


def scene_page(scenes: Sequence[Scene], notice: str = "") -> str:
    """The page as a whole HTML document.

    Parameters
    ----------
    scenes : at least one; several are shown one by one, side by side, or on each other.

    Raises
    ------
    ModelError
        If three.js has not been fetched.
    """
    library, code, css = store.viewer(), _code(), _own("viewer.css")
    return environment().get_template("viewer/page.html.j2").render(
        title=scenes[0].title if len(scenes) == 1 else f"{scenes[0].title} and {len(scenes) - 1} more",
        policy=policy_of(),
        css=Markup(css),
        flat=Markup(NO_SCRIPT),
        n_scenes=len(scenes),
        grid=f"{100 * _square(_Box.of(scenes[0]).radius):g} cm",
        drawings=[drawing for scene in scenes for drawing in scene_drawings(scene)],
        notice=f"{notice or NOT_A_DEVICE} {CLOSED}",
        data=Markup(as_json([_numbers(scene) for scene in scenes])),
        library=Markup(library),
        code=Markup(code),
    )  # fmt: skip


def policy_of() -> str:
    """The content security policy of every such page: its two scripts and its style, by their checksums.

    Raises
    ------
    ModelError
        If three.js has not been fetched.
    """
    scripts, styles = (store.viewer(), _code()), (_own("viewer.css"), NO_SCRIPT)
    scripted, styled = (" ".join(f"'sha256-{_checksum(one)}'" for one in every) for every in (scripts, styles))
    return (
        f"default-src 'none'; script-src {scripted}; style-src {styled}; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    )


def as_json(value: object) -> str:
    """JSON that may stand between the tags of a script.

    Examples
    --------
    >>> as_json("</script>&")
    '"\\\\u003c/script\\\\u003e\\\\u0026"'
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _checksum(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _own(name: str) -> str:
    return resources.files("rehabkit.reports").joinpath("viewer", name).read_text("utf-8")


def _code() -> str:
    """Our scripts as one, with names of their own."""
    return '(() => {\n"use strict";\n' + "\n".join(_own(name) for name in SCRIPTS) + "\n})();"


def _numbers(scene: Scene) -> dict[str, Any]:
    """What the page needs to know of a scene; points as the bytes of their numbers, little-endian."""
    rotation = upright(scene)
    box = _Box.of(scene)
    places = list(scene.joints)
    return {
        "title": scene.title, "caption": scene.caption, "simulated": scene.simulated, "said": said(scene),
        "points": _base64(scene.points_m, "<f4"), "labels": _base64(scene.labels, "<u2"),
        "colours": _base64(scene.colours, "u1"),
        "partNames": [{"name": words(name), "colour": part(i)} for i, name in enumerate(scene.label_names)],
        "joints": [
            {"name": words(name), "at": joint.at_m, "spread": joint.spread_m, "hidden": joint.hidden,
             "side": side_of(name)}
            for name, joint in scene.joints.items()
        ],
        "bones": [
            {"first": places.index(a), "last": places.index(b), "side": side_of(a) if side_of(a) == side_of(b) else ""}
            for a, b in scene.bones if scene.joints[a].at_m != scene.joints[b].at_m
        ],
        "bed": scene.bed_m, "rotation": rotation.tolist(), "centre": box.middle.tolist(), "anchor": box.anchor.tolist(),
        "lift": box.lift, "half": box.half.tolist(), "radius": box.radius, "floor": -float(box.half[1]),
        "grid": _square(box.radius),
        "views": [_seen_from(view, rotation) for view in views(scene)],
    }  # fmt: skip


def _base64(numbers: ArrayLike, kind: str) -> str:
    return base64.b64encode(np.asarray(numbers, dtype=kind).tobytes()).decode()


@dataclass(frozen=True)
class _Box:
    """Around all that is shown, upright.

    Parameters
    ----------
    middle : (3,) of the box, in the scene's axes, metres.
    half : (3,) half its sides: across, up, towards the eye; metres.
    radius : from the middle to the farthest place, metres.
    anchor : (3,) middle of the mattress, or else of the box, in the scene's axes, metres.
    lift : how far the anchor lies above the box's middle, metres.
    """

    middle: Array
    half: Array
    radius: float
    anchor: Array
    lift: float

    @classmethod
    def of(cls, scene: Scene) -> _Box:
        joints: list[Place] = [joint.at_m for joint in scene.joints.values()]
        places = np.array([*scene.points_m, *joints, *scene.bed_m] or [(0.0, 0.0, 0.0)], dtype=np.float64)
        rotation = upright(scene)
        turned = places @ rotation.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        middle = (low + high) / 2
        radius = max(float(np.linalg.norm(turned - middle, axis=1).max()), SMALLEST_M)
        anchor = np.mean(scene.bed_m, axis=0) if scene.bed_m else middle @ rotation
        return cls(middle @ rotation, (high - low) / 2, radius, anchor, float((anchor @ rotation.T - middle)[1]))


def _square(radius: float) -> float:
    return decimal_step(2 * radius, N_SQUARES)


def _seen_from(view: View, rotation: Array) -> dict[str, Any]:
    """The direction to the eye as the page counts it: degrees around what is up, and above the floor."""
    x, y, z = -(rotation @ view.forward)
    up_x, _, up_z = rotation @ view.up
    steep = abs(y) > 0.999  # straight down: what is up on the sheet says which way the eye is turned
    azimuth = atan2(-y * up_x, -y * up_z) if steep else atan2(x, z)
    return {"name": view.name, "azimuth": degrees(azimuth), "elevation": degrees(asin(min(max(y, -1.0), 1.0)))}
