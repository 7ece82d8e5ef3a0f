"""Drawings and pages of electrode placement: to scale, on the limb, within the sheet, and with all the words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pypdf import PdfReader

from rehabkit.exercises.emg_placement import Placement, shipped
from rehabkit.recordings.electrodes import TEN_TWENTY, positions
from rehabkit.reports import drawing as d
from rehabkit.reports.head_placement import MIDLINE, NEEDED, from_above, from_the_side
from rehabkit.reports.html import render_page
from rehabkit.reports.limb_drawing import LIMBS, can_draw, centre, limb, pair, smooth
from rehabkit.reports.pdf import write_pages
from rehabkit.reports.placement_content import drawings_of, eeg_page, emg_page

MUSCLES = {muscle.name: muscle for muscle in shipped().muscle}


def page_of(*names: str):
    return emg_page(shipped(), shipped().of(names))


@pytest.mark.parametrize("name", list(MUSCLES))
def test_pairs_are_20_mm_apart_at_their_share_of_the_line(name: str) -> None:
    muscle = MUSCLES[name]
    first, last = pair(muscle, 20)
    assert np.linalg.norm(last - first) == pytest.approx(20)
    marks = LIMBS[muscle.view].landmarks
    start, end = np.array(marks[muscle.start]), np.array(marks[muscle.end])
    along = (end - start) / np.linalg.norm(end - start)
    offset = (first + last) / 2 - start
    assert offset @ along == pytest.approx(muscle.share * np.linalg.norm(end - start))
    assert abs(np.cross([*along, 0], [*offset, 0])[2]) == pytest.approx(abs(muscle.beside_mm), abs=1e-6)
    cosine = abs((last - first) @ along) / 20
    assert cosine == pytest.approx(abs(np.cos(np.radians(muscle.turned_deg))), abs=1e-9)


@pytest.mark.parametrize("name", list(MUSCLES))
def test_electrodes_and_landmarks_lie_on_the_limb(name: str) -> None:
    from matplotlib.path import Path as Area

    muscle = MUSCLES[name]
    area = Area(smooth(np.array(LIMBS[muscle.view].outline, dtype=float)))
    assert area.contains_points(np.array(pair(muscle, 20))).all()
    marks = LIMBS[muscle.view].landmarks
    assert area.contains_points(np.array([marks[muscle.start], marks[muscle.end]]), radius=4).all()


def test_towards_the_body_is_towards_the_body() -> None:
    """The triceps' pair lies on the inner side of its line: seen from behind, the body is left of the right arm."""
    triceps = MUSCLES["triceps_brachii"]
    on_the_line = centre(triceps.model_copy(update={"beside_mm": 0.0}))
    assert centre(triceps)[0] < on_the_line[0] - 30
    inner, outer = (centre(MUSCLES[f"gastrocnemius_{side}"])[0] for side in ("medialis", "lateralis"))
    assert inner < outer
    medial, lateral = (centre(MUSCLES[f"vastus_{side}"])[0] for side in ("medialis", "lateralis"))
    assert lateral < medial  # seen from the front the body is to the right of the right leg


def test_a_quarter_turn_is_clockwise_on_the_sheet() -> None:
    down = MUSCLES["rectus_femoris"].model_copy(update={"turned_deg": 90.0})
    first, last = pair(down, 20)
    assert last[0] - first[0] == pytest.approx(-20, abs=0.1)  # down becomes left


def every_drawing() -> list[d.Drawing]:
    emg = drawings_of(page_of(*MUSCLES))
    return [*emg, from_above(TEN_TWENTY), from_above(list(positions())), from_above(["C3"]), from_the_side()]


@pytest.mark.parametrize("i", range(8))
def test_nothing_lies_outside_the_sheet(i: int) -> None:
    drawing = every_drawing()[i]
    for shape in drawing.shapes:
        if isinstance(shape, d.Text):
            left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * 0.56 * shape.size * len(
                shape.words
            )
            places = [(left, shape.y - shape.size), (left + 0.56 * shape.size * len(shape.words), shape.y)]
        else:
            places = list(shape.points) if isinstance(shape, d.Path) else [(shape.x, shape.y)]
        for x, y in places:
            assert -1 <= x <= drawing.width + 1 and -1 <= y <= drawing.height + 1, shape
    ElementTree.fromstring(d.svg_file(drawing))


def test_names_of_muscles_do_not_overlap() -> None:
    for drawing in drawings_of(page_of(*MUSCLES)):
        names = sorted(s.y for s in drawing.shapes if isinstance(s, d.Text) and s.size == 10.5)
        assert all(low - high >= 10.5 for high, low in pairwise(names))


def test_needed_electrodes_are_filled_others_hollow() -> None:
    drawing = from_above(["C3", "T4"])
    filled = [s for s in drawing.shapes if isinstance(s, d.Circle) and s.fill == d.INK]
    assert {(round(s.radius, 1)) for s in filled} == {NEEDED} and len(filled) == 2
    assert filled[0].x < 175 < filled[1].x
    words = [s.words for s in drawing.shapes if isinstance(s, d.Text)]
    assert "T8" in words and "Fz" in words


def test_the_midline_is_divided_in_tenths() -> None:
    """Each mark lies as far from its neighbours as its percentage says: 10, 20, 20, 20, 20, 10."""
    drawing = from_the_side()
    marks = [s for s in drawing.shapes if isinstance(s, d.Circle) and s.radius in (4.2, 3.4)][:7]
    angle = sorted(np.degrees(np.arctan2(186 - m.y, m.x - 178)) for m in marks if m.y < 180)
    assert np.diff(angle) / np.ptp(angle) == pytest.approx([0.1, 0.2, 0.2, 0.2, 0.2, 0.1], abs=1e-6)
    assert [s.words for s in drawing.shapes if isinstance(s, d.Text) and s.bold][:5] == list(MIDLINE)


def test_pages_say_all_that_is_needed(tmp_path: Path) -> None:
    emg, eeg = page_of("rectus_femoris", "biceps_femoris"), eeg_page(["C3", "T3", "A1"], "you")
    for page, wanted in (
        (
            emg,
            ("20 mm, centre to centre", "rectus_femoris", "Halfway between the two.", "sit bone", "A to B", "SENIAM"),
        ),
        (eeg, ("half the way from Cz to T7", "lobe of the ear", "on the ring, left, 50 %", "From nasion to inion")),
    ):
        write_pages(page, tmp_path / "page.pdf")
        pdf = " ".join(" ".join(p.extract_text() for p in PdfReader(tmp_path / "page.pdf").pages).split())
        for said in wanted:
            assert said in render_page(page) and said in pdf, said
        assert "Movement assessment" not in render_page(page)


def test_a_muscle_without_a_place_in_the_drawing_is_in_the_table() -> None:
    marks = shipped().landmarks | {"knob": shipped().landmarks["heel"]}
    own = MUSCLES["rectus_femoris"].model_dump(by_alias=True) | {"from": "knob", "title": "<b>Own</b>"}
    placements = shipped().model_copy(update={"landmarks": marks})
    muscle = Placement.model_validate(own)
    page = emg_page(placements, [muscle])
    assert not can_draw(muscle) and drawings_of(page) == []
    assert "&lt;b&gt;Own&lt;/b&gt;" in render_page(page) and "<b>Own" not in render_page(page)


def test_limb_of_nothing_is_a_limb() -> None:
    assert limb("leg_front", [], {}, 20).shapes
