"""Each repetition of a recording: when, how fast, how far; and what could not be measured, and why.

python examples/repetitions.py [RECORDING EXERCISE]
"""

from __future__ import annotations

import sys

import rehabkit as rk


def main() -> None:
    """Assess the recording named on the command line, or two push-ups that ship with rehabkit."""
    recording, exercise = sys.argv[1:3] or (rk.demo_recording("push_up"), "push_up")
    assessment = rk.assess(recording, exercise=exercise)
    print(f"{assessment.exercise_title}: {assessment.n_repetitions} complete, {assessment.n_partial} partial")

    reasons = set()
    for repetition in assessment.repetitions:
        tempo = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in repetition.tempo_s.items())
        print(f"{repetition.number}. {repetition.kind}, {repetition.start_s:.1f} to {repetition.end_s:.1f} s: {tempo}")
        for joint in repetition.range_of_motion:
            if joint.range_deg is None:
                reasons.add(joint.not_measurable)
            else:
                error = f" ± {joint.uncertainty_deg:.0f}°" if joint.uncertainty_deg is not None else ""
                print(f"   {joint.angle}: {joint.range_deg:.0f}°{error}{' (provisional)' if joint.provisional else ''}")

    for finding in assessment.findings:
        if finding.attention:
            print(f"look at: {finding.label}. {finding.text}")
    for reason in sorted(reasons):
        print(f"not measurable: {reason}")


if __name__ == "__main__":
    main()
