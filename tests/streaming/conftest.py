"""Devices for streaming tests: one that does what a script says, and real LSL outlets on this machine."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rehabkit.recordings.biosignal import Channel
from rehabkit.streaming.sources import Chunk

RATE = 1000.0
MUSCLES = ("rectus_femoris", "biceps_femoris")


class Scripted:
    """A device that sends the packets it is given, at once; NaN, gaps and odd times as they are."""

    name, jitter_s, modulus, notes, reconnections = "scripted device", 0.0, 0, (), 0
    units = ("V", "V")

    def __init__(self, values, times, packet=10, live=False, kind="emg"):
        self.channels = tuple(Channel(name, kind) for name in MUSCLES)
        self.rate_hz, self.live, self.ended = RATE, live, False
        self.packets = [(values[at : at + packet], times[at : at + packet]) for at in range(0, len(values), packet)]

    def read(self, timeout_s):
        if not self.packets:
            time.sleep(timeout_s)
            self.ended = not self.live
            return None
        values, times = self.packets.pop(0)
        return Chunk(values, times, time.perf_counter())

    def host_s(self, device_s):
        return None

    def close(self):
        self.ended = True


class RectifiedMean:
    """The simplest live system: the mean size of each 40 samples, of all channels."""

    delay_ms: dict[str, float] = {"window": 40.0}  # noqa: RUF012

    def __init__(self, warm_up=0):
        self.warm_up, self.restarts = warm_up, 0
        self.restart(0.0)
        self.restarts = 0

    def restart(self, start_s):
        self.restarts += 1
        self._kept, self._n, self._start_s = np.empty((0, len(MUSCLES))), 0, start_s

    def push(self, chunk):
        self._kept, out = np.concatenate([self._kept, chunk]), []
        while len(self._kept) >= 40:
            self._n += 40
            if self._n > self.warm_up:
                out.append((self._start_s + (self._n - 1) / RATE, float(np.abs(self._kept[:40]).mean())))
            self._kept = self._kept[40:]
        return out


@pytest.fixture
def emg() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """(n, 2) V of simulated EMG at work, and (n,) times."""

    def made(n, seed=0):
        return 5e-5 * np.random.default_rng(seed).standard_normal((n, 2)), 3.0 + np.arange(n) / RATE

    return made


@pytest.fixture(scope="session")
def lsl(tmp_path_factory):
    """pylsl, kept to this machine: no multicast beyond it is needed."""
    pytest.importorskip("pylsl", reason="pylsl is not installed: pip install 'rehabkit[stream]'")
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(
        "[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n[tuning]\nMulticastMinRTT = 0.1\n"
    )
    os.environ["LSLAPICFG"] = str(config)
    from rehabkit.streaming.lsl_library import library

    return library()


class Outlet:
    """A real LSL outlet that sends packets of ten in real time from a thread.

    ``clock`` turns the time on this machine into the stamp of the device; packets that begin at a sample in ``lost``
    are not sent.
    """

    def __init__(self, pylsl, name, values, unit="microvolts", kind="EMG", labels=MUSCLES, clock=lambda now: now,
                 lost=()):  # fmt: skip
        self.pylsl, self.values, self.clock, self.lost = pylsl, values, clock, lost
        info = pylsl.StreamInfo(name, kind, values.shape[1], RATE, "float32", f"{name}-id")
        channels = info.desc().append_child("channels")
        for label in labels:
            channel = channels.append_child("channel")
            for key, value in (("label", label), ("unit", unit), ("type", kind)):
                channel.append_child_value(key, value)
        self.outlet = pylsl.StreamOutlet(info)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def _send(self):
        self.began = began = self.pylsl.local_clock()
        for at in range(0, len(self.values) - 9, 10):
            due = began + (at + 9) / RATE
            if self._over.wait(max(due - self.pylsl.local_clock(), 0)):
                break
            if at not in self.lost:
                self.outlet.push_chunk(self.values[at : at + 10].astype(np.float32), self.clock(due))

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.outlet = None


@pytest.fixture
def outlet(lsl, monkeypatch) -> Iterator[Callable[..., Outlet]]:
    """Makes outlets, each under a name of its own unless one is given, and stops them afterwards."""
    monkeypatch.setattr("rehabkit.streaming.lsl_source.LOOK_S", 0.3)  # this machine answers sooner than a network
    made = []

    def make(values, name=None, **how):
        made.append(Outlet(lsl, name or f"test-{uuid.uuid4().hex[:8]}", values, **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()
