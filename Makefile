# One-word commands. `make help` lists them. Needs Python 3.11 or later with venv and pip, git and make.
#
#   make demo PYTHON=python3.12    another interpreter        make test WORKERS=4    more processes
#   make calibrate INDICATION=nsclc    another cancer         make weigh TRIAL=oak    another calibration trial

PYTHON ?= python3
WORKERS ?= 2
INDICATION ?= melanoma
TRIAL ?= checkmate-067
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format calibrate validate credibility weigh sensitivity schema oracles lock picture clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/installed ## make .venv and install the package into it

demo: $(VENV)/installed ## run the trial checkmate-066 and say where its report is
	$(BIN)/abscopal run checkmate-066 --workers $(WORKERS) --out runs/demo
	@echo "Open the report in a browser: $(CURDIR)/runs/demo/report.html"

test: lint ## lint, types, import contract, tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not validate"

lint: $(VENV)/installed-test ## ruff, mypy, import contract
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-test ## write the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

calibrate: $(VENV)/installed ## fit melanoma to its calibration trials, in runs/calibration
	$(BIN)/abscopal calibrate $(INDICATION) --workers $(WORKERS)

validate: $(VENV)/installed ## replay every published trial and score it, in runs/validation
	$(BIN)/abscopal validate --workers $(WORKERS)

credibility: $(VENV)/installed ## write the figures of docs/credibility.md from runs/validation
	$(BIN)/python scripts/credibility_numbers.py

weigh: $(VENV)/installed ## run checkmate-067 and weigh its patients against the published curves, in runs/
	$(BIN)/abscopal run $(TRIAL) --workers $(WORKERS) --out runs/$(TRIAL) --resume
	$(BIN)/abscopal weigh runs/$(TRIAL) --every-arm --workers $(WORKERS)

sensitivity: $(VENV)/installed ## which number carries which endpoint of checkmate-067, in runs/sensitivity
	$(BIN)/abscopal sensitivity $(TRIAL) --workers $(WORKERS)

schema: $(VENV)/installed ## write the JSON Schema of protocols anew
	$(BIN)/python -m abscopal.protocol.schema

oracles: ## write the statistics of R anew (needs R with the package survival)
	Rscript tests/reference/make_r_survival.R
	Rscript tests/reference/make_r_economics.R
	Rscript tests/reference/make_r_weighting.R

lock: $(VENV)/installed ## resolve the dependencies anew and pin them (needs the network)
	$(INSTALL) uv
	$(BIN)/uv lock --upgrade
	$(BIN)/uv export --quiet --locked --no-hashes --no-header --no-annotate --no-emit-project --no-dev \
		--output-file requirements/run.txt
	$(BIN)/uv export --quiet --locked --no-hashes --no-header --no-annotate --no-emit-project --all-extras --no-extra bench --no-extra gpu --all-groups \
		--output-file requirements/test.txt

picture: $(VENV)/installed ## run checkmate-066 and take the picture of its report for the README (needs chromium)
	PYTHON=$(BIN)/python sh scripts/picture.sh

clean: ## remove .venv and caches; runs/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests scripts -name __pycache__ -prune -exec rm -rf {} +

# The files below say what has been installed; a change of what they depend on installs again.

$(VENV)/installed: requirements/run.txt pyproject.toml | $(BIN)/pip
	$(INSTALL) -r requirements/run.txt
	$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/installed-test: requirements/test.txt $(VENV)/installed
	$(INSTALL) -r requirements/test.txt
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Abscopal needs Python 3.11 or later; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo "Python has no venv; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
