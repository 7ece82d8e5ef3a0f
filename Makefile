# rehabkit: `make help` lists what there is to make. Nothing but Python 3.11 or newer is needed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEMO := out/demo
DATA ?= ../shared/data
# one fixed version, so that pip takes the build that a machine without a GPU has at hand
TORCH ?= torch==2.13.0
GENERATED := measurement_error render_exercises render_results

.PHONY: help models demo test core check docs results bench fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rehabkit needs Python 3.11 or newer; make PYTHON=python3.11 names another")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check "$(TORCH)" --editable ".[dev]"
	@touch $@

models: $(READY)
	@$(BIN)/rehabkit models fetch full
	@$(BIN)/rehabkit models fetch hand
	@$(BIN)/rehabkit models fetch viewer

demo: models ## assess a real recording and a real video, and write their reports
	$(BIN)/rehabkit doctor
	$(BIN)/python examples/demo.py $(DEMO)

test: models ## run all tests, a process a core
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto

core: ## every shipped bundle in an environment without torch
	$(PYTHON) -m venv .venv-core
	.venv-core/bin/pip install --quiet --disable-pip-version-check .
	.venv-core/bin/python tests/without_torch.py

check: $(READY) ## ruff, mypy, import-linter, generated pages in step, docs without warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	for page in $(GENERATED); do $(BIN)/python benchmarks/$$page.py --check; done
	$(BIN)/mkdocs build --strict

docs: $(READY) ## bring the generated pages in step and build the documentation into out/docs
	for page in $(GENERATED); do $(BIN)/python benchmarks/$$page.py; done
	$(BIN)/mkdocs build --strict

results: models ## measure every figure again into results/*.json; DATA=FOLDER names the data
	$(BIN)/python benchmarks/angle_error.py $(DATA)/exercise/uiprmd
	$(BIN)/python benchmarks/angle_error_phone.py $(DATA)/exercise/keraal_sample
	$(BIN)/python benchmarks/measurement_error.py
	$(BIN)/python benchmarks/counting.py $(DATA)/exercise
	$(BIN)/python benchmarks/counting_uiprmd.py $(DATA)/exercise/uiprmd
	$(BIN)/python benchmarks/compensations_uiprmd.py $(DATA)/exercise/uiprmd
	$(BIN)/python benchmarks/bilateral_safety.py $(DATA)/bio/uci_lower_limb/uci_lower_limb_1000hz.npz
	$(BIN)/python benchmarks/skin.py $(DATA)
	$(BIN)/python benchmarks/hand_camera.py $(DATA)
	$(BIN)/python benchmarks/hand_angles.py $(DATA)
	$(BIN)/python benchmarks/lying_pose.py $(DATA)/lying/anny_synth_rgbd
	$(BIN)/rehabkit models fetch heavy
	$(BIN)/python benchmarks/hand_landmarks.py $(DATA)
	$(BIN)/python benchmarks/lying_landmarks.py
	$(BIN)/python benchmarks/systems.py $(DATA)
	$(BIN)/python benchmarks/lying_views.py $(DATA)/lying/anny_synth_rgbd out/lying_views heavy colour
	$(BIN)/python benchmarks/lying_views.py $(DATA)/lying/anny_synth_rgbd out/lying_views heavy dark 3
	$(BIN)/python benchmarks/lying_views.py $(DATA)/lying/anny_synth_rgbd out/lying_views heavy whole 3
	$(BIN)/python benchmarks/lying_views.py $(DATA)/lying/anny_synth_rgbd out/lying_views full colour 3
	$(BIN)/python benchmarks/lying_end_to_end.py $(DATA)/lying/anny_synth_rgbd out/lying_views
	$(BIN)/python benchmarks/hand_measures.py $(DATA)/hands/anny_synth_hands
	$(BIN)/python benchmarks/hand_crop.py $(DATA)
	$(BIN)/python benchmarks/render_results.py

bench: models ## measure speed and memory on a machine that does nothing else
	$(BIN)/python benchmarks/speed.py $(DATA)/videos/squat_correct_007.mp4
	$(BIN)/python benchmarks/streaming.py $(DATA)
	$(BIN)/python benchmarks/hand_speed.py $(DATA)
	$(BIN)/python benchmarks/depth_speed.py $(DATA)
	$(BIN)/python benchmarks/render_results.py

fuzz: $(READY) ## throw damaged files at the readers, twenty times as many as make test
	REHABKIT_FUZZ=20 $(BIN)/pytest -n auto tests/fuzz

clean: ## remove everything that make made
	rm -rf .venv .venv-core build dist out src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
