"""Any file of points, whatever its bytes, either reads or raises a RehabkitError on one line, in bounded memory."""

from __future__ import annotations

from rehabkit.recordings import clouds

from ..recordings.test_clouds import glb, pcd, ply
from .reading import Kind, test_damaged_files, test_files_cut_off, test_whole_files_read  # noqa: F401

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
