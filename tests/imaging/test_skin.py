"""Masks of painted hands, of real ones, and what re-toning does."""

import cv2
import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.imaging.colours import ita_deg, linear
from rehabkit.imaging.masks import cleaned, largest, overlap, snr_db
from rehabkit.imaging.skin import adaptive_mask, box_mask, landmark_seed, otsu, otsu_mask
from rehabkit.imaging.tones import LIGHTS, TONES, relit, retoned
from rehabkit.recordings.datasets import hgr1

LIGHT, DARK, WALL = (224, 172, 144), (66, 40, 28), (90, 110, 120)


def painted(skin, wall=WALL, noise=4):
    """A blob of skin before a wall, with noise; and where it is."""
    mask = np.zeros((120, 160), np.uint8)
    cv2.circle(mask, (80, 80), 30, 1, -1)
    cv2.rectangle(mask, (70, 15), (82, 80), 1, -1)
    rgb = np.where(mask[..., None] == 1, skin, wall).astype(float)
    rgb += np.random.default_rng(1).normal(0, noise, rgb.shape)
    return np.clip(rgb, 0, 255).astype(np.uint8), mask.astype(bool)


@pytest.mark.parametrize("method", [box_mask, otsu_mask, adaptive_mask])
def test_light_skin_before_a_wall_is_found(method):
    rgb, true = painted(LIGHT)
    assert overlap(true, method(rgb)).f1 > 0.98


def test_the_box_misses_dim_skin_and_the_adaptive_mask_does_not():
    rgb, true = painted((44, 38, 34), wall=(20, 24, 30), noise=1)  # Cr 132, a step below the box
    assert overlap(true, box_mask(rgb)).f1 < 0.5
    assert overlap(true, adaptive_mask(rgb)).f1 > 0.95


def test_a_seed_on_the_hand_finds_it_where_something_redder_is_larger():
    rgb, true = painted(LIGHT)
    rgb[:, 115:] = (200, 40, 40)
    seed = np.zeros_like(true)
    seed[70:90, 70:90] = True
    assert overlap(true, adaptive_mask(rgb)).f1 < 0.5
    assert overlap(true, adaptive_mask(rgb, seed)).f1 > 0.97


@pytest.mark.parametrize("method", [box_mask, otsu_mask, adaptive_mask])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_grey_picture_has_no_skin(method, value):
    assert not method(np.full((40, 30, 3), value, np.uint8)).any()


def test_otsu_is_opencvs():
    values = np.random.default_rng(2).normal([[90], [150]], 15, (2, 5000)).clip(0, 255).astype(np.uint8)
    theirs, _ = cv2.threshold(values, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    assert otsu(values.astype(float)) == theirs


def test_a_seed_of_another_size_or_empty_is_refused():
    rgb, true = painted(LIGHT)
    for seed in (true[:50], np.zeros_like(true)):
        with pytest.raises(InputError, match="seed must mark pixels"):
            adaptive_mask(rgb, seed)


def test_the_seed_of_landmarks_lies_around_bones():
    points = np.zeros((21, 2))
    points[:] = (50, 90)
    points[9:13] = [(50, 50), (50, 40), (50, 30), (50, 20)]
    seed = landmark_seed(points, (100, 100))
    assert seed[20:90, 50].all() and seed[60, 46] and not seed[60, 60]  # radius 0.12 · 40 px = 4.8 px
    with pytest.raises(InputError, match="21 finite points"):
        landmark_seed(points[:20], (100, 100))


def test_holes_are_filled_and_the_edge_is_kept():
    ring = np.zeros((20, 20), bool)
    ring[3:12, :9] = True
    ring[6:8, 4:6] = False
    assert largest(ring).sum() == 81
    assert cleaned(largest(ring), 2).sum() == 81  # a square cut by the picture's edge keeps its corners


def test_overlap_and_signal_by_hand():
    grey = np.full((1, 4, 3), 100, np.uint8)
    true, found = np.array([[1, 1, 1, 0]], bool), np.array([[0, 1, 1, 1]], bool)
    assert overlap(true, found).iou == 0.5
    assert snr_db(grey, true, found) == pytest.approx(10 * np.log10(3 / 2))
    assert snr_db(grey, true, true) == float("inf")
    with pytest.raises(InputError, match="of one size"):
        overlap(true, found[:, :2])


@pytest.mark.parametrize("ita", TONES.values())
def test_retoned_skin_has_the_tone_and_the_wall_stays(ita):
    rgb, true = painted(LIGHT)
    again = retoned(rgb, true, ita)
    assert float(ita_deg(linear(again)[true].mean(axis=0))) == pytest.approx(ita, abs=1.5)
    assert (again[~true] == rgb[~true]).all()


def test_retoning_refuses_what_melanin_cannot_do():
    rgb, true = painted(LIGHT)
    with pytest.raises(InputError, match="must hold skin"):
        retoned(rgb, np.zeros_like(true), 0)
    blue, true = painted((40, 60, 220))
    with pytest.raises(InputError, match="melanin can give"):
        retoned(blue, true, 80)


def test_light_by_hand():
    white = np.full((1, 1, 3), 255, np.uint8)
    assert relit(white, *LIGHTS["a third of the light"]).ravel() == pytest.approx([156] * 3, abs=1)  # 0.33 → sRGB
    grey = np.full((1, 1, 3), 64, np.uint8)
    assert relit(grey, *LIGHTS["gamma 1.6"]).ravel() == pytest.approx([255 * (64 / 255) ** 1.6] * 3, abs=1)


def test_real_hands_before_even_walls(shared):
    """One person of hgr1 in front of a plain wall: the box was measured at F1 0.97."""
    pictures = [one for one in hgr1.read(shared / "hands" / "hgr1") if one.subject == "id08"][::20]
    for method in (box_mask, adaptive_mask):
        found = [overlap(one.skin(), method(one.image().rgb)).f1 for one in pictures]
        assert len(found) >= 3 and np.mean(found) > 0.94
