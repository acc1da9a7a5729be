# Each target is one line to the real command. Paths are relative, so a space in the folder's name does no harm.
.DEFAULT_GOAL := help
.PHONY: help run reset test drill check bench lock setup
.PHONY: lint format types layers system migrations templates words states data audit
PY := .venv/bin/python
PYTHON ?= $(firstword $(foreach it,python3.11 python3.12 python3.13 python3.14 python3,$(if $(shell $(it) -c 'import ensurepip, sys, venv; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(it))))
JOBS ?= 2
COMPILE := $(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: .venv/ready ## The whole shop, until Ctrl-C; addresses and sign-ins also in var/addresses.json
	@$(PY) -m sandbox run

reset: .venv/ready ## Throw the shop's data away
	@$(PY) -m sandbox reset

test: .venv/ready ## All tests, in a real browser too; ARGS="-k word" for some
	@browser="$$($(PY) -m sandbox browser)" && SOOCAS_CHROMIUM="$$browser" $(PY) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

drill: .venv/ready ## 300 buyers at a whole shop while PayPal fails and processes are killed, then all books compared; ten minutes
	@$(PY) -m tests.drills $(ARGS)

check: lint format types layers system migrations templates words states data audit ## Linters, types, layers, migrations, templates, words, diagrams, the map of data, audit; with -k it goes on after a fault
lint: .venv/ready
	$(PY) -m ruff check .
format: .venv/ready
	$(PY) -m ruff format --check .
types: .venv/ready
	$(PY) -m mypy --strict .
layers: .venv/ready
	$(PY) -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())'
system: .venv/ready
	$(PY) manage.py check --fail-level WARNING
migrations: .venv/ready
	$(PY) -m sandbox exec -- $(PY) manage.py makemigrations --check --dry-run
templates: .venv/ready
	$(PY) -m djlint --lint --quiet templates
words: .venv/ready
	$(PY) manage.py translations --check
states: .venv/ready
	$(PY) manage.py order_states --check
data: .venv/ready
	$(PY) manage.py personal_data --check
audit: .venv/ready
	$(PY) -m sandbox audit

bench: .venv/ready ## The benchmarks: each against a floor in the same run
	BENCH_ORDERS=10000 BENCH_OTHERS=200000 $(PY) -m pytest -q tests/benchmarks

lock: .venv/ready ## Pin what requirements*.in ask for, with hashes
	$(COMPILE) $(ARGS) requirements.in -o requirements.txt
	$(COMPILE) $(ARGS) requirements-dev.in -o requirements-dev.txt
	@! grep -nE '^-|://|@ file' requirements.txt requirements-dev.txt || { echo "An address leaked into the lock."; exit 1; }

setup: .venv/ready ## Install into .venv

.venv/ready: requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed (on Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Installing into .venv, about a minute"
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch .venv/ready
