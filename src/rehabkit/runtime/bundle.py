"""Bundle: a trained network and its card as one ONNX file, checked before it is run.

The card is the value of one metadata entry of the ONNX file, so any ONNX tool can show it. The checksum in the card
covers the graph and the card; it tells damage and careless edits, not a forger, who could compute it anew.
Metadata is read and written here on the level of protocol buffers: no ``onnx`` package is needed at run time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from rehabkit.errors import ModelError, RecordingError
from rehabkit.recordings.files import atomic, read_bytes
from rehabkit.runtime.card import Card

if TYPE_CHECKING:
    import onnxruntime

Tensors = dict[str, NDArray[np.float32]]
"""Tensor name → (n_rows, …) float32."""

LARGEST = 256 * 2**20
KEY = b"rehabkit.card"
_METADATA = 14
"""Field number of ``metadata_props`` in ONNX's ModelProto."""


@dataclass(frozen=True)
class Bundle:
    """A network with its card.

    Parameters
    ----------
    card : what is known of it.
    content : the whole ONNX file.
    """

    card: Card
    content: bytes

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The network in ONNX Runtime, on one CPU core."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self.content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's errors share no base of their own
            why = " ".join(str(error).split())[:200]
            raise ModelError(f"bundle must hold a network that runs, got '{why}'; take it again") from error

    def run(self, tensors: Mapping[str, NDArray[np.float32]]) -> Tensors:
        """Run the network over a batch.

        Parameters
        ----------
        tensors : input name → (n_rows, …) float32, each as the card says, n_rows at least 1.

        Returns
        -------
        dict
            Output name → (n_rows, …) float32.

        Raises
        ------
        ModelError
            If names or shapes are not those of the card.
        RecordingError
            If a value is not finite.
        """
        given = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}
        self._check(given)
        names = [output.name for output in self.session.get_outputs()]
        values = self.session.run(names, given)
        return {name: np.asarray(value, dtype=np.float32) for name, value in zip(names, values, strict=True)}

    def _check(self, given: Tensors) -> None:
        wanted = {name: tuple(spec.shape) for name, spec in self.card.inputs.items()}
        got = {name: value.shape for name, value in given.items()}
        n_rows = {shape[:1] for shape in got.values()}
        fits = {name: shape[1:] for name, shape in got.items()} == wanted and len(n_rows) == 1 and n_rows != {(0,)}
        if not fits:
            raise ModelError(f"inputs of {self.card.system} must be rows of {wanted}, got {got}; prepare them with it")
        broken = [name for name, value in given.items() if not np.isfinite(value).all()]
        if broken:
            raise RecordingError(f"{', '.join(broken)} must be finite, got NaN or infinity; fill or cut the gaps first")

    def save(self, path: str | Path) -> None:
        """Write the file, whole or not at all."""
        with atomic(path) as temporary:
            temporary.write_bytes(self.content)


def load(path: str | Path) -> Bundle:
    """Read a bundle's file and check its card and checksum.

    Raises
    ------
    ModelError
        If the file is no bundle, its card is of another schema, or its checksum doesn't fit.
    """
    try:
        content = read_bytes(path, LARGEST)
    except RecordingError as error:
        raise ModelError(f"bundle: {error}") from error
    return loads(content, str(path))


def loads(content: bytes, name: str = "bundle") -> Bundle:
    """The bundle in a file's bytes; errors as :func:`load`."""
    try:
        fields = list(_fields(content))
        texts = [_entry(value) for number, value, _ in fields if number == _METADATA]
    except (IndexError, ValueError) as error:
        raise ModelError(f"bundle must be a whole ONNX file, got {name}, which is none; take it again") from error
    cards = [value for key, value in texts if key == KEY]
    if len(cards) != 1:
        raise ModelError(f"bundle must hold one card, got {len(cards)} in {name}; write it with `rehabkit export`")
    try:
        card = Card.model_validate_json(cards[0])
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        raise ModelError(f"card of {name} must be of schema 1, got {where}; write it with this rehabkit") from error
    if card.sha256 != card.digest(b"".join(raw for number, _, raw in fields if number != _METADATA)):
        raise ModelError(f"bundle must be unchanged, got another checksum than its card's in {name}; take it again")
    return Bundle(card, content)


def pack(network: bytes, card: Card) -> Bundle:
    """Put a card into an ONNX file; metadata that other tools wrote there is left out.

    Raises
    ------
    ModelError
        If the bytes are no ONNX file.
    """
    try:
        graph = b"".join(raw for number, _, raw in _fields(network) if number != _METADATA)
    except (IndexError, ValueError) as error:
        raise ModelError("network must be an ONNX file, got something else; export it again") from error
    signed = card.model_copy(update={"sha256": card.digest(graph)})
    entry = _tagged(1, KEY) + _tagged(2, signed.model_dump_json().encode())
    return Bundle(signed, graph + _tagged(_METADATA, entry))


def _fields(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Field number, value and raw bytes of each top-level field of a protocol buffer."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        kind, value = tag & 7, b""
        if kind == 0:
            _, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            at += {1: 8, 5: 4}.get(kind) or _refuse(kind)
        if at > len(data):
            raise ValueError("truncated")
        yield tag >> 3, value, data[start:at]


def _refuse(kind: int) -> int:
    raise ValueError(f"wire type {kind}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("varint too long")


def _entry(data: bytes) -> tuple[bytes, bytes]:
    """Key and value of one metadata entry."""
    parts = {number: value for number, value, _ in _fields(data)}
    return parts.get(1, b""), parts.get(2, b"")


def _tagged(number: int, value: bytes) -> bytes:
    """One length-delimited field."""
    return _as_varint(number << 3 | 2) + _as_varint(len(value)) + value


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
