"""The files that an assessment becomes. Whether they can be written is asked before the long work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rehabkit.cli.console import progress
from rehabkit.errors import InputError, OutputError
from rehabkit.recordings.files import atomic

if TYPE_CHECKING:
    from rehabkit.findings import Assessment

STDOUT = "-"
_ENDINGS = {"trc": ".trc", "c3d": ".c3d", "scene": ".html", "ply": ".ply"}


@dataclass(frozen=True)
class Outputs:
    """Where one assessment goes; ``None`` for what nobody asked for.

    Parameters
    ----------
    json : a file, or ``-`` for stdout.
    csv : a folder for the tables.
    show_faces : leave the faces in ``video`` as they are.
    """

    json: str | None = None
    report: Path | None = None
    pdf: Path | None = None
    video: Path | None = None
    csv: Path | None = None
    trc: Path | None = None
    c3d: Path | None = None
    scene: Path | None = None
    ply: Path | None = None
    show_faces: bool = False
    quiet: bool = False

    @property
    def to_stdout(self) -> bool:
        """Whether stdout is kept for JSON."""
        return self.json == STDOUT

    def require_writable(self, source: str | Path | int | None = None) -> None:
        """Refuse outputs that can't be written, or that would overwrite what they come from.

        Raises
        ------
        OutputError
            For a missing or unwritable folder, the source's own name, or one name for two outputs.
        InputError
            If a name has another format's ending, or a video is asked for without pictures to draw on.
        MissingExtraError
            If C3D is asked for without ezc3d.
        ModelError
            If a scene is asked for and what draws it has not been fetched.
        """
        paths = [path for _, path in self._files()]
        for kind, path in self._files():
            ending = _ENDINGS.get(kind)
            if ending and path.suffix.lower() != ending:
                raise InputError(f"--{kind} must name a {ending} file, got {path}; rename it")
            if isinstance(source, str | Path) and path.resolve() == Path(source).resolve():
                raise OutputError(f"output must be another file than the source, got {path} for both; rename it")
            if paths.count(path) > 1:
                raise OutputError(f"outputs must differ from each other, got {path} twice; rename one")
            require_writable(path)
        if self.c3d is not None:
            from rehabkit.recordings.c3d import require_ezc3d

            require_ezc3d()
        if self.scene is not None:
            from rehabkit.runtime import store

            store.viewer()
        if self.video is not None and not _has_pictures(source):
            raise InputError(f"--video needs a video file to draw on, got {source}; leave --video out")
        if self.csv is not None:
            _make_folder(self.csv)

    def without_space(self) -> None:
        """Refuse what only depth and points can become.

        Raises
        ------
        InputError
            If a scene or a cloud is asked for.
        """
        if asked := self._asked("scene", "ply"):
            raise InputError(
                f"{asked} must come with a system that looks at depth or points, got none; "
                "name it with --system, or leave it out"
            )

    def without_body(self, system: str) -> None:
        """Refuse what only a body that was followed can become.

        Raises
        ------
        InputError
            If landmarks, or a video with the skeleton drawn in, are asked for.
        """
        if asked := self._asked("video", "trc", "c3d"):
            raise InputError(f"{asked} must be left out, got it with --system {system}, which follows no body")

    def _asked(self, *kinds: str) -> str:
        """Those of the outputs that somebody asked for, as options."""
        return ", ".join(f"--{kind}" for kind in kinds if getattr(self, kind) is not None)

    def write(self, assessment: Assessment, source: str | Path | int | None = None) -> list[Path]:
        """Write everything that was asked for, and say where it is.

        Parameters
        ----------
        source : the video, for the overlay.

        Raises
        ------
        OutputError
            If something can't be written after all.
        """
        for kind, path in self._files():
            if kind == "video":
                self._write_video(assessment, str(source), path)
            else:
                _WRITERS[kind](assessment, path)
        tables = [] if self.csv is None else _write_tables(assessment, self.csv)
        if self.to_stdout:
            sys.stdout.write(assessment.model_dump_json(indent=2) + "\n")
        return [*(path for _, path in self._files()), *tables]

    def _files(self) -> Iterator[tuple[str, Path]]:
        for kind in ("json", "report", "pdf", "trc", "c3d", "scene", "ply", "video"):
            value = getattr(self, kind)
            if value is not None and value != STDOUT:
                yield kind, Path(value)

    def _write_video(self, assessment: Assessment, source: str, path: Path) -> None:
        from rehabkit.reports.video import write_overlay

        with progress("drawing the video", quiet=self.quiet) as report:
            write_overlay(source, assessment, path, blur_faces=not self.show_faces, progress=report)


class _Writable(BaseException):
    """Leaves :func:`atomic` before it puts anything in the file's place."""


def require_writable(path: Path) -> None:
    """Ask now whether a file can be written, and leave what is there as it is.

    Raises
    ------
    OutputError
        If it can't.
    """
    with suppress(_Writable), atomic(path):
        raise _Writable


def _has_pictures(source: str | Path | int | None) -> bool:
    from rehabkit.recordings.landmarks import is_landmark_file

    return isinstance(source, str | Path) and not is_landmark_file(source)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"--csv must be a folder, got '{error.strerror}' for {path}; name another") from error
    require_writable(path / "angles.csv")


def _write_json(assessment: Assessment, path: Path) -> None:
    from rehabkit.recordings.assessments import write_assessment

    write_assessment(assessment, path)


def _write_html(assessment: Assessment, path: Path) -> None:
    from rehabkit.reports.html import write_html

    write_html(assessment, path)


def _write_pdf(assessment: Assessment, path: Path) -> None:
    from rehabkit.reports.pdf import write_pdf

    write_pdf(assessment, path)


def _write_landmarks(assessment: Assessment, path: Path) -> None:
    from rehabkit.recordings import landmarks

    kept = assessment.recording.landmarks
    if kept is None:
        raise InputError(f"{path.suffix} needs an assessment with its landmarks, got one without; assess again")
    landmarks.write(landmarks.from_base64(kept), path)


def _write_scene(assessment: Assessment, path: Path) -> None:
    from rehabkit.reports.scene_page import scenes_of, write_scene_page

    write_scene_page(scenes_of(assessment), path, assessment.provenance.notice)


def _write_ply(assessment: Assessment, path: Path) -> None:
    from rehabkit.reports.scene_cloud import write_cloud
    from rehabkit.reports.scene_page import scenes_of

    write_cloud(scenes_of(assessment), path)


def _write_tables(assessment: Assessment, folder: Path) -> list[Path]:
    from rehabkit.reports import sensor_tables, tables

    angles, repetitions = folder / "angles.csv", folder / "repetitions.csv"
    findings, figures = folder / "findings.csv", folder / "figures.csv"
    if assessment.recording.has_body:
        tables.write_angles_csv(assessment, angles)
        tables.write_repetitions_csv(assessment, repetitions)
        return [angles, repetitions]
    sensor_tables.write_findings_csv(assessment, findings)
    sensor_tables.write_figures_csv(assessment, figures)
    return [findings, figures]


_WRITERS = {
    "json": _write_json,
    "report": _write_html,
    "pdf": _write_pdf,
    "trc": _write_landmarks,
    "c3d": _write_landmarks,
    "scene": _write_scene,
    "ply": _write_ply,
}
