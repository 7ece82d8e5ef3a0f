"""Maps of joints: turned and mirrored reliefs say the same, and what another network saw is weighed."""

import numpy as np
import torch

from rehabkit.learning.networks.lying_points import (
    FINE,
    SPREAD,
    LyingPoints,
    _points,
    _reconciled,
    _signs,
    _turned,
    points_loss,
)
from rehabkit.systems.lying_pose.picture import JOINTS

SIDE = 96
CELLS = SIDE // FINE


def relief(seed=0):
    return torch.as_tensor(np.random.default_rng(seed).uniform(0, 0.3, (1, SIDE, SIDE)), dtype=torch.float32)


def spot(column, row):
    """(1, 16, rows, columns) of a joint at px of the relief."""
    axis = torch.arange(CELLS) * FINE + (FINE - 1) / 2
    apart = (axis[None] - column).square() + (axis[:, None] - row).square()
    each = torch.exp(-apart / (2 * (SPREAD * FINE) ** 2))
    return (each / each.sum()).expand(1, len(JOINTS), -1, -1)


def network():
    torch.manual_seed(0)
    return LyingPoints((16, 24)).eval()


def test_a_bed_seen_from_the_other_end_and_in_a_mirror_has_the_same_joints():
    net, one, up, told = network(), relief(), torch.tensor([[0.2, -0.1]]), torch.zeros(1, 4, len(JOINTS), 3)
    with torch.no_grad():
        expected = net(one, up, told)["points"]
        for over, mirrored in ((True, False), (False, True), (True, True)):
            found = net(_turned(one, over, mirrored), up * torch.tensor(_signs(over, mirrored)), told)["points"]
            back = found[:, net.other] if mirrored else found
            column = SIDE - 1 - back[..., 0] if over != mirrored else back[..., 0]
            row = SIDE - 1 - back[..., 1] if over else back[..., 1]
            torch.testing.assert_close(torch.stack([column, row], dim=-1), expected, atol=1e-3, rtol=0)


def test_a_turn_is_undone_by_itself():
    for over in (False, True):
        for mirrored in (False, True):
            assert torch.equal(_turned(_turned(relief(), over, mirrored), over, mirrored), relief())


def test_a_spot_is_found_between_cells_and_is_sure():
    found = _points(spot(40.0, 61.7))
    torch.testing.assert_close(found["points"][0, 0], torch.tensor([40.0, 61.7]), atol=0.1, rtol=0)
    assert found["sure"].min() > 0.95


def test_of_two_places_the_one_is_taken_that_another_network_saw():
    both = (0.6 * spot(20.0, 20.0) + 0.4 * spot(70.0, 60.0))[:, :2]
    nothing = torch.zeros(1, 4, 2, 3)
    told = torch.tensor([[71.0, 61.0, 1.0], [71.0, 61.0, 0.0]]).expand(1, 4, 2, 3)
    alone, weighed = (_points(_reconciled(both, seen, [0, 1])) for seen in (nothing, told))
    torch.testing.assert_close(alone["points"][0, 0], torch.tensor([20.0, 20.0]), atol=0.1, rtol=0)
    assert (weighed["points"][0, 0] - torch.tensor([70.0, 60.0])).norm() < 1.5
    torch.testing.assert_close(weighed["points"][0, 1], alone["points"][0, 1])
    assert weighed["sure"][0, 0] > 0.9 > alone["sure"][0, 0]


def test_a_wild_point_changes_nothing_where_the_relief_is_sure():
    told = torch.tensor([90.0, 90.0, 1.0]).expand(1, 4, len(JOINTS), 3)
    wild = _points(_reconciled(spot(20.0, 20.0), told, network().other))
    torch.testing.assert_close(wild["points"][0, 0], torch.tensor([20.0, 20.0]), atol=0.1, rtol=0)


def test_a_view_that_is_off_counts_less_than_three_that_agree():
    both = 0.6 * spot(20.0, 20.0) + 0.4 * spot(70.0, 60.0)
    told = torch.tensor([[70.0, 60.0, 1.0]] * 3 + [[20.0, 20.0, 1.0]])[None, :, None].expand(1, 4, len(JOINTS), 3)
    found = _points(_reconciled(both, told, network().other))
    assert (found["points"][0, 0] - torch.tensor([70.0, 60.0])).norm() < 1.5


def test_left_taken_for_right_all_over_is_seen_through_where_the_relief_knows_better():
    other = network().other
    across = {"left": 25.0, "right": 70.0}
    true = torch.tensor([[across.get(name.split("_")[0], 48.0), 8.0 + 5 * j] for j, name in enumerate(JOINTS)])
    places = zip(true.tolist(), true[other].tolist(), strict=True)
    unsure = torch.cat([0.6 * spot(*own)[:, :1] + 0.4 * spot(*its)[:, :1] for own, its in places], dim=1)
    exchanged = torch.cat([true[other], torch.ones(len(JOINTS), 1)], dim=1).expand(1, 4, len(JOINTS), 3)
    found = _points(_reconciled(unsure, exchanged, other))["points"][0]
    torch.testing.assert_close(found, true, atol=1.5, rtol=0)
    as_it_is = torch.cat([true, torch.ones(len(JOINTS), 1)], dim=1).expand(1, 4, len(JOINTS), 3)
    torch.testing.assert_close(_points(_reconciled(unsure, as_it_is, other))["points"][0], true, atol=1.5, rtol=0)


def test_the_loss_is_least_at_the_true_place_and_blind_to_joints_outside():
    target = torch.tensor([[[40.0, 61.7]] * len(JOINTS)])

    def loss(column, row, aim):
        return float(points_loss({"logits": (spot(column, row).flatten(2) + 1e-9).log()}, {"target": aim}))

    assert loss(40.0, 61.7, target) < loss(43.0, 61.7, target) < loss(60.0, 30.0, target)
    half = target.clone()
    half[:, 1:] = float("nan")
    np.testing.assert_allclose(loss(40.0, 61.7, half), loss(40.0, 61.7, target), rtol=1e-5)
    assert loss(40.0, 61.7, torch.full_like(target, torch.nan)) == 0.0


def test_it_learns_one_relief():
    torch.manual_seed(0)
    net = LyingPoints((16, 24)).train()
    rng = np.random.default_rng(1)
    one, up = relief(1), torch.zeros(1, 2)
    target = torch.as_tensor(rng.uniform(10, SIDE - 10, (1, len(JOINTS), 2)), dtype=torch.float32)
    optimiser = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(120):
        loss = points_loss(net(one, up, torch.zeros(1, len(JOINTS), 3)), {"target": target})
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        maps = net(one, up, torch.zeros(1, len(JOINTS), 3))["logits"].softmax(dim=2).unflatten(2, (CELLS, CELLS))
    assert float((_points(maps)["points"] - target).norm(dim=2).median()) < FINE
