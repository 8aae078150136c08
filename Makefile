# Two commands matter: `make run` and `make test`. Each does all its own set-up.
SHELL := /bin/bash
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SHARED := -n $(WORKERS) --dist worksteal  # the longest test is never the last of its worker
unexport PYTHONDONTWRITEBYTECODE  # what was compiled once is kept: each start is a second shorter
PIP := $(BIN)/pip install -q --disable-pip-version-check

.PHONY: help run test test-sqlite test-postgres test-exhaustive test-channels test-journeys check bench-schedule bench-inbox bench-cards bench-live bench-webhooks bench-books bench-followers i18n shots lock clean bench-visits bench-insights

help: ## what each command does
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.run-ready: requirements.lock pyproject.toml
	@echo "Installing what Septaine needs into $(VENV) (once, about a minute)…"
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.lock
	@echo "Installing the tools for tests (once)…"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run-ready ## database, demo data and server on 127.0.0.1:8000, links printed
	@exec $(BIN)/septaine run

test: $(VENV)/.dev-ready ## every test: on SQLite, on PostgreSQL, and in a real browser
	@$(MAKE) --no-print-directory test-sqlite test-postgres test-journeys

test-sqlite: $(VENV)/.dev-ready ## rooms and house on SQLite (CHECKED=1: without the house, `make check` has just held it)
	@$(BIN)/python -m pytest $(SHARED) -m "not browser and not bluesky" $(if $(CHECKED),--ignore=tests/house)

test-postgres: $(VENV)/.dev-ready ## on a PostgreSQL started for the purpose, what of the rooms asks a database
	@$(BIN)/python -m pytest $(SHARED) -m "not browser and not bluesky" --postgres --ignore=tests/house --ignore=tests/channels

test-exhaustive: $(VENV)/.dev-ready ## every crash with every seed on both databases, every page at every size, every journey every way (two hours; make test takes a part)
	@for where in "" --postgres; do \
	  $(BIN)/python -m pytest $(SHARED) --exhaustive $$where tests/donations/test_killed.py tests/donations/test_refund_killed.py tests/impact/test_histories.py \
	    tests/donations/test_any_order.py tests/receipts/test_gapless.py tests/publishing/engine/test_crash_matrix.py || exit 1; done
	@SEPTAINE_TEST_CHROMIUM=$$(sh tests/journeys/find-chromium) \
	  $(BIN)/python -m pytest $(SHARED) --exhaustive -m "browser and not bluesky"

test-channels: $(VENV)/.dev-ready ## publishing to a real Bluesky server (needs node and npm)
	@sh tests/channels/pds/install .cache/pds
	@SEPTAINE_TEST_CHROMIUM=$$(sh tests/journeys/find-chromium) \
	  $(BIN)/python -m pytest -n 0 -m bluesky tests/channels tests/journeys

test-journeys: $(VENV)/.dev-ready ## whole journeys in Chromium, which is found or installed; the long one on PostgreSQL too, its other ways
	@browser=$$(sh tests/journeys/find-chromium) || { \
	  echo "These journeys did not run, for want of Chromium:"; \
	  $(BIN)/python -m pytest -m "browser and not bluesky" --collect-only | grep '::' | sed 's/\[.*//' | sort -u | paste -sd' '; exit 1; }; \
	export SEPTAINE_TEST_CHROMIUM=$$browser; \
	$(BIN)/python -m pytest $(SHARED) -m "browser and not bluesky" && \
	$(BIN)/python -m pytest $(SHARED) --postgres tests/journeys/test_week.py

check: $(VENV)/.dev-ready ## the rules of the house: style, types, floors, templates, words, migrations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest $(SHARED) tests/house

bench-live: $(VENV)/.dev-ready ## readers on the live page of one process (readers=500)
	@$(BIN)/python -m bench.live $(if $(readers),--readers $(readers))

bench-schedule: $(VENV)/.dev-ready ## posts per second and lateness, against APScheduler's job store (quick=1: a try)
	@$(BIN)/python -m bench.schedule $(if $(quick),--quick)

bench-visits: $(VENV)/.dev-ready ## what counting visits costs a page, and writing a second's looks
	@$(BIN)/python -m bench.visits

bench-cards: $(VENV)/.dev-ready ## stolen cards tried on a donation page while people give (quick=1: a tenth of it)
	@$(BIN)/python -m bench.cards $(if $(quick),--quick)

bench-webhooks: $(VENV)/.dev-ready ## Stripe's notifications in a flood, against a bare commit each and no commit at all (quick=1: a try)
	@$(BIN)/python -m bench.webhooks $(if $(quick),--quick)

bench-inbox: $(VENV)/.dev-ready ## the inbox with 5 000 things waiting, and under a flood of 10 000
	@$(BIN)/python -m bench.inbox

bench-books: $(VENV)/.dev-ready ## a year of 5 000 gifts with every trouble closes to 0.00 (gifts=500: a smaller one)
	@$(BIN)/python -m bench.books $(if $(gifts),--gifts $(gifts))

bench-insights: $(VENV)/.dev-ready ## a million events, counted and looked at, against a count row by row (events=100000: fewer)
	@$(BIN)/python -m bench.insights $(if $(events),--events $(events))

bench-followers: $(VENV)/.dev-ready ## letters to 100 000 followers while processes are killed (followers=5000: a try)
	@$(BIN)/python -m bench.followers $(if $(followers),--followers $(followers))

i18n: $(VENV)/.dev-ready ## gather the sentences to translate; lists those without French
	@$(BIN)/python -m tests.house.catalogues

shots: $(VENV)/.dev-ready ## a picture of every page of the demo, in shots/
	@browser=$$(sh tests/journeys/find-chromium) && SEPTAINE_TEST_CHROMIUM=$$browser $(BIN)/python -m tests.journeys.shots

lock: ## pin the dependencies anew (needs uv)
	@for pair in "requirements.lock:--group build" "requirements-dev.lock:--group build --group dev"; do \
	  file=$${pair%%:*}; groups=$${pair#*:}; \
	  uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate -q $$groups -o $$file && \
	  sed -i '1i # Pinned with hashes. Made by `make lock`; do not edit by hand.' $$file; done

clean: ## remove the environment and the demo data
	rm -rf $(VENV) data
