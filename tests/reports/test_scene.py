"""Scenes as still drawings: measured on the drawings, against the places that they were made from."""

from __future__ import annotations

import csv
import math
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rehabkit.figures import Scene, SceneJoint
from rehabkit.reports import drawing as d
from rehabkit.reports.colours import part
from rehabkit.reports.html import render_html
from rehabkit.reports.pdf import write_pdf
from rehabkit.reports.scene import scene_drawings
from rehabkit.reports.scene_views import upright, views
from rehabkit.reports.sensor_tables import write_figures_csv

from .scenes import HOSTILE, lying, two_balls
from .sensors import make_sensor

SCENES = {
    "lying": lying(),
    "balls": two_balls(),
    "filmed": two_balls(labels=[], colours=[(255, 0, 0)] * 400),
    "many parts": two_balls(labels=[i % 60 for i in range(400)], label_names=[f"part {i}" for i in range(60)]),
    "one point": Scene(title="One", points_m=[(0.0, 0.0, 1.0)]),
    "nothing": Scene(title="Nothing"),
    "wide spread": Scene(title="Wide", joints={"head": SceneJoint(at_m=(0, 0, 1), spread_m=0.5, hidden=True)}),
    "z up": lying(up=(0.0, 0.0, 1.0)),
    "no direction": two_balls(up=(0.0, 0.0, 0.0)),
}


@pytest.mark.parametrize("name", list(SCENES))
def test_nothing_lies_outside_the_sheet(name: str) -> None:
    drawings = scene_drawings(SCENES[name])
    assert len(drawings) == 4
    for drawing in drawings:
        for shape in drawing.shapes:
            if isinstance(shape, d.Path):
                low, high = np.min(shape.points, axis=0), np.max(shape.points, axis=0)
            elif isinstance(shape, d.Circle):
                low, high = (np.array([shape.x, shape.y]) + s * shape.radius for s in (-1, 1))
            else:
                width = 0.56 * shape.size * len(shape.words)
                left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * width
                low, high = np.array([left, shape.y - 0.75 * shape.size]), np.array([left + width, shape.y])
            assert (low >= -1).all() and high[0] <= drawing.width + 1 and high[1] <= drawing.height + 1, shape
        ElementTree.fromstring(d.to_svg(drawing))
        assert drawing.title and drawing.description


@pytest.mark.parametrize("up", [(0, -1, 0), (0.1, -0.9, -0.3), (0, 0, -1), (0.2, -0.5, -0.8), (0, 1, 0), (0, 0, 1)])
def test_views_turn_and_never_mirror(up: tuple[float, float, float]) -> None:
    scene = Scene(title="S", up=up)
    for view in views(scene):
        axes = np.stack([view.right, view.up, -view.forward])
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(axes) == pytest.approx(1)
    rotation = upright(scene)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation @ np.array(up) / np.linalg.norm(up), (0, 1, 0), atol=1e-12)


def test_a_bed_is_seen_from_above_and_from_its_sides() -> None:
    """Head at the upper edge, his left at the picture's right: so he lies on his back, as the sensor saw him."""
    above, side, foot = (joints(drawing) for drawing in scene_drawings(lying())[:3])
    assert above["left_shoulder"][1] < above["left_hip"][1]  # head up
    assert above["right_shoulder"][0] < above["left_shoulder"][0]
    assert side["left_shoulder"][0] > side["left_hip"][0]  # from the picture's right, its upper edge is to the right
    assert foot["right_shoulder"][0] < foot["left_shoulder"][0]  # from the foot the sides are as from above
    for drawing in scene_drawings(lying())[1:3]:
        bed = next(s for s in drawing.shapes if isinstance(s, d.Path) and s.closed)
        lowest = max(y for _, y in bed.points)
        assert all(y < lowest for _, y in joints(drawing).values())  # he lies on the mattress, not under it


def joints(drawing: d.Drawing) -> dict[str, tuple[float, float]]:
    """Places of the four joints: left before right, the one nearer to the upper edge before the other."""
    dots = {s for s in drawing.shapes if isinstance(s, d.Circle) and s.radius == pytest.approx(3.4)}
    hidden = next(s for s in dots if s.fill == d.PAPER)
    bones = [s for s in drawing.shapes if isinstance(s, d.Path) and s.width == pytest.approx(2.4)]
    left, right = (next(b for b in bones if b.stroke == colour) for colour in (d.LEFT, d.RIGHT))
    assert (hidden.x, hidden.y) == pytest.approx(right.points[1])
    names = ("left_shoulder", "left_hip", "right_shoulder", "right_hip")
    return dict(zip(names, (*left.points, *right.points), strict=True))


def test_lengths_are_those_of_the_scale_bar_in_every_view() -> None:
    """The left shoulder and hip are sqrt(0.05² + 0.5²) m apart, seen from above; 0.5 m from the side."""
    for drawing, metres in zip(scene_drawings(lying())[:2], (math.hypot(0.05, 0.5), 0.5), strict=True):
        label = next(s for s in drawing.shapes if isinstance(s, d.Text) and s.words.endswith(" cm"))
        bar = next(s for s in drawing.shapes if isinstance(s, d.Path) and s.stroke == d.MUTED and not s.closed)
        per_m = (bar.points[1][0] - bar.points[0][0]) / (float(label.words.removesuffix(" cm")) / 100)
        at = joints(drawing)
        assert math.dist(at["left_shoulder"], at["left_hip"]) / per_m == pytest.approx(metres, rel=1e-6)


def test_what_is_hidden_is_hollow_and_wide_and_the_right_side_dashed() -> None:
    drawing = scene_drawings(lying())[0]
    hollow = [s for s in drawing.shapes if isinstance(s, d.Circle) and s.fill == d.PAPER]
    assert len(hollow) == 1
    ring = [
        s for s in drawing.shapes if isinstance(s, d.Circle) and s.dash and (s.x, s.y) == (hollow[0].x, hollow[0].y)
    ]
    left = next(s for s in drawing.shapes if isinstance(s, d.Path) and s.stroke == d.LEFT)
    per_m = math.dist(*left.points) / math.hypot(0.05, 0.5)
    assert ring[0].radius == pytest.approx(0.08 * per_m)
    sides = {s.stroke: s.dash for s in drawing.shapes if isinstance(s, d.Path) and s.stroke in (d.LEFT, d.RIGHT)}
    assert sides[d.LEFT] is None and sides[d.RIGHT] is not None
    assert "hidden: right hip" in drawing.description and "SIMULATED" in words_of(drawing)


def words_of(drawing: d.Drawing) -> set[str]:
    return {s.words for s in drawing.shapes if isinstance(s, d.Text)}


def test_parts_are_coloured_numbered_and_named() -> None:
    drawing, *_, key = scene_drawings(two_balls())
    xs = {part(label): [s.x for s in drawing.shapes if isinstance(s, d.Circle) and s.fill == part(label)]
          for label in (0, 1)}  # fmt: skip
    assert max(xs[part(0)]) < drawing.width / 2 < min(xs[part(1)])
    assert {"1", "2"} <= words_of(drawing)
    assert {"1  First", "2  Second"} <= words_of(key)
    assert "first 75 %, second 25 %" in drawing.description
    assert "and 32 more" in words_of(scene_drawings(SCENES["many parts"])[-1])  # two columns of 14 hold 28 of the 60


def test_the_nearest_point_is_the_one_that_is_seen() -> None:
    """Two points on one line of sight: the sensor sees the near one, from behind nobody looks."""
    scene = two_balls(points_m=[(0, 0, 1.0), (0, 0, 2.0)], labels=[1, 0])
    dots = [s for s in scene_drawings(scene)[0].shapes if isinstance(s, d.Circle)]
    assert [dot.fill for dot in dots] == [part(1)]


def test_reports_and_tables_show_it(tmp_path: Path) -> None:
    assessment = make_sensor(figures=[lying(title=HOSTILE), two_balls(label_names=[HOSTILE, "b"])])
    page = render_html(assessment)
    assert page.count("<svg") >= 8 and "<img" not in page
    assert "from the picture's right" in unescape(page) and "<figcaption></figcaption>" not in page
    write_pdf(assessment, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    write_figures_csv(assessment, tmp_path / "figures.csv")
    with (tmp_path / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["line"]: row for row in csv.DictReader(file)}
    assert float(rows["right_hip x"]["value"]) == -0.15 and float(rows["right_hip spread"]["value"]) == 0.08
    assert (rows["right_hip x"]["marked"], rows["left_hip x"]["marked"]) == ("true", "false")
    assert (rows["points b"]["value"], rows["points b"]["unit"]) == ("100", "points")
