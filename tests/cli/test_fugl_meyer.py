"""``rehabkit fugl-meyer``: what a clinician sees."""

import json

from rehabkit.demo import demo_recording


def test_items_are_listed_with_the_reason_why_not(rehabkit):
    said = json.loads(rehabkit("fugl-meyer", "items", "--json").out)
    assert len(said["items"]) == 33
    out = rehabkit("fugl-meyer", "items").out
    assert "shoulder_abduction_90" in out and "hammer" in out


def test_scores_have_evidence_and_a_sub_score(rehabkit, tmp_path):
    squat, file = demo_recording("deep_squat"), tmp_path / "sheet.json"
    words = ["fugl-meyer", "score", f"flexor_elbow={squat}", f"flexor_abduction={squat}", "--side", "right"]
    outcome = rehabkit(*words, "--json", file)
    assert outcome.code == 0 and "2 of 2 points in the 1 items" in outcome.out and "66" not in outcome.out
    said = json.loads(file.read_text())
    scored = {one["item"]: one for one in said["items"]}
    assert scored["flexor_elbow"]["score"] == 2 and scored["flexor_elbow"]["evidence"]["view"] == "right"
    assert "film from the front" in scored["flexor_abduction"]["not_measurable"]
    assert len(said["recordings"]["flexor_elbow"]["sha256"]) == len(said["rules_sha256"]) == 64
    assert json.loads(rehabkit(*words, "--json", "-").out)["sub_score"] == 2


def test_edited_rules_are_used(rehabkit, tmp_path):
    mine = tmp_path / "mine.toml"
    assert rehabkit("fugl-meyer", "rules", mine).code == 0
    assert rehabkit("fugl-meyer", "rules", mine).code == 2  # never over edited ones
    mine.write_text(mine.read_text().replace("full = 110", "full = 150"))
    words = ["fugl-meyer", "score", f"flexor_elbow={demo_recording('deep_squat')}", "--side", "right", "--json", "-"]
    assert json.loads(rehabkit(*words, "--rules", mine).out)["sub_score"] == 1


def test_mistakes_are_one_line(rehabkit, tmp_path):
    squat = demo_recording("deep_squat")
    for words in (["flexor_elbow"], [f"tremor={squat}"], [f"nothing={squat}"], [f"flexor_elbow={tmp_path / 'x.npz'}"]):
        outcome = rehabkit("fugl-meyer", "score", *words, "--side", "left")
        assert outcome.code == 2 and len(outcome.errors) == 1, words
