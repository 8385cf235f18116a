# make demo, make test: each makes .venv and installs what it needs. make check, make bench: then.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

BENCHES := bench-transcribe bench-diarize bench-align bench-phi bench-wer bench-corpora bench-accents bench-engines bench-review bench-release bench-scale bench-end_to_end bench-synth

.PHONY: demo test check docs manifests gallery bench $(BENCHES) clean

demo: $(VENV)/.installed
	$(BIN)/speechkit demo

test: $(VENV)/.installed
	$(BIN)/pytest -q

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Commands, functions and recipes as pages; a test fails while they are not current.
docs: $(VENV)/.installed
	$(BIN)/python -m speechkit.cli.reference

# The released manifest of made-up consultations; a test fails while it is not what the code makes.
manifests: $(VENV)/.installed
	$(BIN)/python -m recipes.synth.manifest

# The pictures of the handbook: a benchmark's page, the correction desk. Wants chromium.
gallery: $(VENV)/.installed
	$(BIN)/python -m benchmarks.gallery
	$(BIN)/python -m benchmarks.review_pictures

bench: $(BENCHES)

$(BENCHES): bench-%: $(VENV)/.installed
	$(BIN)/python -m benchmarks.$*

# speechkit with everything, the tools, and the pinned weights (verified by digest).
$(VENV)/.installed: pyproject.toml speechkit/models.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "speechkit needs Python 3.11 or later"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/speechkit models fetch
	touch $@

clean:
	rm -rf $(VENV) build dist corpora/demo
