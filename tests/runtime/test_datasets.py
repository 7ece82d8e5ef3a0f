"""The store of data sets: importing, verifying, finding and fetching, with real compact sets where they are."""

import gzip
import shutil

import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings.datasets.catalogue import DATA_SETS, find
from rehabkit.recordings.datasets.catalogue_depth import DEPTH_SETS
from rehabkit.recordings.datasets.spar import read
from rehabkit.runtime import datasets, download


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path / "home"))


def state(name):
    return next(one for one in datasets.status() if one.data.name == name)


def test_a_real_compact_set_is_imported_verified_and_found(shared):
    assert state("spar").state == "missing"
    stored = datasets.import_set("spar", shared / "exercise" / "spar_watch_imu")
    assert (state("spar").state, state("spar").layout) == ("ready", "compact")
    assert datasets.locate("spar") == stored
    assert len(read(stored / "spar_subset.npz")) == 140


@pytest.mark.parametrize("part", [".", "exercise", "exercise/spar_watch_imu"])
def test_a_recipe_may_name_the_data_folder_or_the_set_itself(shared, part):
    assert datasets.locate("spar", shared / part) == shared / "exercise" / "spar_watch_imu"


DEPTH = [one.name for one in DEPTH_SETS if one.name != "inbed_ir_mannequin"]  # whose pictures have no sums


@pytest.mark.parametrize("name", ["uiprmd", "kimore", "keraal", "spar", "mediapipe_form", *DEPTH])
def test_the_catalogue_has_the_checksums_of_the_real_files(shared, name):
    folder = datasets.locate(name, shared)
    data = find(name)
    assert set(data.needed) <= {file.name for file in data.files if (folder / file.name).is_file()}
    here = [file for file in data.files if file.sha256]
    assert here and all(datasets._content_sum(folder / file.name) == file.sha256 for file in here)


def test_what_is_not_there_is_said_with_the_command_that_helps(tmp_path):
    with pytest.raises(RecordingError, match="rehabkit data import uiprmd FOLDER"):
        datasets.locate("uiprmd")
    with pytest.raises(RecordingError, match=r"must hold meta\.csv, kinect_world\.npz, vicon_25hz\.npz"):
        datasets.locate("uiprmd", tmp_path)
    with pytest.raises(RecordingError, match="must exist"):
        datasets.import_set("spar", tmp_path / "none")
    with pytest.raises(InputError, match="must be one of uiprmd, kimore"):
        datasets.locate("unknown")


def test_another_file_under_the_right_name_is_refused_and_nothing_is_stored(tmp_path):
    (tmp_path / "spar_subset.npz").write_bytes(b"another one")
    with pytest.raises(RecordingError, match="must have the SHA-256 of the catalogue"):
        datasets.import_set("spar", tmp_path)
    assert state("spar").state == "missing"
    assert list((tmp_path / "home" / "data").iterdir()) == []


def test_a_failed_import_leaves_the_one_before(shared, tmp_path):
    stored = datasets.import_set("spar", shared / "exercise" / "spar_watch_imu")
    (tmp_path / "spar_subset.npz").write_bytes(b"another one")
    with pytest.raises(RecordingError):
        datasets.import_set("spar", tmp_path)
    assert state("spar").state == "ready" and (stored / "spar_subset.npz").stat().st_size > 1e6


def test_a_file_that_changed_since_is_damaged(shared, tmp_path):
    stored = datasets.import_set("spar", shared / "exercise" / "spar_watch_imu")
    (stored / "spar_subset.npz").write_bytes(b"changed")
    assert (state("spar").state, state("spar").problem) == ("damaged", "changed: spar_subset.npz")
    (stored / datasets.MANIFEST).write_text("{")
    assert state("spar").state == "damaged"


def test_a_zip_bomb_and_a_cut_file_are_one_error(tmp_path, monkeypatch):
    path = tmp_path / "G3-OP-CTK-P1T1-Unknown-C-0.json.gz"
    path.write_bytes(gzip.compress(bytes(5000)))
    monkeypatch.setattr(datasets, "LARGEST_FILE", 1000)
    with pytest.raises(RecordingError, match="unzip to at most 1000 bytes"):
        datasets.import_set("keraal", tmp_path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(RecordingError, match="must be a whole file"):
        datasets.import_set("keraal", tmp_path)


def test_a_direct_set_is_fetched_checked_and_stored(shared):
    folder = shared / "exercise" / "mediapipe_form"
    content = {file.url: gzip.decompress((folder / file.name).read_bytes()) for file in find("mediapipe_form").files}
    datasets.fetch("mediapipe_form", lambda url, _: content[url])
    assert state("mediapipe_form").state == "ready"
    with pytest.raises(InputError, match=r"must have SHA-256 .* download it from https://github\.com/NgoQuocBao1010"):
        datasets.fetch("mediapipe_form", lambda url, _: content[url] + b" ")


def test_a_set_without_addresses_is_not_fetched():
    with pytest.raises(InputError, match="must be downloaded by hand"):
        datasets.fetch("uiprmd")


def test_a_set_in_two_folders_deep_is_found_and_copied_whole(shared, tmp_path):
    shutil.copytree(shared / "exercise" / "keraal_sample", tmp_path / "data" / "exercise" / "keraal_sample")
    stored = datasets.import_set("keraal", tmp_path / "data")
    assert len(list(stored.glob("G3-*.gz"))) == 15


@pytest.mark.parametrize("data", DATA_SETS.values(), ids=DATA_SETS)
def test_every_entry_says_what_a_person_needs_to_know(data):
    assert data.home.startswith("http") and data.licence and data.citation and data.published and data.files
    assert (data.access == "direct") == all(file.url.startswith("https://") and file.sha256 for file in data.files)


class Answer:
    def __init__(self, content):
        self.content = content

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, most):
        return self.content[:most]


def test_only_https_and_only_so_much_is_downloaded(monkeypatch):
    with pytest.raises(InputError, match="must be https, got http://a/b; do it by hand"):
        download.download("http://a/b", "do it by hand")
    opener = type("Opener", (), {"open": lambda self, url, timeout: Answer(b"12345")})
    monkeypatch.setattr(download, "build_opener", lambda *_: opener())
    assert download.download("https://a/b", "", limit=5) == b"12345"
    with pytest.raises(InputError, match="at most 4 bytes"):
        download.download("https://a/b", "", limit=4)


def test_a_redirect_away_from_https_is_refused():
    handler = download._OnlyHttps()
    request = download.Request("https://a/b")
    with pytest.raises(OSError, match="not https"):
        handler.redirect_request(request, None, 302, "", {}, "http://a/c")
    assert handler.redirect_request(request, None, 302, "", {}, "https://a/c").full_url == "https://a/c"


def test_no_network_is_said_with_the_way_round():
    with pytest.raises(InputError, match=r"must be reachable, got .*; check the network, or do it by hand"):
        download.download("https://127.0.0.1:1/x", "do it by hand")


def test_pictures_beside_the_table_are_stored_and_verified_too(shared):
    stored = datasets.import_set("sr305_depth_lada", shared)
    assert len(list(stored.rglob("*.png"))) == 19 and state("sr305_depth_lada").state == "ready"
    next(stored.rglob("*.png")).write_bytes(b"changed")
    assert state("sr305_depth_lada").state == "damaged"
