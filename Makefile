# `make` sets everything up and compiles the example piece; `make test` sets everything up and passes the tests.
PYTHON ?= python3
PIECE ?= pieces/impassive
BIN := .venv/bin

.PHONY: film draft test soak lint errors sheets bench bench-audio bench-listening bench-reliability clean
film: .venv/render.stamp
	$(BIN)/musicvis compile $(PIECE)

draft: .venv/render.stamp
	$(BIN)/musicvis compile $(PIECE) --draft

test: .venv/dev.stamp
	$(BIN)/pytest -n 2 -m "not slow"

# Everything, with the long trials and those that need Ray and OpenVINO: about half an hour.
soak: .venv/soak.stamp
	$(BIN)/pytest -n 2

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy dsl store compiler renderers cli __init__.py

# The page of all codes, docs/errors.md.
errors: .venv/dev.stamp
	$(BIN)/python docs/make_errors.py

# The pictures of the documentation, made by the program.
sheets: film .venv/dev.stamp
	$(BIN)/python docs/make_sheets.py
	$(BIN)/python docs/make_shapes.py
	$(BIN)/musicvis plot $(PIECE) -o docs/plot.png

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

# What the sound does beside its thresholds: the tables of docs/audio.md and docs/audio-space.md.
bench-audio: .venv/dev.stamp
	$(BIN)/python -m benchmarks.audio

# What listening hears of music whose truth is known; beside librosa, where that is installed.
bench-listening: .venv/dev.stamp
	$(BIN)/python -m benchmarks.listening

# What a build survives, and what an edit costs: the tables of docs/reliability.md.
bench-reliability: .venv/dev.stamp
	$(BIN)/python -m benchmarks.reliability

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "musicvis needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/render.stamp: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[render]'
	touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[render,gan,hrtf,dev]'
	touch $@
	touch .venv/render.stamp

.venv/soak.stamp: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[render,gan,openvino,ray,hrtf,dev]'
	touch $@
