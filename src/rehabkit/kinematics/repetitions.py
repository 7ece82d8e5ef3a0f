"""Tell repetitions and holds apart in one signal over time, whatever sensor it comes from.

The counter knows nothing of the exercise but which way the signal goes and how small a movement is no
attempt; its thresholds are shares of the range that the recording itself shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.findings import Hold, Side
from rehabkit.kinematics.excursions import Excursion, edges, find_excursions
from rehabkit.kinematics.seen import mean_seen
from rehabkit.kinematics.strokes import ALIKE, AT_REST, DESPIKE_S, SHORT_GAP_S, EvenTrack, even_track, usual_range

Array = NDArray[np.float64]
Sides = Literal["together", "each", "single"]
Direction = Literal["increase", "decrease"]

PAUSE_S, PAUSE_IN_REPETITIONS = 3.0, 1.5
"""A pause longer than both (seconds, and multiples of a usual repetition) ends a run of repetitions."""
CALM, CALM_S = 0.2, 0.75
"""A second look is taken through a running median of this share of a usual repetition, at most so many seconds."""
SAME_TIME = 0.5
"""Left and right are one repetition when they share at least this part of the time that either takes."""
ALONG = 0.5
"""A side that goes less than this share of the other's way only moves along with it."""
SHORTEST_HOLD_S = 1.0
"""Less than this is passing through a position, not holding it."""

STARTS_MIDWAY = "the recording starts in the middle of the movement"
ENDS_MIDWAY = "the recording ends before the return"


@dataclass(frozen=True)
class Counted:
    """One repetition in one signal.

    Parameters
    ----------
    start_s, peak_s, end_s : leaving rest, the extreme, back at rest; seconds.
    kind : ``complete`` or ``partial``.
    reason : why it is partial, in words.
    excursion : how far the signal went from rest, in the signal's unit, always positive.
    """

    start_s: float
    peak_s: float
    end_s: float
    kind: Literal["complete", "partial"]
    reason: str | None
    excursion: float

    @property
    def duration_s(self) -> float:
        """Seconds from leaving rest to being back."""
        return self.end_s - self.start_s


def count_repetitions(
    time_s: Array, signal: Array, *, minimum_range: float, direction: Direction = "increase"
) -> list[Counted]:
    """Find the repetitions in one signal.

    Rest and range calibrate themselves on the recording: rest is the median of the low points around a
    movement and may drift; the usual range is the one around which most of the movement happens. The two
    thresholds: a repetition reaches 60 % of the usual range and comes back by 70 % of its own height. Noise,
    standing about and fidgeting before and after give nothing; a movement within the set that is cut off,
    hidden or shallow is named as partial.

    Parameters
    ----------
    time_s : (n_times,) seconds, strictly increasing, any spacing.
    signal : (n_times,) any unit; NaN where not seen. Gaps up to 0.5 s are bridged.
    minimum_range : a movement smaller than this is no attempt at the exercise; the signal's unit.
    direction : which way the signal goes from rest to target.

    Returns
    -------
    list of Counted
        In order; complete and partial ones.

    Raises
    ------
    RecordingError
        If the axes don't fit together or ``minimum_range`` isn't positive.

    Examples
    --------
    Three squats, the second shallow, cut off in a fourth:

    >>> t = np.arange(0, 13, 1 / 30)
    >>> knee_deg = np.interp(t, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13], [5, 95, 5, 5, 45, 5, 5, 95, 5, 5, 95])
    >>> for one in count_repetitions(t, knee_deg, minimum_range=30):
    ...     print(f"{one.start_s:.0f}-{one.end_s:.0f} s {one.kind}: {one.reason}")
    1-3 s complete: None
    4-6 s partial: reached 44 % of the set's usual range
    7-9 s complete: None
    11-13 s partial: the recording ends before the return
    """
    if not minimum_range > 0:
        raise RecordingError(f"minimum_range must be above 0, got {minimum_range}; give the exercise's own")
    track = even_track(time_s, np.asarray(signal, dtype=np.float64) * (1.0 if direction == "increase" else -1.0))
    if track is None:
        return []
    found = _found(track, track, minimum_range)
    width_s = min(CALM * _usual_duration_s(found), CALM_S)
    if width_s > DESPIKE_S:  # slow movements bear more smoothing, which the sensor's wilder errors need
        found = _found(track, track.despiked(width_s), minimum_range)
    return _of_the_set(found)


def count_sides(
    time_s: Array,
    signals: Mapping[Side, Array],
    *,
    minimum_range: float,
    sides: Sides = "together",
    direction: Direction = "increase",
) -> list[tuple[Side, Counted]]:
    """Find the repetitions of an exercise that both sides, each side or one side does.

    Parameters
    ----------
    time_s : (n_times,) seconds.
    signals : side → (n_times,) the same measure; a single entry for a measure without sides. Two signals that
        mirror each other (a lean to the left is a negative lean to the right) are one measure that goes both
        ways from zero: each side then counts from zero up.
    sides : ``together``: one repetition moves both sides; they are averaged. ``each``: every movement of a
        side counts, but both sides at the same time are one repetition of ``both``. ``single``: only the side
        that moves most counts.
    minimum_range, direction : as in :func:`count_repetitions`.

    Returns
    -------
    list of (side, Counted)
        In order of their start.

    Raises
    ------
    RecordingError
        As :func:`count_repetitions`, and if there is no signal.
    """
    if not signals:
        raise RecordingError("signals must hold at least one side, got none; name the sides that were measured")
    if len(signals) == 1 or sides == "together":
        side: Side = next(iter(signals)) if len(signals) == 1 else "both"
        found = count_repetitions(time_s, _average(signals), minimum_range=minimum_range, direction=direction)
        return [(side, one) for one in found]
    by_side: dict[Side, list[Counted]] = {
        side: count_repetitions(time_s, signal, minimum_range=minimum_range, direction=direction)
        for side, signal in _from_zero(signals).items()
    }
    if sides == "single":
        most = max(by_side, key=lambda side: sum(one.excursion for one in by_side[side]))
        return [(most, one) for one in by_side[most]]
    return _each(by_side)


def find_holds(time_s: Array, signal: Array, low: float, high: float, minimum_s: float) -> list[Hold]:
    """Find the stretches in which a position is held: the signal stays inside a band.

    Leaving the band, or not being seen, for up to 0.5 s does not interrupt a hold.

    Parameters
    ----------
    time_s : (n_times,) seconds.
    signal : (n_times,) any unit, NaN where not seen.
    low, high : the band, same unit.
    minimum_s : a hold shorter than this is partial; under 1 s it is none.

    Examples
    --------
    >>> t = np.arange(0, 10, 0.1)
    >>> find_holds(t, np.where((t > 2) & (t < 9), 178.0, 120.0), 165, 195, minimum_s=5)[0].duration_s
    6.8
    """
    track = even_track(time_s, signal)
    if track is None:
        return []
    t, x = track.time_s, track.value
    inside = (x >= low) & (x <= high)
    for start_s, end_s in track.gaps_s:
        inside[(t > start_s) & (t < end_s)] = False
    turns = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    runs = [(float(t[a]), float(t[b - 1])) for a, b in turns.reshape(-1, 2)]
    held: list[tuple[float, float]] = []
    for start_s, end_s in runs:
        if held and start_s - held[-1][1] <= SHORT_GAP_S:
            held[-1] = (held[-1][0], end_s)
        else:
            held.append((start_s, end_s))
    return [_hold(a, b, minimum_s) for a, b in held if b - a >= min(SHORTEST_HOLD_S, minimum_s)]


def _hold(start_s: float, end_s: float, minimum_s: float) -> Hold:
    duration_s = round(end_s - start_s, 2)
    short = duration_s < minimum_s
    return Hold(
        start_s=round(start_s, 3),
        end_s=round(end_s, 3),
        duration_s=duration_s,
        kind="partial" if short else "complete",
        reason=f"held for {duration_s:.1f} s of {minimum_s:g} s" if short else None,
    )


def _found(track: EvenTrack, calm: EvenTrack, minimum_range: float) -> list[Counted]:
    """Repetitions told apart on the calm track, with their boundaries on the finer one."""
    usual = usual_range(calm.value, minimum_range)
    if usual is None:
        return []
    speed = track.speed()
    return [_named(track, speed, one, usual) for one in find_excursions(calm, speed, usual)]


def _usual_duration_s(found: list[Counted]) -> float:
    """Median duration of the complete ones; 0 when there are none."""
    return float(np.median([one.duration_s for one in found if one.kind == "complete"] or [0.0]))


def _named(track: EvenTrack, speed: Array, one: Excursion, usual: float) -> Counted:
    start, end = edges(track, speed, one)
    peak = start + int(np.argmax(track.value[start : end + 1]))
    start_s, peak_s, end_s = (float(track.time_s[i]) for i in (start, peak, end))
    reason = None
    if not one.from_rest:
        reason = STARTS_MIDWAY if start_s - track.time_s[0] <= SHORT_GAP_S else "does not start from rest"
    elif not one.to_rest:
        reason = ENDS_MIDWAY if track.time_s[-1] - end_s <= SHORT_GAP_S else "does not return to rest"
    elif hidden := _hidden(track, one, start_s, end_s):
        reason = hidden
    elif one.height < ALIKE * usual:
        reason = f"reached {100 * one.height / usual:.0f} % of the set's usual range"
    kind: Literal["complete", "partial"] = "partial" if reason else "complete"
    return Counted(start_s, peak_s, end_s, kind, reason, one.height)


def _hidden(track: EvenTrack, one: Excursion, start_s: float, end_s: float) -> str | None:
    """Why the movement wasn't seen as a whole; a gap that begins and ends at rest hides nothing of it."""
    for gap_start_s, gap_end_s in track.gaps_s:
        away = max(track.at(gap_start_s), track.at(gap_end_s)) > one.rest + AT_REST * one.height
        if gap_start_s < end_s and gap_end_s > start_s and away:
            return f"not seen from {gap_start_s:.1f} s to {gap_end_s:.1f} s"
    return None


def _of_the_set(found: list[Counted]) -> list[Counted]:
    """Drop what isn't like the set and stands apart from it: getting into position, trying out, leaving."""
    if not any(one.kind == "complete" for one in found):
        return found
    pause_s = max(PAUSE_S, PAUSE_IN_REPETITIONS * _usual_duration_s(found))
    runs: list[list[Counted]] = []
    for one in found:
        if runs and one.start_s - runs[-1][-1].end_s <= pause_s:
            runs[-1].append(one)
        else:
            runs.append([one])
    main = max(runs, key=lambda run: sum(one.excursion for one in run if one.kind == "complete"))
    return [one for run in runs if run is main or _alike(run, main) for one in run]


def _alike(run: list[Counted], main: list[Counted]) -> bool:
    sizes, durations = (
        [np.median([getattr(one, what) for one in part if one.kind == "complete"] or [0.0]) for part in (run, main)]
        for what in ("excursion", "duration_s")
    )
    return bool(min(sizes) >= ALIKE * max(sizes) and min(durations) >= ALIKE / 1.2 * max(durations))


def _average(signals: Mapping[Side, Array]) -> Array:
    """(n_times,) mean of the sides; one mostly hidden is left out, and gaps in one make no steps."""
    values = np.array([np.asarray(signal, dtype=np.float64) for signal in signals.values()])  # (sides, times)
    seen = np.isfinite(values)
    values = values[seen.sum(axis=1) >= 0.5 * seen.sum(axis=1).max()]
    shared = np.all(np.isfinite(values), axis=0)
    level = np.mean(values[:, shared], axis=1) if shared.any() else np.zeros(len(values))
    centred = values - level[:, None] + np.mean(level)
    return mean_seen(centred)


def _from_zero(signals: Mapping[Side, Array]) -> dict[Side, Array]:
    a, b = (np.asarray(signal, dtype=np.float64) for signal in signals.values())
    mirrored = np.allclose(a, -b, rtol=1e-6, atol=1e-9, equal_nan=True) and np.any(np.abs(a) > 0)
    return {side: np.maximum(signal, 0.0) if mirrored else signal for side, signal in signals.items()}


def _each(by_side: Mapping[Side, list[Counted]]) -> list[tuple[Side, Counted]]:
    """Join left and right where they move at the same time; a side that only moves along isn't named."""
    (one_side, ones), (other_side, others) = by_side.items()
    joined: list[tuple[Side, Counted]] = []
    others = list(others)
    for one in ones:
        twin = max(others, key=lambda other: _shared(one, other), default=None)
        if twin is None or _shared(one, twin) < SAME_TIME:
            joined.append((one_side, one))
            continue
        others.remove(twin)
        (_, less), (more_side, more) = sorted(((one_side, one), (other_side, twin)), key=lambda pair: pair[1].excursion)
        if less.excursion < ALONG * more.excursion:
            joined.append((more_side, more))
            continue
        whole = less if less.kind == "complete" and more.kind == "partial" else more
        start_s, end_s = min(one.start_s, twin.start_s), max(one.end_s, twin.end_s)
        joined.append(("both", replace(whole, start_s=start_s, end_s=end_s)))
    joined += [(other_side, other) for other in others]
    return sorted(joined, key=lambda pair: pair[1].start_s)


def _shared(one: Counted, other: Counted) -> float:
    """Intersection over union of the times of two repetitions."""
    both = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    either = max(one.end_s, other.end_s) - min(one.start_s, other.start_s)
    return max(both, 0.0) / either if either > 0 else 0.0
