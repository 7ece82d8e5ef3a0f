"""S7 on real EEG and on simulated EEG whose truth is known: nothing is guessed, no prognosis is made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.findings import Patient
from rehabkit.judgement import judge
from rehabkit.learning.recipes.recovery_simulated import RATE_HZ, eeg
from rehabkit.recordings import biosignals
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel
from rehabkit.recordings.electrodes import mirror
from rehabkit.systems.recovery_prognosis.analysis import SITES, analysed, task_of
from rehabkit.systems.recovery_prognosis.pictures import UPPER, saliency
from rehabkit.systems.recovery_prognosis.system import LAYERS, RecoveryPrognosis

SYSTEM = RecoveryPrognosis()


def simulated(state: float = 0.0) -> Biosignal:
    return eeg(state, np.random.default_rng(0))


def with_task(drop: float, side: str = "C3") -> Biosignal:
    """Simulated EEG; in every other 4 s, marked as a task, a 10 Hz wave at one electrode is ``drop`` of it."""
    recording = simulated()
    time_s = recording.time_s
    in_task = (time_s % 8) >= 4
    wave = 1.5e-5 * np.sin(2 * np.pi * 10.4 * time_s) * np.where(in_task, drop, 1.0)
    values = recording.values.copy()
    values[:, SITES.index(side)] += wave
    marks = tuple(Annotation(4.0 * i, 4.0, "left hand" if i % 2 else "rest") for i in range(16))
    return replace(recording, values=values, annotations=marks)


@pytest.fixture(scope="module")
def real(shared) -> Biosignal:
    return biosignals.read(shared / "bio" / "physionet_eegmmidb_S001" / "S001R04.edf")


@pytest.fixture(scope="module")
def judged(real):
    return judge("recovery_prognosis", real)


def test_recovery_is_not_measurable_and_the_network_is_a_demonstration(judged):
    by_name = {one.name: one for one in judged.findings}
    assert by_name["recovery"].not_measurable == "no network trained on recovery exists: public data hold none"
    shown = by_name["recovery_demonstration"]
    assert shown.simulated and "no prognosis" in shown.label and shown.unit == "simulated points" and not shown.text
    assert "SIMULATED" in shown.evidence.source and len(shown.evidence.pairs) == 5 and shown.uncertainty > 0
    prognoses = [one.name for one in judged.findings if one.category == "prognosis" and one.value is not None]
    assert prognoses == ["recovery_demonstration"]


def test_real_eeg_gives_measures_task_and_side_with_their_p(judged):
    by_name = {one.name: one for one in judged.findings}
    assert 0 < by_name["brain_symmetry_index"].value < 0.5 and len(by_name["brain_symmetry_index"].evidence.pairs) == 6
    assert by_name["delta_alpha_ratio"].value > 0 and by_name["delta_alpha_ratio"].uncertainty > 0
    assert by_name["mu_side_t1"].value.split()[0] in ("left", "right") and "p = " in by_name["mu_side_t2"].value
    assert "p = " in by_name["desynchronisation_mu"].label
    assert "no EMG was recorded" in by_name["covert_movement"].not_measurable


def test_what_came_from_simulation_is_drawn_as_such_and_nothing_else(judged):
    drawn = {figure.title: figure.simulated for figure in judged.figures}
    assert [title for title, simulated in drawn.items() if simulated] == [
        "Demonstration: what moved the network, by electrode",
        "Demonstration: what moved the network, by pair",
    ]
    assert {figure.kind for figure in judged.figures} == {"scalp_map", "spectrum", "connectivity"}
    maps = [figure for figure in judged.figures if figure.title == "Change of mu in the task"]
    assert len(maps) == 1 and len(maps[0].values) == 64


def test_old_names_give_the_same_tensors():
    recording = simulated()
    old = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}
    renamed = tuple(replace(c, name=old.get(c.name, c.name)) for c in recording.channels)
    new = SYSTEM.prepare(recording)
    assert all(np.array_equal(new[k], v) for k, v in SYSTEM.prepare(replace(recording, channels=renamed)).items())


def test_an_affected_left_side_mirrors_what_the_network_sees_and_nothing_else():
    recording = simulated()
    turned = SYSTEM.of_patient(recording, Patient(affected_side="left"))
    places = [SITES.index(mirror(site)) for site in SITES]
    straight, mirrored = SYSTEM.prepare(recording), SYSTEM.prepare(turned)
    assert mirrored["spectrum"] == pytest.approx(straight["spectrum"][:, places], rel=1e-4)
    assert mirrored["connectivity"] == pytest.approx(straight["connectivity"][:, :, places][:, :, :, places], abs=1e-4)
    assert turned.names == recording.names and "affected side of the body: left, as stated" in turned.history[-1]
    right = SYSTEM.of_patient(recording, Patient(affected_side="right"))
    assert np.array_equal(SYSTEM.prepare(right)["spectrum"], straight["spectrum"])
    assert SYSTEM.of_patient(recording, Patient()) is recording


def test_the_side_where_power_fell_is_reported_whichever_hand_was_meant():
    from rehabkit.systems.recovery_prognosis.task_findings import in_task

    for site, side in (("C3", "left"), ("C4", "right")):
        found = {one.name: one for one in in_task(task_of(with_task(0.3, site)), "right")}
        whose = "the lesion's" if side == "left" else "not the lesion's"
        assert found["mu_side_left_hand"].value.startswith(f"{side} hemisphere, {whose} side, p = 0.0")
        assert found["desynchronisation_mu"].evidence.channels[0] == site
        assert found["desynchronisation_mu"].value < -40
        assert not found["muscle_in_task"].attention
    assert "no more than chance" in {o.name: o for o in in_task(task_of(with_task(1.0)), "")}["mu_side_left_hand"].value


def test_emg_beside_the_eeg_shows_whether_the_hand_moved():
    from rehabkit.systems.recovery_prognosis.task_findings import covert_movement

    recording = with_task(1.0)
    work = np.where((recording.time_s % 16 >= 12), 10.0, 1.0) * 5e-6  # in every other task
    emg = (work * np.random.default_rng(0).normal(size=recording.n_times))[:, None]
    both = replace(
        recording,
        values=np.concatenate([recording.values, emg], axis=1),
        channels=(*recording.channels, Channel("flexor", "emg")),
    )
    found = covert_movement(both)
    assert found.value == "4 of 8" and found.attention
    assert SYSTEM.prepare(both)["spectrum"].shape == (1, 15, 40)


def test_what_was_left_out_is_told_with_its_second():
    recording = simulated()
    values = recording.values.copy()
    values[1300:1350, :3] += 3e-4 * np.hanning(50)[:, None]  # 10.4 to 10.8 s
    found = analysed(replace(recording, values=values, start_s=100.0))
    assert 110.0 in found.large_s and found.n_cut == 32
    assert len(found.epochs) == 32 - len(found.large_s) - len(found.muscle_s)


def test_without_marks_there_is_no_task_but_the_rest_is_measured():
    assert "five stretches of rest" in task_of(simulated())
    assert len(analysed(simulated()).epochs) >= 30 and simulated().rate_hz == RATE_HZ


def test_connections_are_sizes_without_the_diagonal():
    values = SYSTEM.prepare(simulated(2.0))["connectivity"][0]
    assert values.min() >= 0 and values.max() <= 1 and np.allclose(values, values.swapaxes(1, 2), atol=1e-6)
    assert not np.einsum("lii->li", values).any()
    at = SITES.index("C3"), SITES.index("C4")
    other = SYSTEM.prepare(simulated(-2.0))["connectivity"][0]
    layer = LAYERS.index("alpha imaginary coherence")
    assert values[layer][at] > other[layer][at] + 0.1


def test_hiding_a_pair_moves_only_a_network_that_looks_at_it():
    """A network that adds up C3-C4 alone: all other pairs and all spectra fall by nothing."""

    class Sum:
        def run(self, tensors):
            at = SITES.index("C3"), SITES.index("C4")
            return {"value": tensors["connectivity"][:, :, at[0], at[1]].sum(axis=1)}

    tensors = SYSTEM.prepare(simulated(2.0))
    found = saliency(tensors, Sum())
    own = {pair: value for pair, value in found.pairs.items() if value}
    assert list(own) == [("C3", "C4")] and len(found.pairs) == len(UPPER) == 105
    column = tensors["connectivity"][0][:, :, SITES.index("C4")]
    expected = (column[:, SITES.index("C3")] - column.mean(axis=1)).sum()
    assert own["C3", "C4"] == pytest.approx(expected, rel=1e-4)
    assert found.channels["C3"] == found.channels["C4"] == pytest.approx(expected / 2, rel=1e-4)
    assert found.channels["Pz"] == 0
