"""``rehabkit simulate``: bilateral, a recording drives a modelled exoskeleton. Simulation only: no hardware driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.assess import renamed, words
from rehabkit.cli.console import console, progress
from rehabkit.cli.outputs import Outputs, require_writable
from rehabkit.cli.simulate_hand import hand
from rehabkit.errors import InputError, OutputError

if TYPE_CHECKING:
    from rehabkit.exoskeleton.session import SessionLog


def application() -> typer.Typer:
    """The simulations."""
    app = typer.Typer(help="Simulations. Simulation only: rehabkit ships no hardware driver.", no_args_is_help=True)
    app.command("bilateral")(bilateral)
    app.command("hand")(hand)
    return app


def bilateral(
    source: Annotated[
        str, typer.Argument(metavar="RECORDING", help="EMG of the intact thigh, its knee's goniometer, or both.")
    ],
    drive: Annotated[
        Literal["estimated", "measured"],
        typer.Option("--drive", help="The angle that joint_intention estimates from the EMG, or the measured one."),
    ] = "estimated",
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="KIND@SECONDS", help="Break something, e.g. stale@8 or stale@8+0.5."),
    ] = None,
    resume: Annotated[
        list[float] | None,
        typer.Option("--resume", metavar="SECONDS", help="Let go, press again and confirm; again for more."),
    ] = None,
    muscles: Annotated[
        Literal["relaxed", "elastic", "spastic", "pushing"],
        typer.Option("--muscles", help="What the modelled person's muscles do."),
    ] = "elastic",
    seconds: Annotated[float | None, typer.Option("--seconds", min=4, help="How much of the recording drives.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.png", help="A picture of the session (.png, .svg, .pdf).",
                                  rich_help_panel=given.OUTPUT)
    ] = None,
    log: given.Log = None,
    json: given.Json = None,
    report: given.Report = None,
    description: given.Description = None,
    rename: given.Rename = "",
    rate: given.Rate = None,
    units: given.Units = "",
    quiet: given.Quiet = False,
) -> None:  # fmt: skip
    """Let a recording of the intact side lead the modelled other side, and see what becomes of faults.

    Simulation only: limb, patient and machine are models, and rehabkit ships no hardware driver.
    """
    from rehabkit.bilateral import rehearse
    from rehabkit.cli.tables import print_assessment
    from rehabkit.exoskeleton.injection import Injection
    from rehabkit.sensor_pipeline import Stated

    outputs = Outputs(json=json, report=report, quiet=quiet)
    outputs.require_writable(source)
    _require(source, plot, log)
    stated = Stated(description, tuple(words(units)), renamed(rename), rate)
    injected = [Injection.parse(text) for text in fault or []]
    with progress("simulating", quiet=quiet):
        done = rehearse(
            source, drive, seconds=seconds, injected=injected, resume_s=resume or [], muscles=muscles, stated=stated
        )
    written = [*outputs.write(done.assessment, source), *_write(done.log, plot, log, Path(source).name)]
    print_assessment(console(stderr=outputs.to_stdout, quiet=quiet), done.assessment, written)


def _require(source: str, plot: Path | None, log: Path | None) -> None:
    """Refuse names that can't be written, before the long work."""
    from rehabkit.exoskeleton.drawing import require_picture

    if plot is not None:
        require_picture(plot)
    if log is not None and log.suffix.lower() != ".csv":
        raise InputError(f"--log must name a .csv file, got {log.name}; rename it")
    for path in (plot, log):
        if path is not None:
            if path.resolve() == Path(source).resolve():
                raise OutputError(f"output must be another file than the recording, got {path} for both; rename it")
            require_writable(path)


def _write(session: SessionLog, plot: Path | None, log: Path | None, title: str) -> list[Path]:
    if plot is not None:
        from rehabkit.exoskeleton.drawing import draw

        draw(session, plot, title)
    if log is not None:
        from rehabkit.exoskeleton.log_file import write_log

        write_log(session, log)
    return [path for path in (plot, log) if path is not None]
