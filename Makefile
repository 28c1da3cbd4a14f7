# The commands of this project. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/.app-installed
DEV := $(VENV)/.dev-installed
TESTFLAGS ?= -n 2
ROUNDS ?= 20

.PHONY: help serve test proof check format lock clean
.DEFAULT_GOAL := help

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(APP)  ## Serve on http://127.0.0.1:8000 (settings: docs/settings.md)
	@exec $(BIN)/sessionql serve

test: $(DEV)  ## Run every test, on SQLite and on PostgreSQL
	@sh requirements/find_browser.sh
	@sh requirements/find_node.sh
	@$(BIN)/python -m pytest $(TESTFLAGS)

proof: $(DEV)  ## Race, crash and attack for some minutes what `make test` does for a moment
	@SESSIONQL_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest $(TESTFLAGS) tests/proof

check: $(DEV)  ## Formatting, lints, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

format: $(DEV)  ## Format the code and mend what lints can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(DEV)  ## Pin the newest versions of everything again
	$(BIN)/python requirements/lock.py

clean:  ## Remove the environment and build output
	rm -rf $(VENV) .build

# A virtual environment, with pip. Debian keeps what that needs in a package of its own.
$(BIN)/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh requirements/make_venv.sh

$(APP): $(BIN)/python requirements/app.lock pyproject.toml
	@echo "Installing what SessionQL needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/app.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(APP) requirements/dev.lock
	@echo "Installing what its tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@
