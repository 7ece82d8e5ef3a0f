"""hand_gesture's features, networks, data and protocols."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.distance import mahalanobis
from scipy.spatial.transform import Rotation

from rehabkit.kinematics.hand import extensions
from rehabkit.learning.networks.hand_gesture import (
    Distance,
    HandNetwork,
    features,
    in_the_palm,
    jittered,
    mirrored,
    other_fingers,
    turned,
)
from rehabkit.learning.protocols import check_split
from rehabkit.learning.recipes import hand_gesture_studies as studies
from rehabkit.learning.recipes.hand_gesture import MODELLED, PEOPLE, HandGestureRecipe
from rehabkit.learning.recipes.hand_gesture_data import COMPOSED, HGR1, LABELS, MODEL, PERSON
from rehabkit.learning.recipes.hand_gesture_modelled import GESTURES, posed
from rehabkit.learning.recipes.hand_gesture_models import TemplateModel, any_hand, rarity
from rehabkit.recordings.datasets import anny_synth_hands

HANDS = Path(__file__).parents[3] / "shared" / "data" / "hands"


@pytest.fixture(scope="module")
def examples():
    return HandGestureRecipe().examples(None, quick=True)


def some_hands(n=6, seed=0):
    hands = torch.randn(n, 21, 3, generator=torch.Generator().manual_seed(seed))
    hands[:, 0] = 0
    return hands


def generator():
    return torch.Generator().manual_seed(3)


def test_in_its_own_axes_a_hand_is_the_same_however_it_is_turned():
    hands = some_hands()
    turn = torch.as_tensor(Rotation.from_euler("xyz", [40, -70, 110], degrees=True).as_matrix(), dtype=torch.float32)
    torch.testing.assert_close(in_the_palm(hands @ turn.T), in_the_palm(hands), atol=1e-4, rtol=0)
    own = in_the_palm(hands)
    assert own[:, [5, 9, 13, 17]].mean(dim=1)[:, 1:].abs().max() < 1e-5  # the palm lies along the first axis
    torch.testing.assert_close((own[:, 5] - own[:, 17])[:, 2], torch.zeros(6), atol=1e-5, rtol=0)


def test_only_the_upright_features_see_how_a_hand_lies_in_the_picture():
    hands = some_hands()
    in_plane = torch.as_tensor(Rotation.from_euler("z", 90, degrees=True).as_matrix(), dtype=torch.float32)
    torch.testing.assert_close(features(hands @ in_plane.T), features(hands), atol=1e-4, rtol=0)
    assert (features(hands @ in_plane.T, upright=True) - features(hands, upright=True)).abs().max() > 0.5


def test_changes_in_training_keep_what_they_should():
    hands = some_hands()
    spun = turned(hands, (1.0, 1.0, 1.0), generator())
    torch.testing.assert_close(torch.cdist(spun, spun), torch.cdist(hands, hands), atol=1e-4, rtol=0)
    longer = other_fingers(hands, 0.2, generator())
    fingers, before = ((part[:, 6:9] - part[:, 5:6]) for part in (longer, hands))  # the index beyond its knuckle
    factor = fingers / before
    torch.testing.assert_close(factor, factor[:, :1, :1].expand_as(factor), atol=1e-3, rtol=1e-3)
    assert torch.equal(longer[:, [0, 1, 5, 9, 13, 17]], hands[:, [0, 1, 5, 9, 13, 17]])
    assert torch.equal(mirrored(hands, 1.0, generator()), hands * torch.tensor([-1.0, 1, 1]))
    assert torch.equal(mirrored(hands, 0.0, generator()), hands)
    assert jittered(hands, 0.1, 0.1, generator())[:, 0].abs().max() == 0


def test_a_batch_is_changed_by_its_generator_alone(examples):
    batch = {"landmarks": torch.as_tensor(examples.inputs["landmarks"][:8]), "target": torch.zeros(8)}
    first, again = any_hand(batch, generator()), any_hand(batch, generator())
    assert torch.equal(first["landmarks"], again["landmarks"])
    assert not torch.equal(first["landmarks"], batch["landmarks"])


def test_the_distance_is_mahalanobis_to_the_nearest_class(examples):
    landmarks, target = torch.as_tensor(examples.inputs["landmarks"]), torch.as_tensor(examples.target)
    distance = Distance(len(LABELS))
    distance.fit(landmarks, target)
    x = features(landmarks).double().numpy()
    classes = np.unique(examples.target)
    means = np.stack([x[examples.target == label].mean(axis=0) for label in classes])
    apart = x - means[np.searchsorted(classes, examples.target)]
    covariance = apart.T @ apart / len(x)
    covariance += 0.05 * np.diag(covariance.diagonal() + 1e-4)
    inverse = np.linalg.inv(covariance)
    for row in (0, 100, len(x) - 1):
        expected = min(mahalanobis(x[row], mean, inverse) for mean in means) / np.sqrt(x.shape[1])
        assert distance(landmarks[row : row + 1]).item() == pytest.approx(min(expected, 10), rel=1e-2)


def test_a_row_of_a_rare_class_weighs_more_by_the_root_of_its_rarity():
    weight = rarity(np.array([0] * 16 + [2] * 4), 3)
    assert weight[1] == 0 and (weight[2] / weight[0]).item() == pytest.approx(2)
    assert (16 * weight[0] + 4 * weight[2]).item() / 20 == pytest.approx(1)


def test_probabilities_add_up_and_the_embedding_has_its_scale():
    network = HandNetwork(5).eval()
    out = network(some_hands())
    torch.testing.assert_close(out["probability"].sum(dim=1), torch.ones(6))
    network.get_buffer("scale").fill_(2.0)
    torch.testing.assert_close(network(some_hands())["embedding"], out["embedding"] / 2)
    assert set(network.train()(some_hands())) == {"logits"}


@pytest.mark.parametrize(("protocol", "origin"), [(PEOPLE, PERSON), (MODELLED, MODEL)])
def test_nobody_is_on_both_sides_and_only_one_origin_is_tested(examples, protocol, origin):
    folds = protocol.split(examples)
    for fold in folds:
        check_split(examples, fold)
        assert set(examples.covariates["origin"][fold.test].tolist()) == {origin}
        assert set(examples.covariates["origin"][fold.train].tolist()) == {PERSON, MODEL, COMPOSED}
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested.tolist()) == np.flatnonzero(examples.covariates["origin"] == origin).tolist()


def test_landmarks_that_lie_beside_the_code_look_like_the_signs(examples):
    """Straight and bent fingers of each digit, as the sign language has them; by the angles alone, no network."""
    straight = extensions(examples.inputs["landmarks"].astype(float), "right")[:, 1:]
    person = examples.covariates["origin"] == PERSON
    for name, up in {"one": "1000", "two": "1100", "four": "1111", "three": "1110", "open": "1111"}.items():
        mean = straight[person & (examples.target == LABELS.index(name))].mean(axis=0)
        assert [finger > 0.7 for finger in mean] == [digit == "1" for digit in up], name


def test_typical_postures_come_from_people_where_there_are_any(examples):
    found = studies.typical(examples)
    assert set(found) == {LABELS[label] for label in np.unique(examples.target)}
    person = (examples.covariates["origin"] == PERSON) & (examples.target == LABELS.index("open"))
    own = extensions(examples.inputs["landmarks"][person].astype(float), "right").mean(axis=0)
    assert found["open"] == pytest.approx(own, abs=1e-3)


def test_the_settings_say_what_no_person_showed(examples):
    settings = HandGestureRecipe().settings(examples, {})
    assert {"fist", "relaxed", "hook", "thumb_up"} <= set(settings["rendered_labels"])
    assert not {"open", "one", "pinch", "round"} & set(settings["rendered_labels"])


def test_every_name_is_one_of_ours():
    assert set(GESTURES.values()) <= set(LABELS) and set(studies.HGR1_NAMES.values()) <= set(LABELS)
    assert not set(studies.HGR1_NAMES) & set(studies.HGR1_STRANGE)
    assert set(studies.HGR1_NAMES) | set(studies.HGR1_STRANGE) <= set(HGR1)


def test_the_nearest_mean_hand_finds_its_own_class(examples):
    rows = examples.at(examples.covariates["origin"] == PERSON)
    model = TemplateModel(len(LABELS))
    model.fit(rows, 0)
    chosen = model.predict(rows)["probability"].argmax(axis=1)
    assert np.mean(chosen == rows.target) > 0.8


def test_random_flexion_is_told_from_poses():
    if not (HANDS / "anny_synth_hands").is_dir():
        pytest.skip("needs ../shared/data/hands/anny_synth_hands")
    hands = anny_synth_hands.read(HANDS / "anny_synth_hands")
    kept = posed(hands)
    assert 0.65 < kept.mean() < 0.85  # its README: a quarter has random flexion
    bent = [hands.joint_names.index(f"finger{n}-2.R") for n in (2, 3, 4, 5)]
    flexion = np.degrees(hands.rotations[:, bent, 0])
    fists = np.array(hands.gestures) == "fist"
    assert flexion[kept & fists].min() > 40 > flexion[~kept & fists].min()
