"""What the networks compute inside their graphs, against hand calculation and NumPy; augmentations against physics."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.learning.networks.exercise_imu import Distance, channels, slowed, statistics, strengthened, turned

G = 9.80665


@pytest.fixture
def motion():
    rng = np.random.default_rng(0)
    shape = (6, 200, 3)
    force, rate = rng.normal(0, 4, shape) + np.array([0, 0, G]), rng.normal(0, 2, shape)
    return torch.as_tensor(np.concatenate([force, rate], axis=2), dtype=torch.float32)


def seeded():
    return torch.Generator().manual_seed(0)


def test_channels_of_a_still_and_a_turning_watch():
    row = torch.zeros(1, 2, 6)
    row[..., 2] = G
    row[:, 1, 5] = 5.0  # turns about the vertical
    expected = [[0, 0], [0, 0], [1, 1], [0, 0], [0, 0], [0, 2], [0, 0], [0, 2], [0, 2 / 1.1]]
    np.testing.assert_allclose(channels(row)[0].numpy(), expected, atol=1e-6)


def test_statistics_against_numpy(motion):
    series = channels(motion)[:, :8].numpy()
    ordered = np.sort(series, axis=2)
    spread = np.log(series.std(axis=2, ddof=1) + 0.02)
    expected = np.concatenate([series.mean(axis=2), spread, ordered[..., 9], ordered[..., -10]], axis=1)
    np.testing.assert_allclose(statistics(motion).numpy(), expected, atol=1e-5)


def test_what_a_turn_of_the_watch_keeps(motion):
    after = turned(motion, (0.5, 0.5, 0.5), seeded())
    assert not torch.allclose(after, motion, atol=0.1)
    for part in (slice(0, 3), slice(3, 6)):  # lengths
        assert torch.allclose(after[..., part].norm(dim=2), motion[..., part].norm(dim=2), atol=1e-4)
    between = (motion[..., :3] * motion[..., 3:]).sum(dim=2)  # and the angle between both vectors
    assert torch.allclose((after[..., :3] * after[..., 3:]).sum(dim=2), between, atol=1e-3)
    handed = torch.linalg.det(torch.stack([motion[:, 0, :3], motion[:, 1, :3], motion[:, 2, 3:]], dim=1))
    assert torch.allclose(
        torch.linalg.det(torch.stack([after[:, 0, :3], after[:, 1, :3], after[:, 2, 3:]], dim=1)), handed, rtol=1e-3
    )


def test_a_turn_about_the_forearm_leaves_its_axis(motion):
    after = turned(motion, (0.5, 0.0, 0.0), seeded())
    assert torch.allclose(after[..., [0, 3]], motion[..., [0, 3]], atol=1e-5)


def test_slower_movement_has_slower_rates():
    """An angle that grows evenly by 2 rad/s, done slower, grows by a smaller, even rate; gravity stays."""
    row = torch.zeros(50, 200, 6)
    row[..., 2], row[..., 4] = G, 2.0
    after = slowed(row, 0.2, seeded())
    assert torch.allclose(after[..., 2], row[..., 2])
    rate = after[:, 0, 4]
    assert torch.allclose(after[..., 4], rate[:, None].expand(-1, 200))
    assert 1.6 <= rate.min() < 1.7 and 1.9 < rate.max() <= 2.0


def test_slowed_ramps_are_parts_of_the_ramp():
    row = torch.arange(200.0)[None, :, None].expand(20, 200, 6).contiguous()
    after = slowed(row, 0.2, seeded())[..., 0]
    steps = after.diff(dim=1)
    assert torch.allclose(steps, steps[:, :1].expand(-1, 199), atol=1e-3)
    assert steps.min() >= 0.79 and steps.max() <= 1.001
    assert after.min() >= 0 and after.max() <= 199


def test_strength_changes_rates_alone(motion):
    after = strengthened(motion, 0.1, seeded())
    assert torch.equal(after[..., :3], motion[..., :3])
    ratio = after[..., 3:] / motion[..., 3:]
    assert torch.allclose(ratio, ratio[:, :1, :1].expand_as(ratio), atol=1e-3)


def test_distance_is_mahalanobis():
    """Against NumPy's pseudo-inverse of the pooled covariance, two classes of many windows."""
    rng = np.random.default_rng(1)
    motion = torch.as_tensor(rng.normal(0, 3, (300, 200, 6)), dtype=torch.float32)
    motion[:, :, 2] += torch.as_tensor(rng.normal(G, 1.0, (300, 1)), dtype=torch.float32)
    target = torch.arange(300) % 2
    motion[target == 1, :, 3] += 2.0
    module = Distance(3)
    module.fit(motion, target)
    x = statistics(motion).double().numpy()
    means = np.stack([x[target == label].mean(axis=0) for label in (0, 1)])
    apart = x - means[target.numpy()]
    covariance = apart.T @ apart / 300
    covariance += 0.01 * np.diag(np.diag(covariance) + 1e-6)
    gaps = x[:, None] - means
    squared = np.einsum("nki,ij,nkj->nk", gaps, np.linalg.inv(covariance), gaps) / 32
    np.testing.assert_allclose(module(motion).numpy(), np.sqrt(squared.min(axis=1)), rtol=2e-2)
    assert float(module(motion).median()) == pytest.approx(1.0, abs=0.15)
    foreign = motion.flip(2)  # gravity where a turning rate was
    assert float(module(foreign).min()) > 3
