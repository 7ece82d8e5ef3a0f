"""``rehabkit data``: what a user sees."""

import json

import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "home"))


def test_import_then_list_shows_it_verified(rehabkit, shared):
    assert rehabkit("data", "import", "spar", shared / "exercise" / "spar_watch_imu").code == 0
    said = {one["name"]: one for one in json.loads(rehabkit("data", "list", "--json").out)}
    assert said["spar"]["state"] == "ready" and said["uiprmd"]["state"] == "missing"
    assert "Vakanski" in said["uiprmd"]["citation"]
    assert "checksums" in rehabkit("data", "list").out


def test_get_says_home_licence_and_import_command(rehabkit):
    outcome = rehabkit("data", "get", "kimore")
    assert outcome.code == 2
    for word in ("https://vrai.dii.univpm.it", "consent", "licence", "rehabkit data import kimore"):
        assert word in outcome.out


def test_mistakes_are_one_line(rehabkit, tmp_path):
    outcome = rehabkit("data", "import", "uiprmd", tmp_path)
    assert outcome.code == 2 and len(outcome.errors) == 1
    assert rehabkit("data", "get", "nothing").code == 2


def test_what_was_left_out_of_a_published_folder_is_said(rehabkit, tmp_path):
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv/S1_E0_R.csv").write_text("ax,ay,az,wx,wy,wz\n" + "0.1,0.2,1.0,0.1,0.2,0.3\n" * 60)
    (tmp_path / "csv/S1_E1_R.csv").write_text("ax,ay,az\n0.1,0.2,1.0\n")
    outcome = rehabkit("data", "import", "spar", tmp_path)
    assert outcome.code == 0 and "1 left out, such as: S1_E1_R.csv, line 1 must be ax,ay,az,wx,wy,wz" in outcome.err
    assert "converted from the published layout, 1 left out" in rehabkit("data", "list").out
