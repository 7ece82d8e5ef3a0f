"""A stream of the lab streaming layer (LSL; Kothe et al., Imaging Neuroscience 3, 2025): found, read, found again."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings.biosignal import Kind
from rehabkit.recordings.biosignal_columns import Columns, Said, columns
from rehabkit.streaming.lsl_library import library
from rehabkit.streaming.sources import Chunk

BUFFER_S = 10
"""What the library keeps if it is not read."""
MOST_LETTERS = 200
"""Of a name."""
MOST_SAMPLES, GATHER_S = 4096, 0.004
"""Taken at once: at most so many, and at least what comes in 4 ms. To wake for every sample costs half a core."""
LOOK_S = 0.7
"""How long streams are gathered: liblsl asks by multicast at first, and the known peers one by one after 0.5 s. At
just these 0.5 s it often waits 5 s more."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
"""Between attempts to open a lost stream again: each twice as long as the one before."""
CORRECT_EVERY_S = 1.0
WORDS = {"microvolts": "uV", "microvolt": "uV", "millivolts": "mV", "millivolt": "mV", "volts": "V", "volt": "V"}
"""As LSL's conventions for meta-data write units."""
KINDS: Mapping[str, Kind] = {"goniometer": "angle", "jointangle": "angle", "ekg": "ecg"}


class LslSource:
    """One LSL stream being read.

    Parameters
    ----------
    wanted : its name, type or source id.
    units : of channels whose description has none, e.g. ``("uV",)``.
    rename : names in the stream → names in the field.
    wait_s : how long to look for it.

    Raises
    ------
    InputError
        If there is no such stream, or several.
    RecordingError
        If it is irregular, holds text, or its description has no unit or an unknown one.
    MissingExtraError
        If pylsl is not installed.
    """

    live, jitter_s, modulus = True, 0.05, 0

    def __init__(
        self, wanted: str, *, units: Collection[str] = (), rename: Mapping[str, str] | None = None, wait_s: float = 5.0
    ) -> None:
        self._lsl = library()
        self._lost_error, self._late_error = self._lsl.util.LostError, self._lsl.util.TimeoutError
        self._wanted, self._stated = wanted, (units, rename or {})
        self._inlet, full = self._met(found(wanted, wait_s), wait_s)
        self.name, self.rate_hz = f"LSL stream {printable(full.name())}", float(full.nominal_srate())
        self._columns = described(full, *self._stated)
        self.channels, self.units = self._columns.channels, self._columns.units
        self.ended, self.reconnections = False, 0
        self.notes = (f"LSL stream of {printable(full.hostname())}", *self._columns.notes)
        self._gather = min(max(1, round(GATHER_S * self.rate_hz)), MOST_SAMPLES)
        self._correction: float | None = None
        self._corrected_at = -CORRECT_EVERY_S
        self._search: Any = None
        self._pause_s, self._next_try = FIRST_PAUSE_S, 0.0

    @property
    def connected(self) -> bool:
        """Whether the stream is there."""
        return self._inlet is not None

    def read(self, timeout_s: float) -> Chunk | None:
        """What the stream has sent since; looks for it again where it was lost.

        Raises
        ------
        RecordingError
            If it came back with other channels.
        """
        if self.ended:
            return None
        if self._inlet is None and not self._found_again():
            time.sleep(timeout_s)
            return None
        try:
            values, times = self._inlet.pull_chunk(
                timeout_s, max_samples=MOST_SAMPLES, min_samples=self._gather, as_numpy=True
            )
            arrived_s = time.perf_counter()
            self._correct(arrived_s)
        except self._lost_error:
            self._lost()
            return None
        if not len(times):
            return None
        return Chunk(np.asarray(values, dtype=np.float64) * self._columns.scale, np.asarray(times), arrived_s)

    def host_s(self, device_s: float) -> float | None:
        """By LSL's own correction of the sender's clock; true where the sender stamps with LSL's clock."""
        if self._correction is None:
            return None
        return device_s + self._correction + time.perf_counter() - float(self._lsl.local_clock())

    def close(self) -> None:
        """Let the stream go."""
        self.ended, self._inlet, self._search = True, None, None

    def _met(self, info: Any, wait_s: float) -> tuple[Any, Any]:
        """An inlet of a stream, and all that the stream says of itself. Samples come from the first read on."""
        inlet = self._lsl.StreamInlet(info, max_buflen=BUFFER_S, recover=False)
        try:
            return inlet, inlet.info(wait_s)
        except (self._lost_error, self._late_error) as error:
            raise RecordingError(
                f"LSL stream {info.name()} must answer, got nothing in {wait_s:g} s; start it"
            ) from error

    def _correct(self, now_s: float) -> None:
        """Ask for the clock's correction now and then, without waiting: the library measures it beside."""
        if now_s - self._corrected_at < CORRECT_EVERY_S:
            return
        try:
            self._correction = float(self._inlet.time_correction(0.0))
            self._corrected_at = now_s
        except self._late_error:
            self._corrected_at = now_s - 0.9 * CORRECT_EVERY_S

    def _lost(self) -> None:
        self._inlet = None
        self._search = self._lsl.ContinuousResolver(forget_after=1.0)
        self._pause_s, self._next_try = FIRST_PAUSE_S, time.perf_counter() + FIRST_PAUSE_S

    def _found_again(self) -> bool:
        """Try to open what is found, ever more rarely."""
        if time.perf_counter() < self._next_try:
            return False
        for info in [info for info in self._search.results() if fits(info, self._wanted)]:
            try:
                inlet, full = self._met(info, 0.5)
            except RecordingError:
                continue
            self._require_same(full)
            self._inlet, self._search, self._correction = inlet, None, None
            self.reconnections += 1
            return True
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._next_try = time.perf_counter() + self._pause_s
        return False

    def _require_same(self, full: Any) -> None:
        new = described(full, *self._stated)
        if (new.channels, new.units, full.nominal_srate()) != (self.channels, self.units, self.rate_hz):
            raise RecordingError(
                f"{self.name} must come back as it was, got other channels or another rate; start anew"
            )


def found(wanted: str, wait_s: float) -> Any:
    """The one stream of that name, type or source id.

    Raises
    ------
    InputError
        If there is none, or more than one, naming those that there are.
    """
    until = time.perf_counter() + wait_s
    while True:
        infos = library().resolve_streams(LOOK_S)
        fitting = [info for info in infos if fits(info, wanted)]
        if fitting or time.perf_counter() >= until:
            break
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        several = ", ".join(sorted(f"{one.name()} (source id {one.source_id() or 'none'})" for one in fitting))
        raise InputError(f"--stream must name one stream, got {len(fitting)} for {wanted!r}: {several}; say which")
    others = sorted({one.name() for one in infos})
    here = f"there are {', '.join(others[:8])}" if others else "no stream is on this network"
    raise InputError(f"--stream must name a stream that is being sent, got {wanted!r}; {here}")


def fits(info: Any, wanted: str) -> bool:
    """Whether a stream has that name, type or source id."""
    return wanted in (info.name(), info.type(), info.source_id())


def described(full: Any, units: Collection[str], rename: Mapping[str, str]) -> Columns:
    """Channels of a stream by its description, and what to multiply its values by to have V and degrees.

    Raises
    ------
    RecordingError
        If it holds text, is irregular, or has no unit, or one that doesn't fit; a renamed channel that isn't there.
    """
    problems = []
    if full.channel_format() == library().cf_string:
        problems.append("its values must be numbers, got text")
    if not full.nominal_srate() > 0:
        problems.append("its rate must be fixed, got an irregular one")
    if problems:
        raise RecordingError(f"LSL stream {full.name()}: {'; '.join(problems)}; choose another stream")
    try:
        return columns([said(place, *node, full.type()) for place, node in enumerate(_nodes(full), 1)], rename, units)
    except RecordingError as error:
        raise RecordingError(f"LSL stream {full.name()}: {error}") from error


def said(place: int, label: str, unit: str, kind: str, of_stream: str = "") -> Said:
    """What a description says of one channel; its kind is that of the stream where it has none of its own.

    Examples
    --------
    >>> said(1, "C3", "microvolts", "EEG")
    Said(name='C3', kind='eeg', unit='uV', done=False)
    >>> said(4, "", "", "", "Goniometer")
    Said(name='channel_4', kind='angle', unit='', done=False)
    """
    word = (kind or of_stream).strip().lower()
    known = next((one for one in get_args(Kind) if one == word), KINDS.get(word))
    return Said(printable(label) or f"channel_{place}", known, WORDS.get(unit.strip().lower(), unit))


def printable(text: str) -> str:
    """What a stranger's text may not do is steer the terminal.

    Examples
    --------
    >>> printable("\x1b[2JC3")
    '?[2JC3'
    """
    return "".join(c if c.isprintable() else "?" for c in text[:MOST_LETTERS])


def _nodes(full: Any) -> Iterator[tuple[str, str, str]]:
    """Label, unit and type of each channel; empty where the description leaves them out."""
    node = full.desc().child("channels").child("channel")
    for _ in range(full.channel_count()):
        yield node.child_value("label"), node.child_value("unit"), node.child_value("type")
        node = node.next_sibling("channel")
