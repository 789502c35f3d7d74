# Thin: each target is one command. `make` alone lists them.
PYTHON ?= python3
# Another environment, beside the usual one: make PYTHON=python3.13 VENV=_build/python3.13 test
VENV = .venv
LOCK = requirements.txt
BIN := $(VENV)/bin
READY := $(VENV)/ready
NEWEST := _build/newest
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in

.DEFAULT_GOAL := help
.PHONY: help install book test verify mutants pdf lab serve bench accept lint types nbval reference lock newest clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "this report needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12"; exit 3; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian or Ubuntu install python3-venv"; exit 3; }
	@echo "installing what $(LOCK) locks (once)"
	@awk '/^[^ ]/ {keep = /^uv==/} keep' $(LOCK) > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python $(BIN)/python -r $(LOCK)
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $(READY)

install: $(READY) ## create .venv from the lock

book: $(READY) ## run what is stale and build the book into _build/html
	@$(BIN)/report build

test: $(READY) ## the test suite
	@$(BIN)/python -m pytest -n 2 --dist loadscope

verify: $(READY) ## the long checks: every promise, every accepted edition
	@$(BIN)/report check && $(BIN)/python -m pytest tests/verify_*.py tests/*/verify_*.py
	@$(BIN)/python -m pytest -n 2 --hypothesis-profile=explore tests/models tests/evidence tests/runs

reference: $(READY) ## compare every edition's results and verdicts with the accepted ones
	@$(BIN)/report check reference

.venv/mutmut: tests/mutants.txt $(READY)
	@echo "installing what tests/mutants.txt locks into $@ (once)"
	@$(BIN)/uv pip install --quiet --no-deps --require-hashes --python $(BIN)/python --target $@ -r tests/mutants.txt
	@touch $@

mutants: .venv/mutmut ## change the models line by line: do tests notice? OPTIONS="--sample 50 --seed 2 divisia"
	@PYTHONPATH=$(CURDIR)/.venv/mutmut $(BIN)/python tests/mutants.py $(OPTIONS)

nbval: $(READY) ## compare the executed notebooks with a real kernel, output for output
	@$(BIN)/report check executed nbval

pdf: $(READY) ## the book with itself and its chapters as PDF in it, printed with Chromium
	@$(BIN)/report build --pdf

lab: $(READY) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --ip=127.0.0.1 notebooks

serve: $(READY) ## serve the built book on this machine
	@$(BIN)/report serve

bench: $(READY) ## measure the figures this project claims
	@$(BIN)/python -m benchmarks

accept: $(READY) ## accept the current results; prints old and new
	@$(BIN)/report accept

lint: $(READY) ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

lock: $(READY) ## compile requirements.txt from requirements.in; UPGRADE=--upgrade raises versions
	@$(COMPILE) $(UPGRADE) -o requirements.txt
	@echo mutmut | $(BIN)/uv pip compile $(UPGRADE) --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -c requirements.txt - -o tests/mutants.txt

newest: $(READY) ## test the newest versions that requirements.in allows, apart from .venv and the lock
	@mkdir -p $(NEWEST)
	@$(COMPILE) --upgrade -o $(NEWEST)/requirements.txt
	@if diff requirements.txt $(NEWEST)/requirements.txt | grep '^[<>] [^ ]*=='; then \
	  $(MAKE) --no-print-directory test reference VENV=$(NEWEST)/venv LOCK=$(NEWEST)/requirements.txt; \
	else echo "the lock has the newest versions: what \`make test\` tests is the newest"; fi

clean: ## remove what was built, not the runs
	@rm -rf _build book/chapters book/records
