# Everything a newcomer runs. `make` or `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The first Python on the path that is new enough; `make PYTHON=/some/python3.12 test` overrules it.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# One test process more than cores: the tests in a browser often wait. Each takes a row of neighbours, which share what
# they set up, and helps another when it is done. A fourth was measured: no faster.
WORKERS ?= 3
# Sizes of `make bench`: S is the fictional crisis, M three days of September 2016, L the whole demo; and drawn road maps
# of ten thousand, a hundred thousand and a million places.
SIZES ?= S M

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

.PHONY: demo
demo: $(INSTALLED) ## install, load September 2016, plan the first convoys
	@$(BIN)/qafila demo

.PHONY: test
test: browser lint ## everything: style, types, walls and every test, the pages in a real browser too
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Looked for first, so that a missing one is told in one line before the tests have run for minutes.
.PHONY: browser
browser: $(INSTALLED) ## find the Chromium of the tests; root on Debian gets it installed (or QAFILA_BROWSER=/path)
	@$(BIN)/python -m tests.browser.program

.PHONY: pictures
pictures: browser ## take a picture of every page: two languages, two themes, desk and phone
	@$(BIN)/python -m tests.browser.pictures

.PHONY: lint
lint: $(INSTALLED) ## style, types and walls only
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy -n 2
	@$(BIN)/lint-imports --no-logo

.PHONY: bench
bench: $(INSTALLED) ## time the seed load, folds, the travel table, a plan and the road engine
	@$(BIN)/python -m tests.benchmarks --size $(SIZES)

# Public instances in VRPLIB's format are not ours to ship: INSTANCES names a folder of them.
.PHONY: benchrounds
benchrounds: $(INSTALLED) ## compare engines on rounds: INSTANCES=/a/folder SECONDS_EACH=20
	@$(BIN)/python -m tests.benchmarks.rounds --instances $(INSTANCES) --seconds $(or $(SECONDS_EACH),20)

.PHONY: benchconvoys
benchconvoys: $(INSTALLED) ## compare planners on drawn worlds: SIZES="S M"
	@$(BIN)/python -m tests.benchmarks.convoys --size $(SIZES)

.PHONY: prove
prove: browser ## the tests at proof size (many more examples; takes long)
	@QAFILA_PROVE=1 $(BIN)/python -m pytest -n $(WORKERS) --timeout 3600

.PHONY: clean
clean: ## remove the virtual environment, fetched page files and what tools left behind
	@rm -rf $(VENV) web/static/vendor planner/partners/assets build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "qafila needs Python 3.11 or newer: install one, or say make PYTHON=/path/to/python3 test" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

# The lock's hashes cover the build backend too: the project itself is installed without a second, unlocked environment.
# Installing also fetches the page files (hatch_build.py), which npm checks by the digests of its own lock.
$(INSTALLED): requirements.lock pyproject.toml hatch_build.py web/package.json web/package-lock.json | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
