"""What the terminal shows of a stream: one live line, what happens, and a summary at the end."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rehabkit.cli.console import console

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from rehabkit.streaming.engine import Engine, Output

REDRAW_S = 0.2
MOST_CHANNELS, MOST_GAPS = 8, 5
"""Shown in the live line; said in one second."""


class View:
    """One live line on stderr where it is a terminal; what happens, as lines with the second."""

    def __init__(self, engine: Engine, quiet: bool) -> None:
        self._engine, self._quiet = engine, quiet
        self._to = console(stderr=True, quiet=quiet)
        self._live: Live | None = None
        self._last: Output | None = None
        self._drawn_s = self._begun_s = time.perf_counter()
        self._second = self._n_gaps = 0

    def __enter__(self) -> View:
        if self._to.is_terminal and not self._quiet:
            from rich.live import Live

            self._live = Live(console=self._to, auto_refresh=False, transient=True)
            self._live.start()
        for note in self._engine.source.notes:
            self.say(note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def update(self, outputs: list[Output], news: list[str]) -> None:
        """Each step of the stream."""
        self._tell(news)
        if outputs:
            self._last = outputs[-1]
        now_s = time.perf_counter()
        if self._live is not None and now_s - self._drawn_s > REDRAW_S:
            self._drawn_s = now_s
            self._live.update(self._line(), refresh=True)

    def _tell(self, news: list[str]) -> None:
        """Everything, but of gaps five a second: a bad radio link loses more packets than anyone can read."""
        second = int(time.perf_counter() - self._begun_s)
        if second != self._second:
            self._rest()
            self._second = second
        for line in news:
            self._n_gaps += " missing, " in line
            if " missing, " not in line or self._n_gaps <= MOST_GAPS:
                self.say(line)

    def _rest(self) -> None:
        if self._n_gaps > MOST_GAPS:
            self.say(f"and {self._n_gaps - MOST_GAPS} more gaps")
        self._n_gaps = 0

    def say(self, what: str) -> None:
        """One line, with the second since the beginning."""
        self._to.print(f"{time.perf_counter() - self._begun_s:8.2f} s  {what}", soft_wrap=True, markup=False)

    def finish(self, summary: dict[str, Any], *, to_stderr: bool) -> None:
        """The summary as a table."""
        self._end()
        self._rest()
        console(stderr=to_stderr, quiet=self._quiet).print(table_of(summary))

    def _end(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _line(self) -> Text:
        from rich.text import Text

        engine, last = self._engine, self._last
        value = "–" if last is None or last.value is None else f"{last.value:.1f}°"
        parts = [engine.state, *([value] if engine.live is not None else [])]
        delay = engine.sensor.last_s or engine.compute.last_s
        if delay is not None:
            parts.append(f"{delay * 1e3:.1f} ms")
        found = list(engine.watch.now.items())
        parts += [f"{name} {one.why or 'good'}" for name, one in found[:MOST_CHANNELS]]
        if len(found) > MOST_CHANNELS:
            parts.append(f"and {len(found) - MOST_CHANNELS} more")
        return Text(" · ".join(parts), no_wrap=True, overflow="ellipsis")


def table_of(summary: dict[str, Any]) -> Any:
    """A summary's figures, one a row."""
    from rich.table import Table
    from rich.text import Text

    table = Table("stream", "", box=None, header_style="bold")
    for name, value in rows_of(summary):
        table.add_row(Text(name), Text(value, overflow="fold"))
    return table


def rows_of(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values, for people."""
    samples, clock = summary["samples"], summary["clock"]
    states = ", ".join(f"{state} {seconds:.1f} s" for state, seconds in summary["states_s"].items())
    lost = f"{samples['lost']} in {samples['gaps']} gaps, longest {samples['longest_gap_s'] * 1e3:.0f} ms"
    odd = [
        f"{samples[key]} {word}"
        for key, word in (
            ("duplicates", "doubled"), ("late", "late"), ("unreadable", "unreadable"), ("timeless", "without a time"),
            ("jumps_forward", "clock jumps forward"), ("jumps_back", "clock jumps back"), ("restarts", "new starts"),
        )
        if samples[key]
    ]  # fmt: skip
    rate = "not known" if clock["rate_hz"] is None else f"{clock['rate_hz']:.2f} Hz ({clock['drift_ppm']:+.0f} ppm)"
    rows = [
        ("source", ", ".join([summary["source"]["name"], *summary["source"]["notes"]])),
        ("lasted", f"{summary['wall_s']:.1f} s; {states}"),
        ("samples", f"{samples['received']} received, {samples['bridged']} bridged; lost: {lost}"),
        ("also", ", ".join(odd) or "nothing doubled, late or unreadable"),
        ("rate", f"{rate}, stated {clock['stated_rate_hz']:g} Hz"),
        ("gaps not seen", f"below {clock['smallest_gap_seen_ms']:.3g} ms"),
    ]
    if summary["reconnections"]:
        rows.append(("found again", f"{summary['reconnections']} times"))
    if summary["delay_ms"]:
        rows += _outputs(summary)
    for name, fit in summary["clocks"].items():
        rows.append((f"clock of {name}", _clock(fit)))
    for name, found in summary["quality"].items():
        rows.append(
            (name, f"good {found['good']:.0%}, poor {found['poor']:.0%}, bad {found['bad']:.0%}; now {found['now']}")
        )
    return rows


def _outputs(summary: dict[str, Any]) -> list[tuple[str, str]]:
    told = f"{summary['outputs']}, of them {summary['withheld']} withheld and {summary['marked']} marked"
    rows = [("outputs", told)]
    for key, name in (("sensor_to_output", "sensor to output"), ("arrival_to_output", "arrival to output")):
        found = summary[key]
        delay = (
            "not known"
            if found is None
            else "median {p50_ms:.1f}, p99 {p99_ms:.1f}, most {max_ms:.1f} ms".format(**found)
        )
        rows.append((name, delay))
    rows.append(("filters and window", ", ".join(f"{name} {ms:.0f} ms" for name, ms in summary["delay_ms"].items())))
    rows.append(("processor", f"{summary['cpu_share']:.0%} of one core"))
    return rows


def _clock(fit: dict[str, float] | None) -> str:
    if fit is None:
        return "too little to compare"
    ahead = fit.get("ahead_of_main_s", 0.0)
    line = f"{ahead:+.4f} s against the main device's, " if ahead else ""
    residual = "residual median {residual_median_ms:.2f}, p99 {residual_p99_ms:.2f} ms"
    return (line + "{drift_ppm:+.0f} ppm against this computer's; " + residual).format(**fit)
