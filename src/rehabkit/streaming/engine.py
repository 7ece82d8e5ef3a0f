"""Source → even samples → the system's filters and network → outputs, with their delay, and what is wrong said at once.

An output is withheld while the system warms up, while the signal is lost, and while a channel that it needs is bad
(flat, clipped, drowned in mains hum); it is marked where a channel is poor or a bridged gap is still in the filters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Channel
from rehabkit.streaming.alignment import ClockPairs
from rehabkit.streaming.clock import Evener
from rehabkit.streaming.figures import Delays, Durations
from rehabkit.streaming.live import Live
from rehabkit.streaming.sources import Chunk, Source
from rehabkit.streaming.stretches import Rules, Stretch
from rehabkit.streaming.watch import QualityWatch

State = Literal["waiting", "warming up", "running", "poor signal", "signal lost"]
SILENCE_S = 0.1
"""So long without a sample, and the signal is lost."""
MARKED_S = 0.25
"""How long a bridged gap is taken to be in the filters: about twice what the 6-Hz envelope remembers."""
NOTABLE_PPM = 1000.0
SURE_S = 10.0
"""A rate is said to be off by so much, once this long was measured."""
TIED_S = 5.0
"""A device whose clock is farther from this computer's has its own: the way from sensor to angle can't be timed."""


@dataclass(frozen=True)
class Output:
    """One output of the system.

    Parameters
    ----------
    time_s : of the last sample that it needed, on the device's clock.
    value : in the system's unit; ``None`` where it is withheld.
    state : of the stream when it came.
    marked : whether a channel was poor or a gap had just been bridged.
    why : what is withheld or marked for.
    """

    time_s: float
    value: float | None
    state: State
    marked: bool = False
    why: str = ""


class Engine:
    """Runs one system on one source.

    Parameters
    ----------
    source : where samples come from.
    live : the system; none where only the signal is looked at.
    columns : those of the source's channels that the system gets, in its order; all by default.
    rules : what is bridged and what is a jump.
    keep : gets every even stretch, e.g. to record it.
    """

    def __init__(
        self,
        source: Source,
        live: Live | None = None,
        columns: Sequence[int] | None = None,
        *,
        rules: Rules | None = None,
        keep: Callable[[Stretch], None] | None = None,
    ) -> None:
        self.source, self.live = source, live
        self._columns = list(range(len(source.channels)) if columns is None else columns)
        self._keep = keep
        self.even = Evener(
            source.rate_hz,
            jitter_s=source.jitter_s,
            modulus=source.modulus,
            live=source.live,
            needed=self._columns if live is not None else (),
            rules=rules,
        )
        self.watch = QualityWatch(source.rate_hz, self.channels, [source.units[column] for column in self._columns])
        self.compute, self.sensor = Delays(), Delays()
        self.n_outputs = self.n_withheld = self.n_marked = 0
        self.pairs = ClockPairs()
        self._news: list[str] = []
        self._begun, self._cpu = time.perf_counter(), time.process_time()
        self._durations = Durations(self._begun)
        self._heard = self._begun
        self._n_even = self._index = 0  # even samples so far; of the current stretch
        self._bridged_at = -1e9
        self._drift_said = self._warm = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that the system gets."""
        return tuple(self.source.channels[column] for column in self._columns)

    @property
    def state(self) -> State:
        """How things stand."""
        return self._durations.state  # type: ignore[return-value]

    @property
    def _jumps(self) -> int:
        return self.even.tally.jumps_forward + self.even.tally.jumps_back

    @property
    def device_time_s(self) -> float:
        """Seconds of signal so far."""
        return self._n_even / self.source.rate_hz

    def step(self, timeout_s: float = 0.02) -> list[Output]:
        """Take what has come, and give the outputs that it makes.

        Raises
        ------
        RecordingError
            If the device's rate is not what it states, or it came back as another one.
        """
        chunk = self.source.read(timeout_s)
        before = self._n_even
        outputs = [] if chunk is None or not len(chunk.values) else self._taken(chunk)
        if self._n_even == before:
            self._listen()
        if self.watch.look():
            self._judge()
        return outputs

    def news(self) -> list[str]:
        """What happened since this was last asked, in words."""
        said, self._news = self._news, []
        return said

    def _taken(self, chunk: Chunk) -> list[Output]:
        outputs: list[Output] = []
        jumps = self._jumps
        for stretch in self.even.push(chunk):
            outputs += self._through(stretch, chunk.arrived_s)
        self._news += self.even.news()
        if self._jumps != jumps:  # from here on it is another clock
            self.pairs = ClockPairs()
        self.pairs.add(chunk)
        self._check_rate()
        return outputs

    def _through(self, stretch: Stretch, arrived_s: float) -> list[Output]:
        """One even stretch through the system."""
        values = stretch.values[:, self._columns]
        self._heard = time.perf_counter()
        if stretch.fresh:
            self._restart()
        elif self.state == "signal lost":  # nothing was lost after all: it came late
            self._enter("running" if self._warm or self.live is None else "warming up")
        if stretch.bridged.any():
            self._bridged_at = float(stretch.time_s[stretch.bridged][-1])
        before, self._index = self._index, self._index + len(values)
        self._n_even += len(values)
        outputs = []
        if self.live is not None:
            for at_s, value in self.live.push(values):
                place = min(max(round(at_s * self.source.rate_hz) - before, 0), len(values) - 1)
                outputs.append(self._said(float(stretch.time_s[place]), value, arrived_s))
        self.watch.add(values)
        if self._keep is not None:
            self._keep(stretch)
        return outputs

    def _restart(self) -> None:
        self._index, self._warm = 0, False
        self.watch.restart()
        self._bridged_at = -1e9
        self._enter("running" if self.live is None else "warming up")
        if self.live is not None:
            self.live.restart(0.0)

    def _said(self, time_s: float, value: float, arrived_s: float) -> Output:
        """An output with what is known of the signal, timed."""
        signal = self.watch.worst()
        bad = signal.word == "bad" or not np.isfinite(value)
        self._warm = True
        self._enter("poor signal" if bad else "running")
        bridged = time_s - self._bridged_at < MARKED_S
        marked = not bad and (bridged or signal.word == "poor")
        why = signal.why or ("a gap was bridged" if bridged else "")
        now_s = time.perf_counter()
        self.compute.add(now_s - arrived_s)
        taken_s = self.source.host_s(time_s) if self.source.live else None
        if taken_s is not None and -0.01 < now_s - taken_s < TIED_S:
            self.sensor.add(now_s - taken_s)
        self.n_outputs += 1
        self.n_withheld += bad
        self.n_marked += marked
        return Output(time_s, None if bad else float(value), self.state, marked, why if bad or marked else "")

    def _listen(self) -> None:
        """Say it at once when nothing comes any more."""
        silent = time.perf_counter() - self._heard
        if self.source.live and not self.source.ended and silent > SILENCE_S and self.state != "waiting":
            self._enter("signal lost")

    def _judge(self) -> None:
        """What the look at the channels changes. Without a system there are no outputs: the state says it."""
        if not self._drift_said and self.device_time_s > SURE_S:
            ppm = self.even.drift_ppm() or 0.0
            self._drift_said = abs(ppm) > NOTABLE_PPM
            if self._drift_said:
                self._news.append(f"the device's rate differs from the stated one by {ppm:.0f} ppm")
        if self.live is None and self.state != "signal lost":
            bad = self.watch.worst().word == "bad"
            self._enter("poor signal" if bad else "running")

    def _enter(self, state: State) -> None:
        before = self.state
        if self._durations.enter(state, time.perf_counter()) and (before, state) != ("waiting", "running"):
            self._news.append(self._words(state))

    def _words(self, state: State) -> str:
        if state == "signal lost":
            return f"signal lost: nothing that can be read for {SILENCE_S * 1e3:.0f} ms"
        if state == "poor signal":
            return f"poor signal: {self.watch.worst().why}"
        return state

    def _check_rate(self) -> None:
        wrong = self.even.wrong_rate_hz()
        if wrong is not None:
            raise RecordingError(
                f"{self.source.name} must bring {self.source.rate_hz:g} samples a second, as it states, "
                f"got {wrong:.4g}; set the device right, or look for packets that get lost on the way"
            )

    def summary(self) -> dict[str, object]:
        """Everything that was measured, as JSON takes it.

        Notes
        -----
        ``smallest_gap_seen_ms``: losses shorter than that hide in the jitter of the device's times, unless the device
        counts its samples; they then show as a rate below the stated one.
        """
        now_s = time.perf_counter()
        wall_s = now_s - self._begun
        rate, drift = self.even.rate_hz(), self.even.drift_ppm()
        return {
            "wall_s": round(wall_s, 3),
            "signal_s": round(self.device_time_s, 3),
            "states_s": self._durations.summary(now_s),
            "outputs": self.n_outputs,
            "withheld": self.n_withheld,
            "marked": self.n_marked,
            "arrival_to_output": self.compute.summary(),
            "sensor_to_output": self.sensor.summary(),
            "cpu_share": round((time.process_time() - self._cpu) / max(wall_s, 1e-9), 4),
            "delay_ms": {} if self.live is None else {k: round(v, 3) for k, v in self.live.delay_ms.items()},
            "samples": asdict(self.even.tally),
            "clock": {
                "stated_rate_hz": self.source.rate_hz,
                "rate_hz": None if rate is None else round(rate, 4),
                "drift_ppm": None if drift is None else round(drift, 1),
                "smallest_gap_seen_ms": round(self.even.tolerance_s * 1e3, 3) if not self.source.modulus else 0.0,
                "gaps_bridged_to_ms": self.even.rules.bridge_s * 1e3,
            },
            "reconnections": self.source.reconnections,
            "quality": self.watch.summary(),
        }
