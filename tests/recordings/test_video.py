"""Videos made here with PyAV, whose pictures and times are known."""

from __future__ import annotations

import gc
import shutil
import struct
import threading
import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.video import frames, probe

WIDTH, HEIGHT = 96, 64
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (230, 230, 230)


def corners(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A picture whose corners are, clockwise from the top left, red, green, blue, white."""
    picture = np.zeros((height, width, 3), np.uint8)
    x, y = width // 2, height // 2
    picture[:y, :x], picture[:y, x:], picture[y:, x:], picture[y:, :x] = RED, GREEN, BLUE, WHITE
    return picture


def write(
    path: Path,
    pictures: Sequence[np.ndarray],
    times_s: Sequence[float] | None = None,
    *,
    aspect: int = 1,
    rate: int = 30,
    **options: str,
) -> Path:
    """Encode pictures, evenly or at the times given."""
    times_s = [i / rate for i in range(len(pictures))] if times_s is None else times_s
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2] if pictures else (HEIGHT, WIDTH)
        stream.codec_context.sample_aspect_ratio = Fraction(aspect, 1)
        stream.codec_context.time_base = Fraction(1, 3000)
        container.start_encoding()
        for picture, time_s in zip(pictures, times_s, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time_s * 3000), Fraction(1, 3000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def corner_colours(picture: np.ndarray) -> list[tuple[int, ...]]:
    """The nearest of the four colours at each corner, clockwise from the top left."""
    colours = np.array([RED, GREEN, BLUE, WHITE])
    at = [picture[5, 5], picture[5, -6], picture[-6, -6], picture[-6, 5]]
    return [tuple(colours[np.abs(colours - c.astype(int)).sum(axis=1).argmin()]) for c in at]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write(tmp_path / "clip.mp4", [corners()] * 30)


def test_probe_states_what_was_encoded(clip: Path) -> None:
    info = probe(clip)

    assert (info.width, info.height, info.n_frames, info.codec) == (WIDTH, HEIGHT, 30, "h264")
    assert info.rate_hz == pytest.approx(30, abs=0.1)
    assert info.duration_s == pytest.approx(1.0, abs=0.02)
    assert info.rotation_deg == 0


def test_every_frame_comes_once_upright_and_contiguous(clip: Path) -> None:
    seen = list(frames(clip))

    assert [f.index for f in seen] == list(range(30))
    assert np.allclose([f.time_s for f in seen], np.arange(30) / 30, atol=1e-3)
    assert seen[0].rgb.shape == (HEIGHT, WIDTH, 3)
    assert seen[0].rgb.flags.c_contiguous
    assert corner_colours(seen[0].rgb) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("width", [90, 98, 106])
def test_widths_that_the_decoder_pads_are_not_sheared(tmp_path: Path, width: int) -> None:
    picture = next(iter(frames(write(tmp_path / "odd.mp4", [corners(width)] * 3)))).rgb

    assert corner_colours(picture) == [RED, GREEN, BLUE, WHITE]
    assert picture.flags.c_contiguous


def test_times_of_a_variable_rate_are_those_of_the_container(tmp_path: Path) -> None:
    times = np.cumsum([0.0, 0.03, 0.05, 0.2, 0.01, 0.033, 0.4, 0.033])
    path = write(tmp_path / "variable.mp4", [corners()] * 8, times)

    assert np.allclose([f.time_s for f in frames(path)], times, atol=1e-3)


@pytest.mark.parametrize("rate", [5, 240])
def test_slow_and_fast_rates(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "rate.mp4", [corners()] * 12, rate=rate)

    assert np.allclose([f.time_s for f in frames(path)], np.arange(12) / rate, atol=1e-3)
    assert probe(path).rate_hz == pytest.approx(rate, rel=0.1)


def with_matrix(clip: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write the display matrix of an mp4 as phones do: in the track header (ISO 14496-12, 8.3.2)."""
    content = bytearray(clip.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 40
    one, w = 1 << 16, 1 << 30
    content[matrix : matrix + 36] = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, w)
    turned = clip.with_name("turned.mp4")
    turned.write_bytes(content)
    return turned


# (x, y) stored → (a·x + c·y, b·x + d·y) shown, y downwards; e.g. a quarter turn clockwise takes the
# top left corner to the top right
@pytest.mark.parametrize(
    ("matrix", "degrees", "expected"),
    [
        ((1, 0, 0, 1), 0, [RED, GREEN, BLUE, WHITE]),
        ((0, 1, -1, 0), 90, [WHITE, RED, GREEN, BLUE]),
        ((-1, 0, 0, -1), 180, [BLUE, WHITE, RED, GREEN]),
        ((0, -1, 1, 0), 270, [GREEN, BLUE, WHITE, RED]),
        ((-1, 0, 0, 1), 180, [GREEN, RED, WHITE, BLUE]),  # a selfie camera's mirror
    ],
)
def test_phone_videos_are_turned_upright(
    clip: Path, matrix: tuple[int, ...], degrees: int, expected: list[tuple[int, ...]]
) -> None:
    turned = with_matrix(clip, *matrix)
    picture = next(iter(frames(turned)))
    info = probe(turned)

    assert corner_colours(picture.rgb) == expected
    assert (info.width, info.height) == picture.size_px == picture.rgb.shape[1::-1]
    assert info.rotation_deg == degrees
    assert (info.width < info.height) == (degrees in (90, 270))


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    path = write(tmp_path / "wide.mp4", [corners()] * 3, aspect=2)

    assert (probe(path).width, probe(path).height) == (2 * WIDTH, HEIGHT)
    assert next(iter(frames(path))).rgb.shape == (HEIGHT, 2 * WIDTH, 3)


def test_4k_is_scaled_down_and_its_true_size_told(tmp_path: Path) -> None:
    path = write(tmp_path / "4k.mp4", [corners(3840, 2160)] * 2, preset="ultrafast")
    frame = next(iter(frames(path)))

    assert (probe(path).width, probe(path).height) == frame.size_px == (3840, 2160)
    assert frame.rgb.shape == (720, 1280, 3)
    assert corner_colours(frame.rgb) == [RED, GREEN, BLUE, WHITE]


def noise(n_frames: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(n_frames)]


def test_a_file_that_breaks_off_names_the_second(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mp4", noise(120), movflags="faststart")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    with pytest.raises(RecordingError, match=r"breaks off at [12]\.\d s of 4\.0 s"):
        list(frames(broken))
    there = list(frames(broken, anyway=True))
    assert 30 < len(there) < 100


def test_a_file_without_its_end_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mp4", noise(30))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])  # the index is at the end

    for look in (probe, lambda path: list(frames(path))):
        with pytest.raises(RecordingError, match="must be readable"):
            look(broken)


def test_damage_in_the_middle_costs_its_own_frames_only(tmp_path: Path) -> None:
    path = write(tmp_path / "damaged.mp4", noise(120), movflags="faststart")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    times = [f.time_s for f in frames(path)]

    assert times[-1] == pytest.approx(119 / 30, abs=0.01)
    assert np.all(np.diff(times) > 0)


def silence(path: Path) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    return path


def test_what_is_no_video_is_named(tmp_path: Path, clip: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("three sets of ten\n" * 50)
    disguised = Path(shutil.copy(text, tmp_path / "notes.mp4"))
    picture = tmp_path / "photo.png"
    with av.open(str(picture), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(corners(), format="rgb24")))
    empty = tmp_path / "empty.mp4"
    empty.touch()
    wrong = {
        tmp_path / "missing.mp4": "must exist",
        tmp_path: "must be a file with content",
        empty: "must be a file with content",
        text: "must",
        disguised: r"must be readable|moving pictures",
        picture: "moving pictures",
        silence(tmp_path / "sound.wav"): "sound only",
    }

    for path, message in wrong.items():
        for look in (probe, lambda path: list(frames(path))):
            with pytest.raises(RecordingError, match=message) as error:
                look(path)
            assert "\n" not in str(error.value)


def test_a_video_without_pictures_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "none.mp4", [], movflags="frag_keyframe+empty_moov")

    with pytest.raises(RecordingError, match=r"at least one picture|must be readable"):
        list(frames(path))


def test_leaving_early_ends_the_decoding_thread(clip: Path) -> None:
    running = frames(clip)
    next(running)
    running.close()

    assert not [t for t in threading.enumerate() if t.name.startswith("ahead")]


def test_a_camera_needs_an_end_and_a_camera() -> None:
    with pytest.raises(RecordingError, match="must be positive"):
        list(frames(0))
    with pytest.raises(RecordingError, match="camera must be connected"):
        list(frames(97, seconds=1.0))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-01T10:00:00.000000Z", "2026-05-01T10:00:00+00:00"),
        ("1970-01-01T00:00:00.000000Z", None),
        ("1904-01-01T00:00:00.000000Z", None),
    ],
)
def test_the_date_of_recording_is_read_unless_the_clock_was_never_set(tmp_path, written, read):
    with av.open(str(tmp_path / "dated.mp4"), "w") as container:
        container.metadata["creation_time"] = written
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode())
    assert probe(tmp_path / "dated.mp4").recorded_at == read


def test_decoded_frames_are_freed_at_once(clip: Path) -> None:
    """A cycle that only the garbage collector frees would hold 12 MB a frame of 4K."""

    def alive() -> int:
        return sum(issubclass(type(thing), av.VideoFrame) for thing in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()
        for _ in frames(clip):
            pass
        assert alive() - before <= 2
    finally:
        gc.enable()
