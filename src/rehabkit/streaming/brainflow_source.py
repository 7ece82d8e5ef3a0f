"""A board that BrainFlow knows (https://brainflow.org, MIT licence): Cyton, Callibri, ANT Neuro and forty more."""

from __future__ import annotations

import importlib.resources
import time
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from rehabkit.errors import InputError, MissingExtraError, RecordingError
from rehabkit.recordings.biosignal_columns import Said, columns
from rehabkit.streaming.sources import Chunk

UNIT = "uV"
"""BrainFlow gives EEG and EMG in microvolts, whatever the board."""
POLL_S = 0.004
COUNT_TO = {-1: 256, 0: 256, 5: 256}
"""Boards whose packet number is known to count one a sample, and where it starts again; not asked of the others."""
SIMULATED = -1


def board_id(board: str) -> int:
    """BrainFlow's number of a board from its name or number.

    Raises
    ------
    InputError
        If BrainFlow knows no such board.
    MissingExtraError
        If BrainFlow is not installed.

    Examples
    --------
    >>> board_id("synthetic"), board_id("cyton"), board_id("10")
    (-1, 0, 10)
    """
    known = {one.name.removesuffix("_BOARD").lower(): int(one.value) for one in _library().BoardIds}
    name = board.strip().lower().replace("-", "_").removesuffix("_board")
    found = known.get(name, int(name) if name.lstrip("-").isdecimal() else None)
    if found is None or found not in known.values():
        some = "synthetic, cyton, ganglion, callibri_emg, ant_neuro_ee_214"
        raise InputError(f"--board must be a board that BrainFlow knows, e.g. {some}, got {board!r}; name one")
    return found


class BrainFlowSource:
    """A board being read.

    Parameters
    ----------
    board : BrainFlow's number or name of it.
    kind : which of its electrodes: ``emg`` or ``eeg``.
    rename : names of its channels (``emg1`` …) → names in the field.
    serial_port, address : where it is plugged in; its MAC or IP address. As BrainFlow's page of the board asks for.

    Raises
    ------
    InputError
        If there is no such board, or it has no electrodes of that kind.
    MissingExtraError
        If BrainFlow is not installed.
    """

    live, jitter_s, reconnections = True, 0.05, 0

    def __init__(
        self,
        board: str,
        kind: Literal["emg", "eeg"] = "emg",
        *,
        rename: Mapping[str, str] | None = None,
        serial_port: str = "",
        address: str = "",
    ) -> None:
        library, number = _library(), board_id(board)
        about = library.BoardShim.get_board_descr(number)
        self.name = f"BrainFlow's {about.get('name', board)} board"
        self.rate_hz = float(about.get("sampling_rate", 0))
        self._rows = list(about.get(f"{kind}_channels", ()))
        if not self._rows or self.rate_hz <= 0:
            raise InputError(
                f"{self.name} must have {kind.upper()} electrodes, got none; choose another board or --kind"
            )
        names = about.get("eeg_names", "").split(",") if kind == "eeg" else []
        if len(names) != len(self._rows):
            names = [f"{kind}{place}" for place in range(1, len(self._rows) + 1)]
        found = columns([Said(name, kind, UNIT) for name in names], rename or {})
        self.channels, self.units, self._scale = found.channels, found.units, found.scale
        self.modulus = COUNT_TO.get(number, 0)
        self.notes = (*(["simulated by BrainFlow: no person, no device"] if number == SIMULATED else []), *found.notes)
        self.ended = False
        self._time_row, self._count_row = about["timestamp_channel"], about.get("package_num_channel")
        self._library, self._number = library, number
        self._inputs = library.BrainFlowInputParams()
        self._inputs.serial_port = serial_port
        setattr(self._inputs, "ip_address" if "." in address else "mac_address", address)
        self._board: Any = None
        self._since_epoch = time.time() - time.perf_counter()

    def _opened(self) -> Any:
        """The board, sending; opened when it is first read, so that an unfit one is refused before it is."""
        library = self._library
        board = library.BoardShim(self._number, self._inputs)
        try:
            board.prepare_session()
            board.start_stream()
        except library.BrainFlowError as error:
            if board.is_prepared():
                board.release_session()
            raise RecordingError(
                f"{self.name} must answer, got '{error}'; switch it on and say --serial-port or --address"
            ) from error
        return board

    def read(self, timeout_s: float) -> Chunk | None:
        """What the board has sent since; the first time it is opened, which takes longer.

        Raises
        ------
        RecordingError
            If the board doesn't answer.
        """
        if self._board is None and not self.ended:
            self._board = self._opened()
        until = time.perf_counter() + timeout_s
        while not self.ended:
            data = self._board.get_board_data()  # (n_rows, n_times)
            if data.shape[1]:
                values = np.ascontiguousarray(data[self._rows].T) * self._scale  # (time, channel)
                counted = self.modulus and self._count_row is not None
                numbers = np.nan_to_num(data[self._count_row]).astype(np.int64) if counted else None
                return Chunk(values, data[self._time_row], time.perf_counter(), numbers)
            if time.perf_counter() >= until:
                break
            time.sleep(min(POLL_S, timeout_s))
        return None

    def host_s(self, device_s: float) -> float | None:
        """BrainFlow writes this computer's time of day on each sample."""
        return device_s - self._since_epoch

    def close(self) -> None:
        """Stop the board and let it go."""
        self.ended = True
        board, self._board = self._board, None
        if board is not None and board.is_prepared():
            board.stop_stream()
            board.release_session()


def _library() -> Any:
    """BrainFlow's own module, its log silenced: what goes wrong comes as an exception."""
    try:
        from brainflow import board_shim
    except ImportError as error:
        raise MissingExtraError(
            'a board must be read with BrainFlow, got none installed; pip install "rehabkit[stream]"'
        ) from error
    # On Python 3.11 BrainFlow asks a module, not a package, for its files, and falls back on pkg_resources, which
    # setuptools no longer has. The folder of its package is what it means.
    board_shim.files = lambda _: importlib.resources.files("brainflow")
    board_shim.BoardShim.set_log_level(board_shim.LogLevels.LEVEL_OFF.value)
    return board_shim
