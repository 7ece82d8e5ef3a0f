"""The commands, and what becomes of their errors: one line on stderr and exit code 2."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType, TracebackType

import typer
from typer.main import get_command

from rehabkit.cli import (
    assess,
    data,
    doctor,
    electrodes,
    exercises,
    fugl_meyer,
    learn,
    match,
    models,
    predict,
    review,
    simulate,
    stream,
    view,
)
from rehabkit.errors import RehabkitError

USAGE = 2


def application() -> typer.Typer:
    """All commands."""
    app = typer.Typer(
        name="rehabkit",
        help="From a recording of a rehabilitation exercise to an assessment that a clinician can check.",
        epilog="Not a medical device. Everything is computed on this computer; no recording leaves it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    app.command("assess")(assess.assess)
    app.command("check")(assess.check)
    app.add_typer(exercises.application(), name="exercise")
    app.command("exercises")(exercises.list_exercises)
    app.add_typer(fugl_meyer.application(), name="fugl-meyer")
    app.command("correct")(review.correct)
    app.command("compare")(review.compare)
    app.command("report")(review.report)
    app.command("view")(view.view)
    app.command("systems")(models.list_systems)
    app.command("train")(learn.train)
    app.command("evaluate")(learn.evaluate)
    app.command("predict")(predict.predict)
    app.command("match")(match.match)
    app.command("stream")(stream.stream)
    app.add_typer(simulate.application(), name="simulate")
    app.command("export")(learn.export)
    app.add_typer(electrodes.application(), name="electrodes")
    app.add_typer(models.application(), name="models")
    app.add_typer(data.application(), name="data")
    app.command("doctor")(doctor.doctor)
    app.command("version")(doctor.version)
    return app


def _options(
    debug: bool = typer.Option(False, "--debug", help="Show Python's traceback when rehabkit itself fails."),
) -> None:
    if debug or os.environ.get("REHABKIT_DEBUG", "") not in ("", "0"):
        sys.excepthook = sys.__excepthook__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : the words after ``rehabkit``; those of this process where left out.

    Returns
    -------
    int
        Exit code: 0 done; 2 the input, the output or the call is wrong; 130 interrupted.
    """
    sys.excepthook = _say_how_to_report
    signal.signal(signal.SIGTERM, _stop)
    try:
        command = get_command(application())  # called directly: Typer would put its own hook in place of ours
        code = command.main(args=arguments, prog_name="rehabkit", standalone_mode=False)
        sys.stdout.flush()
    except RehabkitError as error:
        return _failed(str(error), USAGE)
    except typer.TyperException as error:
        return _misused(error)
    except ImportError as error:
        if "shared object" not in str(error):
            raise
        library = str(error).split(":")[0]
        return _failed(f"{library} must be on this system, got none; `rehabkit doctor` says how to add it", USAGE)
    except BrokenPipeError:  # the reader of our output has gone, e.g. `rehabkit exercises | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0


def _stop(number: int, _: FrameType | None) -> None:
    """End as an error does, so that half-written files go away; 128 and the signal's number, as shells say it."""
    sys.exit(128 + number)


def _misused(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = "rehabkit" if context is None else context.command_path
    message = error.format_message().rstrip(".")
    if message:  # there is none where the help was shown because nothing was asked for
        _failed(f"{message}; try {command} --help", error.exit_code)
    return error.exit_code


def _failed(message: str, code: int) -> int:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return code


def _say_how_to_report(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    sys.stderr.write(
        f"error: rehabkit failed in a way it should not: {kind.__name__}: {' '.join(str(error).split())}; "
        "run it again with `rehabkit --debug …` and send what it prints, with the output of "
        "`rehabkit doctor`, to whoever maintains your rehabkit\n"
    )
