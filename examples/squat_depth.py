"""How deep is each squat? One line a repetition and knee, with the error of the camera.

python examples/squat_depth.py [RECORDING]
"""

from __future__ import annotations

import sys

import rehabkit as rk


def main() -> None:
    """Assess the recording named on the command line, or the one that ships with rehabkit."""
    recording = sys.argv[1] if len(sys.argv) > 1 else rk.demo_recording()
    assessment = rk.assess(recording, exercise="squat")
    print(f"{assessment.exercise_title}: {assessment.n_repetitions} complete, {assessment.n_partial} partial")
    for repetition in assessment.repetitions:
        for joint in repetition.range_of_motion:
            if joint.peak_deg is None:
                depth = f"not measurable: {joint.not_measurable}"
            else:
                depth = f"{joint.peak_deg:.0f}° ± {joint.uncertainty_deg or 0:.0f}°"
            print(f"{repetition.number} ({repetition.kind}, {repetition.start_s:.1f} s) {joint.angle}: {depth}")
    for finding in assessment.findings:
        if finding.attention:
            print(f"look at: {finding.label}: {finding.text}")


if __name__ == "__main__":
    main()
