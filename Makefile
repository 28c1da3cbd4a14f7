# The commands of this project. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/.app-installed
DEV := $(VENV)/.dev-installed
CLIENTS := $(CURDIR)/.build/clients/node_modules
# Tests wait for processes of their own more than they compute.
TESTFLAGS ?= -n 4
ROUNDS ?= 20
PACKAGES := sessionql graphql_server http_kit schema resolvers storage

.PHONY: help serve test contract proof check format generate docs lock clean
.DEFAULT_GOAL := help

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(APP)  ## Develop on http://127.0.0.1:8000, with GraphiQL (settings: docs/settings.md)
	@exec $(BIN)/sessionql serve --default-mode development

test: $(DEV)  ## Run every test, on SQLite and on PostgreSQL
	@sh requirements/find_browser.sh
	@sh requirements/find_node.sh
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh codegen
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh gql3
	@$(BIN)/python -m compileall -q $(PACKAGES)  # for the hundred servers and commands that follow
	@$(BIN)/python -m pytest $(TESTFLAGS)

contract: $(DEV)  ## Audits, clients and linters of others: one table of suites
	@sh requirements/find_node.sh
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh codegen
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh gql3
	@$(BIN)/python -m pytest $(TESTFLAGS) -m contract

proof: $(DEV)  ## Race, crash and attack for some minutes what `make test` does for a moment
	@SESSIONQL_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest $(TESTFLAGS) -o faulthandler_timeout=1800 tests/proof

check: $(DEV)  ## Formatting, lints, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

format: $(DEV)  ## Format the code and mend what lints can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(DEV)  ## Write anew what is generated: SDL, docs/settings.md, clients of graphql_examples
	@$(BIN)/sessionql export-schema schema/schema.graphql
	@$(BIN)/sessionql export-schema --services schema/services.graphql
	@$(BIN)/sessionql export-settings docs/settings.md
	@sh requirements/find_node.sh
	@cd graphql_examples/typescript && NODE_PATH=$(CLIENTS) $(CLIENTS)/.bin/graphql-codegen --silent
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh codegen
	@cd graphql_examples/python && ../../.build/codegen/bin/python -m ariadne_codegen --config codegen.toml

docs: $(DEV)  ## Build the documentation site into .build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open .build/site/index.html"

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
