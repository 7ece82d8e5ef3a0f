"""Units of electric signals and angles, and whether a stated unit can be true."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings.biosignal import ELECTRIC, Array, Biosignal, Kind

VOLTS: Mapping[str, float] = {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "nV": 1e-9}
DEGREES: Mapping[str, float] = {"deg": 1.0, "rad": 180 / np.pi}
SECONDS: Mapping[str, float] = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ALIASES = {"µV": "uV", "μV": "uV", "microV": "uV", "°": "deg", "degree": "deg", "degrees": "deg", "radian": "rad"}
_PLAUSIBLE: Mapping[Kind, tuple[float, float]] = {"eeg": (1e-7, 1e-3), "emg": (1e-7, 4e-3)}
"""V: least and largest robust amplitude of a signal in the body. An amplifier's noise is some 0.5 µV; EEG above
1 mV, and EMG above 4 mV, come from no electrode on skin (De Luca 1997: EMG up to 10 mV peak to peak)."""
_SECONDS = 20


def unit_of(text: str) -> str:
    """A unit as rehabkit writes it; empty where it is none of volts or degrees.

    Examples
    --------
    >>> unit_of("µV"), unit_of("UV"), unit_of("°"), unit_of("furlong")
    ('uV', 'uV', 'deg', '')
    """
    plain = _ALIASES.get(text.strip(), text.strip())
    if plain in VOLTS or plain in DEGREES:
        return plain
    lower = {unit.lower(): unit for unit in (*VOLTS, *DEGREES) if unit not in ("mV",)}
    return "mV" if plain in ("mv", "MV") else lower.get(plain.lower(), "")


def factor(kind: Kind, unit: str) -> float | None:
    """What to multiply values of a kind in a unit by, to have V or degrees; ``None`` where it doesn't fit.

    Examples
    --------
    >>> factor("emg", "mV"), factor("angle", "mV")
    (0.001, None)
    """
    of_kind = VOLTS if kind in ELECTRIC else DEGREES if kind == "angle" else {}
    return of_kind.get(unit_of(unit))


def stated_units(units: Collection[str]) -> dict[str, str]:
    """``electric`` and ``angle`` → the unit that the caller states.

    Raises
    ------
    InputError
        If a unit is unknown, or two are of one quantity.

    Examples
    --------
    >>> stated_units(["µV", "deg"])
    {'electric': 'uV', 'angle': 'deg'}
    """
    stated: dict[str, str] = {}
    for unit in units:
        plain = unit_of(unit)
        quantity = "electric" if plain in VOLTS else "angle"
        if not plain or quantity in stated:
            raise InputError(
                f"units must be one each of {', '.join(VOLTS)}; {', '.join(DEGREES)}, got {','.join(units)!r}; "
                "write --units uV,deg"
            )
        stated[quantity] = plain
    return stated


def amplitude(values: Array) -> Array:
    """(n_channels,) robust amplitude: half of what lies between the 2.5th and 97.5th percentile.

    Parameters
    ----------
    values : (n_times, n_channels); NaN is left out. Long recordings are thinned, which changes no percentile much.
    """
    thin = values[:: max(1, len(values) // 10_000)]
    lost = np.isnan(thin)
    if not lost.any():
        low, high = np.percentile(thin, (2.5, 97.5), axis=0)
        return np.asarray((high - low) / 2)
    columns = (thin[~lost[:, i], i] for i in range(thin.shape[1]))
    return np.array([np.ptp(np.percentile(c, (2.5, 97.5))) / 2 if len(c) else np.nan for c in columns])


def swing(recording: Biosignal) -> Array:
    """(n_channels,) median of the robust amplitudes within a second: drift and offset count for nothing.

    Of twenty seconds spread over the recording; NaN where nothing was measured in any.

    Examples
    --------
    >>> from rehabkit.recordings.biosignal import Channel
    >>> drifting = np.linspace(0, 1, 10_000)[:, None]  # 0.1 V a second
    >>> swing(Biosignal(drifting, 1000.0, (Channel("C3", "eeg"),))).round(3).tolist()
    [0.047]
    """
    n = max(min(round(recording.rate_hz), recording.n_times), 1)
    starts = np.unique(np.linspace(0, recording.n_times - n, _SECONDS).astype(int))
    sizes = np.array([amplitude(recording.values[start : start + n]) for start in starts])
    found = np.full(recording.n_channels, np.nan)
    there = ~np.isnan(sizes).all(axis=0)
    found[there] = np.nanmedian(sizes[:, there], axis=0)
    return found


def can_be(kind: Kind, volts: float) -> bool:
    """Whether electrodes on skin can give this amplitude; of kinds without known bounds always.

    Examples
    --------
    >>> can_be("eeg", 2e-5), can_be("eeg", 20.0), can_be("angle", 90.0)
    (True, False, True)
    """
    least, most = _PLAUSIBLE.get(kind, (0.0, np.inf))
    return bool(least <= volts <= most)


def check_magnitude(recording: Biosignal, units: Sequence[str]) -> None:
    """Refuse a unit that the magnitude contradicts: the usual slip is µV taken as V, or V as µV.

    Channels that never change are flat, not of a wrong unit: :func:`rehabkit.recordings.biosignals.check` names them.

    Parameters
    ----------
    units : that the file, its description or the caller gave, one a channel, for the message.

    Raises
    ------
    RecordingError
        If most of a kind's channels that change are too large or too small, naming unit and magnitude.
    """
    size = swing(recording)
    problems = []
    for kind, (least, most) in _PLAUSIBLE.items():
        places = [i for i, c in enumerate(recording.channels) if c.kind == kind and size[i] > 0]
        wrong = [i for i in places if not can_be(kind, size[i])]
        if len(wrong) * 2 > len(places):
            names = ", ".join(recording.names[i] for i in wrong[:4]) + (" …" if len(wrong) > 4 else "")
            middle = float(np.median(size[wrong]))
            problems.append(
                f"{kind.upper()} must have an amplitude of {least:g} to {most:g} V, got {middle:.3g} V in {names} "
                f"with unit {units[wrong[0]]}; {_remedy(middle, least, most, units[wrong[0]])}"
            )
    if problems:
        raise RecordingError("; ".join(problems))


def _remedy(volts: float, least: float, most: float, unit: str) -> str:
    """The unit that would fit, if one does."""
    raw = volts / VOLTS.get(unit, 1.0)
    fits = [other for other, scale in VOLTS.items() if least <= raw * scale <= most]
    return (
        f"state its true unit, e.g. --units {fits[0]}" if fits else "no unit fits: is it raw counts of the converter?"
    )
