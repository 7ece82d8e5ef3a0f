"""Run the pose step over the real clips and keep the landmarks: the demo recordings and what the tests count on.

    python benchmarks/record_clips.py ../shared/data

Numbers only: no frame of a clip is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rehabkit.pipeline import record
from rehabkit.recordings import landmarks

ROOT = Path(__file__).parents[1]
DEMO, TESTS = ROOT / "src/rehabkit/demo", ROOT / "tests/data/clips"
CLIPS = {
    "squat_incorrect_003": DEMO / "deep_squat.npz",
    "exercising": DEMO / "elbow_flexion.npz",
    "pushup_incorrect_001": DEMO / "push_up.npz",
    "squat_correct_007": TESTS / "squat_front.npz",
    "squat_correct_014": TESTS / "squat_from_the_bottom.npz",
    "squat_correct_016": TESTS / "squat_quick.npz",
    "plank_correct_004": TESTS / "plank.npz",
}


def main(data: Path) -> None:
    """Record every clip anew."""
    for clip, path in CLIPS.items():
        skeleton = record(data / "videos" / f"{clip}.mp4").skeleton
        landmarks.write(skeleton, path)
        print(f"{path.relative_to(ROOT)}: {skeleton.n_frames} frames, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
