"""ST-AMCNN's sizes, the drawing, and what the closed-form heat maps say."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cosine_similarity, grid_sample

from rehabkit.learning.examples import Examples
from rehabkit.learning.export import network_to_onnx
from rehabkit.learning.networks.pose_matching import Matcher, SmallMatcher, matching_loss
from rehabkit.learning.networks.st_amcnn import SIZE, SpatialTransformer, st_amcnn, st_resnet18, st_vgg16
from rehabkit.learning.networks.stick_figure import LINE_WIDTH, MEAN, STD, StickFigure
from rehabkit.learning.recipes.pose_matching import PoseMatchingRecipe
from rehabkit.systems.pose_matching.stick_figure import JOINTS, LIMBS

PIXELS = 100


def standing(batch: int = 2, seed: int = 0) -> Tensor:
    """Figures in a T, every joint moved a little."""
    xy = {
        "neck": (0.5, 0.2), "left_shoulder": (0.6, 0.2), "right_shoulder": (0.4, 0.2), "left_elbow": (0.75, 0.2),
        "right_elbow": (0.25, 0.2), "left_wrist": (0.9, 0.2), "right_wrist": (0.1, 0.2), "left_hip": (0.56, 0.5),
        "right_hip": (0.44, 0.5), "left_knee": (0.56, 0.7), "right_knee": (0.44, 0.7), "left_ankle": (0.56, 0.9),
        "right_ankle": (0.44, 0.9),
    }  # fmt: skip
    points = torch.tensor([xy[name] for name in JOINTS]).repeat(batch, 1, 1)
    points += 0.02 * torch.randn(points.shape, generator=torch.Generator().manual_seed(seed))
    return torch.cat([points, torch.ones(batch, len(JOINTS), 1)], dim=2)


@pytest.fixture(scope="module")
def small() -> SmallMatcher:
    torch.manual_seed(0)
    module = SmallMatcher()
    for _ in range(3):  # batch statistics of real figures
        module(standing(8, 1), standing(8, 2))
    return module.eval()


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_published_network_has_the_published_size() -> None:
    """24.65 million, 97 % in the fully connected layer; 350464 = 64·74·74 maps of (156-2-2-2-1)/2."""
    module = st_amcnn()
    assert n_parameters(module) == pytest.approx(24.65e6, abs=5e3)
    assert module.head.weight.shape == (68, 64 * 74 * 74)
    assert module.head.weight.numel() / n_parameters(module) == pytest.approx(0.97, abs=0.005)
    assert module.align.affine[1].in_features == 12250


def test_the_other_sizes() -> None:
    assert n_parameters(SmallMatcher()) < 200_000
    resnet, vgg = st_resnet18(), st_vgg16()
    counts = []
    for net in (resnet, vgg):
        convs = [m for m in net.features.modules() if isinstance(m, nn.Conv2d) and m.kernel_size != (1, 1)]
        counts.append(len(convs))
    assert counts == [17, 13]  # and one linear layer each; VGG's own head has three


def test_a_limb_is_drawn_where_it_is_and_as_broad_as_it_is() -> None:
    """One limb from (0.2, 0.5) to (0.8, 0.5): a bar with half discs at its ends."""
    joints = torch.zeros(1, len(JOINTS), 3)
    for name, x in (("right_hip", 0.2), ("right_knee", 0.8)):
        joints[0, JOINTS.index(name)] = torch.tensor([x, 0.5, 1.0])
    draw = StickFigure(PIXELS)
    picture = draw.picture(joints)[0]
    blue = (picture[2] > 0.5).numpy()
    assert not picture[:2].any()  # the right thigh is (0, 0, 255)
    area = LINE_WIDTH * PIXELS * 60 + np.pi * (LINE_WIDTH * PIXELS / 2) ** 2
    assert picture[2].sum() == pytest.approx(area, rel=0.02)
    rows, columns = np.nonzero(blue)
    reach = LINE_WIDTH / 2 * PIXELS
    assert columns.min() == pytest.approx(20 - reach, abs=1) and columns.max() == pytest.approx(80 + reach, abs=1.5)
    assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(50, abs=0.5)
    np.testing.assert_allclose(draw(joints)[0, :, 0, 0], -np.array(MEAN) / np.array(STD), rtol=1e-5)


def test_colours_lie_by_side_of_the_picture() -> None:
    """Someone who faces us has the right arm, white and red, on the left."""
    picture = StickFigure(PIXELS).picture(standing(1))[0]

    def at(x: float, y: float) -> list[int]:
        return (picture[:, round(y * PIXELS), round(x * PIXELS)] * 255).round().int().tolist()

    figure = standing(1)[0]
    middle = {name: (figure[JOINTS.index(a), :2] + figure[JOINTS.index(b), :2]) / 2 for name, a, b, _ in LIMBS}
    assert at(*middle["right upper arm"].tolist()) == [255, 255, 255]
    assert at(*middle["right forearm"].tolist()) == [255, 0, 0]
    assert at(*middle["left shank"].tolist()) == [241, 158, 194]


def test_a_hidden_joint_takes_its_limbs_along() -> None:
    joints = standing(1)
    joints[0, JOINTS.index("left_knee"), 2] = 0
    cover = StickFigure(PIXELS).coverage(joints)[0].sum(dim=(1, 2))
    assert [name for (name, *_), sum_ in zip(LIMBS, cover, strict=True) if sum_ == 0] == ["left thigh", "left shank"]


def test_the_spatial_transformer_begins_as_the_identity_and_turns_as_torch_does() -> None:
    module = SpatialTransformer()
    picture = StickFigure(SIZE)(standing(2))
    torch.testing.assert_close(module(picture), picture, atol=1e-4, rtol=0)
    theta = torch.tensor([[0.8, -0.3, 0.1], [0.2, 0.9, -0.2]])
    module.affine[-1].bias.data = theta.flatten()
    grid = affine_grid(theta.expand(2, 2, 3), [2, 3, SIZE, SIZE], align_corners=False)
    torch.testing.assert_close(module(picture), grid_sample(picture, grid, align_corners=False), atol=1e-4, rtol=0)


def test_grad_cam_is_what_autograd_gives() -> None:
    torch.manual_seed(0)
    module = st_vgg16().eval()
    maps = module.maps(standing(2, 3), standing(2, 4))
    features = maps[0].detach().requires_grad_()
    embeddings = module.embed(features), module.embed(maps[1]).detach()
    (gradient,) = torch.autograd.grad(cosine_similarity(*embeddings).sum(), features)
    expected = (gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1)
    torch.testing.assert_close(module.heat(features, embeddings), expected, atol=1e-7, rtol=1e-4)


def test_equal_figures_match_and_blame_no_limb(small: SmallMatcher) -> None:
    figures = standing(3, 5)
    outputs = small(figures, figures)
    torch.testing.assert_close(outputs["score"], torch.ones(3))
    torch.testing.assert_close(outputs["limbs"], torch.zeros(3, len(LIMBS)))


def test_only_a_limb_that_differs_is_blamed(small: SmallMatcher) -> None:
    """A forearm turned about its elbow changes no other limb, neither place nor scale: nothing else is blamed."""
    template = standing(3, 6)
    learner = template.clone()
    elbow, wrist = JOINTS.index("left_elbow"), JOINTS.index("left_wrist")
    along = template[:, wrist, :2] - template[:, elbow, :2]
    learner[:, wrist, :2] = template[:, elbow, :2] + torch.stack([-along[:, 1], along[:, 0]], dim=1)
    limbs = small(learner, template)["limbs"]
    forearm = [name for name, *_ in LIMBS].index("left forearm")
    others = torch.cat([limbs[:, :forearm], limbs[:, forearm + 1 :]], dim=1)
    torch.testing.assert_close(others, torch.zeros_like(others), atol=1e-6, rtol=0)
    assert (limbs[:, forearm].abs() > 1e-3).all()


def test_a_limb_is_blamed_by_what_lending_it_the_templates_gains(small: SmallMatcher) -> None:
    """Where the limbs are all that is read and one limb is all that differs, lending it makes the figures equal."""
    module = copy.deepcopy(small)
    with torch.no_grad():
        module.head.weight.zero_()
        module.head.bias.zero_()
    template = standing(2, 7)
    learner = template.clone()
    elbow, wrist = JOINTS.index("right_elbow"), JOINTS.index("right_wrist")
    learner[:, wrist, :2] = 2 * template[:, elbow, :2] - template[:, wrist, :2]
    outputs = module(learner, template)
    forearm = [name for name, *_ in LIMBS].index("right forearm")
    torch.testing.assert_close(outputs["limbs"][:, forearm], outputs["score"] - 1, atol=1e-5, rtol=0)


def test_place_and_size_make_no_difference_to_the_small_one() -> None:
    figures = standing(2, 8)
    moved = figures.clone()
    moved[..., :2] = moved[..., :2] * 0.5 + 0.2
    module = SmallMatcher().eval()
    torch.testing.assert_close(module.placed(moved), module.placed(figures), atol=1e-5, rtol=0)


def test_the_loss_is_torchs_cosine_embedding_loss_beside_the_cut() -> None:
    module = SmallMatcher()
    outputs = module(standing(6, 9), standing(6, 10))
    target = torch.tensor([1, 0, 1, 0, 0, 1])
    same = torch.tensor([1.0, -1.0, 1.0, -1.0, -1.0, 1.0])
    x1 = torch.stack([outputs["score"], (1 - outputs["score"] ** 2).clamp_min(0).sqrt()], dim=1)
    expected = nn.functional.cosine_embedding_loss(x1, torch.tensor([[1.0, 0.0]]).expand(6, 2), same)
    cut = nn.functional.cross_entropy(outputs["logits"], target)
    torch.testing.assert_close(matching_loss(outputs, {"target": target}), expected + cut, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("make", [SmallMatcher, st_amcnn])
def test_onnx_says_the_same(make: Callable[[], Matcher]) -> None:
    torch.manual_seed(0)
    module, figures = make().eval(), {"learner": standing(2, 11).numpy(), "template": standing(2, 12).numpy()}
    example = Examples(figures, np.array([0, 1]), np.array(["a", "b"]), np.arange(2))
    content = network_to_onnx(module, PoseMatchingRecipe(), example)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    other = standing(3, 13), standing(3, 14)
    got = session.run(None, {"learner": other[0].numpy(), "template": other[1].numpy()})
    with torch.no_grad():
        expected = module.eval()(*other)
    for output, value in zip(session.get_outputs(), got, strict=True):
        np.testing.assert_allclose(value, expected[output.name].numpy(), atol=1e-4)
