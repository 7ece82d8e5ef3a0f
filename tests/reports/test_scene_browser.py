"""The 3-D page in a real browser: Chromium from disk, with WebGL on the processor, and without any."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rehabkit.errors import ModelError
from rehabkit.reports.scene_page import write_scene_page

from .scenes import HOSTILE, lying, two_balls

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT, PANEL = 1000, 700, 320
DRAWN = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WAIT_S = 240
"""A second or two each where nothing else runs; a machine under load takes far longer."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | Path]:
    """The page's DOM after its scripts ran, with WebGL and without, and its picture."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"needs one of {', '.join(BROWSERS)} to look at the page")
    folder = tmp_path_factory.mktemp("page")
    page, picture = folder / "page.html", folder / "page.png"
    try:
        write_scene_page([two_balls(title=HOSTILE, label_names=[HOSTILE, "second"]), lying()], page)
    except ModelError as error:
        pytest.skip(str(error))

    def run(name: str, *options: str) -> str:
        always = (
            "--headless", "--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder / name}", f"--window-size={WIDTH},{HEIGHT}", "--hide-scrollbars",
            "--force-prefers-reduced-motion", "--virtual-time-budget=1500",
        )  # fmt: skip
        command = [browser, *always, *options, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=WAIT_S).stdout

    with ThreadPoolExecutor() as at_once:
        drawn = at_once.submit(run, "drawn", *DRAWN, "--dump-dom")
        flat = at_once.submit(run, "flat", "--disable-3d-apis", "--dump-dom")
        at_once.submit(run, "picture", *DRAWN, f"--screenshot={picture}").result()
        return {"drawn": drawn.result(), "flat": flat.result(), "picture": picture}


def test_it_is_drawn_from_the_sensor_with_its_parts_named(seen: dict[str, str | Path]) -> None:
    page = str(seen["drawn"])
    assert "Seen from the sensor." in page
    assert "cm in the middle" in page
    assert "<span>Second</span><small>100</small>" in page
    assert "no device for it was found" in page or "has no WebXR" in page  # and not silently no button


def test_names_from_files_are_text_in_the_browser_too(seen: dict[str, str | Path]) -> None:
    page = str(seen["drawn"])
    assert "<img" not in page
    assert "<title>broken" not in page
    assert "&lt;img src=x onerror=" in page[page.index('id="parts"') :]


def test_left_is_blue_and_right_is_orange_on_the_canvas(seen: dict[str, str | Path]) -> None:
    """Blue stands for the part that is to the sensor's left, so it must be left in the picture from the sensor."""
    pixels = np.asarray(Image.open(seen["picture"]).convert("RGB")).astype(int)[60:560, : WIDTH - PANEL]
    blue = np.abs(pixels - (0, 103, 165)).max(axis=2) < 40
    orange = np.abs(pixels - (200, 80, 10)).max(axis=2) < 40
    assert blue.sum() > 500 and orange.sum() > 200
    assert np.flatnonzero(blue.any(axis=0)).max() < np.flatnonzero(orange.any(axis=0)).min()


def test_without_webgl_the_still_drawings_are_shown(seen: dict[str, str | Path]) -> None:
    page = str(seen["flat"])
    assert '<body class="flat">' in page and "can't draw in three dimensions" in page
    assert '<body class="flat">' not in str(seen["drawn"])
    assert page.count("<svg") == 8  # three sides and a key of each
