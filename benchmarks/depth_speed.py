"""How long a lying person's picture and a hand's cloud take, on one core and on two → results/depth_speed.json.

    python benchmarks/depth_speed.py ../shared/data

Run it on a machine that does nothing else. Each run is a process of its own.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from hand_speed import clocks
from result_file import save
from speed import machine, told_by

WARM_UP, N_TIMES = 5, 60
POINTS = (2048, 1024, 256)
WHATS = ("lying_pose", *(f"hand_surface, {n} points" for n in POINTS))
PROTOCOL = """lying_pose: depth and colour pictures rendered from real lying poses (320 x 288 px), one after the other;
"points" is the mattress, the person and MediaPipe's pose network on four views, "system" tensors, network, findings.
hand_surface: hands cut from real depth frames (SR305) and thinned to so many points; "points" is nothing, "system" is
normals, neighbours, network, findings and measures. Cores are those that the process may run on. After 5 to warm up.
"CPU" is the processor time of all threads, which other work on the machine changes less than wall time."""


def main(data: Path) -> None:
    started, load = time.perf_counter(), os.getloadavg()[0]
    cores = [n for n in (1, 2) if n <= len(os.sched_getaffinity(0))]
    runs = [told_by(__file__, str(data), what, str(n)) for what in WHATS for n in cores]
    rows = [
        [run["what"], run["cores"], step, *(float(np.percentile(run["ms"][step], q)) for q in (50, 99)),
         float(np.median(run["cpu_ms"][step]))]
        for run in runs
        for step in run["ms"]
    ]  # fmt: skip
    whole = {(run["what"], run["cores"]): np.percentile(run["ms"]["all"], [50, 99]) for run in runs}
    said = ", ".join(
        f"{what} {p50:.0f} ms (p99 {p99:.0f})" for (what, n), (p50, p99) in whole.items() if n == cores[-1]
    )
    result = {
        "title": "Speed of lying poses and hands' surfaces",
        "protocol": " ".join(PROTOCOL.split()),
        "headline": [f"On {cores[-1]} cores, half of all take: {said}"],
        "tables": [
            {"title": "Milliseconds", "columns": ["what", "cores", "step", "p50", "p99", "CPU, p50"], "rows": rows,
             "note": "Aim: a cloud of 2048 points in less than 150 ms on two cores."},
            {"title": "Memory", "columns": ["what", "cores", "peak, MB"],
             "rows": [[run["what"], run["cores"], run["peak_mb"]] for run in runs]},
        ],
        "machine": f"{machine()}, load average {load:.1f}",
    }  # fmt: skip
    save("depth_speed", result, data=[], started=started)
    print(*result["headline"], *rows, sep="\n")


def measure(data: Path, what: str, cores: int) -> None:
    """In the child: time each."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    each = lying(data) if what == WHATS[0] else hands(data, POINTS[WHATS.index(what) - 1])
    times = list(islice(each, WARM_UP + N_TIMES))[WARM_UP:]
    ms, cpu_ms = ({step: [1000 * one[step][i] for one in times] for step in times[0]} for i in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": what, "cores": cores, "peak_mb": peak, "ms": ms, "cpu_ms": cpu_ms}))


Times = dict[str, tuple[float, float]]


def lying(data: Path) -> Iterator[Times]:
    """Seconds of each step on the wall and of the processor, picture by picture."""
    from rehabkit.picture_pipeline.lying_look import Looker, best_model
    from rehabkit.recordings.datasets.anny_synth_rgbd import read
    from rehabkit.runtime.bundles import bundle
    from rehabkit.systems.lying_pose.picture import LyingPerson
    from rehabkit.systems.registry import system

    network, reader = bundle("lying_pose"), system("lying_pose")
    frames = [one.frame() for one in read(data / "lying" / "anny_synth_rgbd")[: WARM_UP + N_TIMES]]
    with Looker(best_model()) as looker:
        for frame in cycle(frames):
            marks = [clocks()]
            picture = looker.look(frame).picture
            marks.append(clocks())
            if picture is not None:
                person = LyingPerson((picture,))
                reader.interpret(person, network.run(reader.prepare(person)), network.card)
            marks.append(clocks())
            yield taken(marks)


def hands(data: Path, n_points: int) -> Iterator[Times]:
    """The same of clouds, one after the other."""
    from rehabkit.picture_pipeline.hand_cut import hand_in
    from rehabkit.recordings.datasets import sr305
    from rehabkit.runtime.bundles import bundle
    from rehabkit.systems.hand_surface.system import HandSurface

    network, reader = bundle("hand_surface"), HandSurface("right")
    frames = islice(sr305.read(data / "hands" / "sr305_depth_lada")[0].frames(), 20)
    clouds = [hand_in(frame).cloud.sampled(n_points, how="random") for frame in frames]
    for cloud in cycle(clouds):
        marks = [clocks(), clocks()]
        reader.interpret(cloud, network.run(reader.prepare(cloud)), network.card)
        marks.append(clocks())
        yield taken(marks)


def taken(marks: list[tuple[float, float]]) -> Times:
    each = np.diff(marks, axis=0)  # (step, wall or processor)
    return {name: (float(one[0]), float(one[1])) for name, one in
            zip(("points", "system", "all"), [*each, each.sum(axis=0)], strict=True)}  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    else:
        main(Path(sys.argv[1]))
