# What a newcomer, CI and an operator call. `make help` lists it.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help demo setup setup-dev prerequisites check test walk bench format lock messages \
	screenshots schema clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: setup ## Serve the site with sample content on 127.0.0.1:$PORT (8000); Ctrl-C stops
	@PORT=$(PORT) exec $(MANAGE) run_demo

prerequisites:
	@deploy/bin/prerequisites $(PYTHON)

setup: prerequisites $(VENV)/.run-time node_modules/.installed ## Create the environment
	@$(BIN)/python lms/locale/compile.py

setup-dev: setup $(VENV)/.dev

$(VENV)/bin/python: | prerequisites
	$(PYTHON) -m venv $(VENV)

# The locks are complete: pip must not look for anything beside them (its resolver would
# pick a newer release for a package that another one asks for with an extra).
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps

$(VENV)/.run-time: requirements.txt | $(VENV)/bin/python
	$(INSTALL) -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run-time
	$(INSTALL) -r $<
	@touch $@

node_modules/.installed: package.json package-lock.json | prerequisites
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

check: setup-dev ## Formatting, lint, types, contracts, migrations, translations, schema
	deploy/bin/check

test: setup-dev ## The whole test suite, on SQLite and on PostgreSQL where one answers
	deploy/bin/test

walk: setup-dev ## Every page under axe-core, narrow, zoomed, in every look (twenty minutes)
	E2E_WALK=1 $(BIN)/pytest tests/e2e/test_access.py

bench: setup-dev ## Benchmarks, each figure beside its floor from the same run
	$(BIN)/pytest tests/benchmarks -o python_files='bench_*.py' -q -s -p no:randomly

format: setup-dev ## Format Python and templates
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	$(BIN)/djhtml --tabwidth 2 $$(git ls-files '*.html')

lock: setup-dev ## Lock the requirements anew, with hashes and without addresses
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements-dev.in -o requirements-dev.txt

messages: setup-dev ## Collect the texts for translators (needs GNU gettext)
	$(BIN)/python lms/locale/collect.py

schema: setup-dev ## Write docs/openapi.yaml from the code
	$(MANAGE) spectacular --file docs/openapi.yaml --fail-on-warn

screenshots: setup-dev ## Make the pictures of docs/screenshots (starts a demo; ten minutes)
	$(BIN)/python docs/screenshots/make.py

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) node_modules .data
