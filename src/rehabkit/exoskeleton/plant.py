"""What is moved, modelled: a seated person's lower leg in a one-joint exoskeleton. Simulation only, no hardware driver.

Flexion is positive; 0° is the straight knee, 90° the hanging leg of a seated person. The equation of motion::

    I a = motor + patient + m g l sin(hanging - angle) - friction w - stop(angle, w)

is integrated semi-implicitly at 1 kHz: velocity first, everything that damps taken implicitly, so that damping can only
take energy away.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, isfinite, pi, radians, sin
from random import Random
from typing import NamedTuple, NewType

from rehabkit.errors import InputError
from rehabkit.exoskeleton.patients import Patient, relaxed

DT_S = 0.001
"""Step of plant, control and watchdog: 1 kHz."""
GRAVITY_M_S2 = 9.80665
DEG = 180 / pi
GovernedTorque = NewType("GovernedTorque", float)
"""N·m that the governor made: the motor takes nothing else, and only governor.py makes one (a test holds it)."""


@dataclass(frozen=True)
class Limb:
    """A lower leg with its exoskeleton.

    Parameters
    ----------
    inertia_kg_m2 : about the knee.
    gravity_nm : m g l, the torque of weight when the leg is level.
    friction_nms : viscous, N·m·s/rad.
    hanging_deg : where weight makes no torque.
    low_deg, high_deg : mechanical end stops.
    stop_nm_rad, stop_nms : stiffness and damping of these.
    """

    inertia_kg_m2: float
    gravity_nm: float
    friction_nms: float = 0.5
    hanging_deg: float = 90.0
    low_deg: float = -5.0
    high_deg: float = 130.0
    stop_nm_rad: float = 1500.0
    stop_nms: float = 20.0

    def __post_init__(self) -> None:
        problems = [
            f"{name} must be a number from {least:g} on, got {getattr(self, name)}"
            for name, least in (("inertia_kg_m2", 0.01), ("gravity_nm", 0), ("friction_nms", 0), ("stop_nm_rad", 0))
            if not (isfinite(getattr(self, name)) and getattr(self, name) >= least)
        ]
        if not self.low_deg < self.high_deg:
            problems.append(f"low_deg must be below high_deg, got {self.low_deg} and {self.high_deg}")
        if problems:
            raise InputError(f"limb: {'; '.join(problems)}; see Limb.of")

    @classmethod
    def of(cls, body_kg: float = 75.0, height_m: float = 1.75) -> Limb:
        """Of an average body (Winter 2009, table 4.1: foot and leg) in an exoskeleton of 1.2 kg.

        Examples
        --------
        >>> limb = Limb.of(75, 1.75)
        >>> round(limb.gravity_nm, 1), round(limb.inertia_kg_m2, 2)
        (14.1, 0.56)
        """
        leg_kg, length_m = 0.061 * body_kg, 0.246 * height_m
        shell_kg, shell_m, rotor_kg_m2 = 1.2, 0.20, 0.05
        gravity = GRAVITY_M_S2 * (leg_kg * 0.606 * length_m + shell_kg * shell_m)
        return cls(leg_kg * (0.735 * length_m) ** 2 + shell_kg * shell_m**2 + rotor_kg_m2, gravity)

    def weight_nm(self, angle_deg: float) -> float:
        """Torque of weight, N·m, towards hanging.

        Examples
        --------
        >>> limb = Limb(0.5, 14.0)
        >>> limb.weight_nm(90.0), limb.weight_nm(0.0), round(limb.weight_nm(120.0), 3)
        (0.0, 14.0, -7.0)
        """
        return self.gravity_nm * sin(radians(self.hanging_deg - angle_deg))


@dataclass(frozen=True)
class Machine:
    """Motor and encoder.

    Parameters
    ----------
    peak_nm : what the motor can give at most.
    lag_s : time constant of its current loop.
    brake_nms : damping when its windings are shorted, which needs neither sensor nor program, N·m·s/rad.
    encoder_step_deg, encoder_noise_deg : quantisation, and standard deviation of noise before it.
    emf_gain, emf_offset_deg_s, emf_noise_deg_s : velocity from voltage and current of the motor, and how wrong it is.
    """

    peak_nm: float = 60.0
    lag_s: float = 0.003
    brake_nms: float = 25.0
    encoder_step_deg: float = 360 / 65536
    encoder_noise_deg: float = 0.002
    emf_gain: float = 1.03
    emf_offset_deg_s: float = 0.3
    emf_noise_deg_s: float = 1.0


class Sensed(NamedTuple):
    """What the machine measures.

    ``angle_deg`` and ``velocity_deg_s`` are the encoder's; ``back_emf_deg_s`` comes from the motor's voltage and
    current and doesn't need the encoder.
    """

    angle_deg: float
    velocity_deg_s: float
    back_emf_deg_s: float


class Plant:
    """Limb, patient and machine in motion.

    Parameters
    ----------
    limb, machine : what it is made of.
    patient : torque of the person, N·m, from time, angle and velocity.
    angle_deg : where it starts, at rest.
    seed : of the encoder's noise.
    """

    def __init__(
        self,
        limb: Limb,
        machine: Machine | None = None,
        patient: Patient = relaxed,
        angle_deg: float = 90.0,
        velocity_deg_s: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.limb, self.machine, self.patient = limb, machine or Machine(), patient
        self.time_s, self.torque_nm = 0.0, 0.0
        self._angle, self._velocity = radians(angle_deg), radians(velocity_deg_s)
        self._random = Random(seed)
        self._follow = 1.0 if self.machine.lag_s <= 0 else 1 - exp(-DT_S / self.machine.lag_s)
        self._read_deg, self._read_deg_s = angle_deg, velocity_deg_s

    @property
    def angle_deg(self) -> float:
        """The true angle."""
        return self._angle * DEG

    @property
    def velocity_deg_s(self) -> float:
        """The true velocity."""
        return self._velocity * DEG

    @property
    def energy_j(self) -> float:
        """Of motion and height, hanging at rest being zero."""
        limb = self.limb
        height = limb.gravity_nm * (1 - cos(radians(self.angle_deg - limb.hanging_deg)))
        return 0.5 * limb.inertia_kg_m2 * self._velocity**2 + height

    def advance(self, torque: GovernedTorque, *, braked: bool = False) -> None:
        """One step.

        Parameters
        ----------
        torque : asked of the motor, N·m.
        braked : windings shorted: the motor only damps, whatever was asked.
        """
        machine, limb = self.machine, self.limb
        asked = max(-machine.peak_nm, min(machine.peak_nm, torque))
        self.torque_nm += (asked - self.torque_nm) * self._follow
        if braked:
            self.torque_nm = 0.0
        angle, velocity = self.angle_deg, self.velocity_deg_s
        drive = self.torque_nm + self.patient(self.time_s, angle, velocity) + limb.weight_nm(angle)
        damping = limb.friction_nms + (machine.brake_nms if braked else 0.0)
        beyond = angle - max(limb.low_deg, min(limb.high_deg, angle))
        if beyond:
            drive -= limb.stop_nm_rad * radians(beyond)
            damping += limb.stop_nms
        inertia = limb.inertia_kg_m2
        self._velocity = (self._velocity + DT_S * drive / inertia) / (1 + DT_S * damping / inertia)
        self._angle += DT_S * self._velocity
        self.time_s += DT_S

    def sense(self) -> Sensed:
        """What encoder and motor say now; call it once a step."""
        machine, noise = self.machine, self._random.gauss
        angle = self.angle_deg + noise(0.0, 1.0) * machine.encoder_noise_deg
        if machine.encoder_step_deg > 0:
            angle = round(angle / machine.encoder_step_deg) * machine.encoder_step_deg
        self._read_deg_s += ((angle - self._read_deg) / DT_S - self._read_deg_s) * VELOCITY_SHARE
        self._read_deg = angle
        emf = self.velocity_deg_s * machine.emf_gain + machine.emf_offset_deg_s
        return Sensed(angle, self._read_deg_s, emf + noise(0.0, 1.0) * machine.emf_noise_deg_s)


VELOCITY_SHARE = 1 - exp(-2 * pi * 25.0 * DT_S)
"""Of a difference of angles that the encoder's velocity takes over each step: a low-pass at 25 Hz."""
