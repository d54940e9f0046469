# One name per job. Every job first brings .venv up to date with the lock (a no-op when nothing changed).
.DEFAULT_GOAL := help
.PHONY: help demo stop test check bench docs site screenshots clean

PLACE ?= suqian
SEED ?= 20241122
export PLACE SEED

help: ## print what each job does
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## an invented county: the audit of three Excel files, then the platform in the browser (scripts/demo: options)
	@scripts/bootstrap
	@scripts/demo

stop: ## stop the platform that make demo started
	@TUODI_HOME=$(CURDIR)/out/platform .venv/bin/tuodi platform stop

test: ## everything that must hold: make check, then all tests, the fast ones first
	@scripts/bootstrap
	@scripts/test

check: ## style, types, import contracts, translations (seconds)
	@scripts/bootstrap
	@scripts/check

bench: ## every figure of speed as a ratio of one run, in a table and out/bench.json (minutes; scripts/bench --help)
	@scripts/bootstrap
	@scripts/bench

docs: ## run the examples in the documents and check every link
	@scripts/bootstrap
	@.venv/bin/python -m pytest -q -p no:randomly tests/docs tests/house/test_documents.py

site: ## the rules of every place as pages in out/site
	@scripts/bootstrap
	@NUMBA_CACHE_DIR=$(CURDIR)/.venv/.numba .venv/bin/tuodi packs site --out out/site

screenshots: ## pictures of the report and of the platform, Chinese and English, desk and phone, in out/screenshots
	@scripts/bootstrap --browser
	@scripts/screenshots

clean: ## remove everything that these jobs made
	@[ ! -d out/platform ] || TUODI_HOME=$(CURDIR)/out/platform .venv/bin/tuodi platform stop || true
	rm -rf out dist build .venv .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +
