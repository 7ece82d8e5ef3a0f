"""Any file of points, whatever its bytes, either reads or raises a RehabkitError on one line, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from rehabkit.recordings import clouds

from ..recordings.test_clouds import glb, pcd, ply
from .test_readers import MORE, MOST_MEMORY_KIB, Kind, _damaged, _reads_or_says_so, resource

OBJ = b"# a square\nv 0 0 1\nv 1 0 1\nv 1 1 1\nv 0 1 1\nf 1/1/1 2//1 3 -1\n"
CSV = b"x_mm,y_mm,z_mm,r,g,b,label\n" + b"".join(b"%d,%d,500,1,2,3,1\n" % (7 * i, 5 * i) for i in range(30))
KINDS = {
    **{f"ply {o}": Kind(".ply", lambda _, o=o: ply(o), clouds.read, 60, 20)  # type: ignore[misc]
       for o in ("ascii", "binary_little_endian", "binary_big_endian")},
    **{f"pcd {f}": Kind(".pcd", lambda _, f=f: pcd(f), clouds.read, 60, 20)  # type: ignore[misc]
       for f in ("ascii", "binary", "binary_compressed")},
    "obj": Kind(".obj", lambda _: OBJ, clouds.read, 60, 20),
    "csv": Kind(".csv", lambda _: CSV, clouds.read, 60, 20),
    "glb": Kind(".glb", lambda _: glb(), clouds.read, 150, 20),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield KINDS[request.param]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY_KIB


def test_whole_files_read(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / f"a{kind.suffix}"
    path.write_bytes(kind.make(tmp_path))
    assert kind.read(path)


def test_damaged_files(kind: Kind, tmp_path: Path) -> None:
    @settings(
        max_examples=kind.examples * (MORE or 1),
        derandomize=not MORE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_damaged(kind.make(tmp_path)))
    def run(content: bytes) -> None:
        _reads_or_says_so(kind, content, tmp_path)

    run()


def test_files_cut_off(kind: Kind, tmp_path: Path) -> None:
    whole = kind.make(tmp_path)
    for end in np.linspace(0, len(whole) - 1, kind.cuts * (MORE or 1)).astype(int):
        _reads_or_says_so(kind, whole[:end], tmp_path)
