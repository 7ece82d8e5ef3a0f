"""Simulated people with knee pain: EEG, EMG and angle made up with known effects, to show how the method works.

Nothing here was measured on anybody. With pain the made-up alpha falls and theta and beta rise, quadriceps give way and
hamstrings work along, and the knee moves less and slower, as reviews of pain EEG (Pinheiro et al. 2016, PLoS ONE
11:e0149085) and of knee pain's gait describe in direction; the sizes are chosen. People differ by more than one level
of pain does, so that it isn't trivial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rehabkit.learning.examples import Sample
from rehabkit.recordings.biosignal import Array, Biosignal, Channel
from rehabkit.systems.knee_pain.tensors import ANGLE, ELECTRODES, MUSCLES, WINDOW_S

RATE_HZ = 1000.0
N_LEVELS = 4
N_WINDOWS = 2
ALPHA, THETA, BETA = -0.35, 0.25, 0.20
"""Change of the logarithm of amplitude a level."""
PERSON = 0.35
"""Standard deviation between people of each such logarithm."""
QUADRICEPS = (1, 0, 1, 0)
"""1 for a muscle that extends the knee, in the order of the muscles."""


@dataclass(frozen=True)
class Person:
    """What stays in one simulated person: logarithms of amplitude and how the knee moves."""

    alpha: float
    theta: float
    beta: float
    muscles: Array
    range_deg: float
    period_s: float


def cohort(n_people: int, seed: int = 0) -> list[Sample[Biosignal]]:
    """Each simulated person at each level of pain, 8 s each."""
    rng = np.random.default_rng(seed)
    samples = []
    for number in range(n_people):
        person = drawn(rng)
        for level in range(N_LEVELS):
            samples.append(Sample(recorded(person, level, rng), level, f"simulated {number + 1:02d}"))
    return samples


def drawn(rng: np.random.Generator) -> Person:
    """A person by chance."""
    alpha, theta, beta = rng.normal(0, PERSON, 3)
    muscles = rng.normal(0, 0.4, len(MUSCLES))
    return Person(float(alpha), float(theta), float(beta), muscles, rng.normal(75, 10), rng.normal(3.0, 0.4))


def recorded(person: Person, level: int, rng: np.random.Generator) -> Biosignal:
    """One simulated recording of all three modalities."""
    n_times = round(N_WINDOWS * WINDOW_S * RATE_HZ)
    angle = movement(person, level, rng, n_times)
    values = np.column_stack([muscles(person, level, angle, rng), angle, brain(person, level, rng, n_times)])
    channels = (
        *(Channel(name, "emg") for name in MUSCLES),
        Channel(ANGLE, "angle", "deg"),
        *(Channel(name, "eeg") for name in ELECTRODES),
    )
    return Biosignal(values, RATE_HZ, channels, sensor="simulation", history=("simulated: nobody was measured",))


def movement(person: Person, level: int, rng: np.random.Generator, n_times: int) -> Array:
    """(n_times,) degrees: bending and stretching, less far and slower with pain."""
    range_deg = person.range_deg * (1 - 0.10 * level) * np.exp(rng.normal(0, 0.08))
    period_s = person.period_s * (1 + 0.10 * level) * np.exp(rng.normal(0, 0.08))
    phase = 2 * np.pi * (np.arange(n_times) / RATE_HZ / period_s + rng.uniform())
    return np.asarray(range_deg * (1 - np.cos(phase)) / 2 + rng.normal(0, 0.2, n_times))


def muscles(person: Person, level: int, angle: Array, rng: np.random.Generator) -> Array:
    """(n_times, 4) V: quadriceps while stretching, hamstrings while bending; with pain more of both at once."""
    speed = np.gradient(angle - angle.mean())
    smooth = np.convolve(speed, np.ones(200) / 200, mode="same")
    bending = np.clip(smooth / (np.abs(smooth).max() + 1e-9), -1, 1)
    shared = 0.10 + 0.08 * level
    columns = []
    for muscle, extends in enumerate(QUADRICEPS):
        course = np.clip(-bending if extends else bending, 0, 1) * (1 - 0.10 * level * extends) + shared
        noise = coloured(rng, len(angle), _emg_amplitude)
        columns.append(50e-6 * np.exp(person.muscles[muscle]) * course * noise + rng.normal(0, 2e-6, len(angle)))
    return np.stack(columns, axis=1)


def _emg_amplitude(hertz: Array) -> Array:
    """A hump at 90 Hz."""
    return np.asarray(np.exp(-np.square((hertz - 90) / 70)))


def brain(person: Person, level: int, rng: np.random.Generator, n_times: int) -> Array:
    """(n_times, 8) V: pink noise and rhythms whose size depends on the person and on the level."""
    theta, alpha, beta = (
        np.exp(own + change * level)
        for own, change in ((person.theta, THETA), (person.alpha, ALPHA), (person.beta, BETA))
    )

    def amplitude(hertz: Array) -> Array:
        pink = 1 / np.sqrt(np.maximum(hertz, 1.0))
        rhythms = ((theta, 6.0, 1.0, 0.8), (alpha, 10.0, 1.0, 1.6), (beta, 20.0, 4.0, 0.3))
        return np.asarray(pink + sum(size * k * np.exp(-np.square((hertz - at) / w)) for size, at, w, k in rhythms))

    common = coloured(rng, n_times, amplitude)
    own = [coloured(rng, n_times, amplitude) for _ in ELECTRODES]
    return 10e-6 * (0.6 * common[:, None] + 0.8 * np.stack(own, axis=1))


def coloured(rng: np.random.Generator, n_times: int, amplitude: Callable[[Array], Array]) -> Array:
    """(n_times,) noise of standard deviation 1 whose spectrum has this shape."""
    hertz = np.asarray(np.fft.rfftfreq(n_times, 1 / RATE_HZ), dtype=np.float64)
    spectrum = np.fft.rfft(rng.normal(0, 1, n_times)) * amplitude(hertz)
    series = np.fft.irfft(spectrum, n_times)
    return np.asarray(series / series.std())
