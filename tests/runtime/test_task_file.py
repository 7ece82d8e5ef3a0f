"""What is added to a network is read back with the schema of TensorFlow Lite."""

from __future__ import annotations

import zipfile

import pytest

from rehabkit.runtime import store
from rehabkit.runtime.task_file import packed, with_normalisation


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_normalisation_is_added_and_the_network_kept() -> None:
    if not next(s for s in store.status() if s.name == "full").ok:
        pytest.skip("the pose model isn't here: run `rehabkit models fetch full`")
    from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
    from mediapipe.tasks.metadata import schema_py_generated as schema

    with zipfile.ZipFile(store.pose_task("full")) as archive:
        before = archive.read("pose_detector.tflite")
    after = with_normalisation(before, mean=12.5, std=3.0)
    old, new = (schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0)) for content in (before, after))

    added = new.metadata[-1]
    assert added.name == b"TFLITE_METADATA"
    read = metadata_schema.ModelMetadataT.InitFromObj(
        metadata_schema.ModelMetadata.GetRootAs(bytes(new.buffers[added.buffer].data), 0)
    )
    options = read.subgraphMetadata[0].inputTensorMetadata[0].processUnits[0].options
    assert (list(options.mean), list(options.std)) == ([12.5], [3.0])
    for a, b in zip(old.buffers, new.buffers[:-1], strict=True):
        assert (a.data is None and b.data is None) or bytes(a.data) == bytes(b.data)


def test_equal_members_give_equal_files() -> None:
    assert packed([("a", b"1"), ("b", b"2")]) == packed([("a", b"1"), ("b", b"2")])
