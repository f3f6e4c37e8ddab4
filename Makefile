# Everything sets itself up: a virtual environment with pinned packages, brought up to date when
# pyproject.toml or constraints.txt change. Needs Python 3.11 or newer and make.

VENV := .venv
BIN := $(VENV)/bin
# Jupyter Book puts the book into a folder _build of the one it is told: of BUILD, or BUILD itself.
BUILD ?= _build
BUILT := $(patsubst %/_build,%,$(abspath $(BUILD)))/_build
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export OPENBLAS_NUM_THREADS ?= 1
export TF_CPP_MIN_LOG_LEVEL ?= 3
# MNIST for tests and execution, where a copy lies; empty otherwise.
MNIST_NPZ ?= $(firstword $(abspath $(wildcard data/mnist.npz ../shared/data/mnist.npz)))
export MNIST_NPZ
# PYTHON=/path/to/python makes the virtual environment with that one.
PYTHON ?=
# CONSTRAINTS= (empty) installs the newest versions that the ranges allow.
CONSTRAINTS ?= constraints.txt
WORKERS ?= 2

.PHONY: book test lab execute bench lint mutants constraints clean
.DEFAULT_GOAL := book

book: $(VENV)/.book
	$(BIN)/jupyter-book build . -n -W --keep-going --quiet --path-output $(BUILT:/_build=)
	@echo "The book: $(BUILT)/html/index.html"

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Mutation testing: every small change to the code must fail a test. Takes up where it was stopped;
# MUTANTS="firstorder.schedules.*" tests those again. `rm -r mutants` starts afresh.
mutants: $(VENV)/.mutants
	mkdir -p mutants/src
	PYTHONPATH=$(CURDIR)/tools:$(CURDIR)/mutants/src $(BIN)/mutmut run --max-children $(WORKERS) $(MUTANTS)
	$(BIN)/python tools/mutation.py

execute: $(VENV)/.test
	$(BIN)/python tools/execute.py $(NOTEBOOKS)

lab: $(VENV)/.dev
	$(BIN)/jupyter lab

bench: $(VENV)/.bench
	$(BIN)/python -m pytest benchmarks --benchmark-only $(ARGS)

# A stamp file for every extra: newer than what it was made from, or made again.
$(VENV)/.%: pyproject.toml $(wildcard $(CONSTRAINTS)) | $(BIN)/python
	$(BIN)/python -m pip install --quiet $(addprefix --constraint ,$(wildcard $(CONSTRAINTS))) --editable ".[$*]"
	@touch $@

$(BIN)/python:
	@python=$$(for name in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	    && echo $$name && break; done); \
	if [ -z "$$python" ]; then \
	    echo "Python 3.11, 3.12 or 3.13 is needed; none of python3.13, python3.12, python3.11, python3 is one." >&2; \
	    exit 1; fi; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$python lacks the venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	echo "Making $(VENV) with $$python"; $$python -m venv $(VENV)

# The exact versions that tests and pages were made with, for every supported Python and system.
# Versions stay as they are where they can; UPGRADE=--upgrade takes the newest, and
# UPGRADE="--upgrade-package numpy" the newest of one. What PyTorch wants on machines with a GPU it
# pins by itself.
constraints: $(VENV)/.lint
	$(BIN)/python -m pip install --quiet uv
	cp constraints.txt $(VENV)/constraints.txt
	$(BIN)/uv pip compile --universal --no-header --no-annotate --python-version 3.11 --all-extras \
	    --quiet $(UPGRADE) pyproject.toml --output-file $(VENV)/constraints.txt
	grep -vE '^(cuda|nvidia|triton)' $(VENV)/constraints.txt > constraints.txt

clean:
	rm -rf $(VENV) $(BUILT) mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
