# Vaada's commands. They need Python 3.11 or newer, and make. Everything else is installed in .venv and .local.

PYTHON ?= python3
PORT ?= 4566
UV_VERSION := 0.13.9

# The uv on PATH, or our own.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .local/uv/bin/uv)
BIN := .venv/bin
QUICK := tests/unit tests/integration tests/releases
OTHERS := $(QUICK) tests/simulation tests/conformance tests/rights tests/mutants
REQUIREMENTS := layers/dependencies/aws/requirements.txt
OPERATE = PYTHONPATH=layers/vaada .local/operations/bin/python -m operations
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
.PHONY: help setup demo replay quick runtime test simulate crowd seeds mutants bench check audit pictures format messages openapi samples lock upgrade clean doctor redrive hold release restore

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: setup ## Run everything on this machine, with demo data. Another port: make demo PORT=4700
	@PYTHONPATH=layers/vaada $(BIN)/python -m local.demo --port $(PORT)

replay: setup ## Replay a CSV of requests with a moving clock: make replay FILE=requests.csv [MAP=mapping.toml]
	@PYTHONPATH=layers/vaada $(BIN)/python -m local.replay "$(or $(FILE),$(error Name the file: make replay FILE=requests.csv))" \
		$(if $(MAP),--map "$(MAP)") $(if $(UNTIL),--until "$(UNTIL)")

quick: .venv/.ready ## Run the unit and integration tests
	@$(BIN)/python -m pytest -n 2 $(QUICK)

runtime: .venv/.ready ## Run the unit and integration tests on Python 3.13, as in Lambda, if it is installed
	@if [ -n "$(RUNTIME_PYTHON)" ]; then \
		$(MAKE) --no-print-directory .local/python3.13/.ready && \
		.local/python3.13/bin/python -m pytest -n 2 $(QUICK); \
	else echo "There is no Python 3.13 here, neither on the PATH nor in pyenv." >&2; fi

# The others wait for nothing: `nice` lets the tests on the local cloud go first, which check that mails are punctual.
test: setup ## Run all tests, including those on the local cloud
	@nice $(BIN)/python -m pytest -n 2 $(OTHERS) >.local/tests.txt 2>&1 & others=$$!; \
	trap 'kill $$others 2>/dev/null' EXIT INT TERM; \
	echo "The output of the tests on the local cloud comes first; that of the others, which run meanwhile, follows."; \
	$(BIN)/python -m pytest -n 3 tests/e2e; cloud=$$?; \
	wait $$others; rest=$$?; cat .local/tests.txt; exit $$((cloud | rest))

simulate: .venv/.ready ## Simulate histories with faults, and all crash points: make simulate SEEDS=1000; one with its story: make simulate SEED=88
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--all --seeds $(or $(SEEDS),1000))

crowd: .venv/.ready ## Simulate months with many customers and check each count, then a year: make crowd CUSTOMERS=1000
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.load.crowd --customers $(or $(CUSTOMERS),1000)
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.load.year --customers $(or $(REGULARS),300)

seeds: .venv/.ready ## Find a new seed for each planted bug whose seed no longer shows it: make seeds [MUTATIONS="skips_a_rung"]
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.simulation.mutations.find_seeds $(MUTATIONS)

mutants: .venv/.ready ## Change the product at random places, and list the changes that no test notices: make mutants SAMPLE=200 SEED=1
	@$(BIN)/python -m tests.mutants --learn --sample $(or $(SAMPLE),200) --seed $(or $(SEED),1)

bench: .venv/.ready .local/tools/sam/.ready ## Measure cold starts, warm functions, pages, the sweep beside a peer, search, reports and cost, for docs/speed.md
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.cold_start
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.sweep
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.search
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.report
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.growth
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.warm
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.pages
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.cost
	@PYTHONPATH=layers/vaada $(BIN)/python -m bench.peer

check: .venv/.ready .local/tools/scanners/.ready .local/tools/guard/package ## Check style, types, security, the template and the lock files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml
	.local/tools/scanners/bin/bandit -q -c pyproject.toml -r layers/vaada/vaada functions local operations
	@.local/tools/scanners/bin/python -m local.scan
	$(UV) lock --check
	@$(EXPORT) | diff -u $(REQUIREMENTS) - || { echo "$(REQUIREMENTS) does not match uv.lock. Run: make lock" >&2; exit 1; }
	@$(AUDIT) || [ $$? = 75 ] # 75: PyPI could not be reached, which it prints

audit: .venv/.ready .local/tools/scanners/.ready ## Check all dependencies for known vulnerabilities, by PyPI's advisories
	@$(AUDIT)

pictures: setup ## Make the pictures of the console for the documents, from the demo's shop
	@PYTHONPATH=layers/vaada $(BIN)/python -m local.pictures $(if $(filter-out 4566,$(PORT)),--port $(PORT))

format: .venv/.ready ## Format the code, and fix what can be fixed automatically
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

messages: .venv/.ready ## Collect all sentences; update and compile their translations
	cd layers/vaada/vaada/present && \
		$(CURDIR)/$(BIN)/pybabel -q extract -F locale/babel.toml -c Translators: --add-location=file --sort-by-file --no-wrap --omit-header -o locale/vaada.pot . && \
		$(CURDIR)/$(BIN)/pybabel -q update -D vaada -i locale/vaada.pot -d locale --no-wrap --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date && \
		$(CURDIR)/$(BIN)/pybabel -q compile -D vaada -d locale
	PYTHONPATH=layers/vaada $(BIN)/python -m local.cldr

samples: .venv/.ready ## Store what this release leaves in a table, for the tests of later releases
	@PYTHONPATH=layers/vaada $(BIN)/python -m tests.releases.samples

openapi: .venv/.ready ## Generate docs/openapi.json from the API's routes
	PYTHONPATH=layers/vaada $(BIN)/python -m local.openapi >docs/openapi.json

lock: | $(UV) ## Update the lock files after a change of dependencies
	$(UV) lock $(RENEW)
	$(EXPORT) >$(REQUIREMENTS)
	$(COMPILE) local/tools/ministack.in --output-file local/tools/ministack.txt
	$(COMPILE) local/tools/sam.in --output-file local/tools/sam.txt
	$(COMPILE) local/tools/scanners.in --output-file local/tools/scanners.txt
	$(COMPILE) --no-deps local/tools/guard.in --output-file local/tools/guard.txt

upgrade: RENEW := --upgrade
upgrade: lock ## Update the lock files to the newest versions

setup: .venv/.ready .local/tools/ministack/.ready .local/tools/sam/.ready .local/cache/.ready ## Install what the other commands need

doctor: .local/operations/.ready ## Check whether a deployed stack is set up, and say what to do: make doctor STACK=vaada
	@$(OPERATE).doctor --stack "$(NAMED)"

redrive: .local/operations/.ready ## Process dead letters of a deployed stack again: make redrive STACK=vaada [QUEUE=RetryQueueFailures] [LOOK=yes]
	@$(OPERATE).redrive --stack "$(NAMED)" $(if $(QUEUE),--queue "$(QUEUE)") $(if $(LOOK),--look)

hold: .local/operations/.ready ## Stop a deployed stack from sending, so that nothing is dropped: make hold STACK=vaada
	@$(OPERATE).senders hold --stack "$(NAMED)"

release: .local/operations/.ready ## Let it send again: make release STACK=vaada
	@$(OPERATE).senders release --stack "$(NAMED)"

restore: .local/operations/.ready ## Restore lost rows: make restore STACK=vaada FROM=restored-table [CUSTOMER=id] [LOOK=yes]
	@$(OPERATE).restore --stack "$(NAMED)" --from "$(or $(FROM),$(error Name the restored table: FROM=...))" \
		$(if $(CUSTOMER),--customer "$(CUSTOMER)") $(if $(LOOK),--look) $(if $(OTHER_KEY),--other-key)

clean: ## Remove everything that was installed, built or cached
	rm -rf .venv .local .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache

# ---------------------------------------------------------------- set-up

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

# The commands for a deployed stack need little, so that there is room for them in AWS CloudShell.
.local/operations/.ready: pyproject.toml uv.lock | .local/python $(UV)
	@echo "Setting up the commands in .local/operations ..."
	@UV_PROJECT_ENVIRONMENT=.local/operations $(UV) sync --quiet --locked --no-dev --group operations --python $(PYTHON) $(OR_SAY_HOW)
	@touch $@

# A second environment, for the Python that Lambda runs.
RUNTIME_PYTHON ?= $(shell for python in python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python; do \
	"$$python" -c "" 2>/dev/null && { echo "$$python"; break; }; done)

.local/python3.13/.ready: pyproject.toml uv.lock | .local/python $(UV)
	@echo "Setting up the project in .local/python3.13 ..."
	@UV_PROJECT_ENVIRONMENT=.local/python3.13 $(UV) sync --quiet --locked --python "$(RUNTIME_PYTHON)" $(OR_SAY_HOW)
	@touch $@

# MiniStack, the SAM CLI and checkov need different versions of botocore, so each has its own environment.
.local/tools/%/.ready: local/tools/%.txt | .local/python $(UV)
	@echo "Setting up $* in .local/tools ..."
	@$(UV) venv --quiet --clear --python $(PYTHON) .local/tools/$*
	@$(UV) pip sync --quiet --require-hashes --python .local/tools/$*/bin/python $< $(OR_SAY_HOW)
	@touch $@

# AWS's package of cfn-guard and Control Tower's rules. It is made for the CDK, but only these files are needed.
.local/tools/guard/package: .local/tools/guard/.ready
	@tar -xzf .local/tools/guard/lib/python*/site-packages/cdklabs/cdk_validator_cfnguard/_jsii/*.tgz \
		-C .local/tools/guard package/bin package/rules
	@touch $@

# The wheels of the functions' dependencies, cached so that builds for the local cloud need no network.
.local/cache/.ready: $(REQUIREMENTS) .local/tools/ministack/.ready | $(UV)
	@echo "Downloading the dependencies of the functions ..."
	@$(UV) pip install --quiet --no-deps --cache-dir .local/cache --python .local/tools/ministack/bin/python \
		--target .local/cache/unpacked --requirements $(REQUIREMENTS) $(OR_SAY_HOW)
	@rm -rf .local/cache/unpacked
	@touch $@
