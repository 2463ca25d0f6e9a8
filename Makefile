# zivweb: `make run` starts everything, `make test` proves it, `make check` reads it.
# Each target sets up what it needs on first use; nothing outside this folder is asked for but
# Python 3.11 or newer (and Chromium for the browser tests, installed where that is allowed).

# The first that starts, is new enough, and can make a folder of its own.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$name -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install -qq --disable-pip-version-check --require-hashes
SOURCES := zivweb intake drafts delivery contacts notifications accounts vault flow addresses
# Commands that need settings but no server: with the settings of the tests, on SQLite.
MANAGE := DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py
CHECKS := $(addprefix check-,format lint templates types imports django translations architecture)
# Resolves for every machine; the files name no index and no path.
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-all quick faults fuzz bench bench-tools screenshots check $(CHECKS) messages compile-messages clean lock

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "zivweb needs Python 3.11 or newer, with venv" \
		"(Debian: apt-get install python3-venv)"; exit 1; }
	@echo "--- $(VENV): made once, for this folder alone"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run-ready: requirements/run.txt | $(BIN)/python
	@echo "--- $(VENV): installing what zivweb runs on"
	@$(INSTALL) -r requirements/run.txt
	@touch $@

$(VENV)/.test-ready: requirements/test.txt requirements/run.txt | $(BIN)/python
	@echo "--- $(VENV): installing what zivweb runs on and is tested with"
	@$(INSTALL) -r requirements/test.txt
	@touch $(VENV)/.run-ready $@

$(VENV)/.fuzz-ready: requirements/fuzz.txt $(VENV)/.test-ready
	@echo "--- $(VENV): installing what it is fuzzed with"
	@$(INSTALL) -r requirements/fuzz.txt
	@touch $@

.env: | $(BIN)/python
	@$(BIN)/python -I zivweb/dotenv.py .env

run: $(VENV)/.run-ready .env compile-messages ## Start web, worker, beat and SMTP with the demo organizations
	@exec $(BIN)/python manage.py serve

test: $(VENV)/.test-ready compile-messages ## Run the tests (T="..." passes arguments to pytest)
	@$(BIN)/python -m tests.plugins.chromium
	$(BIN)/python -m $(if $(T),pytest $(T),tests.parts)

test-all: test ## Run them, and then all others: every look, kill, real mail and machine
	$(BIN)/python -m tests.parts rest

quick: $(VENV)/.test-ready compile-messages ## Run what needs no database, and the apps that you changed
	$(BIN)/python -m tests.parts quick

faults: $(VENV)/.test-ready compile-messages ## Kill 500 processes under load, and every other fault (ROUNDS=100 for less, SOAK=30 for more)
	ZIVWEB_FAULT_ROUNDS=$(or $(ROUNDS),500) ZIVWEB_SOAK_MINUTES=$(or $(SOAK),1) $(BIN)/python -m pytest tests/faults $(T)

fuzz: $(VENV)/.fuzz-ready ## Throw made-up bytes at every reader, 60 s each (SECONDS=600 for more, T=names)
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(T)

check: $(CHECKS) ## Check format, lint, types, imports, migrations, translations and sizes (-k: go on)
	@echo "--- all checks passed"

$(CHECKS): $(VENV)/.test-ready

check-format:
	@echo "--- format (ruff)"
	@$(BIN)/ruff format --check .

check-lint:
	@echo "--- lint (ruff)"
	@$(BIN)/ruff check .

check-templates:
	@echo "--- templates (djade)"
	@find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +

check-types:
	@echo "--- types (mypy)"
	@$(BIN)/mypy $(SOURCES) tests bench manage.py

check-imports:
	@echo "--- imports (import-linter)"
	@$(BIN)/lint-imports --no-cache

check-django:
	@echo "--- system check, migrations (django)"
	@$(MANAGE) check
	@$(MANAGE) makemigrations --check --dry-run

check-translations:
	@echo "--- translations (babel)"
	@$(MANAGE) messages --check

check-architecture:
	@echo "--- sizes, names, foreign keys, inline code (pytest)"
	@ZIVWEB_TEST_SERVERS=none $(BIN)/python -m pytest -q tests/test_architecture.py

messages: $(VENV)/.test-ready ## Bring locale/ up to date with the texts in the sources
	$(MANAGE) messages

compile-messages: $(VENV)/.run-ready
	@$(MANAGE) messages --compile

bench: $(VENV)/.test-ready ## Measure, side by side in one run (B="names", BENCH_ROWS=100000 for less)
	$(BIN)/python -m bench $(B)

bench-tools: ## Install the yardsticks on Debian, as root (Postfix does not start as a service)
	@own=/usr/sbin/policy-rc.d; test -e $$own || { made=1; printf '#!/bin/sh\nexit 101\n' >$$own; \
		chmod +x $$own; }; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postfix postgresql; \
	code=$$?; test -z "$$made" || rm $$own; exit $$code

screenshots: $(VENV)/.test-ready compile-messages ## Take the pictures of the README from the running demo
	$(BIN)/python -m tests.screenshots

clean: ## Remove what was built (not the data, not .env)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov test-results
	find . -name __pycache__ -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

lock: $(VENV)/.test-ready ## Resolve the dependencies of pyproject.toml again
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile $(LOCK) --extra test -c requirements/run.txt pyproject.toml -o requirements/test.txt
	$(BIN)/uv pip compile $(LOCK) --extra fuzz -c requirements/test.txt pyproject.toml -o requirements/fuzz.txt
