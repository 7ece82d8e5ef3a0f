"""Maps, circles and curves of electrodes: measured on the drawings, against the numbers that they were made from."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rehabkit.figures import Connectivity, Curves, Pair, ScalpMap, Spectrum
from rehabkit.recordings.electrodes import TEN_TWENTY, directions, positions
from rehabkit.reports import drawing as d
from rehabkit.reports.colours import LINE_STYLES, diverging, rising
from rehabkit.reports.connectome import circle, on_head
from rehabkit.reports.scalp import BAR_LEFT, HEAD, N_BANDS, scalp_map
from rehabkit.reports.signal_curves import signal_curves, spectrum

from .sensors import connected, knee, peaked, plane

EEG = Path(__file__).parents[3] / "shared" / "data" / "bio" / "physionet_eegmmidb_S001" / "S001R02.edf"


def texts(drawing: d.Drawing) -> dict[str, d.Text]:
    return {s.words: s for s in drawing.shapes if isinstance(s, d.Text)}


@cache
def drawings() -> dict[str, d.Drawing]:
    many = {name: [float(i), 2.0, -i / 3] for i, name in enumerate(directions())}
    full = ScalpMap(title="All", values={name: math.sin(i) for i, name in enumerate(directions())}, marked=["F9"])
    every = list(directions())
    pairs = [
        Pair(first=a, second=b, value=i / 40 - 0.5) for i, (a, b) in enumerate(zip(every, every[40:], strict=False))
    ]
    long = {f"semitendinosus_of_the_left_leg_{i}": [i * 1e-5, None, 1e-5] for i in range(12)}
    crowd = Curves(
        title="Crowd",
        unit="V",
        time_s=[0.0, 0.5, 1.0],
        lines=long,
        shaded={"a very long label " * 9: [(0.2, 0.3)], "b": []},
    )
    return {
        "map": scalp_map(plane()),
        "full map": scalp_map(full),
        "few": scalp_map(ScalpMap(title="Few", unit="dB of something long", values={"T3": 1.0, "C4": -2.0})),
        "on a line": scalp_map(ScalpMap(title="Line", values=dict.fromkeys(["Fz", "FCz", "Cz", "CPz", "Pz"], 1.0))),
        "none": scalp_map(ScalpMap(title="None", values={"EMG1": 1.0})),
        "circle": circle(connected()),
        "on the head": on_head(connected()),
        "full circle": circle(Connectivity(title="All", measure="coherence", nodes=every, pairs=pairs, simulated=True)),
        "no pairs": circle(Connectivity(title="No", measure="coherence", nodes=["C3"], pairs=[])),
        "spectrum": spectrum(peaked()),
        "many lines": spectrum(Spectrum(title="Many", frequency_hz=[1, 5, 9], lines=many, bands={"delta": (1, 1.2)})),
        "curves": signal_curves(knee()),
        "crowd": signal_curves(crowd),
        "flat": signal_curves(Curves(title="Flat", unit="", time_s=[0.0], lines={"a": [0.0]}, simulated=True)),
        "empty": signal_curves(Curves(title="Empty", unit="deg", time_s=[], lines={"a": []})),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(drawings()))
def test_nothing_lies_outside_the_sheet(name: str) -> None:
    drawing = drawings()[name]
    for shape in drawing.shapes:
        if isinstance(shape, d.Path):
            points = np.array(shape.points)
        elif isinstance(shape, d.Circle):
            points = np.array(
                [(shape.x - shape.radius, shape.y - shape.radius), (shape.x + shape.radius, shape.y + shape.radius)]
            )
        else:
            width = 0.56 * shape.size * len(shape.words)  # letters are about half as wide as high
            left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * width
            points = np.array([(left, shape.y - 0.75 * shape.size), (left + width, shape.y + 0.2 * shape.size)])
        assert np.isfinite(points).all(), shape
        low, high = points.min(axis=0), points.max(axis=0)
        assert (low >= -1).all() and high[0] <= drawing.width + 1 and high[1] <= drawing.height + 1, shape
    ElementTree.fromstring(d.to_svg(drawing))
    assert drawing.title and drawing.description


def test_field_of_a_plane_is_that_plane() -> None:
    """Values grow from left to right only, so each band is a stripe whose left edge is where its level lies."""
    drawing = scalp_map(plane())
    most = 10 * positions()["T8"][0]
    edges = np.linspace(-most, most, N_BANDS + 1)
    areas = [s for s in drawing.shapes if isinstance(s, d.Path) and s.fill and s.closed and s.fill != d.PAPER]
    stripes = {area.fill: min(x for x, _ in area.points) for area in areas if max(x for x, _ in area.points) < BAR_LEFT}
    for i in range(3, N_BANDS - 1):  # the ones below are cut by the edge of the head
        colour = diverging((2 * (i + 0.5) / N_BANDS - 1) * N_BANDS / (N_BANDS - 1))
        x = HEAD.x + HEAD.radius * edges[i] / 10
        assert stripes[colour] == pytest.approx(x, abs=0.6), i


def test_left_of_the_head_is_left_and_front_is_up() -> None:
    label = texts(scalp_map(plane()))
    assert label["C3"].x < HEAD.x < label["C4"].x
    assert label["Fz"].y < label["Cz"].y < label["Pz"].y
    assert label["C4"].bold and not label["C3"].bold  # marked
    around = texts(circle(connected()))
    assert around["C3"].x < 180 < around["C4"].x and around["Fp1"].y < around["O1"].y


def test_field_ends_where_nothing_was_measured() -> None:
    few = ScalpMap(title="Few", values={"C3": 1.0, "C4": -1.0, "Cz": 0.2, "FCz": 0.3})
    papers = [s for s in scalp_map(few).shapes if isinstance(s, d.Path) and s.fill == d.PAPER and len(s.points) > 100]
    nearest = min(math.dist(point, HEAD.at(name) or (0, 0)) for point in papers[0].points for name in few.values)
    assert nearest == pytest.approx(0.4 * HEAD.radius, abs=1.0)


def test_colours_tell_sign_in_grey_and_in_colour() -> None:
    def grey(colour: str) -> float:
        r, g, b = bytes.fromhex(colour.removeprefix("#"))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    for side in (1, -1):
        shades = [grey(diverging(side * share)) for share in np.linspace(0, 1, 6)]
        assert all(np.diff(shades) < 0)
    assert all(np.diff([grey(rising(share)) for share in np.linspace(0, 1, 6)]) < 0)
    blue, red = (bytes.fromhex(diverging(share).removeprefix("#")) for share in (-1, 1))
    assert blue[2] > blue[0] and red[0] > red[2]
    below = [s for s in scalp_map(plane()).shapes if isinstance(s, d.Path) and s.width == 0.5]
    assert {line.dash is not None for line in below} == {True, False}  # lines below zero are dashed


def test_stronger_pairs_are_wider_and_negative_ones_dashed() -> None:
    for drawing in (circle(connected()), on_head(connected())):
        curves = [s for s in drawing.shapes if isinstance(s, d.Path) and len(s.points) == 25]
        assert [curve.dash is not None for curve in curves] == [False, True, False]  # 0.3, -0.5, 0.8
        assert curves[0].width < curves[1].width < curves[2].width
    ends = [curves[2].points[0], curves[2].points[-1]]
    assert ends == [pytest.approx(on_the_head) for on_the_head in _on_the_head("C3", "C4")]
    assert "C3 and C4 0.80" in drawing.description


def _on_the_head(*names: str) -> list[tuple[float, float]]:
    from rehabkit.reports.connectome import HEAD as ROUND

    return [(ROUND.x + ROUND.radius * x, ROUND.y - ROUND.radius * y) for x, y in (positions()[n] for n in names)]


def test_curves_lie_where_their_scales_say() -> None:
    drawing = signal_curves(knee())
    label = texts(drawing)
    per_degree = (label["60°"].y - label["0°"].y) / 60
    per_second = (label["4 s"].x - label["2 s"].x) / 2
    line = next(
        s for s in drawing.shapes if isinstance(s, d.Path) and s.stroke == LINE_STYLES[0][0] and len(s.points) > 3
    )
    (x0, y0), (x1, y1) = line.points[0], line.points[-1]
    assert (y1 - y0) / per_degree / ((x1 - x0) / per_second) == pytest.approx(6, rel=1e-3)  # degrees a second
    dashed = [s for s in drawing.shapes if isinstance(s, d.Path) and s.dash == LINE_STYLES[1][1] and len(s.points) > 3]
    assert len(dashed) == 2  # the lost second stays a gap
    assert (dashed[1].points[0][0] - dashed[0].points[-1][0]) / per_second == pytest.approx(1, abs=0.01)
    assert {"Calibration", "Measured", "Estimated"} <= set(label)


def test_no_two_lines_share_colour_and_dash() -> None:
    assert len(set(LINE_STYLES)) == len(LINE_STYLES)
    label = texts(drawings()["many lines"])
    assert f"and {len(directions()) - len(LINE_STYLES)} more, in grey" in label


def test_small_volts_are_written_in_microvolts() -> None:
    label = texts(signal_curves(Curves(title="EMG", unit="V", time_s=[0, 1], lines={"a": [0.0, 80e-6]})))
    assert {"µV", "0", "80"} <= set(label)


def test_lines_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"as many values as time_s, 2, got 3 of a, 1 of b"):
        Curves(title="C", unit="V", time_s=[0, 1], lines={"a": [1, 2, 3], "b": [1]})
    with pytest.raises(ValueError, match=r"as many values as frequency_hz, 1, got 0 of a"):
        Spectrum(title="S", frequency_hz=[1], lines={"a": []})


def test_what_is_simulated_is_stamped() -> None:
    assert "SIMULATED" in texts(scalp_map(plane()))
    assert "SIMULATED" in texts(drawings()["full circle"]) and "SIMULATED" in texts(drawings()["flat"])
    assert "SIMULATED" not in texts(circle(connected()))


@pytest.mark.skipif(not EEG.exists(), reason="needs the EEG of shared/data/bio")
def test_alpha_with_closed_eyes_is_darkest_at_the_back() -> None:
    """Berger (1929): with closed eyes the alpha rhythm is strongest over the back of the head."""
    mne = pytest.importorskip("mne")
    from scipy.signal import welch

    raw = mne.io.read_raw_edf(EEG, preload=True, verbose="error")
    hz, power = welch(raw.get_data(), raw.info["sfreq"], nperseg=320)
    alpha = 10 * np.log10(power[:, (hz >= 8) & (hz <= 13)].mean(axis=1) * 1e12)
    values = dict(zip(raw.ch_names, map(float, alpha), strict=True))
    drawing = scalp_map(ScalpMap(title="Alpha", unit="dB", values=values, diverging=False))
    darkest = rising((N_BANDS - 0.5) / N_BANDS)
    areas = [s for s in drawing.shapes if isinstance(s, d.Path) and s.fill == darkest and s.points[0][0] < BAR_LEFT]
    places = np.concatenate([np.array(area.points) for area in areas])
    assert (places[:, 1] > HEAD.y + 0.4 * HEAD.radius).all()
    assert set(TEN_TWENTY) <= {s.words.rstrip(".").replace("Fc", "FC") for s in drawing.shapes if isinstance(s, d.Text)}
