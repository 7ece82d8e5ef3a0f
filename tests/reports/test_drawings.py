"""Curves and skeletons: measured on the drawing itself, against the values that it was made from."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from rehabkit.findings import AngleSeries, Hold
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports import drawing as d
from rehabkit.reports.content import target_band
from rehabkit.reports.curves import angle_curve
from rehabkit.reports.poses import pose_figures
from rehabkit.reports.ranges import range_chart


def paths(drawing: d.Drawing, **features: object) -> list[d.Path]:
    found = [s for s in drawing.shapes if isinstance(s, d.Path)]
    return [p for p in found if all(getattr(p, name) == value for name, value in features.items())]


def texts(drawing: d.Drawing) -> dict[str, d.Text]:
    return {s.words: s for s in drawing.shapes if isinstance(s, d.Text)}


def knee(assessment):
    return [s for s in assessment.series if "knee" in s.name]


def test_svg_is_xml_and_escapes_its_words():
    drawing = d.Drawing(9, 9, "a < b", '"quoted" & <b>', (d.Text(1, 2, "<script>"), d.Circle(1, 2, 3, "#000000")))
    root = ElementTree.fromstring(d.to_svg(drawing))
    assert root.find("text").text == "<script>"
    assert root.get("aria-label") == 'a < b. "quoted" & <b>'


def test_hatching_stays_within_its_rectangle():
    points = np.array([p for path in d.hatch(10, 20, 60, 50, "#000000") for p in path.points])
    assert points[:, 0].min() >= 10 and points[:, 0].max() <= 60
    assert points[:, 1].min() >= 20 and points[:, 1].max() <= 50
    assert len(points) >= 10


def test_curve_lies_where_its_scale_says(assessment):
    drawing = angle_curve(assessment, knee(assessment), target_band(assessment), primary=True)
    label = texts(drawing)
    per_degree = (label["60°"].y - label["0°"].y) / 60
    per_second = (label["4 s"].x - label["0 s"].x) / 4
    line = paths(drawing, stroke=d.LEFT, dash=None)[0].points
    x, y = min(line, key=lambda p: p[1])  # the highest point: 90° after 1, 3 or 5 s
    zero_y = label["0°"].y - 3.5
    assert (y - zero_y) / per_degree == pytest.approx(90, abs=0.5)
    assert (x - label["0 s"].x) / per_second % 2 == pytest.approx(1, abs=0.05)


def test_a_gap_stays_a_gap(assessment):
    left = paths(angle_curve(assessment, knee(assessment)), stroke=d.LEFT)
    curves = [p for p in left if len(p.points) > 2]
    assert len(curves) == 2
    assert curves[1].points[0][0] - curves[0].points[-1][0] > 20


def test_repetitions_are_marked_without_colour_alone(assessment):
    drawing = angle_curve(assessment, knee(assessment), target_band(assessment))
    circles = [s for s in drawing.shapes if isinstance(s, d.Circle)]
    assert [c.dash is not None for c in circles] == [False, False, False, True]
    assert [texts(drawing)[str(n)].anchor for n in (1, 2, 3, 4)] == ["middle"] * 4
    assert len(paths(drawing, width=0.8, stroke="#b9c4cf")) > 10  # hatching of the partial one
    assert "3 complete repetitions, 1 partial." in drawing.description
    assert "target 80–120°" in texts(drawing)


def test_what_is_not_clinical_is_named_and_drawn_apart(assessment):
    drawing = angle_curve(assessment, knee(assessment))
    assert "not clinical" in texts(drawing)
    assert not paths(drawing, stroke=d.RIGHT)
    assert paths(drawing, stroke=d.MUTED, dash=(5.0, 3.0))


def test_long_curves_are_thinned_without_losing_their_extremes(assessment):
    time_s = np.arange(0, 600, 1 / 30)
    value = 50 + np.random.default_rng(0).normal(0, 5, len(time_s))
    value[7777] = 119.0
    series = AngleSeries(name="knee", label="Knee", side="none", time_s=list(time_s), value=list(value), clinical=True)
    drawing = angle_curve(assessment, [series])
    (line,) = [p for p in paths(drawing) if len(p.points) > 100]
    assert len(line.points) < 2600
    label = texts(drawing)
    per_degree = (label["90°"].y - label["0°"].y) / 90
    assert (min(y for _, y in line.points) - (label["0°"].y - 3.5)) / per_degree == pytest.approx(119, abs=0.5)


def test_pictures_show_the_angle_that_they_print(assessment):
    skeleton = landmarks.from_base64(assessment.recording.landmarks)
    start, end = pose_figures(assessment, skeleton, "knee_flexion")
    assert "90° ± 12° (provisional)" in end.caption and "end range (1.0 s)" in end.caption
    assert "90°" in texts(end.drawing)
    (arc,) = [np.array(p.points) for p in paths(end.drawing, width=1.8)]
    centre, radius = circle_through(arc)
    first, last = arc[0] - centre, arc[-1] - centre
    turned = np.degrees(np.arccos(first @ last / radius**2))
    assert turned == pytest.approx(90, abs=1)
    assert length(start.drawing) == pytest.approx(length(end.drawing), rel=0.02)  # one scale for both


def circle_through(points):
    """Centre and radius of the circle through points, by least squares."""
    system = np.column_stack([2 * points, np.ones(len(points))])
    x, y, c = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    return np.array([x, y]), float(np.sqrt(c + x * x + y * y))


def length(drawing: d.Drawing) -> float:
    """Of the longest left limb segment."""
    limbs = [np.diff(np.array(p.points), axis=0) for p in paths(drawing, stroke=d.LEFT, width=6.5)]
    return max(float(np.linalg.norm(limb)) for limb in limbs)


def test_no_arc_where_the_picture_shows_another_angle(assessment):
    for repetition in assessment.repetitions[:3]:
        repetition.range_of_motion[0].peak_deg = 140.0
    skeleton = landmarks.from_base64(assessment.recording.landmarks)
    end = pose_figures(assessment, skeleton, "knee_flexion")[1]
    assert not paths(end.drawing, width=1.8) and "140° ± 12°" in end.caption


def test_a_hold_is_pictured_in_its_middle(make_assessment):
    a = make_assessment(repetitions=[], holds=[Hold(start_s=0.0, end_s=2.0, duration_s=2.0)])
    (figure,) = pose_figures(a, landmarks.from_base64(a.recording.landmarks), "knee_flexion")
    assert "(1.0 s)" in figure.caption


def test_three_dimensions_are_seen_from_the_side_that_shows_the_angle(assessment):
    flat = landmarks.from_base64(assessment.recording.landmarks)
    x, y = flat.positions[..., 0], flat.positions[..., 1]
    deep = np.stack([np.zeros_like(x), -y, x], axis=-1) / 100  # the bend now lies in depth
    deep[:, [i for i, n in enumerate(flat.joint_names) if n.startswith("left_")], 0] += 0.2
    skeleton = Skeleton(flat.joint_names, flat.time_s, deep, flat.confidence, "y_up", "kinect")
    end = pose_figures(assessment, skeleton, "knee_flexion")[1]
    assert paths(end.drawing, width=1.8)  # the arc is only drawn where it agrees with 90°


def test_the_body_unseen_is_not_pictured(assessment):
    flat = landmarks.from_base64(assessment.recording.landmarks)
    unseen = flat.noted("hidden", positions=np.full_like(flat.positions, np.nan))
    assert pose_figures(assessment, unseen, "knee_flexion") == []


def test_ranges_side_by_side(assessment):
    drawing = range_chart(assessment)
    label = texts(drawing)
    per_degree = (label["90°"].x - label["0°"].x) / 90
    marks = [s for s in drawing.shapes if isinstance(s, d.Circle)]
    assert [(m.x - label["0°"].x) / per_degree for m in marks] == pytest.approx([89.6, 85.4], abs=0.1)
    assert marks[0].fill == d.LEFT and marks[1].fill == d.PAPER
