"""``rehabkit simulate hand``: a training with a modelled hand robot. Simulation only: no hardware driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.assess import source_of, words
from rehabkit.cli.console import console, progress
from rehabkit.cli.outputs import Outputs, require_writable
from rehabkit.errors import InputError, OutputError

if TYPE_CHECKING:
    from rehabkit.picture_pipeline.hand_session import Plan, Rehearsed


def hand(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[VIDEO|CAMERA]", show_default=False,
            help="A video of a hand, or a camera's number for a live training; without, a simulated person trains.",
        ),
    ] = None,
    gestures: Annotated[
        str, typer.Option("--gestures", metavar="NAME,NAME", help="What is asked for in turn, e.g. open,fist,one.")
    ] = "",
    repetitions: Annotated[int, typer.Option("--repetitions", min=1, max=100, help="How often each is asked for.")] = 2,
    first: Annotated[float, typer.Option("--first", min=0.5, metavar="S", help="Second of the first prompt.")] = 2.5,
    every: Annotated[float, typer.Option("--every", min=1, metavar="S", help="Seconds between two prompts.")] = 5.0,
    confirm_at: Annotated[
        list[float] | None,
        typer.Option("--confirm-at", metavar="S", help="The button that confirms is pressed; again for more. By "
                     "default each neutral hand in a video is confirmed by itself."),
    ] = None,
    stop_at: Annotated[
        list[float] | None, typer.Option("--stop-at", metavar="S", help="Stop is pressed; again for more.")
    ] = None,
    which: given.WhichHand = None,
    examples: given.Examples = None,
    anyway: given.Anyway = False,
    log: given.Log = None,
    json: given.Json = None,
    report: given.Report = None,
    pdf: given.Pdf = None,
    quiet: given.Quiet = False,
) -> None:  # fmt: skip
    """Train gestures with a modelled hand robot: repetitions, reaction times, stops and why.

    Simulation only: the robot is a model, and rehabkit ships no hardware driver.
    """
    from rehabkit.cli.tables import print_assessment
    from rehabkit.hand_training.log_file import write_log
    from rehabkit.picture_pipeline.hand_session import Plan

    outputs = Outputs(json=json, report=report, pdf=pdf, quiet=quiet)
    outputs.require_writable(source)
    _require(source, log)
    usual = Plan()
    plan = Plan(tuple(words(gestures)) or usual.gestures, repetitions, first, every)
    asked = plan if gestures or source is None or isinstance(source_of(source), int) else None
    presses = {"confirm_s": confirm_at or (), "stop_s": stop_at or ()}
    done = _held(source, plan, asked, presses, side=which, examples=examples, anyway=anyway, quiet=quiet)
    written = outputs.write(done.assessment, source)
    if log is not None:
        write_log(done.log, log)
        written.append(log)
    print_assessment(console(stderr=outputs.to_stdout, quiet=quiet), done.assessment, written)


def _held(
    source: str | None, plan: Plan, asked: Plan | None, presses: dict[str, Any], *,
    side: Literal["left", "right"] | None, examples: Path | None, anyway: bool, quiet: bool,
) -> Rehearsed:  # fmt: skip
    """The training itself: of a simulated person, before a camera, or from a video."""
    from rehabkit.picture_pipeline import hand_session

    if source is None:
        if side or examples:
            raise InputError("--hand and --examples must come with a video or a camera, got none; name one")
        return hand_session.with_person(plan, **presses)
    from rehabkit.picture_pipeline.gesture_reader import reader_of

    number = source_of(source)
    if not isinstance(number, int):
        reader = reader_of(examples)
        with progress("finding the hand", quiet=quiet) as report:
            return hand_session.with_video(
                Path(source), asked, reader, side=side, anyway=anyway, progress=report, **presses
            )
    if any(presses.values()):
        raise InputError("--confirm-at and --stop-at must be left out before a camera, got them; press space and s")
    return _live(number, plan, examples, side, quiet)


def _live(
    number: int, plan: Plan, examples: Path | None, side: Literal["left", "right"] | None, quiet: bool
) -> Rehearsed:
    from rehabkit.cli.hand_view import HandView
    from rehabkit.cli.keys import Keys
    from rehabkit.picture_pipeline.gesture_reader import reader_of
    from rehabkit.picture_pipeline.hand_live import with_camera

    with Keys() as keys:
        return with_camera(number, plan, reader_of(examples), keys, HandView(plan.prompts, quiet=quiet), side=side)


def _require(source: str | None, log: Path | None) -> None:
    """Refuse names that can't be written, before the long work."""
    if log is None:
        return
    if log.suffix.lower() != ".csv":
        raise InputError(f"--log must name a .csv file, got {log.name}; rename it")
    if source is not None and log.resolve() == Path(source).resolve():
        raise OutputError(f"output must be another file than the video, got {log} for both; rename it")
    require_writable(log)
