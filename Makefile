# Every target works from a fresh clone and starts what it needs.
PORT ?= 8000
RUNS ?= 3
NAME ?= sweep
ARGS ?=
PYTHON = .venv/bin/python
BOOTSTRAP = @verify_project/runtime/bootstrap.sh
WITH = $(PYTHON) -m verify_project.runtime with
THROWAWAY = $(WITH) --throwaway --

.DEFAULT_GOAL := help
# Dozens of processes start: none should compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test contract check demo bench verify faults docs format requirements clean-data

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: ## start everything on 127.0.0.1:8000 (PORT=8001 for another port)
	$(BOOTSTRAP)
	@PORT=$(PORT) exec $(PYTHON) manage.py up

# While the tables are made, which takes one processor, another writes the bytecode of what is new: each of the processes
# that run the tests would else compile it for itself.
COMPILED = .venv/.compiled
test: ## run the tests (ARGS="tests/claims -q -n0" for some of them)
	$(BOOTSTRAP) --dev
	@[ -n "$(ARGS)" ] || [ -z "$$(find tests claims reviews verify_project -name '*.py' -newer $(COMPILED) 2>&1)" ] || \
	  { touch $(COMPILED); $(PYTHON) -m pytest --collect-only -qq >/dev/null 2>&1; } & \
	CLAIMDESK_TEST_COPIES_TABLES=1 $(WITH) --throwaway --migrated -- $(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

contract: ## let a client that reads the API document try many things (EXAMPLES=100 SEED=7)
	$(BOOTSTRAP) --dev
	@CLAIMDESK_TEST_COPIES_TABLES=1 EXAMPLES=$(or $(EXAMPLES),100) SEED=$(or $(SEED),1) $(WITH) --throwaway --migrated -- \
	  $(PYTHON) -m pytest tests/api/test_strangers.py -n0 -k finds_no_fault $(ARGS)

check: ## format, lint, types, layers, migrations, generated documents
	$(BOOTSTRAP) --dev
	@$(PYTHON) -m verify_project.runtime.checks

demo: ## tell the story in the terminal (ARGS=--json for one JSON document)
	$(BOOTSTRAP)
	@$(WITH) --throwaway --migrated -- $(PYTHON) manage.py demo $(ARGS)

bench: ## measure (NAME=sweep ARGS='--due 1000 --n 100000 --json')
	$(BOOTSTRAP)
	@$(WITH) --throwaway --migrated -- $(PYTHON) manage.py bench $(NAME) $(ARGS)

verify: ## check every invariant of the stored data
	$(BOOTSTRAP)
	@$(WITH) --migrated -- $(PYTHON) manage.py verify $(ARGS)

faults: ## break the running product at random (RUNS=3 rounds; ARGS="--mutants 3" takes precautions out)
	$(BOOTSTRAP) --dev
	@$(THROWAWAY) $(PYTHON) -m pytest tests/faults -n 0 -m faults --runs $(RUNS) $(ARGS)

docs: ## write the OpenAPI document and the state diagram anew
	$(BOOTSTRAP)
	@$(PYTHON) manage.py docs

format: ## format the code
	$(BOOTSTRAP) --dev
	@$(PYTHON) -m ruff check -q --fix . ; $(PYTHON) -m ruff format -q .

requirements: ## compile requirements*.txt from requirements*.in
	$(BOOTSTRAP) --dev
	@for name in requirements requirements-embedded requirements-dev requirements-uv; do \
	  UV_NO_CONFIG=1 $(PYTHON) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$name.in -o $$name.txt || exit 1; done

clean-data: ## remove the data of the embedded servers, demo newsroom and all
	@$(PYTHON) -m verify_project.runtime clean-data
