"""Building MediaPipe ``.task`` files from the bare networks that the package registries carry.

A ``.task`` is an uncompressed zip of TFLite files. The published networks are older than MediaPipe Tasks and
lack the input metadata that it asks for (the mean and standard deviation that pixels are normalised with), so
it is added here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's zero: the same networks always give the same file


def with_normalisation(network: bytes, mean: float, std: float) -> bytes:
    """Return a TFLite file whose metadata says how input pixels (0 to 255) are normalised.

    Parameters
    ----------
    network : a TFLite file without metadata.
    mean, std : the network sees ``(pixel - mean) / std``.
    """
    import flatbuffers
    from mediapipe.tasks.metadata import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(network, 0))
    buffer = schema.BufferT()
    buffer.data = list(_metadata(mean, std))
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(mean: float, std: float) -> bytes:
    """Return the flatbuffer that states the normalisation of the one input tensor."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    options = schema.NormalizationOptionsT()
    options.mean, options.std = [mean], [std]
    step = schema.ProcessUnitT()
    step.optionsType, step.options = schema.ProcessUnitOptions.NormalizationOptions, options
    tensor = schema.TensorMetadataT()
    tensor.name, tensor.processUnits = "image", [step]
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    metadata = schema.ModelMetadataT()
    metadata.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(metadata.Pack(builder), b"M001")
    return bytes(builder.Output())


def packed(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return an uncompressed zip of ``(name, content)`` members, the same bytes for the same members.

    Examples
    --------
    >>> packed([("a", b"1")]) == packed([("a", b"1")])
    True
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return content.getvalue()
