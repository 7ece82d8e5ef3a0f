"""``rehabkit stream``: electrodes as they are read, what a system makes of them, and how well it goes."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehabkit.cli import options as given
from rehabkit.cli import stream_options as asked
from rehabkit.cli.assess import renamed, words
from rehabkit.cli.console import console
from rehabkit.cli.outputs import STDOUT, require_writable
from rehabkit.errors import InputError, OutputError

if TYPE_CHECKING:
    from rehabkit.streaming.engine import Output
    from rehabkit.streaming.live import Live
    from rehabkit.streaming.session import Session
    from rehabkit.streaming.sources import Source

NO_SYSTEM = "none"
SIMULATED_S = 60.0
"""How long the synthetic source lasts if nobody says."""


def stream(
    path: asked.File = None,
    source: asked.From = "file",
    system: asked.System = "joint_intention",
    check: asked.Check = False,
    bundle: asked.Bundle = None,
    seconds: asked.Seconds = None,
    fast: asked.Fast = False,
    bridge: asked.Bridge = 20.0,
    name: asked.Stream = "",
    aligned_with: asked.AlignedWith = None,
    board: asked.Board = "",
    kind: asked.Electrodes = "emg",
    serial_port: asked.SerialPort = "",
    address: asked.Address = "",
    description: given.Description = None,
    rename: given.Rename = "",
    units: given.Units = "",
    rate: given.Rate = None,
    json: given.Json = None,
    record: asked.Record = None,
    quiet: given.Quiet = False,
) -> None:
    """Run a system on a live sensor; say at once when the signal is poor or lost."""
    from rehabkit.streaming.engine import Engine
    from rehabkit.streaming.record import recording_to
    from rehabkit.streaming.session import Session
    from rehabkit.streaming.stretches import Rules

    _refuse_mixed(source, path, name, board, aligned_with, fast)
    _require_outputs(path, json, record)
    named, stated = dict(renamed(rename)), words(units)
    openers: dict[str, Callable[[], Source]] = {
        "file": lambda: _file(path, fast, description, stated, named, rate),
        "lsl": lambda: _lsl(name, stated, named),
        "brainflow": lambda: _board(board, kind, named, serial_port, address),
        "synthetic": lambda: _simulated(seconds, fast),
    }
    sources = [openers[source]()]
    try:
        live, columns = _system(NO_SYSTEM if check else system, bundle, sources[0])
        sources += [_lsl(one, stated, {}) for one in aligned_with or ()]
        with recording_to(record, sources[0]) as keep:
            engine = Engine(sources[0], live, columns, rules=Rules(bridge_s=bridge / 1e3), keep=keep)
            _run(Session(engine, sources[1:], seconds), json, quiet)
    finally:
        for one in sources:
            one.close()
    for written in (record, None if json in (None, STDOUT) else json):
        if written is not None:
            console(stderr=json == STDOUT, quiet=quiet).print(f"written: {written}", soft_wrap=True, markup=False)


def _run(session: Session, json: str | None, quiet: bool) -> None:
    """Stream until the end or Ctrl-C, then say how it went, even if it ended with an error."""
    from rehabkit.cli.stream_view import View

    outputs: list[Output] = []
    with View(session.engine, quiet) as view:

        def told(new: list[Output], news: list[str]) -> None:
            outputs.extend(new if json is not None else ())
            view.update(new, news)

        try:
            session.run(told)
        except KeyboardInterrupt:
            view.say("stopped")
        finally:
            summary = session.summary()
            view.finish(summary, to_stderr=json == STDOUT)
    if json is not None:
        _write(summary | {"values": [_as_json(one) for one in outputs]}, json)


def _as_json(output: Output) -> dict[str, object]:
    told: dict[str, object] = {"time_s": round(output.time_s, 6), "state": output.state}
    told["value"] = None if output.value is None else round(output.value, 3)
    return told | ({"why": output.why} if output.why else {})


def _write(summary: dict[str, object], json: str) -> None:
    from rehabkit.recordings.files import atomic

    text = json_format.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if json == STDOUT:
        sys.stdout.write(text)
        return
    with atomic(Path(json)) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _refuse_mixed(
    source: str, path: Path | None, name: str, board: str, aligned_with: Sequence[str] | None, fast: bool
) -> None:
    """What doesn't go with the source, or is missing; all at once."""
    needed = {"file": ("a FILE", path), "lsl": ("--stream NAME", name), "brainflow": ("--board ID", board)}
    problems = [
        f"{word} must go with --source {of}" for of, (word, given_) in needed.items() if given_ and of != source
    ]
    if source in needed and not needed[source][1]:
        problems.append(f"--source {source} must have {needed[source][0]}")
    if aligned_with and source != "lsl":
        problems.append("--aligned-with must go with --source lsl")
    if fast and source not in ("file", "synthetic"):
        problems.append("--fast must go with a file or the synthetic source")
    if problems:
        raise InputError("; ".join(problems) + f", got --source {source}; try rehabkit stream --help")


def _require_outputs(path: Path | None, json: str | None, record: Path | None) -> None:
    outputs = [one for one in (record, None if json in (None, STDOUT) else Path(str(json))) if one is not None]
    if record is not None and record.suffix.lower() != ".csv":
        raise InputError(f"--record must name a .csv file, got {record}; rename it")
    for one in outputs:
        if outputs.count(one) > 1 or (path is not None and one.resolve() == path.resolve()):
            raise OutputError(f"output must be another file than the source and the others, got {one}; rename it")
        require_writable(one)


def _system(system: str, bundle: Path | None, source: Source) -> tuple[Live | None, list[int] | None]:
    """The live system and the columns that it gets; a source that is too slow or lacks a channel is refused."""
    if system == NO_SYSTEM:
        return None, None
    from rehabkit.streaming.live import needs, open_live
    from rehabkit.streaming.sources import require

    names, rate_hz, why = needs(system)
    columns = require(source, names, rate_hz, why)
    return open_live(system, bundle, source.rate_hz, names), columns


def _file(
    path: Path | None, fast: bool, description: Path | None, units: list[str], named: dict[str, str], rate: float | None
) -> Source:
    from rehabkit.recordings import biosignals
    from rehabkit.streaming.replay import Replay

    if path is None:  # _refuse_mixed has said so
        raise InputError("--source file must have a FILE, got none; name one")
    recording = biosignals.read(path, description=description, units=units, rename=named, rate_hz=rate)
    return Replay(recording, fast=fast, name=path.name, notes=(f"played from {path.name}", *recording.history))


def _lsl(name: str, units: list[str], named: dict[str, str]) -> Source:
    from rehabkit.streaming.lsl_source import LslSource

    return LslSource(name, units=units, rename=named)


def _board(board: str, kind: Any, named: dict[str, str], serial_port: str, address: str) -> Source:
    from rehabkit.streaming.brainflow_source import BrainFlowSource

    return BrainFlowSource(board, kind, rename=named, serial_port=serial_port, address=address)


def _simulated(seconds: float | None, fast: bool) -> Source:
    from rehabkit.streaming.simulated import simulated

    return simulated(seconds or SIMULATED_S, fast=fast)
