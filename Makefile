# make demo, make test: each makes .venv and installs what it needs. make check, make bench: then.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

BENCHES := $(addprefix bench-,transcribe diarize align phi wer clinical audit corpora accents leak muted engines review release dialogue formats scale end-to-end synth)

.PHONY: demo test check docs manifests gallery lock train-phi bench $(BENCHES) clean

demo: $(VENV)/.installed
	$(BIN)/speechkit demo

test: $(VENV)/.installed
	$(BIN)/pytest -q -n 2 --dist loadfile

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The reference pages of the handbook and the measured tables; tests fail while they are out of date.
docs: $(VENV)/.installed
	$(BIN)/python -m speechkit.cli.reference
	$(BIN)/python -m benchmarks.figures

# The released manifest of synthetic consultations; a test fails while it differs from what the code writes.
manifests: $(VENV)/.installed
	$(BIN)/python -m speechkit._recipes.synth.manifest

# The pictures of the handbook. Needs Chromium.
gallery: $(VENV)/.installed
	$(BIN)/python -m benchmarks gallery
	$(BIN)/python -m benchmarks pictures

# The taggers that find identifiers beside the rules, from the dialogues in training/phi/corpus; then three
# more that each leave authors out, for the rates of what is left. An hour on one core.
train-phi: $(VENV)/.installed
	$(BIN)/python -m training.phi en es fr de
	$(BIN)/python -m training.phi en --folds 3 --calibrate

# All figures of the handbook, or one: make bench-wer. `python -m benchmarks` lists them.
bench: $(BENCHES)

$(BENCHES): bench-%: $(VENV)/.installed
	$(BIN)/python -m benchmarks $*

# Versions that work together, as they are installed here: pip install --upgrade first, then tests, then this.
lock: $(VENV)/.installed
	$(BIN)/python .ci/lock.py

# speechkit with everything, the tools, and the pinned weights (verified by digest).
$(VENV)/.installed: pyproject.toml constraints.txt speechkit/models.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "speechkit needs Python 3.11 or later"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/speechkit models fetch
	$(BIN)/speechkit models fetch ge2e # the other voice embedding: tests compare the two
	touch $@

clean:
	rm -rf $(VENV) build dist corpora/demo
