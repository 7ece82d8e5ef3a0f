"""The only one who talks to the motor. Whoever wants an angle asks here, and is not believed.

::

    support ── press hold-to-run, then confirm ──▶ following ── any fault ──▶ stopping ── at rest ──▶ support

Support is where a session starts and where every fault ends: weight carried, motion damped, little torque, latched.
Following leads the limb by an impedance to a reference of limited range, speed and acceleration. Stopping brings that
reference to rest first, since a limb that is let go falls.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum
from math import isfinite, nan
from typing import NamedTuple

from rehabkit.exoskeleton.dose import Dose
from rehabkit.exoskeleton.faults import FINAL, POSITION, Fault
from rehabkit.exoskeleton.limits import Limits, SpeedLimit
from rehabkit.exoskeleton.plant import DT_S, GovernedTorque, Limb, Sensed
from rehabkit.exoskeleton.reference import Reference

STILL_DEG_S = 10.0
"""Slower than this a limb counts as at rest."""
SHORTEST_STOP_S, LONGEST_STOP_S = 0.02, 0.5
"""A patient who keeps pushing ends the stop too: support resists no less."""
OVERSPEED, OVERSPEED_S = 1.5, 0.02
"""So many times the highest speed, so long, and the session stops."""
LOWERING_S = 10.0
"""Without a position sensor the last trusted weight is carried, and faded out in this time: the limb is let down."""


class Mode(StrEnum):
    """What the governor does."""

    FOLLOWING = "following"
    STOPPING = "stopping"
    SUPPORT = "support"
    BRAKED = "braked"
    """The watchdog has shorted the motor's windings, because the governor itself isn't heard."""


class Consent(NamedTuple):
    """What the person's hands say: hold-to-run held, and the button that confirms a start."""

    enable: bool = False
    confirm: bool = False


class Command(NamedTuple):
    """What a step decided; the reference is NaN where no position is believed."""

    torque_nm: GovernedTorque
    reference_deg: float
    mode: Mode


class Governor:
    """Limits and the safe state.

    Parameters
    ----------
    limits : frozen and checked.
    limb : the model whose weight is carried; it may be somewhat wrong.
    further : a limit of speed that may only lower, e.g. by pain.

    Raises
    ------
    InputError
        If support could not carry the limb.
    """

    def __init__(self, limits: Limits, limb: Limb, further: SpeedLimit | None = None) -> None:
        limits.require_holds(limb)
        self.limits, self.limb, self.further = limits, limb, further
        self.mode, self.dose = Mode.SUPPORT, Dose(limits)
        self.reasons: frozenset[Fault] = frozenset({Fault.NOT_STARTED})
        self._reference = Reference(limits, limb.hanging_deg)
        self._anchor_deg: float | None = None
        self._trusted_deg = limb.hanging_deg
        # a patient who blocks and lets go is not thrown: the reference waits where the torque's limit can pull from
        self._lead_deg = max(2.0, (limits.torque_nm - limb.gravity_nm) / limits.stiffness_nm_deg)
        self._stopping_s = self._fast_s = self._blind_s = 0.0
        self._released = self._pressed = False
        self._before = Consent(enable=True, confirm=True)

    def step(self, wanted_deg: float, sensed: Sensed, faults: Set[Fault], consent: Consent) -> Command:
        """One step of 1 ms.

        Parameters
        ----------
        wanted_deg : anything, from anybody.
        sensed : what the machine measures.
        faults : what the watchdog sees now; everything is latched here.
        consent : hold-to-run and confirmation.
        """
        seen = self._seen(wanted_deg, sensed, faults)
        if not seen & POSITION:
            self._trusted_deg = sensed.angle_deg
        self._latch(seen)
        self._resume(seen, sensed, consent)
        torque, most = self._torque(wanted_deg, sensed)
        torque = max(-most, min(most, torque))
        if self.mode is Mode.FOLLOWING:
            self.dose.add(sensed.angle_deg, sensed.velocity_deg_s, torque)
        led_to = nan if self.blind else self._reference.angle_deg
        return Command(GovernedTorque(torque), led_to, self.mode)

    @property
    def blind(self) -> bool:
        """Whether the position is no longer believed."""
        return bool(self.reasons & POSITION)

    def _seen(self, wanted_deg: float, sensed: Sensed, faults: Set[Fault]) -> frozenset[Fault]:
        """The watchdog's faults and those that the governor sees by itself."""
        own = set(self.dose.spent())
        if not isfinite(wanted_deg):
            own.add(Fault.NOT_A_NUMBER)
        if not (isfinite(sensed.angle_deg) and isfinite(sensed.velocity_deg_s)):
            own.add(Fault.POSITION_INVALID)
        fast = abs(sensed.velocity_deg_s) > OVERSPEED * self.limits.speed_deg_s
        self._fast_s = self._fast_s + DT_S if fast else 0.0
        if self._fast_s > OVERSPEED_S:
            own.add(Fault.OVERSPEED)
        return frozenset(own | faults)

    def _latch(self, seen: frozenset[Fault]) -> None:
        """Stop, and remember why until somebody resumes."""
        if self.mode is Mode.FOLLOWING:
            if not seen:
                return
            self.mode, self.reasons, self._stopping_s = Mode.STOPPING, seen, 0.0
            self._released = self._pressed = False
            if Fault.LOOP in seen:  # nobody led the limb meanwhile: it isn't where the reference was
                self._reference = Reference(self.limits, self._trusted_deg)
        else:
            self.reasons |= seen & (FINAL if self.mode is Mode.SUPPORT else seen)

    def _resume(self, seen: frozenset[Fault], sensed: Sensed, consent: Consent) -> None:
        """Release, press with nothing wrong, confirm: in this order, at rest, and only in support."""
        before, self._before = self._before, consent
        if self.mode is not Mode.SUPPORT or self.reasons & FINAL:
            return
        if not consent.enable:
            self._released, self._pressed = True, False
        elif seen:
            self._pressed = False
        elif self._released and not before.enable:
            self._pressed = True
        elif self._pressed and consent.confirm and not before.confirm and abs(sensed.velocity_deg_s) < STILL_DEG_S:
            self.mode, self.reasons = Mode.FOLLOWING, frozenset()
            self._reference = Reference(self.limits, sensed.angle_deg)
            self._anchor_deg = None

    def _torque(self, wanted_deg: float, sensed: Sensed) -> tuple[float, float]:
        """Torque and its limit in this mode, N·m."""
        if self.blind:
            return self._lowering(sensed), self.limits.support_nm
        if self.mode is Mode.FOLLOWING:
            speed = self.limits.speed_at(sensed.angle_deg, self.further)
            lead = self._lead_deg
            within = max(sensed.angle_deg - lead, min(sensed.angle_deg + lead, wanted_deg))
            self._reference.towards(within, speed)
            return self._leading(sensed), self.limits.torque_nm
        if self.mode is Mode.STOPPING:
            self._stop(sensed)
            return self._leading(sensed), self.limits.torque_nm
        return self._supporting(sensed), self.limits.support_nm

    def _leading(self, sensed: Sensed) -> float:
        limits, reference = self.limits, self._reference
        spring = limits.stiffness_nm_deg * (reference.angle_deg - sensed.angle_deg)
        damping = limits.damping_nms_deg * (reference.velocity_deg_s - sensed.velocity_deg_s)
        return spring + damping - self.limb.weight_nm(sensed.angle_deg)

    def _stop(self, sensed: Sensed) -> None:
        stands = self._reference.stop()
        self._stopping_s += DT_S
        if self._stopping_s < SHORTEST_STOP_S:  # so that a stop at rest is seen, and told, too
            return
        if stands and (abs(sensed.velocity_deg_s) < STILL_DEG_S or self._stopping_s > LONGEST_STOP_S):
            self.mode = Mode.SUPPORT

    def _supporting(self, sensed: Sensed) -> float:
        """Carries the weight, damps, and holds its place like dry friction: gives way to more than a little torque."""
        limits = self.limits
        slack = limits.support_give_nm / limits.stiffness_nm_deg
        anchor = sensed.angle_deg if self._anchor_deg is None else self._anchor_deg
        self._anchor_deg = max(sensed.angle_deg - slack, min(sensed.angle_deg + slack, anchor))
        self._reference.angle_deg, self._reference.velocity_deg_s = self._anchor_deg, 0.0
        hold = limits.stiffness_nm_deg * (self._anchor_deg - sensed.angle_deg)
        return hold - limits.support_damping_nms_deg * sensed.velocity_deg_s - self.limb.weight_nm(sensed.angle_deg)

    def _lowering(self, sensed: Sensed) -> float:
        """Support without a position: the last trusted weight, fading, and damping by what the motor itself tells.

        A constant torque against weight has its place of rest where it was taken, so the limb stays there at first; as
        it fades the limb sinks to hanging, damped.
        """
        self.mode = Mode.SUPPORT if self._blind_s >= LONGEST_STOP_S else Mode.STOPPING
        carried = max(0.0, 1 - self._blind_s / LOWERING_S) * self.limb.weight_nm(self._trusted_deg)
        self._blind_s += DT_S
        emf = sensed.back_emf_deg_s if isfinite(sensed.back_emf_deg_s) else 0.0
        return -carried - 2 * self.limits.support_damping_nms_deg * emf
