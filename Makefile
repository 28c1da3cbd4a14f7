# The commands of this project. `make` without a target lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/.app-installed
DEV := $(VENV)/.dev-installed
CLIENTS := $(CURDIR)/.build/clients/node_modules
# Tests wait for processes of their own more than they compute. Groups keep a shared browser or server in one process.
TESTFLAGS ?= -n 4 --dist loadgroup
# pytest compiles the test modules once, not in each process of each run.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
ROUNDS ?= 20
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PACKAGES := sessionql graphql_server http_kit schema resolvers storage

.PHONY: help serve test packaging contract proof audit check format generate docs screenshots lock clean
.DEFAULT_GOAL := help

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(APP)  ## Start a server for development on http://127.0.0.1:8000, with GraphiQL (docs/settings.md)
	@exec $(BIN)/sessionql serve --default-mode development

test: $(DEV)  ## Run every test, on SQLite and on PostgreSQL
	@sh requirements/find_browser.sh
	@sh requirements/find_proxies.sh
	@sh requirements/find_node.sh
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh codegen
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh gql3
	@$(BIN)/python -m compileall -q $(PACKAGES)  # for the servers and commands that follow
	@$(PYTEST) $(TESTFLAGS)

packaging: $(DEV)  ## Install the wheel as users do, run it: each Python x lock file x engine (`make test`: a selection)
	@SESSIONQL_TEST_PACKAGING=full $(PYTEST) $(TESTFLAGS) -o faulthandler_timeout=1800 tests/packaging

contract: $(DEV)  ## Run audits, clients and linters of other projects; print one table
	@sh requirements/find_node.sh
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh codegen
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh gql3
	@$(PYTEST) $(TESTFLAGS) -m contract

proof: $(DEV)  ## Property, race and fuzz tests for some minutes (ROUNDS times as long as in `make test`)
	@SESSIONQL_TEST_ROUNDS=$(ROUNDS) $(PYTEST) $(TESTFLAGS) -o faulthandler_timeout=1800 tests/invariants

audit: $(DEV)  ## bandit, known vulnerabilities of the dependencies (ADVISORIES=folder: offline), SBOM in .build
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh audit
	@ADVISORIES="$(ADVISORIES)" .build/audit/bin/python requirements/audit.py

check: $(DEV)  ## Check formatting, lints, types and import contracts; audit as far as the network allows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	@PYTHON="$(BIN)/python" sh requirements/find_environment.sh audit
	.build/audit/bin/python requirements/audit.py --allow-unaudited

format: $(DEV)  ## Format the code and fix what linters can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(DEV)  ## Generate the SDL, docs/settings.md and the clients of graphql_examples again
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

screenshots: $(DEV)  ## Write docs/pictures/your-devices-light.png and -dark.png
	@sh requirements/find_browser.sh
	@$(BIN)/python docs/screenshots.py

lock: $(DEV)  ## Update every lock file to the newest versions
	$(BIN)/python requirements/lock.py

clean:  ## Remove the environment and build output
	rm -rf $(VENV) .build

# A virtual environment with pip. On Debian, pip for it is in a separate package.
$(BIN)/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh requirements/make_venv.sh

# SessionQL itself is installed in place: an edited file is used at the next start.
$(APP): $(BIN)/python requirements/pages.lock requirements/build.lock pyproject.toml
	@echo "Installing SessionQL and its dependencies (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/pages.lock -r requirements/build.lock
	@$(PIP_INSTALL) --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(APP) requirements/dev.lock
	@echo "Installing the dependencies of the tests (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@
