# Vaada's commands. The machine needs Python 3.11 or newer, and make; all else is set up in .venv and .local.

PYTHON ?= python3
PORT ?= 4566
UV_VERSION := 0.13.9

# The uv on PATH, or one of our own.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .local/uv/bin/uv)
BIN := .venv/bin
QUICK := tests/unit tests/integration
OTHERS := $(QUICK) tests/simulation tests/conformance tests/rights
REPLAY := tests/e2e/test_replay.py
REQUIREMENTS := layers/dependencies/aws/requirements.txt
OPERATE = PYTHONPATH=layers/vaada $(BIN)/python -m operations
NAMED = $(or $(STACK),$(error Name the stack: STACK=vaada))
EXPORT = $(UV) export --quiet --locked --no-dev --no-emit-project --no-annotate
AUDIT = $(UV) export --quiet --locked --no-emit-project --no-annotate | $(BIN)/python -m local.audit
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate $(RENEW)

export UV_PYTHON_DOWNLOADS := never
export UV_CUSTOM_COMPILE_COMMAND := make lock
# Without the last one each of a dozen processes would compile all libraries again.
unexport VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo replay quick runtime test simulate crowd seeds bench check audit format messages openapi lock upgrade clean redrive hold release restore

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: setup ## Run everything on this machine: a small business with promises to keep. Another port: make demo PORT=4700
	@$(BIN)/python -m local.demo --port $(PORT)

replay: setup ## Replay a CSV of requests, the clock travelling: make replay FILE=requests.csv [MAP=mapping.toml]
	@$(BIN)/python -m local.replay "$(or $(FILE),$(error Name the file: make replay FILE=requests.csv))" \
		$(if $(MAP),--map "$(MAP)") $(if $(UNTIL),--until "$(UNTIL)")

quick: .venv/.ready ## Run the unit and integration tests
	@$(BIN)/python -m pytest -n 2 $(QUICK)

runtime: .venv/.ready ## Run the unit and integration tests on Python 3.13, which Lambda runs, where there is one
	@if [ -n "$(RUNTIME_PYTHON)" ]; then \
		$(MAKE) --no-print-directory .local/python3.13/.ready && \
		.local/python3.13/bin/python -m pytest -n 2 $(QUICK); \
	else echo "There is no Python 3.13 here, neither on the PATH nor in pyenv." >&2; fi

# The replay has a local cloud of its own and waits most of the time, so it runs beside the other tests on one.
test: setup ## Run all tests, those on the local cloud included
	@$(BIN)/python -m pytest -n 2 $(OTHERS) >.local/tests.txt 2>&1 & others=$$!; \
	$(BIN)/python -m pytest $(REPLAY) >.local/replay.txt 2>&1 & replay=$$!; \
	trap 'kill $$others $$replay 2>/dev/null' EXIT INT TERM; \
	echo "First what the tests on the local cloud say; the others run meanwhile, and follow."; \
	$(BIN)/python -m pytest tests/e2e --ignore $(REPLAY); cloud=$$?; \
	wait $$replay; replayed=$$?; wait $$others; rest=$$?; \
	cat .local/replay.txt .local/tests.txt; exit $$((cloud | replayed | rest))

simulate: .venv/.ready ## Live histories under faults, and every crash point: make simulate SEEDS=1000; one again, with its story: make simulate SEED=88
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--all --seeds $(or $(SEEDS),1000))

crowd: .venv/.ready ## Months with a crowd of customers, each count exact, then a year with others: make crowd CUSTOMERS=1000
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.load.crowd --customers $(or $(CUSTOMERS),1000)
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.load.year --customers $(or $(REGULARS),300)

seeds: .venv/.ready ## Find a seed for each planted bug that its own no longer shows: make seeds [MUTATIONS="skips_a_rung"]
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.mutations.find_seeds $(MUTATIONS)

bench: .venv/.ready .local/tools/sam/.ready ## Measure again what the documents claim about cold starts and the sweep
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.cold_start
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.sweep

check: .venv/.ready .local/tools/scanners/.ready .local/tools/guard/package ## Look for mistakes: style, types, weaknesses, the template, stale lock files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml
	.local/tools/scanners/bin/bandit -q -c pyproject.toml -r layers/vaada/vaada functions local operations
	@.local/tools/scanners/bin/python -m local.scan
	$(UV) lock --check
	@$(EXPORT) | diff -u $(REQUIREMENTS) - || { echo "$(REQUIREMENTS) is not what uv.lock says. Run: make lock" >&2; exit 1; }
	@$(AUDIT) || [ $$? = 75 ] # nobody answered, and it says so

audit: .venv/.ready .local/tools/scanners/.ready ## Ask PyPI whether anything that we use has a known weakness
	@$(AUDIT)

format: .venv/.ready ## Lay out the code, and mend what can be mended without asking
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

messages: .venv/.ready ## Collect the words for customers; update and compile their translations
	cd layers/vaada/vaada/present && \
		$(CURDIR)/$(BIN)/pybabel -q extract -F locale/babel.toml -c Translators: --add-location=file --sort-by-file --no-wrap --omit-header -o locale/vaada.pot . && \
		$(CURDIR)/$(BIN)/pybabel -q update -D vaada -i locale/vaada.pot -d locale --no-wrap --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date && \
		$(CURDIR)/$(BIN)/pybabel -q compile -D vaada -d locale

openapi: .venv/.ready ## Describe the API anew in docs/openapi.json, from its routes
	PYTHONPATH=layers/vaada $(BIN)/python -m local.openapi >docs/openapi.json

lock: | $(UV) ## Write the lock files anew after a change of dependencies
	$(UV) lock $(RENEW)
	$(EXPORT) >$(REQUIREMENTS)
	$(COMPILE) local/tools/ministack.in --output-file local/tools/ministack.txt
	$(COMPILE) local/tools/sam.in --output-file local/tools/sam.txt
	$(COMPILE) local/tools/scanners.in --output-file local/tools/scanners.txt
	$(COMPILE) --no-deps local/tools/guard.in --output-file local/tools/guard.txt

upgrade: RENEW := --upgrade
upgrade: lock ## Write the lock files anew with the newest versions

setup: .venv/.ready .local/tools/ministack/.ready .local/tools/sam/.ready .local/cache/.ready ## Only set up what the other commands need

redrive: .venv/.ready ## Play dead letters of a deployed stack again: make redrive STACK=vaada [QUEUE=RetryQueueFailures] [LOOK=yes]
	@$(OPERATE).redrive --stack "$(NAMED)" $(if $(QUEUE),--queue "$(QUEUE)") $(if $(LOOK),--look)

hold: .venv/.ready ## Let a deployed stack send nothing: make hold STACK=vaada
	@$(OPERATE).senders hold --stack "$(NAMED)"

release: .venv/.ready ## Let it send again: make release STACK=vaada
	@$(OPERATE).senders release --stack "$(NAMED)"

restore: .venv/.ready ## Bring back lost rows: make restore STACK=vaada FROM=restored-table [CUSTOMER=id] [LOOK=yes]
	@$(OPERATE).restore --stack "$(NAMED)" --from "$(or $(FROM),$(error Name the restored table: FROM=...))" \
		$(if $(CUSTOMER),--customer "$(CUSTOMER)") $(if $(LOOK),--look)

clean: ## Remove all that was set up, built or cached
	rm -rf .venv .local .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache

# ---------------------------------------------------------------- what setup makes, each once

define OR_SAY_HOW
|| { echo "That failed. The first set-up needs a network; from then on none is needed." >&2; exit 1; }
endef

.local/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not. Name another: make demo PYTHON=python3.13" >&2; exit 1; }
	@mkdir -p .local && touch $@

.local/uv/bin/uv: | .local/python
	@echo "Setting up uv ..."
	@$(PYTHON) -m venv .local/uv || { \
		echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@.local/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) $(OR_SAY_HOW)

.venv/.ready: pyproject.toml uv.lock | .local/python $(UV)
	@echo "Setting up the project in .venv ..."
	@$(UV) sync --quiet --locked --python $(PYTHON) $(OR_SAY_HOW)
	@touch $@

# A second environment, for the Python that Lambda runs.
RUNTIME_PYTHON ?= $(shell for python in python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python; do \
	"$$python" -c "" 2>/dev/null && { echo "$$python"; break; }; done)

.local/python3.13/.ready: pyproject.toml uv.lock | .local/python $(UV)
	@echo "Setting up the project in .local/python3.13 ..."
	@UV_PROJECT_ENVIRONMENT=.local/python3.13 $(UV) sync --quiet --locked --python "$(RUNTIME_PYTHON)" $(OR_SAY_HOW)
	@touch $@

# MiniStack, the SAM CLI and checkov each want a botocore of their own, so each has an environment of its own.
.local/tools/%/.ready: local/tools/%.txt | .local/python $(UV)
	@echo "Setting up $* in .local/tools ..."
	@$(UV) venv --quiet --clear --python $(PYTHON) .local/tools/$*
	@$(UV) pip sync --quiet --require-hashes --python .local/tools/$*/bin/python $< $(OR_SAY_HOW)
	@touch $@

# AWS's own package of cfn-guard and Control Tower's rules. It is for the CDK, of which nothing else is needed.
.local/tools/guard/package: .local/tools/guard/.ready
	@tar -xzf .local/tools/guard/lib/python*/site-packages/cdklabs/cdk_validator_cfnguard/_jsii/*.tgz \
		-C .local/tools/guard package/bin package/rules
	@touch $@

# The wheels of the functions' dependencies, kept so that builds for the local cloud need no network.
.local/cache/.ready: $(REQUIREMENTS) .local/tools/ministack/.ready | $(UV)
	@echo "Fetching what the functions use ..."
	@$(UV) pip install --quiet --cache-dir .local/cache --python .local/tools/ministack/bin/python \
		--target .local/cache/unpacked --requirements $(REQUIREMENTS) $(OR_SAY_HOW)
	@rm -rf .local/cache/unpacked
	@touch $@
