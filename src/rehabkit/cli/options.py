"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

OUTPUT = "What to write"
PATIENT = "What only a person knows"

Source = Annotated[
    str,
    typer.Argument(
        help="A video, a camera's number (0), a landmark file (.npz, .csv, .trc, .c3d), a watch's or electrodes' "
        "file, or a folder of them; with --system a depth picture, a point cloud or a picture of a hand.",
        metavar="SOURCE",
        show_default=False,
    ),
]
More = Annotated[
    list[Path] | None,
    typer.Argument(
        help="What belongs to it: the colour picture of a depth picture, further views of a hand.",
        metavar="[COLOR|VIEW]...",
        show_default=False,
    ),
]
AssessmentFile = Annotated[
    Path,
    typer.Argument(help="An assessment that `rehabkit assess --json FILE` wrote.", metavar="ASSESSMENT.json"),
]
ExerciseName = Annotated[
    str | None,
    typer.Option("--exercise", "-e", help="Name, alias or TOML file; recognised if left out."),
]
Model = Annotated[Literal["lite", "full", "heavy"], typer.Option("--model", "-m", help="Size of the pose network.")]
Person = Annotated[int | None, typer.Option("--person", min=1, help="Which of several people to follow: 1, 2 …")]
Anyway = Annotated[
    bool,
    typer.Option("--anyway", help="Assess an unfit recording too; every value then carries the warning."),
]
Seconds = Annotated[float | None, typer.Option("--seconds", min=1, help="How long to record from a camera.")]
Approved = Annotated[
    str,
    typer.Option(
        "--approved", metavar="N,N", help="Repetitions that you approve as correct: the others are judged by them."
    ),
]
WornOn = Annotated[
    Literal["left", "right"] | None,
    typer.Option("--worn-on", help="The arm that wore a watch, if its file doesn't say."),
]
Units = Annotated[
    str,
    typer.Option("--units", metavar="UNIT,UNIT", help="Units that a file doesn't say, e.g. g,deg/s or uV,deg or mm."),
]
System = Annotated[
    str | None,
    typer.Option("--system", metavar="NAME", help="Which system reads electrodes, depth, a point cloud or a hand."),
]
Intrinsics = Annotated[
    Path | None,
    typer.Option("--intrinsics", metavar="FILE", help="Focal lengths and centre of a depth picture, JSON or text."),
]
WhichHand = Annotated[
    Literal["left", "right"] | None, typer.Option("--hand", help="Which hand it is, if it can't be told.")
]
Examples = Annotated[
    Path | None,
    typer.Option("--examples", metavar="FOLDER", help="This patient's own pictures, a folder a gesture."),
]
Description = Annotated[
    Path | None,
    typer.Option("--description", metavar="FILE.toml", help="What the columns of an electrodes' file are."),
]
Rename = Annotated[
    str,
    typer.Option("--rename", metavar="OLD=NEW,…", help="Channels under the names that the system knows them by."),
]
Rate = Annotated[
    float | None,
    typer.Option("--rate", min=0.1, metavar="HZ", help="Samples a second, if an electrodes' file doesn't say."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Log = Annotated[
    Path | None,
    typer.Option("--log", metavar="FILE.csv", help="The session as a table.", rich_help_panel=OUTPUT),
]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE|-", help="As JSON; - prints it.", rich_help_panel=OUTPUT),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.html", help="As one HTML page.", rich_help_panel=OUTPUT),
]
Pdf = Annotated[Path | None, typer.Option("--pdf", metavar="FILE.pdf", help="As PDF.", rich_help_panel=OUTPUT)]
Video = Annotated[
    Path | None,
    typer.Option("--video", metavar="FILE.mp4", help="The video with the skeleton drawn in, faces blurred.",
                 rich_help_panel=OUTPUT),
]  # fmt: skip
ShowFaces = Annotated[bool, typer.Option("--show-faces", help="Do not blur faces in --video.", rich_help_panel=OUTPUT)]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FOLDER", help="Tables of angles and repetitions.", rich_help_panel=OUTPUT),
]
Trc = Annotated[
    Path | None,
    typer.Option("--trc", metavar="FILE.trc", help="The landmarks as TRC.", rich_help_panel=OUTPUT),
]
C3d = Annotated[
    Path | None,
    typer.Option("--c3d", metavar="FILE.c3d", help="The landmarks as C3D.", rich_help_panel=OUTPUT),
]
Scene = Annotated[
    Path | None,
    typer.Option("--scene", metavar="FILE.html", help="The scene in space, as a page to turn it.",
                 rich_help_panel=OUTPUT),
]  # fmt: skip
Ply = Annotated[
    Path | None,
    typer.Option("--ply", metavar="FILE.ply", help="The points in space, with their parts.", rich_help_panel=OUTPUT),
]
Reference = Annotated[
    str,
    typer.Option("--patient", metavar="REF", help="The clinic's own reference; no name.", rich_help_panel=PATIENT),
]
Age = Annotated[float | None, typer.Option("--age", min=0, max=120, help="Years.", rich_help_panel=PATIENT)]
Sex = Annotated[Literal["female", "male"] | None, typer.Option("--sex", rich_help_panel=PATIENT)]
AffectedSide = Annotated[
    Literal["left", "right", "both", "none"] | None, typer.Option("--affected-side", rich_help_panel=PATIENT)
]
Sets = Annotated[int | None, typer.Option("--sets", min=1, max=100, help="Sets prescribed.", rich_help_panel=PATIENT)]
Repetitions = Annotated[
    int | None,
    typer.Option("--repetitions", min=1, max=1000, help="Repetitions prescribed in a set.", rich_help_panel=PATIENT),
]
Target = Annotated[
    float | None,
    typer.Option(
        "--target",
        min=0,
        max=360,
        help="Prescribed range of the main angle, degrees.",
        rich_help_panel=PATIENT,
    ),
]
HoldSeconds = Annotated[
    float | None,
    typer.Option("--hold", min=0, max=3600, help="Seconds to hold, prescribed.", rich_help_panel=PATIENT),
]
PainBefore = Annotated[
    float | None, typer.Option("--pain-before", min=0, max=10, help="0 none to 10.", rich_help_panel=PATIENT)
]
PainAfter = Annotated[
    float | None, typer.Option("--pain-after", min=0, max=10, help="0 none to 10.", rich_help_panel=PATIENT)
]
Effort = Annotated[
    float | None, typer.Option("--effort", min=0, max=10, help="Borg CR10, 0 to 10.", rich_help_panel=PATIENT)
]
