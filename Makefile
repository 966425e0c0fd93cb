# Forage: every command of the house. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PYTHON ?= python3
export PATH := $(BIN):$(PATH)
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := 1

.PHONY: help env repro test check lab mlflow site lock peers benchmark

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(VENV)/.made ## make the environment from requirements.lock, only when it changed

# Held by content, not by date: a fresh checkout or a touched file makes nothing again.
$(VENV)/.made: FORCE
	@PYTHON="$(PYTHON)" sh tools/environment.sh $(VENV)

FORCE:

repro: env ## run the whole pipeline on the territories of params.yaml
	dvc repro
	mining track

test: env ## run the tests
	pytest -n 2 --dist loadgroup

check: env ## lint, types, import rules
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-cache

lab: env ## open the notebooks in JupyterLab
	jupyter lab --notebook-dir=notebooks

mlflow: env ## open the experiments on http://127.0.0.1:5000
	mining mlflow

site: env ## serve the reports on http://127.0.0.1:8000
	mining site

peers: env ## make the environment of the forecasting peers, in .cache/peers
	python benchmarks/peers/environment.py

benchmark: env ## our models and the peers side by side, into README and docs/measures.md
	python benchmarks/forecast.py data/cube/auckland.nc \
		--markdown README.md --markdown docs/measures.md

lock: env ## write requirements.lock again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file requirements.lock
	uv pip compile benchmarks/peers/requirements.in --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file benchmarks/peers/requirements.txt
