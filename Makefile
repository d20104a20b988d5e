# The front door. `make demo` and `make test` are all that a fresh machine with Python 3.11 or later needs.

PYTHON ?= python3
VENV ?= .venv
SERVE ?= 1
PORT ?= 5000
N ?= 2
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run test unit check lint types migrations docs texts bench lock clean

help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@$(PYTHON) tools/prepare.py

setup-dev:
	@$(PYTHON) tools/prepare.py --dev --browser

demo: setup ## The invented district, the whole story played over HTTP, then a server to look around (SERVE=0: stop after the story)
	@$(BIN)/python -m demo.play --serve $(SERVE) --port $(PORT)

run: setup ## Serve with a worker, without the story
	@$(BIN)/python -m demo.play --serve 1 --port $(PORT) --no-story

test: setup-dev ## All tests (N=2 processes)
	@$(BIN)/python -m pytest -n $(N) $(ARGS)

unit: setup-dev ## The quick tests: without browsers, attacks by many processes, and other people's verifiers
	@$(BIN)/python -m pytest -n $(N) -m "not journey and not processes and not interop" $(ARGS)

check: setup-dev lint types migrations texts docs ## Lint, types, migrations, translations, docs, then all tests
	@$(BIN)/python -m pytest -n $(N) $(ARGS)

lint:
	@$(BIN)/ruff check .

types:
	@$(BIN)/mypy

migrations: ## Do the models and the migrations say the same?
	@$(BIN)/python -m tools.check_migrations

texts: ## Is every text translated and the catalogue in step with the sources?
	@$(BIN)/python -m tools.texts check

docs: ## Do the documents' links lead somewhere, and is the settings table true?
	@$(BIN)/python -m tools.check_docs

bench: setup-dev ## The benchmarks: ratios measured in one run
	@$(BIN)/python -m bench

lock: setup-dev ## Compile requirements.in to requirements.txt (no hosts in it)
	@$(BIN)/pip-compile -q --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt requirements.in
	@$(BIN)/pip-compile -q --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements-dev.txt requirements-dev.in

clean: ## Remove what can be made again (never the data in instance/)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache demo-output
