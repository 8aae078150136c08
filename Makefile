# Two commands matter: `make run` and `make test`. Each does all its own set-up.
SHELL := /bin/bash
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test check i18n lock shots clean

help: ## what each command does
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.run-ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.lock
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run-ready ## database, demo data and server on 127.0.0.1:8000, links printed
	@$(BIN)/septaine run

test: $(VENV)/.dev-ready ## the whole test suite
	@$(BIN)/pytest

check: $(VENV)/.dev-ready ## the house rules
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

i18n: $(VENV)/.dev-ready ## gather the sentences to translate; lists those without French
	@$(BIN)/python -m tests.house.catalogues

lock: ## pin the dependencies anew (needs uv)
	@for pair in "requirements.lock:--group build" "requirements-dev.lock:--group build --group dev"; do \
	  file=$${pair%%:*}; groups=$${pair#*:}; \
	  uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate -q $$groups -o $$file && \
	  sed -i '1i # Pinned with hashes. Made by `make lock`; do not edit by hand.' $$file; done

clean: ## remove the environment and the demo data
	rm -rf $(VENV) data
