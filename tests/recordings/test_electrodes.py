"""Places of the 10-10 system against MNE's, and what names say of sides and regions."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.recordings import electrodes

mne = pytest.importorskip("mne")


def digitised() -> dict[str, np.ndarray]:
    """MNE's places as unit vectors from the middle of the sphere that fits them best, turned onto ours."""
    known = mne.channels.get_builtin_montages()
    montage = mne.channels.make_standard_montage("colin27_1005" if "colin27_1005" in known else "standard_1005")
    places = montage.get_positions()["ch_pos"]
    names = list(electrodes.directions())
    points = np.array([places[name] for name in names])  # (site, xyz)
    centre = np.linalg.lstsq(np.c_[2 * points, np.ones(len(points))], (points**2).sum(1), rcond=None)[0][:3]
    units = (points - centre) / np.linalg.norm(points - centre, axis=1, keepdims=True)
    ours = np.array([electrodes.directions()[name] for name in names])
    u, _, vt = np.linalg.svd(units.T @ ours)  # Kabsch: MNE's head axis leans 5 degrees against the vertex
    return dict(zip(names, units @ (u @ vt), strict=True))


def test_places_agree_with_mne_to_an_eighth_of_the_radius_of_the_head() -> None:
    theirs = digitised()
    apart = {
        name: np.hypot(*np.subtract(electrodes.projected(at), electrodes.positions()[name]))
        for name, at in theirs.items()
    }
    assert max(apart.values()) < 0.125, sorted(apart.items(), key=lambda item: -item[1])[:3]
    assert np.mean(list(apart.values())) < 0.06


def test_every_ten_twenty_site_of_mne_is_known() -> None:
    theirs = mne.channels.make_standard_montage("biosemi64").ch_names
    assert [name for name in theirs if electrodes.standard_name(name) is None] == []
    assert set(electrodes.TEN_TWENTY) <= set(electrodes.directions())


def test_definition_in_tenths_of_the_way_from_nasion_to_inion() -> None:
    at = electrodes.positions()
    midline = {"Fpz": 0.8, "AFz": 0.6, "Fz": 0.4, "FCz": 0.2, "Cz": 0.0, "CPz": -0.2, "Pz": -0.4, "Oz": -0.8, "Iz": -1}
    for name, y in midline.items():
        assert at[name] == pytest.approx((0.0, y), abs=1e-9), name
    across = {"T7": -0.8, "C5": -0.6, "C3": -0.4, "C1": -0.2, "C2": 0.2, "C4": 0.4, "C6": 0.6, "T8": 0.8, "T10": 1.0}
    for name, x in across.items():
        assert at[name] == pytest.approx((x, 0.0), abs=1e-9), name
    fp1 = 0.8 * np.array([-np.sin(np.pi / 10), np.cos(np.pi / 10)])  # a tenth of half the ring from Fpz
    assert at["Fp1"] == pytest.approx(tuple(fp1), abs=1e-9)


def test_f3_is_as_far_from_fz_as_from_f7() -> None:
    to = electrodes.directions()
    assert to["F3"] @ to["Fz"] == pytest.approx(to["F3"] @ to["F7"])


@pytest.mark.parametrize("name", list(electrodes.directions()))
def test_mirrored_sites_lie_on_the_other_side(name: str) -> None:
    x, y = electrodes.positions()[name]
    assert electrodes.positions()[electrodes.mirror(name)] == pytest.approx((-x, y), abs=1e-9)
    assert electrodes.mirror(electrodes.mirror(name)) == name
    side = electrodes.hemisphere(name)
    assert np.sign(round(x, 9)) == {"left": -1, "right": 1, "midline": 0}[side]
    assert electrodes.region(name) in electrodes.REGIONS


def test_names_as_files_write_them() -> None:
    written = {"Fc5.": "FC5", "Cz..": "Cz", "EEG C3": "C3", "EEG T5-LE": "P7", "FPZ": "Fpz", "poz": "POz", "A1": "A1"}
    assert {name: electrodes.standard_name(name) for name in written} == written
    for name in ("EMG1", "C3-P3", "", "Status", "X1", "C9", "rectus_femoris"):
        assert electrodes.standard_name(name) is None, name


def test_unknown_sites_are_refused() -> None:
    with pytest.raises(KeyError, match="10-10"):
        electrodes.mirror("EMG1")
