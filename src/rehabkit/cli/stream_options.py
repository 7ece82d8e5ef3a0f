"""Options of ``rehabkit stream``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rehabkit.cli.options import OUTPUT

DEVICE = "Which device"

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="What --source file plays.", show_default=False)]
From = Annotated[
    Literal["file", "lsl", "brainflow", "synthetic"], typer.Option("--source", help="Where samples come from.")
]
System = Annotated[
    str, typer.Option("--system", metavar="NAME", help="What is made of them; none looks at the signal only.")
]
Check = Annotated[bool, typer.Option("--check", help="Only look at the signal, as --system none.")]
Bundle = Annotated[
    Path | None, typer.Option("--bundle", metavar="FILE.onnx", help="Another network than the system's own.")
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0.1, help="How long; to the end or Ctrl-C if left out.")
]
Fast = Annotated[bool, typer.Option("--fast", help="Play a file as fast as it goes, not in its own time.")]
Bridge = Annotated[
    float, typer.Option("--bridge", min=0, max=100, metavar="MS", help="Gaps up to this are bridged and marked.")
]
Stream = Annotated[
    str, typer.Option("--stream", metavar="NAME", help="LSL: name, type or source id.", rich_help_panel=DEVICE)
]
AlignedWith = Annotated[
    list[str] | None,
    typer.Option("--aligned-with", metavar="NAME", help="LSL: a further stream, its clock compared; again for more.",
                 rich_help_panel=DEVICE),
]  # fmt: skip
Board = Annotated[
    str, typer.Option("--board", metavar="ID", help="BrainFlow: name or number of a board.", rich_help_panel=DEVICE)
]
Electrodes = Annotated[
    Literal["emg", "eeg"], typer.Option("--kind", help="BrainFlow: which electrodes.", rich_help_panel=DEVICE)
]
SerialPort = Annotated[
    str, typer.Option("--serial-port", metavar="PORT", help="BrainFlow: its serial port.", rich_help_panel=DEVICE)
]
Address = Annotated[
    str, typer.Option("--address", metavar="MAC|IP", help="BrainFlow: its address.", rich_help_panel=DEVICE)
]
Record = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE.csv", help="Keep the samples; without it nothing is kept.",
                 rich_help_panel=OUTPUT),
]  # fmt: skip
