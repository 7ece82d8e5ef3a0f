"""From raw EMG to frames, windows and angles, whole or as it comes in: one code for both.

A frame is what the four muscles do at one moment: each one's envelope and its size so far (signals.filters). A window
is the last 2 s of frames. Nothing looks ahead, and every state is carried, so a stream gets what a file gets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rehabkit.errors import ModelError, RecordingError
from rehabkit.recordings.datasets.uci_lower_limb import MUSCLES
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.signals.filters import EmgFilter, Envelope, RunningScale

Array = NDArray[np.float64]
LEAST_HZ = 1000.0
"""The EMG's band ends at 450 Hz."""
FRAME_HZ = 25.0
"""A new frame, window and angle every 40 ms."""
N_FRAMES = 50
"""Of a window: 2 s."""
WARM_UP = 13
"""Frames before the first angle: until then nothing is known of the muscles' sizes."""
ENVELOPE_HZ, MEMORY_S, EXPECTED_V, EXPECTED_S = 10.0, 30.0, 15e-6, 1.0
"""Cut of the envelope; a muscle's size over about the last 30 s, and 15 µV taken to have been seen for 1 s before."""
MICROVOLT = 1e-6


class Frames:
    """Raw EMG in, frames out, with state.

    Parameters
    ----------
    rate_hz : of the EMG, 1000 Hz or more. Filters are designed for it; nothing is resampled.
    """

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._filter, self._envelope = EmgFilter(rate_hz), Envelope(rate_hz, ENVELOPE_HZ)
        self._size = RunningScale(FRAME_HZ, MEMORY_S, EXPECTED_V, EXPECTED_S)
        self._n_samples = self._n_frames = 0
        self.delay_ms = {"band-pass": self._filter.delay_ms, "envelope": self._envelope.delay_ms}
        """Of each filter."""

    def restart(self) -> None:
        """Go on after a gap: filters start anew, the muscles' sizes are kept."""
        self._filter, self._envelope = EmgFilter(self.rate_hz), Envelope(self.rate_hz, ENVELOPE_HZ)
        self._n_samples = self._n_frames = 0

    def process(self, chunk: Array) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Frames that end in this chunk.

        Parameters
        ----------
        chunk : (n, 4) V, the muscles in the order of MUSCLES.

        Returns
        -------
        (m,) numbers of the frames' last samples since the start, and (m, 2, 4) envelope and size in µV.
        """
        envelope = self._envelope.process(self._filter.process(np.asarray(chunk, dtype=np.float64)))
        before, self._n_samples = self._n_samples, self._n_samples + len(chunk)
        most = int(len(chunk) * FRAME_HZ / self.rate_hz) + 2
        ends = np.floor((self._n_frames + 1 + np.arange(most)) * self.rate_hz / FRAME_HZ + 1e-9).astype(np.intp)
        last = ends[ends <= self._n_samples] - 1
        self._n_frames += len(last)
        at = envelope[last - before] / MICROVOLT
        size = self._size.process(at * MICROVOLT) / MICROVOLT
        return last, np.stack([at, size], axis=1).astype(np.float32)


def frame_ends(n_samples: int, rate_hz: float) -> NDArray[np.intp]:
    """Numbers of the last samples of a recording's frames.

    Examples
    --------
    >>> frame_ends(120, 1000.0).tolist()
    [39, 79, 119]
    """
    ends = np.floor(np.arange(1, n_samples * FRAME_HZ / rate_hz + 1) * rate_hz / FRAME_HZ + 1e-9).astype(np.intp)
    return ends[ends <= n_samples] - 1


def windows(frames: NDArray[np.float32]) -> Tensors:
    """The window up to each frame, from the end of the warm-up on; before its first frame it was as at the first.

    Parameters
    ----------
    frames : (n_frames, 2, 4) of a whole recording.

    Returns
    -------
    ``envelope`` and ``size``, each (n_frames - 12, 50, 4) µV.
    """
    padded = np.concatenate([np.repeat(frames[:1], N_FRAMES - 1, axis=0), frames])
    cut = sliding_window_view(padded, N_FRAMES, axis=0)[WARM_UP - 1 :]  # (window, 2, muscle, time)
    envelope, size = np.ascontiguousarray(cut.transpose(1, 0, 3, 2))
    return {"envelope": envelope, "size": size}


class LiveAngle:
    """Raw EMG in, knee angles out, as it comes in.

    Parameters
    ----------
    bundle : of joint_intention.
    rate_hz : of the EMG, at least 1000 Hz.
    channels : names of the chunks' columns, in order; the four muscles are picked by name, others are left.
    start_s : time of the first sample.
    correct : a person's calibration: outputs of the bundle → (n_rows,) degrees; none by default.

    Raises
    ------
    RecordingError
        If the rate is too low or a muscle is missing.
    ModelError
        If the bundle is another system's.

    Notes
    -----
    ``push`` gives what a file of the same samples gives, however the chunks are cut. Its first angle comes after
    0.52 s. An angle is that of the time of its frame's last sample; ``delay_ms`` names what the filters hold back, and
    the wait for a frame to fill (0 to 40 ms) comes on top.
    """

    def __init__(
        self,
        bundle: Bundle,
        rate_hz: float,
        channels: Sequence[str],
        start_s: float = 0.0,
        correct: Callable[[Tensors], Array] | None = None,
    ) -> None:
        if bundle.card.system != "joint_intention":
            raise ModelError(f"bundle must be one of joint_intention, got one of {bundle.card.system}; name another")
        missing = [name for name in MUSCLES if name not in channels]
        problems = [f"channels must include {', '.join(missing)}, got {', '.join(channels)}"] if missing else []
        if rate_hz < LEAST_HZ:
            problems.append(f"rate must be at least {LEAST_HZ:g} Hz, got {rate_hz:g} Hz")
        if problems:
            raise RecordingError("; ".join(problems) + "; name the four muscles and sample them fast enough")
        self._bundle, self._correct = bundle, correct
        self._places = [list(channels).index(name) for name in MUSCLES]
        self._frames, self._start_s = Frames(rate_hz), start_s
        self._past = np.empty((0, 2, len(MUSCLES)), dtype=np.float32)
        self._n_frames = 0

    @property
    def delay_ms(self) -> dict[str, float]:
        """What each filter holds back, and how long a frame takes to fill."""
        return {**self._frames.delay_ms, "frame": 1000.0 / FRAME_HZ}

    def restart(self, start_s: float) -> None:
        """Go on after a gap: ``start_s`` is the time of the next sample. The next angle comes 0.52 s later."""
        self._frames.restart()
        self._start_s, self._n_frames = start_s, 0
        self._past = self._past[:0]

    def push(self, chunk: Array) -> list[tuple[float, float]]:
        """Take the next samples.

        Parameters
        ----------
        chunk : (n, n_channels) V, any n.

        Returns
        -------
        (time in s, angle in degrees, flexion positive) of each frame that ends in the chunk; often none.

        Raises
        ------
        RecordingError
            If a sample is not finite or the columns are not those that were named.
        """
        muscles = self._muscles(np.asarray(chunk, dtype=np.float64))
        last, frames = self._frames.process(muscles)
        if not len(last):
            return []
        if not self._n_frames:
            self._past = np.repeat(frames[:1], N_FRAMES - 1, axis=0)
        warm = max(WARM_UP - 1 - self._n_frames, 0)  # frames of this chunk that are still too early
        self._n_frames += len(last)
        joined = np.concatenate([self._past, frames])
        self._past = joined[-(N_FRAMES - 1) :]
        if warm >= len(last):
            return []
        cut = sliding_window_view(joined, N_FRAMES, axis=0)[warm:].transpose(1, 0, 3, 2)
        outputs = self._bundle.run({"envelope": cut[0], "size": cut[1]})
        angle = outputs["value"] if self._correct is None else self._correct(outputs)
        times = self._start_s + last[warm:] / self._frames.rate_hz
        return [(float(time), float(value)) for time, value in zip(times, angle, strict=True)]

    def _muscles(self, chunk: Array) -> Array:
        if chunk.ndim != 2 or chunk.shape[1] <= max(self._places):
            raise RecordingError(f"chunk must be (n, n_channels) with the named columns, got shape {chunk.shape}")
        muscles = chunk[:, self._places]
        if not np.isfinite(muscles).all():
            raise RecordingError(
                "samples must be finite, got NaN or infinity; leave them out and restart after the gap"
            )
        return muscles
