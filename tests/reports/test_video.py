"""The overlaid video: the same times, the angle drawn in, and nothing of a face left."""

from __future__ import annotations

import av
import numpy as np
import pytest

from rehabkit.errors import AssessmentError, OutputError
from rehabkit.recordings import landmarks
from rehabkit.reports.privacy import Blur
from rehabkit.reports.video import write_overlay


def pictures(path) -> tuple[list[float], np.ndarray]:
    with av.open(str(path)) as container:
        decoded = [(float(f.time), f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
    return [time for time, _ in decoded], np.stack([rgb for _, rgb in decoded])


def detail(rgb: np.ndarray) -> float:
    """Mean difference between neighbouring pixels, 0 to 255."""
    return float(np.abs(np.diff(rgb.astype(float), axis=1)).mean())


@pytest.fixture(scope="module")
def written(noisy_video, make_assessment, tmp_path_factory):
    path = tmp_path_factory.mktemp("overlay") / "o.mp4"
    seen = []
    write_overlay(noisy_video, make_assessment(), path, progress=lambda n, total: seen.append((n, total)))
    return path, seen


def test_every_picture_keeps_its_time(written, video_times_s):
    path, seen = written
    times_s, rgb = pictures(path)
    assert len(times_s) == 240 and rgb.shape[1:3] == (480, 320)
    assert np.allclose(times_s, video_times_s, atol=1e-3)
    assert seen[-1] == (240, 240)
    with av.open(str(path)) as container:
        assert not container.streams.audio
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert container.streams.video[0].codec_context.name == "h264"


def test_the_face_and_the_surroundings_are_blurred(noisy_video, assessment, written):
    places = landmarks.from_base64(assessment.recording.landmarks).positions
    before, after = pictures(noisy_video)[1], pictures(written[0])[1]
    for i in (0, 30, 100):
        head_y = round(places[i, 0, 1])
        face = np.s_[head_y - 20 : head_y + 20, 150:190]
        corner = np.s_[150:200, 270:318]
        for region in (face, corner):
            assert detail(before[i][region]) > 20
            assert detail(after[i][region]) < 4
    thigh = np.s_[395:415, 155:175]  # beside the drawn bone the body stays as it was
    assert detail(after[0][thigh]) > 10


def test_faces_stay_when_asked(noisy_video, assessment, tmp_path):
    write_overlay(noisy_video, assessment, tmp_path / "o.mp4", blur_faces=False)
    rgb = pictures(tmp_path / "o.mp4")[1]
    assert detail(rgb[0][150:200, 270:318]) > 20


def test_the_skeleton_is_drawn_where_the_body_is(written):
    rgb = pictures(written[0])[1][0].astype(int)
    shin = rgb[360:430, 150:175]  # the left shin stands at x = 160
    blue = (shin[..., 2] - shin[..., 0] > 60).any(axis=1)
    assert blue.mean() > 0.5


def test_a_picture_without_the_person_is_blurred_whole(noisy_video, assessment, tmp_path):
    skeleton = landmarks.from_base64(assessment.recording.landmarks)
    positions = skeleton.positions.copy()
    positions[100:140] = np.nan
    lost = skeleton.noted("lost", positions=positions)
    assessment.recording.landmarks = landmarks.to_base64(lost)
    write_overlay(noisy_video, assessment, tmp_path / "o.mp4")
    rgb = pictures(tmp_path / "o.mp4")[1]
    assert detail(rgb[120][150:460]) < 4


def test_the_head_stays_hidden_while_its_landmarks_are_missing(assessment):
    skeleton = landmarks.from_base64(assessment.recording.landmarks)
    positions = skeleton.positions.copy()
    positions[:, :11] = np.nan  # no face at all: guessed above the shoulders
    noise = np.random.default_rng(2).integers(0, 255, (480, 320, 3), dtype=np.uint8)
    rgb = Blur(skeleton.noted("no face", positions=positions))(noise, 0, 1.0)
    head_y = round(skeleton.positions[0, 0, 1])
    assert detail(rgb[head_y - 20 : head_y + 20, 150:190]) < 6


def test_odd_sizes_become_even(assessment, tmp_path):
    source = tmp_path / "odd.mkv"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 319, 479, "yuv444p"
        for _ in range(10):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((479, 319, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode())
    write_overlay(source, assessment, tmp_path / "o.mp4")
    times_s, rgb = pictures(tmp_path / "o.mp4")
    assert rgb.shape == (10, 480, 320, 3) and len(times_s) == 10


def test_another_video_or_none_is_refused(noisy_video, assessment, tmp_path):
    assessment.recording.sha256 = "0" * 64
    with pytest.raises(AssessmentError, match="must be the one assessed"):
        write_overlay(noisy_video, assessment, tmp_path / "o.mp4")
    assessment.recording.landmarks = None
    with pytest.raises(AssessmentError, match="must carry the landmarks"):
        write_overlay(noisy_video, assessment, tmp_path / "o.mp4")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_nothing(noisy_video, assessment, tmp_path):
    def interrupt(n: int, total: int | None) -> None:
        if n == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_overlay(noisy_video, assessment, tmp_path / "o.mp4", progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError):
        write_overlay(noisy_video, assessment, tmp_path / "missing" / "o.mp4")
