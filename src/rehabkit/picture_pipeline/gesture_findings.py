"""What a recording of a hand shows: gestures and when, commands as they would have been given, range of motion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import TrainingLog
from rehabkit.hand_training.shown import Held
from rehabkit.hand_training.summary import METHOD as SIMULATED
from rehabkit.hand_training.summary import stops, times
from rehabkit.picture_pipeline.finger_ranges import finger_ranges
from rehabkit.picture_pipeline.gesture_reading import HandRecording
from rehabkit.runtime.card import Card

METHOD = "network over the hand's 21 landmarks of each picture; single pictures that say otherwise are taken for slips"
OF_ANGLES = "angles between MediaPipe's picture landmarks, whose depth is guessed"
MOST_TIMES = 8


def gesture_findings(recording: HandRecording, rules: Rules, card: Card) -> list[Finding]:
    """Each gesture that was shown: how often, from when to when, how sure; and how much of the time a hand was seen."""
    shown = sorted(recording.shown(rules), key=lambda one: one.gesture)
    by_gesture = [(name, list(some)) for name, some in groupby(shown, lambda one: one.gesture)]
    evidence = _whole(recording, METHOD)
    none = "" if by_gesture else f"no gesture that the network knows was held for {rules.hold_s:g} s"
    names = ", ".join(name for name, _ in by_gesture)
    first = Finding(
        name="gestures", label="Gestures shown", value=names or None, not_measurable=none or None, provisional=True,
        category="gesture", evidence=evidence, attention=bool(none),
    )  # fmt: skip
    return [first, *(_gesture(name, some, recording, card) for name, some in by_gesture), _seen(recording)]


def _gesture(name: str, some: Sequence[Held], recording: HandRecording, card: Card) -> Finding:
    sure = np.average([recording.sure_of(one) for one in some], weights=[max(one.pictures, 1) for one in some])
    lasting = sum(one.lasting_s for one in some)
    at = ", ".join(f"{one.start_s:.1f} to {one.end_s:.1f} s" for one in some[:MOST_TIMES])
    more = f" and {len(some) - MOST_TIMES} more" if len(some) > MOST_TIMES else ""
    text = f"“{name}” was shown {times(len(some))}, for {lasting:.1f} s in all ({at}{more}), {sure:.0%} sure."
    evidence = Evidence(start_s=some[0].start_s, end_s=some[-1].end_s, method=METHOD)
    return Finding(
        name=f"gesture_{name}", label=f"“{name}” shown", value=len(some), provisional=True, category="gesture",
        simulated=name in card.settings.get("rendered_labels", ()), text=text, evidence=evidence,
    )  # fmt: skip


def _seen(recording: HandRecording) -> Finding:
    share = float(recording.has_hand.mean())
    evidence = _whole(recording, "share of pictures in which the landmarker found a hand")
    return Finding(
        name="hand_seen", label="Hand seen", value=round(100 * share, 1), unit="%", category="recording",
        attention=share < 0.5, evidence=evidence,
    )  # fmt: skip


def command_findings(log: TrainingLog, confirmed_s: Sequence[float]) -> list[Finding]:
    """Commands as the state machine would have given them, its stops and why, and who confirmed.

    Parameters
    ----------
    confirmed_s : when a neutral hand was confirmed by nobody, since this is a recording.
    """
    moves = sorted(log.moves, key=lambda one: one.gesture)
    counts = [(name, list(some)) for name, some in groupby(moves, lambda one: one.gesture)]
    text = "" if log.moves else "No gesture would have become a command."
    total = _command("commands", "Commands that a hand robot would have had", len(log.moves), log, text)
    each = [
        _command(
            f"command_{name}", f"Commands to “{name}”", len(some), log,
            f"A hand robot would have been led to “{name}” {times(len(some))}, first at {some[0].start_s:.1f} s.",
        )
        for name, some in counts
    ]  # fmt: skip
    return [total, *each, *confirmation_findings(log, confirmed_s), *stops(log)]


def confirmation_findings(log: TrainingLog, confirmed_s: Sequence[float]) -> list[Finding]:
    """That nobody confirmed, where a neutral hand was confirmed by itself; nothing otherwise."""
    if not confirmed_s:
        return []
    at = ", ".join(f"{time_s:.1f}" for time_s in confirmed_s[:MOST_TIMES])
    text = f"Nobody pressed a button in this recording: each neutral hand was confirmed by itself, at {at} s."
    label = "Neutral hand confirmed without anybody"
    return [_command("confirmations", label, len(confirmed_s), log, text)]


def _command(name: str, label: str, value: int, log: TrainingLog, text: str) -> Finding:
    evidence = Evidence(start_s=float(log.time_s[0]), end_s=float(log.time_s[-1]), method=SIMULATED)
    return Finding(
        name=name, label=label, value=value, simulated=True, category="gesture", text=text, evidence=evidence
    )


def range_findings(recording: HandRecording) -> list[Finding]:
    """Finger angles: in a recording the most straight and most bent each was, in a picture each angle."""
    side = recording.stated_side or recording.side
    return finger_ranges(recording.angles, side, _whole(recording, OF_ANGLES))


def _whole(recording: HandRecording, method: str) -> Evidence:
    time_s = recording.time_s
    return Evidence(start_s=float(time_s[0]), end_s=float(time_s[-1]), method=method)
