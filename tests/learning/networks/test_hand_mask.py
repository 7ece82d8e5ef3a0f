"""The mask's loss by hand, its augmentation, its metrics; the crop's network doesn't see tone."""

import numpy as np
import pytest
import torch

from rehabkit.learning.networks.hand_crop import relative_brightness
from rehabkit.learning.networks.hand_mask import mask_loss
from rehabkit.learning.recipes.hand_crop_models import shaken
from rehabkit.learning.recipes.hand_mask import mask_f1, mask_iou
from rehabkit.learning.recipes.hand_mask_models import changed


def test_a_sure_and_right_mask_costs_nothing_and_a_doubtful_one_by_hand():
    target = torch.zeros(1, 4, 4)
    target[:, :2] = 1
    sure = mask_loss({"logits": 40 * (target - 0.5)}, {"target": target})
    assert float(sure) == pytest.approx(0, abs=1e-6)
    doubtful = mask_loss({"logits": torch.zeros(1, 4, 4)}, {"target": target})
    assert float(doubtful) == pytest.approx(np.log(2) + 1 - (2 * 4 + 1) / (8 + 8 + 1))


def test_masks_are_scored_by_overlap():
    true = np.zeros((2, 8, 8))
    true[0, :, :4] = 1
    said = np.ones((2, 8, 8))
    said[1] = 0
    assert mask_f1(true, said) == pytest.approx([2 / 3, 1])  # two empty masks agree
    assert mask_iou(true, said) == pytest.approx([1 / 2, 1])


def test_picture_hints_and_mask_are_turned_alike():
    generator = torch.Generator().manual_seed(0)
    mask = (torch.rand(64, 16, 16, generator=generator) > 0.5).float()
    batch = {"picture": 0.8 * mask.unsqueeze(-1).repeat(1, 1, 1, 3), "hints": mask.unsqueeze(-1).repeat(1, 1, 1, 2),
             "target": mask}  # fmt: skip
    made = changed(batch, generator)
    known = made["hints"][..., 1].sum(dim=(1, 2)) > 0  # others lost their landmarks
    assert 0.5 < known.float().mean() < 0.95
    assert torch.equal(made["hints"][known][..., 0], made["target"][known])
    bright = made["picture"].mean(dim=-1) > 0.4
    assert (bright == (made["target"] > 0.5)).float().mean() > 0.99
    assert not torch.equal(made["target"], mask)
    assert torch.equal(batch["target"], mask)  # the examples stay as they are


def test_neither_tone_nor_light_reaches_the_gesture():
    rng = np.random.default_rng(0)
    crop = torch.as_tensor(rng.uniform(0.4, 1.0, (1, 16, 16, 3)), dtype=torch.float32)
    crop[:, :, :8] = 0
    light, dark = relative_brightness(crop), relative_brightness(0.5 * crop)
    assert torch.equal(light[:, 1], dark[:, 1])
    assert float((light[:, 0] - dark[:, 0]).abs().max()) < 0.5 and not light[:, :, :, :8].any()
    assert float(torch.corrcoef(torch.stack([light[0, 0].flatten(), dark[0, 0].flatten()]))[0, 1]) > 0.999


def test_shaken_crops_stay_crops_and_a_seed_fixes_them():
    crop = torch.rand(8, 64, 64, 3)
    first, again = (shaken({"crop": crop, "target": torch.arange(8)}, torch.Generator().manual_seed(1)) for _ in "ab")
    assert torch.equal(first["crop"], again["crop"]) and first["crop"].shape == crop.shape
    assert float(first["crop"].min()) >= 0 and float(first["crop"].max()) <= 1
    assert torch.equal(first["target"], torch.arange(8))
