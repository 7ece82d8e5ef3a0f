"""The UCI lower-limb text: headers as they are published, and the compact form from files written in that layout.

The headers of 1Nmar.txt and 9Amar.txt below are the published ones; numbers of the other files are the compact set's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignals, uci_text
from rehabkit.recordings.datasets import layouts

NORMAL = """File Name: 1Nmar.log
Channel 1: 'RF', {n} values, engineering units: mV, no filters.
Channel 2: 'BF', {n} values, engineering units: mV, no filters.
Channel 3: 'VM', {n} values, engineering units: mV, no filters.
Channel 4: 'ST', {n} values, engineering units: mV, no filters.
Channel 5: 'FX', {fx} values, engineering units: deg, no filters, extrapolated from 50 to 1000 samples per second.

"""
ABNORMAL = """File Name: 9Amar.log
Channel 1: 'Recto femoral', {n} values, engineering units: mV, no filters.
Channel 2: 'Biceps Femoral', {n} values, engineering units: mV, no filters.
Channel 3: 'Vasto Medial', {n} values, engineering units: mV, no filters.
Channel 4: 'Semitendinoso', {n} values, engineering units: mV, no filters.
Channel 5: 'Flexo', {n} values, engineering units: deg, no filters.
Digitals combined (event=16, d=8, c=4, b=2, a=1): {n} values, .

"""
NAMES = ("rectus_femoris", "biceps_femoris", "vastus_medialis", "semitendinosus", "knee_flexion")


def head(n: int, text: str = NORMAL) -> str:
    """With the angle at 50 Hz, so that its column is up to 19 rows longer than the muscles'."""
    return text.format(n=n, fx=-(-n // 20))


def rows(n: int, extra: str = "") -> str:
    wave = 0.05 * np.sin(np.arange(n) / 5)
    return "".join(f"{x:.4f}\t{2 * x:.4f}\t{-x:.4f}\t{x:.4f}\t{57.6 - i / 10:.1f}{extra}\n" for i, x in enumerate(wave))


def written(folder: Path, text: str, name: str = "1Nmar.txt") -> Path:
    (folder / name).write_bytes(text.encode("latin-1"))
    return folder / name


def test_a_normal_mans_file(tmp_path: Path) -> None:
    path = written(tmp_path, head(100) + rows(100))
    assert biosignals.is_biosignal(path)
    got = biosignals.read(path)
    assert (got.names, got.rate_hz, got.n_times) == (NAMES, 1000.0, 100)
    assert got.values[3, 1] == pytest.approx(2 * 0.05 * np.sin(0.6) * 1e-3, abs=1e-7)
    assert got.values[10, 4] == pytest.approx(56.6)


def test_spanish_names_and_the_digital_column(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, head(50, ABNORMAL) + rows(50, "\t31")))
    assert got.names == NAMES
    assert "left out: digital inputs" in got.history
    assert any("1000 Hz as the set's description says" in line for line in got.history)


def test_columns_stand_in_the_order_of_the_lines_whatever_their_numbers(tmp_path: Path) -> None:
    lines = head(30).replace("'RF'", "'swap'").replace("'VM'", "'RF'").replace("'swap'", "'VM'")
    got = biosignals.read(written(tmp_path, lines.replace("Channel 1", "Channel 6") + rows(30)))
    assert got.names[:3] == ("vastus_medialis", "biceps_femoris", "rectus_femoris")


def test_incomplete_rows_at_the_end_are_left_out_and_counted(tmp_path: Path) -> None:
    short = "\t\t\t\t57.6\n" * 8 + "0.1\t0.1\n"  # the angle's column goes on where the muscles' end
    got = biosignals.read(written(tmp_path, head(51) + rows(51) + short))
    assert got.n_times == 51 and "left out: 9 rows at the end that lack a cell" in got.history


def test_decimal_commas(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, head(20) + rows(20).replace(".", ",")))
    assert got.values[10, 4] == pytest.approx(56.6)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (head(100) + rows(90), "whole rows must be 100 as the header says, got 90"),
        (head(3) + "0.1\t0.2\n" + rows(2), "line 8 must have 5 cells"),
        (head(3) + "0.1\tx\t0.1\t0.1\t9\n" + rows(2), "line 8, column biceps_femoris must be a number"),
        (head(0), "at least one row"),
        (head(20).replace("mV", "furlong") + rows(20), "unit of rectus_femoris"),
        (head(20).replace("mV", "V") + rows(20).replace("0.", "9."), "EMG must have an amplitude"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(RecordingError) as error:
        biosignals.read(written(tmp_path, text))
    assert why in str(error.value) and "1Nmar.txt" in str(error.value)


def test_the_rate_may_not_be_contradicted(tmp_path: Path) -> None:
    for text in (head(20) + rows(20), head(20, ABNORMAL) + rows(20, "\t31")):
        with pytest.raises(RecordingError, match="1000 Hz"):
            biosignals.read(written(tmp_path, text), rate_hz=500.0)


PUBLISHED_ROWS = """0.0007\t-0.0083\t0.0045\t-0.0091\t57.6
-0.0008\t-0.0038\t0.0007\t-0.0046\t57.5
-0.0008\t-0.0068\t0.0015\t-0.0023\t57.3
-0.0008\t-0.0053\t0.0045\t-0.0038\t57.1
0.0007\t0.0015\t0.0082\t-0.0075\t56.9
"""


def test_published_rows_are_those_of_the_compact_set(shared: Path, tmp_path: Path) -> None:
    """The first five rows of the published 1Nmar.txt."""
    got = biosignals.read(written(tmp_path, head(5) + PUBLISHED_ROWS))
    compact = biosignals.read(f"{shared / 'bio/uci_lower_limb/uci_lower_limb_1000hz.npz'}#N01_mar")
    np.testing.assert_allclose(got.values, compact.values[:5], atol=1e-12)


def test_the_published_layout_gives_the_compact_form(shared: Path, tmp_path: Path) -> None:
    """Compact → text as it is published → compact: the same numbers; the first 150 samples of each file, for speed."""
    source = dict(np.load(shared / "bio/uci_lower_limb/uci_lower_limb_1000hz.npz"))
    keys = sorted(name.removesuffix("_emg") for name in source if name.endswith("_emg"))
    for key in keys:
        who, task = key.split("_")
        emg, angle = source[f"{key}_emg"][:150], source[f"{key}_ang"][:150]
        lead = head(150, NORMAL if who.startswith("N") else ABNORMAL)
        extra = "" if who.startswith("N") else "\t31"
        lines = (
            "\t".join(f"{x / 10000:.4f}".rstrip("0").rstrip(".") for x in row) + f"\t{a / 10:g}{extra}\n"
            for row, a in zip(emg, angle, strict=True)
        )
        folder = tmp_path / "published" / f"{who[0]}_TXT"
        folder.mkdir(parents=True, exist_ok=True)
        written(folder, lead + "".join(lines), f"{int(who[1:])}{who[0]}{task}.txt")
    target = tmp_path / "compact"
    target.mkdir()
    assert layouts.PUBLISHED["uci_lower_limb"](tmp_path / "published", target) == []
    made = np.load(target / "uci_lower_limb_1000hz.npz")
    assert set(made.files) == set(source)
    for name in made.files:
        np.testing.assert_array_equal(made[name], source[name][:150])
        assert made[name].dtype == source[name].dtype


def test_an_incomplete_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "N_TXT").mkdir()
    written(tmp_path / "N_TXT", head(20) + rows(20))
    with pytest.raises(RecordingError, match="66 in all, got none for A01_mar"):
        layouts.PUBLISHED["uci_lower_limb"](tmp_path, tmp_path)


def test_other_texts_are_not_taken(tmp_path: Path) -> None:
    assert not uci_text.is_uci(written(tmp_path, "Channel one\n1\t2\n"))
    assert not uci_text.is_uci(tmp_path / "nowhere.txt")
