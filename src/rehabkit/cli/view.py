"""``rehabkit view``: a scene in space, to be turned in the browser or in a headset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console
from rehabkit.cli.outputs import require_writable
from rehabkit.errors import InputError

if TYPE_CHECKING:
    from rehabkit.figures import Scene

LOCAL = "127.0.0.1"
UP: Mapping[str, tuple[float, float, float]] = {
    "y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
}
Up = Literal["y", "-y", "z", "-z"]


def view(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Assessments (.json), clouds of points (.ply, .pcd, .obj, .xyz, .glb) or depth pictures (.png).",
            metavar="SOURCE …",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there and open nothing: .html, .ply or .glb."),
    ] = None,
    intrinsics: given.Intrinsics = None,
    units: given.Units = "",
    up: Annotated[
        Up | None,
        typer.Option("--up", help="Which axis of a cloud points up; -y (a sensor's) unless its format says otherwise."),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the server; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option("--host", help="Where to listen; others than this computer can then see it.")] = (
        LOCAL
    ),
    https: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--https", metavar="CERT KEY", help="Certificate and key (PEM): a headset asks for HTTPS."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say where it is.")] = False,
    quiet: given.Quiet = False,
) -> None:
    """Turn the scene of an assessment, a cloud of points or a depth picture in three dimensions."""
    if output is not None:
        write = _writer(output)
        require_writable(output)
        write(_scenes_in_all(sources, intrinsics, units, up), output)
        console(quiet=quiet).print(f"written: {output}", soft_wrap=True)
        return
    from rehabkit.reports.scene_page import policy_of, scene_page
    from rehabkit.reports.scene_server import SceneServer
    from rehabkit.runtime import store

    store.viewer()  # missing is said before the files are read
    page = scene_page(_scenes_in_all(sources, intrinsics, units, up))
    with SceneServer(page, policy_of(), host, port, https) as server:
        _serve(server.url, server.serve_forever, not no_browser, quiet)


def scenes_in(source: Path, intrinsics: Path | None = None, units: str = "", up: Up | None = None) -> list[Scene]:
    """The scenes of an assessment, or the one of a cloud or a depth picture.

    Raises
    ------
    InputError
        If it is none of these, is damaged, or holds no scene.
    """
    from rehabkit.recordings import clouds

    if source.suffix.lower() == ".json":
        from rehabkit.recordings.assessments import read_assessment
        from rehabkit.reports.scene_page import scenes_of

        return scenes_of(read_assessment(source))
    from rehabkit.reports.scene_cloud import scene_of

    if source.suffix.lower() == ".png":
        from rehabkit.recordings import depth_png

        cloud = depth_png.read(source, None, intrinsics, units).without_flying().cloud()
        return [scene_of(cloud, source.name, UP[up or "-y"])]
    if clouds.is_cloud(source):
        usual: Up = "y" if source.suffix.lower() in (".glb", ".gltf") else "-y"  # glTF 2.0, 3.4: +y is up
        return [scene_of(clouds.read(source, units), source.name, UP[up or usual])]
    raise InputError(
        f"what to view must be an assessment (.json), points (.ply, .pcd, .obj, .xyz, .glb) or a depth picture (.png), "
        f"got {source}; assess a recording first, with --json"
    )


def _scenes_in_all(sources: Sequence[Path], intrinsics: Path | None, units: str, up: Up | None) -> list[Scene]:
    """Of several files, those of an assessment with the file's name in front: their titles may be the same."""
    every = [(source, scene) for source in sources for scene in scenes_in(source, intrinsics, units, up)]
    if len(sources) == 1:
        return [scene for _, scene in every]
    return [
        scene if scene.title == source.name else scene.model_copy(update={"title": f"{source.stem}: {scene.title}"})
        for source, scene in every
    ]


def _writer(path: Path) -> Callable[[Sequence[Scene], Path], None]:
    from rehabkit.reports.scene_cloud import write_cloud
    from rehabkit.reports.scene_glb import write_glb
    from rehabkit.reports.scene_page import write_scene_page
    from rehabkit.runtime import store

    writers: Mapping[str, Callable[[Sequence[Scene], Path], None]] = {
        ".html": write_scene_page,
        ".ply": write_cloud,
        ".glb": write_glb,
    }
    if path.suffix.lower() not in writers:
        raise InputError(f"--output must end in {', '.join(writers)}, got {path}; rename it")
    if path.suffix.lower() == ".html":
        store.viewer()
    return writers[path.suffix.lower()]


def _serve(url: str, serve: Callable[[], None], browser: bool, quiet: bool) -> None:
    """Until Ctrl+C."""
    typer.echo(url)
    to = console(stderr=True, quiet=quiet)
    if "//localhost:" not in url:
        to.print("Whoever has this address, on this network, can see it. It is health data.", soft_wrap=True)
    to.print("Ctrl+C ends it.")
    if browser:
        import webbrowser

        webbrowser.open(url)
    try:
        serve()
    except KeyboardInterrupt:
        to.print("ended")
