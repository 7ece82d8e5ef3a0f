"""Names of channels: what an electrode's or a goniometer's name says of it, by rules that are written here.

A name becomes a place on the head by these rules only, and each change is noted in the recording's history: dots at
its end go (``Fc5.``), so do the word ``EEG`` before it and the reference after it (``EEG C3-REF``), and its letters
take the spelling of the 10-10 system (``FP1`` → ``Fp1``, ``CZ`` → ``Cz``). Nothing else is taken for an electrode, and
two names that would become one stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from rehabkit.errors import RecordingError
from rehabkit.recordings import electrodes
from rehabkit.recordings.biosignal import Kind

MONTAGE = "standard_1005"
_ELECTRIC: Mapping[Kind, re.Pattern[str]] = {
    "emg": re.compile(r"EMG|RECTUS|VAST(?:US|O)|BICEPS|TRICEPS|SEMITEND|SEMIMEMB|GASTROC|SOLEUS|TIBIALIS|DELTOID"
                      r"|TRAPEZIUS|GLUTEUS|ADDUCTOR|FLEXOR_|EXTENSOR_|BRACHIORADIALIS|PECTORALIS", re.I),
    "eog": re.compile(r"EOG|HEO[LR]?\b|VEO[UDR]?\b", re.I),
    "ecg": re.compile(r"E[CK]G", re.I),
}  # fmt: skip
_ANGLE = re.compile(r"ANGLE|FLEXION|EXTENSION|ABDUCTION|ADDUCTION|ROTATION|GONIO|SUPINATION|PRONATION", re.I)


def place_of(name: str) -> str:
    """The electrode that a name means, in the spelling of the 10-10 system; empty where it means none.

    The 10-20 system's own names (T3) stay: :func:`rehabkit.recordings.electrodes.standard_name` knows what they are.

    Examples
    --------
    >>> place_of("Fc5."), place_of("EEG Fp1-REF"), place_of("CZ"), place_of("T3"), place_of("Channel 3")
    ('FC5', 'Fp1', 'Cz', 'T3', '')
    """
    site = electrodes.standard_name(name) or ""
    olds = (old for old, new in electrodes.OLD_NAMES.items() if new == site)
    return next((old for old in olds if re.search(rf"\b{old}\b", name, re.I)), site)


def kind_of(name: str) -> Kind:
    """What a channel's name says that it measures; ``other`` where it says nothing.

    Examples
    --------
    >>> kind_of("C3"), kind_of("EMG1"), kind_of("vastus_medialis"), kind_of("VEOG"), kind_of("knee_flexion")
    ('eeg', 'emg', 'emg', 'eog', 'angle')
    >>> kind_of("Ch 7")
    'other'
    """
    if place_of(name) or re.match(r"EEG\b", name, re.I):
        return "eeg"
    electric = next((kind for kind, words in _ELECTRIC.items() if words.search(name)), None)
    if electric:
        return electric
    return "angle" if _ANGLE.search(name) else "other"


def standardised(names: Iterable[str]) -> dict[str, str]:
    """Old → new name of each electrode whose spelling changes; two that would become one stay as they are.

    Examples
    --------
    >>> standardised(["Fc5.", "C3", "CZ", "Cz."])
    {'Fc5.': 'FC5'}
    """
    names = list(names)
    wanted = [place_of(name) or name for name in names]
    return {old: name for old, name in zip(names, wanted, strict=True) if old != name and wanted.count(name) == 1}


def montage_of(eeg: Collection[str]) -> tuple[str, list[str]]:
    """The montage of these electrodes, where all are known, and a note on those that are not.

    Examples
    --------
    >>> montage_of(["C3", "Cz"])
    ('standard_1005', [])
    >>> montage_of(["C3", "X7"])
    ('', ['no montage: X7 not in the 10-10 system'])
    """
    unknown = [name for name in eeg if not place_of(name)]
    if unknown:
        return "", [f"no montage: {', '.join(unknown[:12])} not in the 10-10 system"]
    return (MONTAGE if eeg else ""), []


def renamed(names: Collection[str], rename: Mapping[str, str]) -> list[str]:
    """The names after what the caller renames.

    Raises
    ------
    RecordingError
        If an old name is not there: nothing is guessed.
    """
    missing = [old for old in rename if old not in names]
    if missing:
        have = ", ".join(list(names)[:16]) + (f" and {len(names) - 16} more" if len(names) > 16 else "")
        raise RecordingError(f"--rename must name channels of the file, got {', '.join(missing)}; it has {have}")
    return [rename.get(name, name) for name in names]
