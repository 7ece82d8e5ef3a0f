"""How fast a video is assessed, and in how much memory → results/speed.json.

    python benchmarks/speed.py ../shared/data/videos/squat_correct_007.mp4 [--without-long-run]

Every run is a process of its own, held to two cores. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from result_file import save

RUNS, CLIP_S, LONG_S, CORES = 5, 30.0, 600.0, 2
PROTOCOL = f"""A 720p clip of the real recordings (H.264, 30 frames/s), repeated without encoding it anew to
{CLIP_S:.0f} s, full model, each run a process of its own on {CORES} cores, its libraries loaded beforehand, the two
programs in turn, median of {RUNS}. "rehabkit" is the whole assessment: header, checksum, decoding, looking for
people and cuts, the pose network, smoothing, angles, repetitions, findings. "Plain loop" is what people write:
cv2.VideoCapture, cvtColor, detect_for_video, the landmarks kept in a list, nothing else. "Network" is the time
inside detect_for_video, one call a frame, measured in the same run. The long run is the same clip repeated to
{LONG_S / 60:.0f} minutes, once; memory is the resident set, sampled every second."""
NOT_RUN = """Sports2D was not run: its detector and pose networks are on a server of their own, not in a package
registry, and could not be had here."""


def main(clip: Path, long_run: bool) -> None:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        short = repeated(clip, Path(folder) / "short.mp4", CLIP_S)
        runs = [(child("rehabkit", short), child("plain", short)) for _ in range(RUNS)]
        ours, plain = ([pair[i] for pair in runs] for i in (0, 1))
        memory = child("rehabkit", repeated(clip, Path(folder) / "long.mp4", LONG_S)) if long_run else None
    starts = [help_s() for _ in range(RUNS)]
    ratio = statistics.median(run["wall_s"] / run["network_s"] for run in ours)
    gain = statistics.median(run["wall_s"] for run in plain) / statistics.median(run["wall_s"] for run in ours)
    rate = ours[0]["n_frames"] / median(ours, "wall_s")
    result = {
        "title": "Speed and memory",
        "protocol": " ".join(f"{PROTOCOL} {NOT_RUN}".split()),
        "headline": [
            f"720p on {CORES} cores, full model: {rate:.0f} frames/s from video to assessment, {ratio:.2f} times the "
            f"pose network's own time, {gain:.2f} times as fast as a plain OpenCV loop"
        ],
        "tables": [speed_table(ours, plain), *([memory_table(memory)] if memory else []), start_table(starts)],
        "ratio_to_network": ratio,
        "times_as_fast_as_plain": gain,
        "runs": {"rehabkit": [without_memory(r) for r in ours], "plain": [without_memory(r) for r in plain]},
        "long_run": memory,
        "help_s": starts,
        "not_run": {"Sports2D": " ".join(NOT_RUN.split())},
        "machine": machine(),
    }
    save("speed", result, data=[clip], started=started)
    print(*result["headline"], sep="\n")
    for table in result["tables"]:
        print(table["title"], *table["rows"], sep="\n  ")


def repeated(clip: Path, path: Path, seconds: float) -> Path:
    """Write a clip again and again, its packets as they are, until it lasts this long."""
    import av

    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        packets = [(p.pts, p.dts, p.duration, p.is_keyframe, bytes(p)) for p in source.demux(stream) if p.size]
        lasts = sum(duration for _, _, duration, _, _ in packets)
        copy = target.add_stream_from_template(stream)
        for turn in range(int(seconds / float(lasts * stream.time_base))):
            for pts, dts, duration, is_keyframe, content in packets:
                packet = av.Packet(content)
                packet.stream, packet.time_base, packet.is_keyframe = copy, stream.time_base, is_keyframe
                packet.pts, packet.dts, packet.duration = pts + turn * lasts, dts + turn * lasts, duration
                target.mux(packet)
    return path


def told_by(*arguments: str) -> dict[str, Any]:
    """What Python with these arguments, in a process of its own, prints in its last line, as JSON."""
    run = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def child(program: str, video: Path) -> dict[str, Any]:
    """Run one program over a video in a process of its own."""
    found = told_by(__file__, str(video), "--child", program)
    print(program, {key: value for key, value in found.items() if key != "resident_mb"}, file=sys.stderr)
    return found


def measure(program: str, video: Path) -> None:
    """In the child: run, and print what it took."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    run = {"rehabkit": prepared_rehabkit, "plain": prepared_plain}[program]()
    sizes: list[float] = []
    threading.Thread(target=sampled, args=(sizes,), daemon=True).start()
    start = time.perf_counter()
    n_frames, network_s = run(video)
    wall_s = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {"n_frames": n_frames, "wall_s": wall_s, "network_s": network_s, "peak_mb": peak, "resident_mb": sizes}
        )
    )


def prepared_rehabkit() -> Any:
    """The whole assessment, its libraries loaded."""
    import mediapipe.tasks.python.vision  # noqa: F401

    from rehabkit import pipeline
    from rehabkit.pose import observe

    seen: list[observe.Observation] = []
    original = observe.observe

    def remembering(*args: Any, **options: Any) -> observe.Observation:
        seen.append(original(*args, **options))
        return seen[-1]

    observe.observe = remembering

    def run(video: Path) -> tuple[int, float]:
        pipeline.assess(video, "squat")
        return seen[0].skeleton.n_frames, seen[0].inference_s

    return run


def prepared_plain() -> Any:
    """The loop that people write."""
    import cv2
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    from rehabkit.runtime.store import pose_task

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(pose_task("full"))), running_mode=vision.RunningMode.VIDEO
    )

    def run(video: Path) -> tuple[int, float]:
        landmarks, network_s = [], 0.0
        with vision.PoseLandmarker.create_from_options(options) as landmarker:
            capture = cv2.VideoCapture(str(video))
            rate = capture.get(cv2.CAP_PROP_FPS)
            while True:
                ok, frame = capture.read()
                if not ok:
                    break
                image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
                start = time.perf_counter()
                found = landmarker.detect_for_video(image, int(1000 * len(landmarks) / rate))
                network_s += time.perf_counter() - start
                landmarks.append(found.pose_landmarks)
        return len(landmarks), network_s

    return run


def sampled(sizes: list[float]) -> None:
    """Append the resident set in MB every second (Linux only)."""
    statm, page = Path("/proc/self/statm"), resource.getpagesize()
    while statm.exists():
        sizes.append(round(int(statm.read_text().split()[1]) * page / 2**20, 1))
        time.sleep(1.0)


def help_s() -> float:
    """Seconds that ``rehabkit --help`` takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "rehabkit", "--help"], capture_output=True, check=True)
    return time.perf_counter() - start


def median(runs: list[dict[str, Any]], key: str) -> float:
    """Median over runs."""
    return statistics.median(run[key] for run in runs)


def without_memory(run: dict[str, Any]) -> dict[str, Any]:
    """A run without its list of sizes."""
    return {key: value for key, value in run.items() if key != "resident_mb"}


def speed_table(ours: list[dict[str, Any]], plain: list[dict[str, Any]]) -> dict[str, Any]:
    """Both programs beside each other."""

    def row(name: str, runs: list[dict[str, Any]]) -> Iterator[Any]:
        ratios = [run["wall_s"] / run["network_s"] for run in runs]
        yield from (name, runs[0]["n_frames"], median(runs, "wall_s"), median(runs, "network_s"))
        yield f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        yield from (runs[0]["n_frames"] / median(runs, "wall_s"), max(run["peak_mb"] for run in runs))

    return {
        "title": "A 720p video on two cores",
        "columns": ["program", "frames", "wall, s", "network, s", "wall / network", "frames/s", "peak memory, MB"],
        "rows": [list(row("rehabkit", ours)), list(row("plain loop", plain))],
        "note": "Wanted: wall at most 1.1 times network, and not slower than the plain loop.",
    }


def memory_table(run: dict[str, Any]) -> dict[str, Any]:
    """Memory over the long run, in fifths of it."""
    sizes = run["resident_mb"]
    fifth = max(1, len(sizes) // 5)
    means = [statistics.mean(sizes[i * fifth : (i + 1) * fifth]) for i in range(5)]
    return {
        "title": f"Memory over {LONG_S / 60:.0f} minutes of 720p",
        "columns": [
            "frames",
            "wall, s",
            "wall / network",
            "peak, MB",
            *(f"mean of fifth {i + 1}, MB" for i in range(5)),
        ],
        "rows": [[run["n_frames"], run["wall_s"], run["wall_s"] / run["network_s"], run["peak_mb"], *means]],
        "note": "Wanted: below 1000 MB, and flat.",
    }


def start_table(starts: list[float]) -> dict[str, Any]:
    """Start-up of the command line."""
    return {
        "title": "rehabkit --help",
        "columns": ["runs", "median, s", "slowest, s"],
        "rows": [[len(starts), statistics.median(starts), max(starts)]],
        "note": "Wanted: below 0.5 s.",
    }


def machine() -> str:
    """The class of machine, without its name."""
    cpus = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in cpus.read_text().splitlines() if "model name" in line]
        if cpus.exists()
        else []
    )
    return f"{names[0] if names else platform.processor()}, {CORES} cores used, Python {platform.python_version()}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, help="a 720p video")
    parser.add_argument("--without-long-run", action="store_true", help="leave the ten minutes out")
    parser.add_argument("--child", choices=("rehabkit", "plain"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        measure(given.child, given.clip)
    else:
        main(given.clip, not given.without_long_run)
