"""One simulated session as a picture: angle, torque and speed over time, the states shaded, the limits drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rehabkit.errors import InputError
from rehabkit.exoskeleton.governor import Mode
from rehabkit.exoskeleton.session import Event, SessionLog
from rehabkit.recordings.files import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES = {Mode.FOLLOWING: "#e6f2e6", Mode.STOPPING: "#f6b26b", Mode.SUPPORT: "#e3ebf5", Mode.BRAKED: "#c27ba0"}
NAMES = {Mode.FOLLOWING: "led", Mode.STOPPING: "controlled stop", Mode.SUPPORT: "support", Mode.BRAKED: "braked"}
WANTED, LED, LIMB, LIMIT = "#999999", "#1f5fa8", "#111111", "#c0392b"
FORMATS = (".png", ".svg", ".pdf")
MOST_POINTS = 6000
LETTER = 0.0063
"""Width of a letter of the marks, as a share of the axis."""


def draw(log: SessionLog, path: Path, title: str = "") -> None:
    """Write the picture.

    Parameters
    ----------
    path : a .png, .svg or .pdf file.
    title : what drove the session.

    Raises
    ------
    InputError
        If the name ends otherwise.
    OutputError
        If it can't be written.
    """
    require_picture(path)
    from matplotlib import rc_context

    figure = _figure(log, title)
    with atomic(path) as temporary, rc_context({"svg.fonttype": "none"}):  # words stay words
        figure.savefig(temporary, dpi=110, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)


def require_picture(path: Path) -> None:
    """Raise an InputError unless the name is that of a picture."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"plot must be a {', '.join(FORMATS)} file, got {path.name}; rename it")


def _figure(log: SessionLog, title: str) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7.2), layout="constrained")
    angle, torque, speed = figure.subplots(3, 1, sharex=True, height_ratios=[3, 1.5, 1.3])
    figure.suptitle(
        f"Simulated bilateral training of a knee{': ' if title else ''}{title}", fontsize=13, x=0.01, ha="left"
    )
    for axes in (angle, torque, speed):
        _shade(axes, log)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0)
    _angles(angle, log)
    _torque(torque, log)
    _speed(speed, log)
    _marks(angle, log)
    _legend(figure, angle, log)
    speed.set_xlabel("time, s")
    return figure


def _shade(axes: Axes, log: SessionLog) -> None:
    for mode, colour in SHADES.items():
        for start_s, end_s in log.stretches(mode):
            axes.axvspan(start_s, end_s, color=colour, linewidth=0, zorder=0)


def _line(axes: Axes, log: SessionLog, values: np.ndarray, colour: str, width: float, label: str = "") -> None:
    step = max(1, len(values) // MOST_POINTS)
    axes.plot(log.time_s[::step], values[::step], color=colour, linewidth=width, label=label or None)


def _limits(axes: Axes, *at: float) -> None:
    for value in at:
        axes.axhline(value, color=LIMIT, linewidth=0.9, linestyle=(0, (5, 3)))


def _angles(axes: Axes, log: SessionLog) -> None:
    limits = log.limits
    _limits(axes, limits.low_deg, limits.high_deg)
    _line(axes, log, np.clip(log.desired_deg, -30, 160), WANTED, 1.0, "desired by the intact side")
    _line(axes, log, log.reference_deg, LED, 1.4, "where the governor leads")
    _line(axes, log, log.angle_deg, LIMB, 1.8, "the modelled limb")
    axes.set_ylabel("knee flexion, °")


def _torque(axes: Axes, log: SessionLog) -> None:
    limit = log.limits.torque_nm
    _limits(axes, -limit, limit)
    _line(axes, log, log.torque_nm, LIMB, 1.1)
    axes.set_ylabel("torque, N·m")
    axes.set_ylim(-1.15 * limit, 1.15 * limit)


def _speed(axes: Axes, log: SessionLog) -> None:
    limit = log.limits.speed_deg_s
    _limits(axes, -limit, limit)
    _line(axes, log, log.velocity_deg_s, LIMB, 1.1)
    axes.set_ylabel("speed, °/s")
    axes.set_ylim(-1.35 * limit, 1.35 * limit)


def _marks(axes: Axes, log: SessionLog) -> None:
    """Why it stopped, and when somebody resumed, above the picture."""
    places, span = axes.get_xaxis_transform(), log.time_s[-1] - log.time_s[0]
    free = [float("-inf")] * 4  # where each row of words is free again
    for event in log.events:
        words = "" if event.kind == "injected" else _words(event)
        if not words:
            continue
        width = LETTER * len(words) * span
        start = min(event.time_s, log.time_s[-1] - width)
        row = next((place for place, until in enumerate(free) if until < start), 0)
        free[row] = start + width
        height = 1.02 + 0.075 * row
        colour = LIMIT if event.kind != Mode.FOLLOWING else "#2e7d32"
        axes.text(start, height, words, transform=places, fontsize=8.5, color=colour)
        axes.plot([event.time_s] * 2, [0, height], transform=places, color="#777777", linewidth=0.6, clip_on=False)
    for event in log.events:
        if event.kind == "injected":
            axes.plot(event.time_s, 0.03, marker="^", color=LIMIT, transform=places, markersize=7, clip_on=False)


def _words(event: Event) -> str:
    """What is written of an event; reaching support is seen by its colour."""
    if event.kind == Mode.FOLLOWING:
        return "started" if event.text == "started" else "resumed"
    reasons = event.text.partition(": ")[2].split(", ")
    more = f" (+{len(reasons) - 1})" if len(reasons) > 1 else ""
    return "" if event.kind == Mode.SUPPORT else reasons[0] + more


def _legend(figure: Figure, axes: Axes, log: SessionLog) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lines, _ = axes.get_legend_handles_labels()
    limit = Line2D([], [], color=LIMIT, linewidth=0.9, linestyle=(0, (5, 3)), label="limit")
    put_in = Line2D([], [], color=LIMIT, marker="^", linestyle="", label="fault put in")
    injected = [put_in] if any(event.kind == "injected" for event in log.events) else []
    patches = [Patch(color=SHADES[mode], label=NAMES[mode]) for mode in SHADES if log.stretches(mode)]
    note = "Simulation only: modelled limb, patient and machine."
    figure.legend(
        handles=[*lines, limit, *injected, *patches], loc="outside lower center", ncols=5, frameon=False, fontsize=9,
        title=note, title_fontsize=9,
    )  # fmt: skip
