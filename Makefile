# Everything sets itself up: a virtual environment with pinned packages, brought up to date when
# pyproject.toml or constraints.txt change. Needs Python 3.11, 3.12 or 3.13 and make. Paths are
# relative or quoted, for the checkout may lie in a folder with a space in its name.

override VENV := .venv
override BIN := .venv/bin
# Where the book goes. Jupyter Book puts it into a folder _build of the one it is told: of BUILD,
# or BUILD itself.
BUILD ?= _build
# Extra arguments for pytest.
ARGS ?=
# PYTHON=/path/to/python makes the virtual environment with that one.
PYTHON ?=
# CONSTRAINTS= (empty) installs the newest versions that the ranges allow, and
# RESOLUTION=lowest-direct the lowest ones of what pyproject.toml names.
CONSTRAINTS ?= $(if $(RESOLUTION),,constraints.txt)
RESOLUTION ?=
WORKERS ?= 2
# MNIST for tests and execution, where a copy lies; empty otherwise.
MNIST_HERE := $(firstword $(wildcard data/mnist.npz ../shared/data/mnist.npz))
MNIST_NPZ ?= $(if $(MNIST_HERE),$(CURDIR)/$(MNIST_HERE))
export BUILD PYTHON MNIST_NPZ
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export OPENBLAS_NUM_THREADS ?= 1
export TF_CPP_MIN_LOG_LEVEL ?= 3

ifeq ($(wildcard src/firstorder/__init__.py),)
$(error run make in the checkout, or make -C it: there is no src/firstorder in $(CURDIR))
endif
ifeq ($(strip $(BUILD)),)
$(error BUILD must name a folder, got an empty one; leave it out for _build)
endif
ifneq ($(CONSTRAINTS),$(wildcard $(CONSTRAINTS)))
$(error CONSTRAINTS must name a file or nothing, got $(CONSTRAINTS), which is not there)
endif
# The shell's $parent: the folder that Jupyter Book is told.
PARENT = parent=$$BUILD; [ "$$(basename "$$BUILD")" != _build ] || parent=$$(dirname "$$BUILD")

.DEFAULT_GOAL := help
.PHONY: help book test check package lint lab execute experiments bench mutants constraints clean
.NOTPARALLEL:  # pip is not to be run twice at once

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

book: $(VENV)/.book ## build the book, from stored outputs, into _build, or into BUILD=...
	@$(PARENT); $(BIN)/jupyter-book build . -n -W --keep-going --quiet --path-output "$$parent" \
	    && echo "The book: $$(cd -- "$$parent" && pwd)/_build/html/index.html"

test: $(VENV)/.test ## run all tests, the notebooks among them; ARGS=... goes to pytest
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

# What lies beneath the tests comes first: with all frameworks there none of them is skipped.
check: $(VENV)/.compare $(VENV)/.browser lint book package test ## do all that must hold: lint, book, package, test, with nothing left out

package: $(VENV)/.package ## build the wheel, and try it alone in an environment with NumPy
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python tools/try_wheel.py dist/*.whl

lint: $(VENV)/.lint ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(VENV)/.dev ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab

execute: $(VENV)/.test ## run the notebooks and store their outputs; NOTEBOOKS=... for some
	$(BIN)/python tools/execute.py $(NOTEBOOKS)

experiments: $(VENV)/.test ## run the long studies again, from where they stopped
	for study in experiments/*.py; do $(BIN)/python "$$study" --progress || exit 1; done

bench: $(VENV)/.bench ## measure speed and memory, as ratios within one run
	$(BIN)/python -m pytest benchmarks --benchmark-only $(ARGS)

# Takes up where it was stopped. MUTANTS="firstorder.schedules.*" tests those again, and
# `rm -r mutants` starts afresh.
mutants: $(VENV)/.mutants ## change the code in every small way, and see a test fail; takes an hour
	mkdir -p mutants/src
	PYTHONPATH="$(CURDIR)/tools:$(CURDIR)/mutants/src" $(BIN)/mutmut run --max-children $(WORKERS) $(MUTANTS)
	$(BIN)/python tools/mutation.py

# The exact versions that tests and pages were made with, for every supported Python and system.
# Versions stay as they are where they can; UPGRADE=--upgrade takes the newest, and
# UPGRADE="--upgrade-package numpy" the newest of one. What PyTorch wants on machines with a GPU it
# pins by itself.
constraints: $(VENV)/.lint ## bring constraints.txt up to date with pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	cp constraints.txt $(VENV)/constraints.txt
	$(BIN)/uv pip compile --universal --no-header --no-annotate --python-version 3.11 --all-extras \
	    --quiet $(UPGRADE) pyproject.toml --output-file $(VENV)/constraints.txt
	grep -vE '^(cuda|nvidia|triton)' $(VENV)/constraints.txt > constraints.txt

# Only what lies in the checkout is ours to remove. Links are followed first, so that the folder
# that is looked at is the one that is removed.
clean: ## remove what was made here: the environment, the book, packages, caches
	@root=$$(pwd -P); $(PARENT); \
	if folder=$$(unset CDPATH; cd -- "$$parent" 2>/dev/null && pwd -P); then \
	    case "$$folder/" in \
	    "$$root"/*) rm -rf -- "$$folder/_build" ;; \
	    *) echo "BUILD must lie within $$root for clean, got $$BUILD: remove that by hand" >&2; \
	       exit 2 ;; \
	    esac; \
	fi
	rm -rf $(VENV) dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -prune -exec rm -rf {} +

INSTALL := $(BIN)/python -m pip install --quiet
ifneq ($(RESOLUTION),)
INSTALL := $(INSTALL) uv && $(BIN)/uv pip install --quiet --python $(BIN)/python \
    --resolution $(RESOLUTION)
endif

# A stamp file for every extra: newer than what it was made from, or made again. pip writes a
# package's INSTALLER last, and takes one without it for complete: what an interrupted run has left
# half installed is made known as absent.
$(VENV)/.%: pyproject.toml $(CONSTRAINTS) | $(BIN)/activate
	@for info in $(VENV)/lib/python*/site-packages/*.dist-info; do \
	    [ -e "$$info/INSTALLER" ] || rm -rf "$$info"; done
	$(INSTALL) $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) --editable ".[$*]"
	@touch $@

# The script activate is what venv writes last: without it, an interrupted try is cleared away.
$(BIN)/activate:
	@if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; \
	else set -- python3.13 python3.12 python3.11 python3; fi; \
	for python in "$$@"; do \
	    "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	    && break; python=; done; \
	if [ -z "$$python" ]; then \
	    echo "Python 3.11, 3.12 or 3.13 is needed, found none among: $$*" >&2; exit 1; fi; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$python lacks the venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	echo "Making $(VENV) with $$python"; "$$python" -m venv --clear $(VENV)
