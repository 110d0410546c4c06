# `make` alone explains itself. Everything works in a fresh clone; nothing outside this folder and
# the packages it names is touched.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PACKAGES := $(patsubst %/pyproject.toml,%,$(wildcard */pyproject.toml libs/*/pyproject.toml charts/*/pyproject.toml))
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export NEXT_TELEMETRY_DISABLED := 1

##@ Run it on this machine

.PHONY: up
up: ## Start everything; prints the URLs at the end
	@dev/run up

.PHONY: down
down: ## Stop everything, keep the data
	@dev/run down

.PHONY: status
status: ## What runs, and since when
	@dev/run status

.PHONY: logs
logs: ## Follow the logs of all services
	@dev/run logs

.PHONY: demo
demo: ## Fill a running instance with people, chats and messages
	@dev/run demo

##@ Work on it

.PHONY: install
install: ## Install tools and libraries into .venv and svc-web
	@dev/run install

# After a pull that brings a package or another pin, the checks see what everybody sees.
.venv/.nexync-installed: requirements.lock $(addsuffix /pyproject.toml,$(PACKAGES))
	@dev/run install
	@touch $@

CHECKS := format lint types imports dependencies sql generated web
CHOSEN := $(filter-out $(WITHOUT),$(CHECKS))
.PHONY: check
check: $(addprefix check-,$(CHOSEN)) ## All checks that need no running instance (but WITHOUT=…); also the pre-commit hook
	@echo "✓ $(words $(CHOSEN)) checks passed: $(CHOSEN)"

.PHONY: check-format
check-format:
	@$(BIN)/ruff format --check --quiet .

.PHONY: check-lint
check-lint:
	@$(BIN)/ruff check --quiet .

.PHONY: check-types
check-types: .venv/.nexync-installed
	@$(BIN)/pyright --warnings

.PHONY: check-imports
check-imports: .venv/.nexync-installed
	@$(BIN)/lint-imports --no-logo --no-cache

.PHONY: check-dependencies
check-dependencies:
	@dev/check-dependencies $(PACKAGES)

.PHONY: check-sql
check-sql:
	@$(BIN)/python -m nexync_operator lint

.PHONY: check-generated
check-generated:
	@$(BIN)/python -m nexync_contracts_gen --check
	@$(BIN)/python -m nexync_charts --check

.PHONY: check-web
check-web:
	@cd svc-web && npm run --silent format:check && npm run --silent lint && npm run --silent typecheck

.PHONY: format
format: ## Format all code, fix what ruff and prettier can fix
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .
	@cd svc-web && npm run --silent format

.PHONY: generate
generate: ## Write what follows from contracts, migrations, routes and the charts' values
	@$(BIN)/python -m nexync_contracts_gen
	@$(BIN)/python -m nexync_charts

.PHONY: lock
lock: ## Pin third-party packages anew, with hashes
	@dev/lock

##@ Run it on Kubernetes

.PHONY: images
images: ## Build the image of every component (VERSION, REGISTRY: see docker-bake.json)
	@images/build

.PHONY: images-next
images-next: ## Build them as the release after this one, which e2e-cluster upgrades to
	@images/next

.PHONY: publish
publish: ## Push images and charts to REGISTRY, signed (dev/publish says what else it takes)
	@dev/publish

.PHONY: kind-up
kind-up: ## A kind cluster with everything in it; prints the URL (KIND_NODE_IMAGE, NEXYNC_VALUES)
	@dev/kind/up

.PHONY: kind-down
kind-down: ## Delete that cluster
	@dev/kind/down

##@ Prove it

.PHONY: test
test: ## Everything: units, real backends, web client, wires, Chromium, loss checker
	@dev/test all

.PHONY: test-unit
test-unit: ## Tests without backends, Python and web (about a minute)
	@dev/test unit web

.PHONY: test-images
test-images: ## The built images: restricted start, contents, labels, bills of materials, sizes
	@dev/test images

.PHONY: test-charts
test-charts: ## Render every chart in every way, check what comes out (no cluster needed)
	@dev/test charts

.PHONY: scan-charts
scan-charts: ## Let checkov look at the rendered charts
	@dev/test scan

.PHONY: test-real
test-real: ## Tests of single services against real backends
	@dev/test real

.PHONY: test-e2e
test-e2e: ## A whole instance over its wires, also in Chromium, and the loss checker
	@dev/test e2e chromium loss

.PHONY: e2e-cluster
e2e-cluster: ## On the cluster of KUBECONFIG: a release under every fault, upgrades, installs, the operator
	@dev/test cluster

.PHONY: bench
bench: ## Measure a running instance; prints ratios (see docs/performance.md)
	@dev/run bench

.PHONY: help
help:
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n\033[1m%s\033[0m\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { sub(/ .*/, "", $$1); printf "  make \033[36m%-12s\033[0m %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
