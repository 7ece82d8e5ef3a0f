"""Arms of lying people: laid anywhere, or with a hand that goes somewhere, as hands of people in bed do.

A hand's place is drawn on the body or the mattress and the arm bent so that it gets there: two bones to a point leave
one freedom, the swivel of the elbow, which is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.angles import unit
from rehabkit.learning.lying_people.laid import ARM_M, HEAD_M, IN_AIR, N_DRAWS, TRUNK_M, Lying, Turns, chosen, hanging
from rehabkit.learning.lying_people.turns import about, joint_at, towards

Array = NDArray[np.float64]
X, Y, Z = np.eye(3)
ANYWHERE = "anywhere"
PLACES = {
    ANYWHERE: 0.32, "belly": 0.15, "chest": 0.07, "face": 0.11, "under the head": 0.09, "above the head": 0.04,
    "other arm": 0.05, "hip": 0.08, "between the thighs": 0.05, "before the chest": 0.04,
}  # fmt: skip
"""Where hands go, and how often they are meant to."""
SPREAD_M = 0.04
"""How far from the middle of its place a hand lies, along each axis."""
ENOUGH = 12.0
"""Cost above which a place isn't reached, and another one is tried."""
N_TRIES = 4
HAND_M = 0.07
"""From the wrist to the middle of the hand."""
SHOULDER_UP_DEG, SHOULDER_FORWARD_DEG, FORWARD_ON_SIDE_DEG = (-3.0, 16.0), (6.0, 19.0), 18.0
"""Mean and spread of where a shoulder blade lies, and how much farther forward on a side."""
UP_WITH_ARM, FORWARD_WITH_ARM = 0.22, 0.25
"""Degrees of the shoulder blade for a degree that the arm is raised beyond 30, or reaches forward beyond 20."""
TWIST_DEG, BACK_DEG, ACROSS_DEG = 100.0, 40.0, 50.0
"""How far an upper arm turns about itself to either side, and moves behind the back and across the chest."""


@dataclass(frozen=True)
class _Arm:
    """One side's bones at rest: directions, and lengths in metres; how far the body lies on a side, 0 to 1."""

    side: str
    outward: float
    upper: Array
    fore: Array
    upper_m: float
    fore_m: float
    on_side: float

    @classmethod
    def of(cls, lying: Lying, side: str) -> _Arm:
        bones = lying.bones
        upper = bones.heads[f"lowerarm01.{side}"] - bones.heads[f"upperarm01.{side}"]
        fore = bones.heads[f"wrist.{side}"] - bones.heads[f"lowerarm01.{side}"]
        lengths = float(np.linalg.norm(upper)), float(np.linalg.norm(fore))
        on_side = abs(float((lying.turns["root"] @ X)[2]))
        return cls(side, 1.0 if side == "L" else -1.0, unit(upper), unit(fore), *lengths, on_side)

    @property
    def bent(self) -> float:
        """Degrees that the elbow is bent at rest."""
        return float(np.degrees(np.arccos(self.upper @ self.fore)))

    @property
    def hinge(self) -> Array:
        """(3,) the elbow's axis."""
        return unit(np.cross(self.upper, self.fore))

    def turns(self, upper_turn: Array, elbow: Array, blade: Array) -> Turns:
        """Turns of the arm's bones; ``elbow`` (n,) degrees."""
        return {
            f"clavicle.{self.side}": blade,
            f"upperarm01.{self.side}": upper_turn,
            f"lowerarm01.{self.side}": about(self.hinge, elbow - self.bent),
        }

    def blade(self, toward: Array, rng: np.random.Generator) -> Array:
        """(n, 3, 3) turns of the shoulder blade, which goes along with an arm that points (n, 3) ``toward``."""
        raised = np.degrees(np.arccos(np.clip(-toward[:, 2], -1, 1)))
        ahead = np.degrees(np.arcsin(np.clip(-toward[:, 1], -1, 1)))
        up = rng.normal(*SHOULDER_UP_DEG) + UP_WITH_ARM * np.clip(raised - 30, 0, None)
        forward = rng.normal(*SHOULDER_FORWARD_DEG) + FORWARD_ON_SIDE_DEG * self.on_side
        forward = forward + FORWARD_WITH_ARM * np.clip(ahead - 20, 0, None)
        return about(Y, -self.outward * up) @ about(Z, -self.outward * forward)

    def strain(self, upper_turn: Array) -> Array:
        """(n,) cost of upper arms beyond what shoulders do."""
        toward = upper_turn @ self.upper
        twist = towards(self.upper, toward).swapaxes(-1, -2) @ upper_turn  # about the upper arm, at rest
        across = np.cross(self.upper, X)
        turned = twist @ across
        angle = np.degrees(np.arctan2(np.cross(across, turned) @ self.upper, turned @ across))
        back = np.degrees(np.arcsin(np.clip(toward[:, 1], -1, 1)))
        inward = np.degrees(np.arcsin(np.clip(-self.outward * toward[:, 0], -1, 1)))
        limits = (np.abs(angle), TWIST_DEG), (back, BACK_DEG), (inward, ACROSS_DEG)
        return np.asarray(sum((np.clip(value - most, 0, None) / 10) ** 2 for value, most in limits))


def lay_arm(lying: Lying, side: str, rng: np.random.Generator) -> None:
    """Lay an arm with its hand."""
    arm = _Arm.of(lying, side)
    in_air = bool(rng.random() < IN_AIR)
    places = list(rng.choice(list(PLACES), N_TRIES, p=list(PLACES.values())))
    for place in (*places, ANYWHERE):
        turns = _anywhere(arm, rng) if place == ANYWHERE else _reaching(lying, arm, place, rng)
        cost, ends = _cost(lying, arm, turns, in_air=in_air)
        if place == ANYWHERE or cost.min() < ENOUGH:
            break
    best = chosen(cost, rng)
    lying.turns |= {bone: turn[best] for bone, turn in turns.items()}
    lying.turns[f"wrist.{side}"] = about(X, rng.normal(0, 15)) @ about(Y, rng.normal(0, 15))
    shoulder, elbow, hand = (np.broadcast_to(end, (N_DRAWS, 3))[best] for end in ends)
    lying.add(shoulder, elbow, ARM_M)
    lying.add(elbow, hand, ARM_M)


def _anywhere(arm: _Arm, rng: np.random.Generator) -> Turns:
    """Draws of arms that lie as they happen to."""
    n = N_DRAWS
    raised = rng.random() < 0.2
    toward = unit(
        np.stack([arm.outward * rng.normal(0.35, 0.45, n), rng.normal(-0.1, 0.5, n), rng.normal(-0.7, 0.5, n)], axis=-1)
        * (1, 1, -0.8 if raised else 1)
    )
    elbow = np.where(rng.random(n) < 0.35, np.abs(rng.normal(12, 10, n)), rng.uniform(15, 145, n))
    turn = about(toward, rng.uniform(-TWIST_DEG, TWIST_DEG, n)) @ towards(arm.upper, toward)
    return arm.turns(turn, elbow, arm.blade(toward, rng))


def _reaching(lying: Lying, arm: _Arm, place: str, rng: np.random.Generator) -> Turns:
    """Draws of arms whose hands lie at a place."""
    goal = _goal(lying, arm, place, rng) + rng.normal(0, SPREAD_M, (N_DRAWS, 3))
    goal[:, 2] = np.maximum(goal[:, 2], 0.03 - lying.give_m)
    chest = joint_at(lying.bones, "spine01", lying.turns)[1]
    shoulder = lying.at(f"upperarm01.{arm.side}")
    blade = arm.blade(unit((goal - shoulder) @ chest), rng)
    moved = {f"clavicle.{arm.side}": blade}
    shoulder, trunk = lying.at(f"upperarm01.{arm.side}", moved), chest @ blade
    upper, fore = _two_bones(goal - shoulder, arm.upper_m, arm.fore_m + HAND_M, rng.uniform(0, 360, N_DRAWS))
    normal = unit(np.cross(upper, fore))
    now = np.stack([upper, normal, np.cross(upper, normal)], axis=-1)
    rest = np.stack([arm.upper, arm.hinge, np.cross(arm.upper, arm.hinge)], axis=-1)
    elbow = np.degrees(np.arccos(np.clip((upper * fore).sum(-1), -1, 1)))
    return arm.turns(trunk.swapaxes(-1, -2) @ now @ rest.T, elbow, blade)


def _two_bones(way: Array, first: float, second: float, swivel_deg: Array) -> tuple[Array, Array]:
    """(n, 3) directions of two bones that end at (n, 3) ``way``, or as near to it as an elbow lets them.

    Parameters
    ----------
    first, second : lengths, metres.
    swivel_deg : (n,) where on its circle the elbow is.
    """
    folded = np.sqrt(first**2 + second**2 - 2 * first * second * np.cos(np.radians(30)))  # an elbow bends by 150
    far = np.clip(np.linalg.norm(way, axis=1), folded, 0.998 * (first + second))
    ahead = unit(way)
    side = unit(np.cross(ahead, np.where(np.abs(ahead[:, :1]) < 0.8, X, Y)))
    cosine = (first**2 + far**2 - second**2) / (2 * first * far)
    sine = np.sqrt(1 - np.clip(cosine, -1, 1) ** 2)
    off = (about(ahead, swivel_deg) @ side[..., None])[..., 0]
    upper = cosine[:, None] * ahead + sine[:, None] * off
    return upper, unit(far[:, None] * ahead - first * upper)


def _goal(lying: Lying, arm: _Arm, place: str, rng: np.random.Generator) -> Array:
    """(3,) where the middle of a hand goes, in the bed's axes, the mattress being z = 0."""
    other = "R" if arm.side == "L" else "L"
    out, front = arm.outward, -(TRUNK_M + ARM_M / 2)

    def beside(bone: str, x: float, y: float, z: float) -> Array:
        """Off a bone's beginning, along its own axes."""
        turn = joint_at(lying.bones, bone, lying.turns)[1]
        return np.asarray(lying.at(bone) + turn @ np.array([x, y, z]))

    if place == "belly":
        return beside("spine04", rng.uniform(-0.13, 0.13), front, rng.uniform(-0.08, 0.1))
    if place == "chest":
        return beside("spine01", rng.uniform(-0.13, 0.13), front, rng.uniform(-0.12, 0.12))
    if place == "face":
        return beside("neck03", out * rng.uniform(-0.03, 0.12), -HEAD_M - 0.04, rng.uniform(-0.02, 0.16))
    if place == "under the head":
        low = rng.uniform(0.03, 0.06) * Z  # on the mattress or the pillow
        return beside("head", out * rng.uniform(-0.06, 0.1), 0.0, rng.uniform(0.0, 0.12)) * (1, 1, 0) + low
    if place == "above the head":
        return beside("head", out * rng.uniform(-0.1, 0.3), 0.0, rng.uniform(0.15, 0.4)) * (1, 1, 0) + 0.04 * Z
    if place == "other arm":
        return beside(f"upperarm01.{other}", 0.0, -0.07, -rng.uniform(0.0, 0.25))
    if place == "hip":
        return beside("root", out * rng.uniform(0.1, 0.22), -rng.uniform(-0.05, 0.14), rng.uniform(-0.2, 0.1))
    if place == "between the thighs":
        left, right = (beside(f"upperleg01.{side}", 0.0, 0.0, -rng.uniform(0.08, 0.25)) for side in "LR")
        return np.asarray((left + right) / 2 + rng.normal(0, 0.02, 3))
    ahead = beside("spine01", 0.0, -rng.uniform(0.2, 0.55), rng.uniform(-0.15, 0.35))  # before the chest
    return ahead * (1, 1, 0) + 0.03 * Z


def _cost(lying: Lying, arm: _Arm, turns: Turns, *, in_air: bool) -> tuple[Array, tuple[Array, Array, Array]]:
    """(n,) what each draw costs; where shoulder, elbow and the end of the hand are."""
    bones = ("upperarm01", "lowerarm01", "wrist")
    shoulder, elbow, wrist = (lying.at(f"{bone}.{arm.side}", turns) for bone in bones)
    hand = wrist + 2 * HAND_M * unit(wrist - elbow)
    cost = arm.strain(turns[f"upperarm01.{arm.side}"])
    cost += lying.sunk(elbow[:, 2], 0.045) + lying.sunk(wrist[:, 2], 0.035) + lying.sunk(hand[:, 2], 0.02)
    touching = ARM_M / 2  # a hand lies on, or is lain on by, what it touches
    at_elbow, at_wrist = lying.gap(elbow), lying.gap(wrist)
    for gap, radius in ((lying.gap(shoulder + 0.75 * (elbow - shoulder)), ARM_M), (at_elbow, ARM_M),
                        (lying.gap((elbow + wrist) / 2), ARM_M), (at_wrist, ARM_M - 0.01),
                        (lying.gap(hand), touching)):  # fmt: skip
        cost += hanging(gap, radius)
    if not in_air:
        rests = np.minimum(np.minimum(wrist[:, 2], hand[:, 2]) - 0.03, at_wrist - ARM_M)
        cost += (np.clip(rests, 0, None) / 0.03) ** 2
        cost += (np.clip(np.minimum(elbow[:, 2] - 0.05, at_elbow - ARM_M), 0, None) / 0.08) ** 2
    return cost, (shoulder, elbow, hand)
