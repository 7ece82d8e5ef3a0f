"""The 3-D page, its server, and the files for other programs: checked without a browser."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import struct
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError, ModelError
from rehabkit.figures import Scene
from rehabkit.recordings import clouds
from rehabkit.recordings.cloud import PointCloud
from rehabkit.reports.scene_cloud import MOST_POINTS, cloud_of, scene_of, write_cloud
from rehabkit.reports.scene_glb import glb
from rehabkit.reports.scene_page import as_json, policy_of, scene_page, scenes_of, write_scene_page
from rehabkit.reports.scene_server import SceneServer
from rehabkit.runtime import store

from .scenes import HOSTILE, lying, two_balls
from .sensors import make_sensor


@pytest.fixture
def library() -> str:
    """three.js; tests that need it are skipped where it was not fetched."""
    try:
        return store.viewer()
    except ModelError as error:
        pytest.skip(str(error))


class _Page(HTMLParser):
    """Elements, their attributes, and what stands in scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in ("script", "style"):
            self.inside.append((self.open, data))


def hostile() -> list[Scene]:
    named = lying(title=HOSTILE, caption=HOSTILE)
    return [named, two_balls(title=HOSTILE, label_names=[HOSTILE, "b"])]


@pytest.mark.usefixtures("library")
def test_names_from_files_stay_text() -> None:
    page = _Page(scene_page(hostile(), notice=HOSTILE))
    assert "img" not in [tag for tag, _ in page.tags]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    data = next(text for kind, text in page.inside if kind == "script")
    assert [scene["title"] for scene in json.loads(data)] == [HOSTILE, HOSTILE]


@pytest.mark.usefixtures("library")
def test_only_our_two_scripts_may_run_and_nothing_is_loaded() -> None:
    page = _Page(scene_page([lying()]))
    policy = next(a["content"] or "" for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == policy_of() and "default-src 'none'" in policy and "unsafe" not in policy
    scripts = [text for kind, text in page.inside if kind == "script"][1:]  # the first is the numbers
    for kind, texts in (("script", scripts), ("style", [text for kind, text in page.inside if kind == "style"])):
        allowed = set(re.findall(r"'sha256-([^']+)'", re.search(rf"{kind}-src ([^;]+)", policy)[1]))  # type: ignore[index]
        assert {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts} == allowed
    loaded = [a.get(name) for _, a in page.tags for name in ("src", "href") if a.get(name)]
    assert loaded == ["data:,"]  # the icon that browsers would ask for


def test_the_licence_of_three_is_in_the_page(library: str) -> None:
    assert "The MIT License" in library and "three.js authors" in library
    assert library in scene_page([lying()])


def test_without_three_the_error_says_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="rehabkit models fetch viewer"):
        write_scene_page([lying()], tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


@pytest.mark.usefixtures("library")
def test_the_page_knows_the_numbers_of_the_scene() -> None:
    scene = two_balls(colours=[(1, 2, 3)] * 400)
    page = _Page(scene_page([scene, lying()]))
    balls, bed = json.loads(next(text for kind, text in page.inside if kind == "script"))
    points = np.frombuffer(base64.b64decode(balls["points"]), "<f4").reshape(-1, 3)
    np.testing.assert_allclose(points, scene.points_m, atol=1e-6)
    assert np.frombuffer(base64.b64decode(balls["labels"]), "<u2").tolist() == scene.labels
    assert np.frombuffer(base64.b64decode(balls["colours"]), "u1")[:3].tolist() == [1, 2, 3]
    assert [j["hidden"] for j in bed["joints"]] == [False, False, False, True]
    assert [b["side"] for b in bed["bones"]] == ["left", "right", ""]
    # the mattress is 1 x 2 m; he lies 0.2 m above it, so the middle of all is 0.1 m above it
    assert bed["half"] == pytest.approx([0.5, 0.1, 1.0]) and bed["lift"] == pytest.approx(-0.1)
    assert bed["radius"] == pytest.approx(np.sqrt(0.5**2 + 0.1**2 + 1.0**2))
    # above; then from the picture's right, which is east of north-up; then from its lower edge, the south
    seen_from = [(view["azimuth"], view["elevation"]) for view in bed["views"]]
    assert seen_from == [pytest.approx(one) for one in ((0, 90), (90, 0), (0, 0))]


def test_json_holds_nothing_that_ends_a_script() -> None:
    assert not set(as_json([HOSTILE, "<!--", "]]>"])) & set("<>&")
    assert json.loads(as_json(HOSTILE)) == HOSTILE


def test_an_assessment_without_a_scene_is_refused() -> None:
    with pytest.raises(InputError, match="must hold a scene in space, got none from Recovery from EEG"):
        scenes_of(make_sensor())
    assert scenes_of(make_sensor(figures=[lying()])) == [lying()]


# -- the server ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[SceneServer]:
    with SceneServer("<p>page</p>", "default-src 'none'") as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def asked(server: SceneServer, path: str, host: str | None = None, method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request(method, path, headers={"Host": host or f"localhost:{server.server_port}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_server_has_one_page_at_a_secret_address(server: SceneServer) -> None:
    answer = asked(server, server.path)
    assert answer.status == 200 and answer.getheader("Content-Length") == str(len("<p>page</p>"))
    assert "frame-ancestors 'none'" in (answer.getheader("Content-Security-Policy") or "")
    assert answer.getheader("Cache-Control") == "no-store"
    for path in ("/", "/index.html", "/../../etc/passwd", server.path + "x", "/%2e%2e/"):
        assert asked(server, path).status == 404, path
    assert asked(server, server.path, method="POST").status == 501
    assert asked(server, server.path, method="HEAD").status == 200


def test_a_foreign_name_is_refused(server: SceneServer) -> None:
    for host in ("evil.example", f"evil.example:{server.server_port}", "localhost.evil.example", " "):
        assert asked(server, server.path, host).status == 421, host
    for host in ("localhost", f"127.0.0.1:{server.server_port}", "[::1]", f"localhost:{server.server_port}"):
        assert asked(server, server.path, host).status == 200, host


def test_a_used_port_or_a_certificate_that_is_none_is_said(server: SceneServer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--host and --port must be free"):
        SceneServer("", "", port=server.server_port)
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(InputError, match="--https must be a certificate and its key"):
        SceneServer("", "", certificate=(tmp_path / "none.pem", tmp_path / "none.pem"))


# -- other programs ------------------------------------------------------------------------------------------------


def test_a_labelled_cloud_goes_to_ply_and_back(tmp_path: Path) -> None:
    scene = two_balls()
    write_cloud([lying(), scene], tmp_path / "a.ply")
    read = clouds.read(tmp_path / "a.ply")
    np.testing.assert_allclose(read.points, scene.points_m, atol=1e-6)
    assert read.labels is not None and read.labels.tolist() == scene.labels
    assert read.label_names == ("first", "second")
    assert read.colours is not None and read.colours[0].tolist() == [0x00, 0x67, 0xA5]  # of its part
    again = scene_of(read, "again")
    assert (again.labels, again.label_names) == (scene.labels, scene.label_names)


def test_a_scene_without_points_has_no_cloud() -> None:
    with pytest.raises(InputError, match="points in space must be there"):
        cloud_of([lying()])


def test_a_huge_cloud_is_thinned_and_says_so() -> None:
    n = MOST_POINTS + 1
    cloud = PointCloud(np.random.default_rng(1).normal(size=(n, 3)), labels=np.arange(n) % 2 + 7)
    scene = scene_of(cloud, "huge")
    assert len(scene.points_m) == len(scene.labels) == MOST_POINTS
    assert scene.caption == f"{MOST_POINTS} of {n} points, drawn at random."
    assert scene.label_names == ["label 7", "label 8"]


def test_glb_holds_what_the_standard_says() -> None:
    """Khronos Group 2021, glTF 2.0: header, two chunks of a multiple of four bytes, positions within min and max."""
    scene = lying(points_m=[(0.0, -1.0, 1.5)], labels=[0], label_names=["a"])
    data = glb(scene)
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    n_text, kind = struct.unpack_from("<I4s", data, 12)
    said = json.loads(data[20 : 20 + n_text])
    n_binary, second = struct.unpack_from("<I4s", data, 20 + n_text)
    assert (kind, second, n_text % 4, n_binary % 4) == (b"JSON", b"BIN\0", 0, 0)
    binary = data[28 + n_text :]
    assert len(binary) == n_binary == said["buffers"][0]["byteLength"]
    assert [(m["name"], m["primitives"][0]["mode"]) for m in said["meshes"]] == [
        ("points", 0),
        ("bones", 1),
        ("mattress", 2),
    ]
    first = said["accessors"][0]
    at = np.frombuffer(binary, "<f4", 3, said["bufferViews"][first["bufferView"]]["byteOffset"])
    # the picture's upper edge is away from who stands at the bed's foot (-z), and nearer to the sensor is up (+y)
    np.testing.assert_allclose(at, (0.0, -1.5, -1.0), atol=1e-6)
    assert first["min"] == first["max"] == pytest.approx(at.tolist())
    colour = said["accessors"][1]
    light = np.frombuffer(binary, "<u2", 4, said["bufferViews"][colour["bufferView"]]["byteOffset"]) / 65535
    np.testing.assert_allclose(light, (0, 0.1356, 0.3763, 1), atol=5e-4)  # #0067a5 after IEC 61966-2-1
