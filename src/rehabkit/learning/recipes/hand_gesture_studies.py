"""Further tables of the hand gestures: what comes from modelled hands alone, strangers, few own pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.hand import extensions
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples, build
from rehabkit.learning.metrics import accuracy, auroc, by_recording, by_subject
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.hand_gesture_data import LABELS, PERSON, hgr1_looks
from rehabkit.runtime.card import Card
from rehabkit.runtime.home import home
from rehabkit.systems.hand_gesture.calibration import learnt

Array = NDArray[Any]
HGR1_NAMES = {
    "1": "thumb_up", "2": "thumb_and_index", "L": "thumb_and_index", "3": "three_with_thumb", "4": "four", "5": "open",
    "B": "open", "A": "fist", "I": "little", "K": "two", "U": "two", "W": "three", "Z": "one", "F": "pinch",
    "G": "pinch", "O": "pinch",
}  # fmt: skip
"""Gestures of hgr1 that are one of ours; fixed before any was recognised."""
HGR1_STRANGE = ("C", "H", "P", "R", "Y")
"""Those that are none of ours; the rest (D, E, M, N, S, T) are neither surely ours nor surely not."""


def typical(examples: Examples) -> dict[str, list[float]]:
    """Gesture → how straight the five fingers are on average, in people where there are any."""
    straight = extensions(examples.inputs["landmarks"].astype(np.float64), "right")
    person = examples.covariates["origin"] == PERSON
    found = {}
    for label in np.unique(examples.target):
        rows = examples.target == label
        rows = rows & person if (rows & person).any() else rows
        found[LABELS[label]] = np.nanmean(straight[rows], axis=0).round(3).tolist()
    return found


def shared(examples: Examples) -> list[int]:
    """Gestures that people and modelled hands both show."""
    person = examples.covariates["origin"] == PERSON
    return sorted(set(examples.target[person].tolist()) & set(examples.target[~person].tolist()))


def modelled_only(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Gestures that people show too, learnt from modelled hands alone: are they recognised in people?"""
    examples = recipe.examples(source, quick=quick)
    rows = []
    for label in shared(examples):
        recall, wrong = _recall_without(recipe, examples, label, quick)
        rows.append([LABELS[label], recall, wrong])
    rows.append(["mean", float(np.mean([row[1] for row in rows])), ""])
    note = (
        "Of each gesture in turn people's pictures are taken out of training, so that it comes from modelled hands "
        "alone, as half of the shipped gestures do; tested on that gesture of half of the people, the other half "
        "trained with; each look by itself. SIMULATED training hands, real tested ones."
    )
    columns = ["gesture", "recall in people", "most often taken for"]
    return Table("hand_gesture: gestures learnt from modelled hands alone", columns, rows, note)


def _recall_without(recipe: Recipe, examples: Examples, label: int, quick: bool) -> tuple[float, str]:
    person = examples.covariates["origin"] == PERSON
    half = np.isin(examples.subject, np.unique(examples.subject[person])[::2])
    train = examples.at(~half & ~(person & (examples.target == label)))
    test = examples.at(half & person & (examples.target == label))
    chosen = trained(recipe, train, quick).predict(test)["probability"].argmax(axis=1)
    wrong = Counter(LABELS[place] for place in chosen.tolist() if place != label).most_common(1)
    return float(np.mean(chosen == label)), wrong[0][0] if wrong else ""


def trained(recipe: Recipe, examples: Examples, quick: bool, seed: int = 0) -> Model:
    """The model that ships, or is judged first, trained on these examples."""
    make = recipe.models[recipe.ships or next(iter(recipe.models))]
    model = make().quick() if quick else make()
    model.fit(examples, seed)
    return model


def strangers(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """What ships on hgr1, which it never saw: gestures that it knows, and gestures that it doesn't."""
    model = trained(recipe, recipe.examples(source, quick=quick), quick)
    looks = build(recipe.system, hgr1_looks(looks=1), classes=True)
    outputs = model.predict(looks)
    codes, chosen = looks.covariates["code"], outputs["probability"].argmax(axis=1)
    known = np.isin(codes, list(HGR1_NAMES))
    wanted = np.array([LABELS.index(HGR1_NAMES.get(code, LABELS[0])) for code in codes.tolist()])
    rows: list[list[Any]] = []
    for name in dict.fromkeys(HGR1_NAMES.values()):
        own = known & (wanted == LABELS.index(name))
        wrong = Counter(LABELS[i] for i in chosen[own & (chosen != wanted)].tolist()).most_common(2)
        rows.append([name, int(own.sum()), float(np.mean(chosen[own] == wanted[own])), _listed(wrong)])
    right = (chosen == wanted)[known]
    people = [right[looks.subject[known] == person].mean() for person in looks.subjects]
    rows.append(["all of these", int(known.sum()), float(right.mean()), f"worst person {min(people):.3f}"])
    strange = np.isin(codes, HGR1_STRANGE)
    asked = known | strange
    for title, doubt in (
        ("distance", outputs["distance"]),
        ("1 - probability", 1 - outputs["probability"].max(axis=1)),
    ):
        scores = np.stack([-doubt, doubt], axis=1)[asked]
        value = auroc(strange[asked].astype(np.int64), scores)
        rows.append([f"AUROC of {', '.join(HGR1_STRANGE)} (unknown) by {title}", int(strange.sum()), value, ""])
    note = (
        "Trained on sign_digits and SIMULATED modelled hands only; tested once on one look at each picture of hgr1 (12 "
        "people, none in training), by a mapping of its codes to our gestures that was fixed before. Nothing that "
        "ships has seen hgr1."
    )
    return Table("hand_gesture: hgr1, never seen", ["gesture", "pictures", "recall", "taken for"], rows, note)


def _listed(counted: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted)


def evaluated(recipe: Recipe, source: Path | None, quick: bool) -> tuple[Examples, dict[str, Array]]:
    """Rows that were predicted and outputs of the first model, one person left out; kept folds aren't run again."""
    examples = recipe.examples(source, quick=quick)
    settings = Settings(quick=quick, cache=home() / "folds")
    name = recipe.ships or next(iter(recipe.models))
    outcome = evaluate(recipe, examples, LOSO, settings, models=[name]).outcomes[name]
    return examples.at(outcome.rows), dict(outcome.outputs)


def by_person(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Accuracy of each person left out: all looks at a picture averaged, and the first look alone."""
    examples, outputs = evaluated(recipe, source, quick)
    data = (examples.target, outputs["probability"], examples.subject)
    together = by_recording(*data, examples.recording)
    averaged = by_subject(accuracy, *together, np.arange(len(together[0])))
    first = examples.first_rows()
    alone = by_subject(accuracy, data[0][first], data[1][first], data[2][first], np.arange(len(first)))
    rows = [[person, averaged[person], alone[person]] for person in examples.subjects]
    rows.append(["mean of people", float(np.mean(list(averaged.values()))), float(np.mean(list(alone.values())))])
    note = f"{LOSO.title}; {len(first)} pictures, in each a hand was found. A live camera gives one look a picture."
    return Table(f"{recipe.name}: person by person", ["person", "ten looks averaged", "one look"], rows, note)


def confusions(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Which gestures are taken for which, most often first."""
    examples, outputs = evaluated(recipe, source, quick)
    target, output, _ = by_recording(examples.target, outputs["probability"], examples.subject, examples.recording)
    chosen = output.argmax(axis=1)
    pairs = Counter((recipe.labels[a], recipe.labels[b]) for a, b in zip(target, chosen, strict=True) if a != b)
    rows = [[true, taken, count] for (true, taken), count in pairs.most_common(12)]
    note = f"{LOSO.title}; {int((chosen != target).sum())} of {len(target)} pictures are wrong. The commonest errors."
    return Table(f"{recipe.name}: what is taken for what", ["gesture", "taken for", "pictures"], rows, note)


N_DRAWS = 5
"""Times that the examples are drawn anew."""


def few_pictures(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Accuracy of a person left out, before and after some pictures of every gesture of theirs."""
    examples, outputs = evaluated(recipe, source, quick)
    pictures = {name: by_recording(examples.target, outputs[name], examples.subject, examples.recording) for name in
                ("probability", "embedding")}  # fmt: skip
    target, probability, subject = pictures["probability"]
    embedding = pictures["embedding"][1]
    card = Card(system=recipe.name, network="", title="", labels=list(recipe.labels), inputs={}, outputs={})
    rows = []
    for k in (1, 2):
        draws = [
            [_calibrated(k, target, probability, embedding, np.flatnonzero(subject == person), card, seed) for seed in
             range(N_DRAWS)] for person in np.unique(subject)
        ]  # fmt: skip
        found = np.array([np.mean(one, axis=0) for one in draws if one[0][2]])  # (person, figure)
        before, after, n = found.T
        rows.append([k, float(before.mean()), float(after.mean()), float(after.min()), f"{n.mean():.0f} of {len(n)}"])
    note = (
        f"{LOSO.title}; of each gesture of which the person has more pictures, so many are the examples and the rest "
        f"is tested, never both; drawn {N_DRAWS} times, mean of people. All looks at a picture averaged. How much the "
        "own examples count is tried on them, each left out in turn: a lone one counts nothing."
    )
    columns = [
        "own pictures a gesture",
        "accuracy without",
        "accuracy with",
        "worst person with",
        "pictures tested a person",
    ]
    return Table(f"{recipe.name}: a few pictures of one's own", columns, rows, note)


def _calibrated(
    k: int, target: Array, probability: Array, embedding: Array, own: Array, card: Card, seed: int
) -> list[float]:
    """Accuracy before and after, and how many pictures that is."""
    rng = np.random.default_rng(seed)
    shown, tested = [], []
    for label in np.unique(target[own]):
        takes = rng.permutation(own[target[own] == label])
        if len(takes) > k:
            shown += takes[:k].tolist()
            tested += takes[k:].tolist()
    if not tested:
        return [0.0, 0.0, 0.0]
    known = {"probability": probability[shown], "embedding": embedding[shown]}
    gestures = learnt([card.labels[label] for label in target[shown]], known, card)
    after = gestures.adapted({"probability": probability[tested], "embedding": embedding[tested]}, card)["probability"]
    return [accuracy(target[tested], probability[tested]), accuracy(target[tested], after), float(len(tested))]
