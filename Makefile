# Thin: each target is one command. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help install book test verify pdf lab serve bench accept lint types nbval lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "this report needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12"; exit 3; }
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed; on Debian or Ubuntu install python3-venv"; exit 3; }
	@echo "installing what requirements.txt locks (once)"
	@awk '/^[^ ]/ {keep = /^uv==/} keep' requirements.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python $(BIN)/python -r requirements.txt
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

nbval: $(READY) ## compare the executed notebooks with a real kernel, output for output
	@$(BIN)/report check executed nbval

pdf: $(READY) ## the book with itself and its chapters as PDF in it, printed with Chromium
	@$(BIN)/report build --pdf

lab: $(READY) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

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
	@$(BIN)/uv pip compile $(UPGRADE) --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  requirements.in -o requirements.txt

clean: ## remove what was built, not the runs
	@rm -rf _build book/chapters book/records
