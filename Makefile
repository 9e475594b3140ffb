# One command each. CI calls only these.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help setup setup-dev lock lint test demo up down report bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.uv: requirements/bootstrap.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Voronka needs Python 3.11 to 3.13, this is {v[0]}.{v[1]}: say make setup PYTHON=python3.12")'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@touch $@

$(VENV)/.runtime: $(VENV)/.uv requirements/runtime.lock pyproject.toml
	@echo "Installing what Voronka needs to run (a minute or two) ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	@echo "Installing what linting, tests and benchmarks need ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/.runtime ## the environment, from the hashed lock
setup-dev: $(VENV)/.dev ## the same with linters, tests and benchmarks

lock: $(VENV)/.uv ## resolve requirements/*.in again into the locks
	cd requirements && for f in bootstrap runtime; do ../$(BIN)/uv pip compile $$f.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o $$f.lock; done
	cd requirements && ../$(BIN)/uv pip compile dev.in -c runtime.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o dev.lock

lint: $(VENV)/.dev ## ruff, mypy, import-linter, sqlfluff
	ruff check . && ruff format --check .
	mypy
	lint-imports --no-cache
	sqlfluff lint dbt_project --processes 2 --disable-progress-bar

test: $(VENV)/.dev ## every test: real Postgres, dbt, Airflow, HTTP and SMTP
	pytest -n 2 --dist loadfile

demo: $(VENV)/.runtime ## from nothing to reports in a mailbox, over a made-up agency
	voronka demo

up: $(VENV)/.runtime ## Postgres and Airflow on this machine, with your config/
	voronka up

down: $(VENV)/.runtime ## stop all that up or demo started
	voronka down

report: $(VENV)/.runtime ## make report NAME=positions ACCOUNT=sever: render without sending
	voronka report $(NAME) --account $(ACCOUNT) --out build/reports

bench: $(VENV)/.dev ## measure: ratios printed in one run
	python -m bench.load
	python -m bench.limit
	python -m bench.transform --years 2 --leads-per-month 500

clean: down ## stop, and remove everything that was made (data too)
	rm -rf .voronka build
