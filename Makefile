# `make` sets everything up and compiles the example piece; `make test` sets everything up and passes the tests.
PYTHON ?= python3
PIECE ?= pieces/impassive
# Where PyTorch for CPUs comes from, on Linux without an NVIDIA driver: its own address.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
BIN := .venv/bin
SETUP := $(PYTHON) tools/environment.py
INDEX := --torch-index "$(TORCH_INDEX)"

.PHONY: film draft test test-costs test-newest soak lint constraints schemas errors sheets page-pictures bench bench-audio \
	bench-instruments bench-layers bench-listening bench-sync bench-reliability bench-watch bench-hour bench-page bench-training \
	watch clean
film: .venv/render.stamp
	$(BIN)/musicvis compile $(PIECE)

draft: .venv/render.stamp
	$(BIN)/musicvis compile $(PIECE) --draft

# The piece in the browser, heard and seen while it is written.
watch: .venv/render.stamp
	$(BIN)/musicvis watch $(PIECE)

test: .venv/dev.stamp
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

# The same, and which files and tests cost the processor most.
test-costs: .venv/dev.stamp
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow" -p musicvis.tests.costs --costs

# The same with the newest versions of all packages, in an environment of its own.
test-newest:
	@$(SETUP) .venv-newest render,formats,watch,gan,hrtf,score,dev --newest $(INDEX)
	.venv-newest/bin/python -m pytest -n 2 --dist worksteal -m "not slow"

# Everything, with the long trials and those that need Ray and OpenVINO: about half an hour.
soak: .venv/soak.stamp
	MUSICVIS_EXAMPLES=soak $(BIN)/pytest -n 2 --dist worksteal

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy dsl store compiler renderers api watch cli __init__.py

# The versions that make installs, constraints.txt, from those that .venv holds.
constraints: .venv/dev.stamp
	$(BIN)/python tools/make_constraints.py

# The lists of the JSON Schemas that a table of the code knows.
schemas: .venv/render.stamp
	$(BIN)/python tools/make_schemas.py

# The page of all codes, docs/errors.md.
errors: .venv/dev.stamp
	$(BIN)/python docs/make_errors.py

# The pictures of the documentation, made by the program.
sheets: film .venv/dev.stamp
	$(BIN)/python docs/make_sheets.py
	$(BIN)/python docs/make_strips.py
	$(BIN)/python docs/make_shapes.py
	$(BIN)/python docs/make_own_pictures.py
	$(BIN)/python docs/make_own_pictures_quickly.py
	$(BIN)/musicvis plot $(PIECE) -o docs/plot.png

# The pictures of the live page, docs/watch.jpg and docs/watch-phone.jpg; needs Chromium.
page-pictures: .venv/dev.stamp
	$(BIN)/python docs/make_watch.py $(PIECE)

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

# What the sound does beside its thresholds: the tables of docs/audio.md and docs/audio-space.md.
bench-audio: .venv/dev.stamp
	$(BIN)/python -m benchmarks.audio

# What a frame of the piece costs, stage by stage.
bench-stages: .venv/render.stamp
	$(BIN)/python -m benchmarks.stages $(PIECE)

# What layers of the piece's parts cost beside one picture.
bench-layers: .venv/render.stamp
	$(BIN)/python -m benchmarks.layers $(PIECE)

# Whether the picture plays the music: when it changes, beside the onsets of a passage.
bench-sync: .venv/render.stamp
	$(BIN)/python -m benchmarks.sync $(PIECE) --bars 5..8 --draft --fps 30

# What listening hears of music whose truth is known; beside librosa, where that is installed.
bench-listening: .venv/dev.stamp
	$(BIN)/python -m benchmarks.listening

# The built-in instruments beside a sampled soundfont, where FluidSynth and one are installed.
bench-instruments: .venv/dev.stamp
	$(BIN)/python -m benchmarks.instruments

# What a build survives, and what an edit costs: the tables of docs/reliability.md.
bench-reliability: .venv/dev.stamp
	$(BIN)/python -m benchmarks.reliability

# How long a save takes until it is seen and heard on the live page.
bench-watch: .venv/render.stamp
	$(BIN)/python -m benchmarks.watch $(PIECE)

# What a save of a made-up piece of an hour costs.
bench-hour: .venv/dev.stamp
	$(BIN)/python -m benchmarks.hour

bench-page: .venv/dev.stamp
	$(BIN)/python -m benchmarks.page

# What musicvis train gives in a minute here, on a GPU where there is one; SECONDS=3600 for an hour.
SECONDS ?= 60
bench-training: .venv/dev.stamp
	$(BIN)/python -m benchmarks.training $(SECONDS)

clean:
	rm -rf .venv .venv-newest build dist *.egg-info

# The folder .venv: tools/environment.py makes it, repairs it, and says what it fetches.
# Where its Python is missing, as after an upgrade of the system's, a stamp counts for nothing.
.venv/bin/python:
	@rm -f .venv/*.stamp

.venv/render.stamp: .venv/bin/python pyproject.toml constraints.txt
	@$(SETUP) .venv render,formats,watch $(INDEX)
	@touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml constraints.txt
	@$(SETUP) .venv render,formats,watch,gan,hrtf,score,dev $(INDEX)
	@touch $@ .venv/render.stamp

.venv/soak.stamp: .venv/dev.stamp
	@$(SETUP) .venv render,formats,watch,gan,openvino,ray,hrtf,score,dev $(INDEX)
	@touch $@
