# Every target does its own set-up; nothing but Python 3.11+, git and make is needed.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell tools/find_python 3.11)
UV := .tools/bin/uv
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
# Whoever sets it has every process, and tests and the demo start thousands, compile all of Django and of ours once more.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin

.PHONY: help setup demo test test-live postgresql slow lint types contracts check mutants census chaos bench \
	bench-codemods bench-environments bench-forecast bench-forge bench-groups bench-hunks bench-upgrade bench-verdict bench-web fixers-doc screenshots clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

$(UV):
	@$(PYTHON) tools/get_uv.py

.venv/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet --python $(PYTHON)
	@touch $@

setup: .venv/.ready  ## the environment in .venv, from the lock file

demo: .venv/.ready  ## a whole campaign over real Django services, in under three minutes; KEEP=1 leaves its pages open
	@KEEP=$(KEEP) $(BIN)/python -m demo

test: .venv/.ready  ## every test but the slow ones
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

postgresql: .venv/.ready  ## the server's tests once more, on a PostgreSQL that is started for them
	@$(BIN)/python -m tests.postgresql -n auto --dist loadgroup -m "not slow" tests/server

slow: .venv/.ready  ## the demo campaign, killed ten times
	@$(BIN)/python -m pytest -m slow

lint: .venv/.ready  ## ruff, and the arrows between modules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache

types: .venv/.ready  ## mypy, strict, on src
	@$(BIN)/mypy

contracts: .venv/.ready  ## what every adapter and its fake must fulfil
	@$(BIN)/python -m pytest tests/adapters -n auto

test-live: .venv/.ready  ## the contract of forges against a real server: FORGE=gitea URL=https://… TOKEN_ENV=NAME
	@CHAIRLIFT_LIVE_FORGE=$(FORGE) CHAIRLIFT_LIVE_URL=$(URL) CHAIRLIFT_LIVE_TOKEN_ENV=$(TOKEN_ENV) \
		$(BIN)/python -m pytest tests/live.py -v

mutants: .venv/.ready  ## plant each bug in a law or safety rule; fail if one survives
	@$(BIN)/python -m tests.mutants

census: .venv/.ready  ## which decisions the random worlds reach
	@$(BIN)/python -m tests.census

chaos: .venv/.ready  ## SIGKILL at 50 random moments of the demo campaign
	@$(BIN)/python -m tests.chaos

bench: .venv/.ready  ## speed and memory, on this machine
	@$(BIN)/python -m bench

bench-codemods: .venv/.ready  ## fixing 24 MB of Python, beside plain django-upgrade
	@$(BIN)/python -m bench.codemods

bench-web: .venv/.ready  ## every page with 10,000 services on both databases, against its promise; ten minutes at most
	@$(BIN)/python -m bench.web

bench-verdict: .venv/.ready  ## how often and how soon deploys are judged worse, beside others' rules; half an hour
	@$(BIN)/python -m bench.verdict

bench-groups: .venv/.ready  ## what looks new of ordinary errors when Django is upgraded, by whose fingerprint
	@$(BIN)/python -m bench.groups

bench-upgrade: .venv/.ready  ## Django projects from PyPI, upgraded and tested; about an hour
	@$(BIN)/python -m bench.upgrade

bench-hunks: .venv/.ready  ## what people changed to upgrade a service, and how much of it we do: REPO= BASE= FINAL=
	@$(BIN)/python -m bench.hunks $(REPO) $(BASE) $(FINAL) $(ARGS)

fixers-doc: .venv/.ready  ## docs/fixers.md, from the fixers of the Django recipe
	@$(BIN)/python -m chairlift.recipes.django.documentation docs/fixers.md tests/recipes/django

bench-environments: .venv/.ready  ## environments of 30 packages from a warm cache, against their promise
	@$(BIN)/python -m bench.environments

bench-forecast: .venv/.ready  ## how often forecasts come true, and what one costs; about two minutes
	@$(BIN)/python -m bench.forecast

bench-forge: .venv/.ready  ## the budget of calls, surveys, and what both cost, against their promise; PULLS=200 for fewer
	@$(BIN)/python -m bench.forge

screenshots: .venv/.ready  ## pictures of every page into docs/screenshots, at 1400 and 390 px, light and dark
	@$(BIN)/python -m tools.screenshots docs/screenshots

check: lint types test  ## what a commit must pass

clean:  ## remove what the other targets made
	rm -rf .venv .tools .demo dist .mypy_cache .ruff_cache .hypothesis
