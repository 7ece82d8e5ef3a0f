"""How long one picture of a hand takes, from its pixels to the machine's order → results/hand_speed.json.

    python benchmarks/hand_speed.py ../shared/data [--pictures 300]

Run it on a machine that does nothing else. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from result_file import save
from speed import machine, told_by

WARM_UP, SIZES = 20, {"480p": (640, 480), "720p": (1280, 720)}
STEPS = ("hands", "people", "quality", "gesture", "order", "picture")
PROTOCOL = """Real pictures of hands (hgr1, every tenth), each in the middle of a grey picture of a camera's
size, one after the other. "hands": MediaPipe's hand landmarker in the whole picture, found anew. "people":
looking for bodies, five times a second in use, here in every picture. "quality": light, size, sharpness.
"gesture": the recogniser, the opening, the picture's checksum. "order": one step of the state machine and of
the modelled robot. "picture" is all of them with people in each sixth picture, as at 30 pictures a second on
one thread; in use people are looked for in a second thread. Cores are those that the process may run on; the
libraries' own threads are as they come. After 20 pictures to warm up. "CPU" is the processor time of all
threads, which other work on the machine changes less than wall time; the load average at the beginning stands
beside the machine."""


def main(data: Path, n_pictures: int) -> None:
    started, load = time.perf_counter(), os.getloadavg()[0]
    runs = [
        child(data, n_pictures, size, cores)
        for size in SIZES
        for cores in (1, 2)
        if cores <= len(os.sched_getaffinity(0))
    ]
    rows = [
        [
            run["size"],
            run["cores"],
            step,
            *(float(np.percentile(run["ms"][step], q)) for q in (50, 99)),
            float(np.median(run["cpu_ms"][step])),
        ]
        for run in runs
        for step in STEPS
    ]
    whole = {(run["size"], run["cores"]): np.percentile(run["ms"]["picture"], [50, 99]) for run in runs}
    best = whole[("480p", max(run["cores"] for run in runs))]
    result = {
        "title": "Speed of hand gestures, from pixels to the robot's order",
        "protocol": " ".join(PROTOCOL.split()),
        "headline": [
            f"A hand's picture (480p, {max(run['cores'] for run in runs)} cores) becomes an order of the hand robot in "
            f"{best[0]:.0f} ms (p50), {best[1]:.0f} ms (p99)"
        ],
        "tables": [
            {
                "title": "One picture, milliseconds",
                "columns": ["picture", "cores", "step", "p50", "p99", "CPU, p50"],
                "rows": rows,
                "note": "A training stops where the newest picture is older than 200 ms.",
            },
            {
                "title": "Memory",
                "columns": ["picture", "cores", "pictures", "peak, MB"],
                "rows": [[run["size"], run["cores"], run["pictures"], run["peak_mb"]] for run in runs],
            },
        ],
        "machine": f"{machine()}, load average {load:.1f}",
    }
    save("hand_speed", result, data=[data / "hands" / "hgr1" / "index.csv"], started=started)
    print(*result["headline"], *rows, sep="\n")


def child(data: Path, n_pictures: int, size: str, cores: int) -> dict[str, Any]:
    """One run in a process of its own, on so many cores."""
    return told_by(__file__, str(data), "--pictures", str(n_pictures), "--child", size, str(cores))


def measure(data: Path, n_pictures: int, size: str, cores: int) -> None:
    """In the child: time each step of each picture."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    times = list(steps(data, n_pictures, SIZES[size]))[WARM_UP:]
    ms, cpu_ms = ({step: [round(1000 * one[step][i], 3) for one in times] for step in STEPS} for i in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"size": size, "cores": cores, "pictures": len(times), "peak_mb": peak, "ms": ms, "cpu_ms": cpu_ms})
    )


def steps(data: Path, n_pictures: int, size_px: tuple[int, int]) -> Iterator[dict[str, tuple[float, float]]]:
    """Seconds of each step on the wall and of the processor, picture by picture."""
    from rehabkit.hand_training.actuation import Actuation
    from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
    from rehabkit.picture_pipeline.gesture_reader import reader_of
    from rehabkit.picture_pipeline.gesture_reading import glance
    from rehabkit.pose.hand_quality import hand_quality
    from rehabkit.pose.hand_walk import HandLook, count_people
    from rehabkit.pose.hands import HandFinder
    from rehabkit.pose.landmarkers import Scanner
    from rehabkit.pose.scanning import believable
    from rehabkit.recordings.frame import Frame

    reader = reader_of()
    actuation, robot = Actuation(reader.rules, frozenset(POSTURES)), HandRobot(HandLimits())
    with HandFinder() as finder, Scanner("full") as scanner:
        for number, rgb in enumerate(placed(data, n_pictures + WARM_UP, size_px)):
            marks = [clocks()]
            hands = finder.find(rgb)
            marks.append(clocks())
            bodies = [pose for pose in scanner.find(rgb) if believable(pose)]
            marks.append(clocks())
            quality = hand_quality(rgb, hands[0]) if hands else None
            look = HandLook(tuple(hands), count_people(bodies, hands), quality)
            marks.append(clocks())
            one = glance(Frame(number, number / 30, rgb, size_px), look, reader.recogniser)
            marks.append(clocks())
            order = actuation.step(number / 30, one.seen, confirm=number % 30 > 25, stop=False)
            robot.lead(order.gesture, 0.01)
            marks.append(clocks())
            each = np.diff(marks, axis=0)  # (step, wall or processor)
            whole = each.sum(axis=0) - (each[1] if number % 6 else 0.0)
            yield {step: tuple(taken) for step, taken in zip(STEPS, [*each, whole], strict=True)}


def clocks() -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    return time.perf_counter(), time.process_time()


def placed(data: Path, n_pictures: int, size_px: tuple[int, int]) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Pictures of hands in the middle of a grey picture of that size."""
    from rehabkit.recordings.datasets import hgr1

    every = hgr1.read(data / "hands" / "hgr1")[::10]
    for number in range(n_pictures):
        hand = every[number % len(every)].image().rgb[: size_px[1], : size_px[0]]
        rgb = np.full((size_px[1], size_px[0], 3), 127, np.uint8)
        top, left = (size_px[1] - hand.shape[0]) // 2, (size_px[0] - hand.shape[1]) // 2
        rgb[top : top + hand.shape[0], left : left + hand.shape[1]] = hand
        yield rgb


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--child", nargs=2, metavar=("SIZE", "CORES"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        measure(given.data, given.pictures, given.child[0], int(given.child[1]))
    else:
        main(given.data, given.pictures)
