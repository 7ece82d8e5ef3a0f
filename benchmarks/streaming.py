"""How long an angle takes from the sensor, live → results/streaming.json.

    python benchmarks/streaming.py ../shared/data [--bundle FILE.onnx] [--seconds 60]

Sender and receiver are processes of their own, each held to one core. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.datasets import uci_lower_limb
from rehabkit.runtime.bundles import available
from result_file import save
from speed import machine

TARGET_MS = 100.0
PEOPLE = ("A04", "A06", "N10")
"""Those with the longest recordings of the three tasks taken together, two with a knee abnormality and one without."""
SECONDS = 60.0
UCI = Path("bio") / "uci_lower_limb" / "uci_lower_limb_1000hz.npz"


@dataclass(frozen=True)
class Way:
    """One way from a recording to the angle: ``packet`` samples are sent at once."""

    title: str
    source: str
    packet: int = 10


WAYS = (
    Way("LSL, packets of 10 ms", "lsl"),
    Way("LSL, every sample by itself", "lsl", 1),
    Way("file played in its own time", "file"),
)
PROTOCOL = """EMG of the UCI lower limb set, 1000 Hz, four muscles: the three tasks of {people} one after the other,
{seconds:.0f} s a person and way, replayed as they were recorded. The sender (LSL outlet on the loopback, stamped with
the time at which each sample was due) and the receiver (filters, running size, network in ONNX Runtime, signal quality)
are two processes, each held to one core of its own; math libraries have one thread. "Sensor to angle" runs from when
the last sample that an angle needs was due to when the angle is out, so packets' waiting, transport and computing are
in it; "arrival to angle" is computing alone. Filters and the wait for a frame to fill delay the angle too, whatever
the computer: they are listed apart. Angles withheld for a bad signal are timed like the rest. Load of the machine by
other work when it began: {load:.1f} of {cores} cores; priority of the runs: nice {nice}."""


def main(data: Path, bundle: Path | None, seconds: float) -> None:
    started, load = time.perf_counter(), os.getloadavg()[0]
    path = data / UCI
    network = bundle or available()["joint_intention"]
    runs = [measured(way, path, person, network, seconds) for way in WAYS for person in PEOPLE]
    worst = max(run["sensor"]["p99_ms"] for run in runs if run["way"].startswith("LSL"))
    reached = "reached" if worst < TARGET_MS else "missed"
    result = {
        "title": "Streaming: from the sensor to the angle",
        "protocol": protocol(seconds, load),
        "headline": [
            f"joint_intention live: {worst:.0f} ms from the sensor to the angle at p99 over LSL on one core, worst of "
            f"{sum(run['way'].startswith('LSL') for run in runs)} runs (wanted: below {TARGET_MS:.0f} ms, {reached})"
        ],
        "tables": [delays(runs), survived(runs), held_back(runs)],
        "runs": runs,
        "machine": machine(),
    }
    save("streaming", result, data=[path, network], started=started)
    print(*result["headline"], sep="\n")
    for table in result["tables"]:
        print(table["title"], *table["rows"], sep="\n  ")


def protocol(seconds: float, load: float) -> str:
    """How it was measured, on one line."""
    people = f"{', '.join(PEOPLE[:-1])} and {PEOPLE[-1]}"
    text = PROTOCOL.format(people=people, seconds=seconds, load=load, cores=os.cpu_count(), nice=os.nice(0))
    return " ".join(text.split())


def measured(way: Way, path: Path, person: str, network: Path, seconds: float) -> dict[str, Any]:
    """One run: a sender where the way needs one, and a receiver."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    common = [sys.executable, __file__, str(path), "--person", person, "--seconds", str(seconds), "--name", name]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    sender = None
    if way.source == "lsl":
        sender = subprocess.Popen([*common, "--child", "send", "--packet", str(way.packet)], env=environment)
    receive = [*common, "--child", way.source, "--bundle", str(network)]
    try:
        done = subprocess.run(receive, env=environment, capture_output=True, text=True, check=False)
    finally:
        if sender is not None:
            sender.terminate()
            sender.wait()
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    run = {
        "way": way.title,
        "person": person,
        "sensor": found["sensor_to_output"],
        "compute": found["arrival_to_output"],
    }
    print(run, file=sys.stderr)
    return run | {
        key: found[key] for key in ("outputs", "withheld", "marked", "cpu_share", "delay_ms", "samples", "clock")
    }


def delays(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Both delays of each run."""
    rows = [
        [run["way"], run["person"], run["outputs"]]
        + [run[part][key] for part in ("sensor", "compute") for key in ("p50_ms", "p99_ms", "max_ms")]
        + [f"{run['cpu_share']:.0%}"]
        for run in runs
    ]
    columns = [
        "way",
        "person",
        "angles",
        "sensor to angle, median ms",
        "p99 ms",
        "most ms",
        "arrival to angle, median ms",
    ]
    note = f"Wanted: sensor to angle below {TARGET_MS:.0f} ms at p99."
    return {"title": "Delay", "columns": [*columns, "p99, ms", "most, ms", "of one core"], "rows": rows, "note": note}


def survived(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What got lost, and how the clock ran."""
    rows = [
        [run["way"], run["person"], run["samples"]["received"], run["samples"]["lost"], run["samples"]["restarts"],
         run["clock"]["drift_ppm"], run["withheld"], run["marked"]]
        for run in runs
    ]  # fmt: skip
    columns = ["way", "person", "samples", "lost", "new starts", "drift, ppm", "angles withheld", "angles marked"]
    note = "Withheld: a channel was flat, clipped or drowned in hum. Marked: a channel was poor, e.g. moving cables."
    return {"title": "Samples, clock and signal", "columns": columns, "rows": rows, "note": note}


def held_back(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What filters and window hold back, on any computer."""
    rows = [[name, ms] for name, ms in runs[0]["delay_ms"].items()]
    return {"title": "Held back by filters and window, whatever the computer", "columns": ["part", "ms"], "rows": rows}


def recording_of(path: Path, person: str, seconds: float) -> Biosignal:
    """A person's three tasks one after the other, again and again, as long as is wanted."""
    from dataclasses import replace

    trials = [trial.recording.of_kind("emg") for trial in uci_lower_limb.read(path) if trial.subject == person]
    values = np.concatenate([one.values for one in trials])
    n_times = round(seconds * uci_lower_limb.RATE_HZ)
    return replace(trials[0], values=np.resize(values, (n_times, values.shape[1])))


def alone(core: int) -> None:
    """Hold this process to one core."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def send(recording: Biosignal, name: str, packet: int) -> None:
    """In the sender: an LSL outlet, each sample stamped with the time at which it was due."""
    from rehabkit.streaming.lsl_library import library

    lsl = library()
    info = lsl.StreamInfo(name, "EMG", recording.n_channels, recording.rate_hz, "float32", name)
    channels = info.desc().append_child("channels")
    for channel in recording.channels:
        node = channels.append_child("channel")
        for key, value in (("label", channel.name), ("unit", "microvolts"), ("type", "EMG")):
            node.append_child_value(key, value)
    outlet = lsl.StreamOutlet(info)
    while not outlet.wait_for_consumers(1.0):
        pass
    microvolts = (recording.values * 1e6).astype(np.float32)
    began = lsl.local_clock() + 0.5
    for at in range(0, len(microvolts) - packet + 1, packet):
        due = began + (at + packet - 1) / recording.rate_hz
        time.sleep(max(due - lsl.local_clock(), 0.0))
        outlet.push_chunk(microvolts[at : at + packet], due)
    time.sleep(1.0)


def receive(recording: Biosignal, name: str, source_name: str, bundle: Path | None, seconds: float) -> dict[str, Any]:
    """In the receiver: everything that `rehabkit stream` does but draw."""
    from rehabkit.streaming.engine import Engine
    from rehabkit.streaming.live import needs, open_live
    from rehabkit.streaming.lsl_source import LslSource
    from rehabkit.streaming.replay import Replay
    from rehabkit.streaming.session import Session
    from rehabkit.streaming.sources import Source, require

    source: Source = LslSource(name, wait_s=20.0) if source_name == "lsl" else Replay(recording)
    names, rate_hz, why = needs("joint_intention")
    columns = require(source, names, rate_hz, why)
    session = Session(Engine(source, open_live("joint_intention", bundle, source.rate_hz, names), columns), (), seconds)
    session.run(lambda outputs, news: None)
    return session.summary()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the data folder")
    parser.add_argument("--bundle", type=Path, help="another network than the shipped one")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run")
    parser.add_argument("--child", choices=["send", "lsl", "file"], help=argparse.SUPPRESS)
    parser.add_argument("--person", help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    parser.add_argument("--packet", type=int, default=10, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is None:
        main(given.data, given.bundle, given.seconds)
    else:
        alone(1 if given.child == "send" else 0)
        emg = recording_of(given.data, given.person, given.seconds)
        if given.child == "send":
            send(emg, given.name, given.packet)
        else:
            print(json.dumps(receive(emg, given.name, given.child, given.bundle, given.seconds)))
