"""What established measures say of the EMG in a recording: findings that need no trained network."""

from __future__ import annotations

import numpy as np

from rehabkit.errors import InputError
from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.signals import emg
from rehabkit.signals.filters import HIGH_HZ, LOW_HZ, NYQUIST_SHARE

ANTAGONISTS: tuple[tuple[str, str], ...] = (
    ("rectus_femoris", "biceps_femoris"),
    ("vastus_medialis", "semitendinosus"),
    ("biceps_brachii", "triceps_brachii"),
    ("tibialis_anterior", "gastrocnemius_medialis"),
)
"""Muscles that turn one joint against each other."""
LEAST_RATE_HZ = 2 * HIGH_HZ / NYQUIST_SHARE
"""Below it the EMG's band is cut off, and its median frequency is another one."""
BAND = f"{LOW_HZ:g} to {HIGH_HZ:g} Hz"
BURSTS = (
    f"band {BAND}, rectified, low-passed at {emg.ONSET_HZ:g} Hz; on where 3 standard deviations above the quietest "
    "half second for 50 ms at least"
)


def emg_findings(recording: Biosignal) -> list[Finding]:
    """Onset, bursts, strength and median frequency of each muscle; co-contraction of antagonists.

    Where a measure can't be had (missing samples, a flat channel, too slow a rate) the finding says why. Without EMG
    channels there are none.
    """
    muscles = [channel.name for channel in recording.channels if channel.kind == "emg"]
    found = [finding for name in muscles for finding in _of_muscle(recording, name)]
    pairs = [pair for pair in ANTAGONISTS if set(pair) <= set(muscles)]
    return found + [_co_contraction(recording, *pair) for pair in pairs]


def _of_muscle(recording: Biosignal, name: str) -> list[Finding]:
    measures = (_onset, _burst_duration, _strength, _median_frequency)
    try:
        signal = _signal(recording, name)
    except InputError as error:
        return [_finding(recording, "signal", "EMG", [name], "", not_measurable=str(error))]
    return [measure(recording, name, signal) for measure in measures]


def _signal(recording: Biosignal, name: str) -> emg.Array:
    """One muscle in the EMG's band, V."""
    recording.require_whole([name])
    values = recording.column(name)
    if np.ptp(values) == 0:
        raise InputError(f"EMG of {name} must vary, got one value throughout; check the electrode")
    return emg.in_band(values, recording.rate_hz)


def _onset(recording: Biosignal, name: str, signal: emg.Array) -> Finding:
    label, start_s = "Onset of activity", recording.start_s
    try:
        bursts = emg.bursts(signal, recording.rate_hz)
    except InputError as error:
        return _finding(recording, "onset", label, [name], BURSTS, unit="s", not_measurable=str(error))
    if not bursts:
        why = "the muscle was never clearly above its quietest half second"
        return _finding(recording, "onset", label, [name], BURSTS, unit="s", not_measurable=why)
    if bursts[0].start_s < emg.ON_S:
        why = "the muscle was at work when the recording began"
        return _finding(recording, "onset", label, [name], BURSTS, unit="s", not_measurable=why)
    found = _finding(recording, "onset", label, [name], BURSTS, start_s + bursts[0].start_s, "s")
    first = found.evidence.model_copy(
        update={"start_s": start_s + bursts[0].start_s, "end_s": start_s + bursts[0].end_s}
    )
    return found.model_copy(update={"evidence": first})


def _burst_duration(recording: Biosignal, name: str, signal: emg.Array) -> Finding:
    label = "Bursts, mean duration"
    try:
        bursts = emg.bursts(signal, recording.rate_hz)
    except InputError as error:
        return _finding(recording, "burst_duration", label, [name], BURSTS, unit="s", not_measurable=str(error))
    if not bursts:
        why = "no burst was found"
        return _finding(recording, "burst_duration", label, [name], BURSTS, unit="s", not_measurable=why)
    mean_s = float(np.mean([one.duration_s for one in bursts]))
    return _finding(recording, "burst_duration", f"{label} of {len(bursts)}", [name], BURSTS, mean_s, "s")


def _strength(recording: Biosignal, name: str, signal: emg.Array) -> Finding:
    method = f"root mean square of the band {BAND}, whole recording; depends on electrode and skin as well"
    microvolts = 1e6 * float(np.sqrt(np.mean(np.square(signal))))
    return _finding(recording, "rms", "Root mean square", [name], method, microvolts, "µV")


def _median_frequency(recording: Biosignal, name: str, signal: emg.Array) -> Finding:
    label = "Median frequency"
    method = f"halves the power from {BAND}, Welch with half-second windows, whole recording"
    try:
        recording.require_rate(LEAST_RATE_HZ, f"the band reaches {HIGH_HZ:g} Hz")
        hertz = emg.median_frequency(signal, recording.rate_hz)
    except InputError as error:
        return _finding(recording, "median_frequency", label, [name], method, unit="Hz", not_measurable=str(error))
    return _finding(recording, "median_frequency", label, [name], method, hertz, "Hz")


def _co_contraction(recording: Biosignal, first: str, second: str) -> Finding:
    name, label = f"{first}_{second}_co_contraction", "Co-contraction"
    method = "2 · common area / sum of both areas (Falconer & Winter 1985), envelopes over their own greatest value"
    try:
        a, b = (emg.envelope(_signal(recording, muscle), recording.rate_hz) for muscle in (first, second))
    except InputError as error:
        found = _finding(recording, "", label, [first, second], method, not_measurable=str(error))
    else:
        found = _finding(recording, "", label, [first, second], method, 100 * emg.co_contraction_falconer(a, b), "%")
    return found.model_copy(update={"name": name})


def _finding(
    recording: Biosignal,
    measure: str,
    label: str,
    muscles: list[str],
    method: str,
    value: float | None = None,
    unit: str = "",
    not_measurable: str | None = None,
) -> Finding:
    names = " and ".join(muscle.replace("_", " ") for muscle in muscles)
    return Finding(
        name=f"{muscles[0]}_{measure}",
        label=f"{names.capitalize()}: {label[0].lower()}{label[1:]}" if label != "EMG" else f"EMG of {names}",
        value=None if value is None else float(f"{value:.4g}"),
        unit=unit,
        provisional=True,
        category="signal",
        not_measurable=not_measurable,
        evidence=Evidence(
            channels=muscles,
            start_s=recording.start_s,
            end_s=recording.start_s + recording.duration_s,
            method=method,
        ),
    )
