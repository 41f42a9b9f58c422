# Two commands: `make demo` and `make test`. Both make .venv/ in this checkout and need nothing else but
# Python 3.11 or newer. `make PYTHON=/path/to/python3.12 demo` picks another interpreter.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; exit; fi; done; echo python3)
VENV := .venv
# Compiled modules are kept beside their sources, so that every command after the first starts at once.
unexport PYTHONDONTWRITEBYTECODE
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --quiet install

.DEFAULT_GOAL := help
.PHONY: help venv demo serve test wheel test-slow coverage mutants size lint golden manual catalogues schemas instruments floors backtests readme bench clean

help: ## what each target does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

venv: $(VENV)/.test ## .venv/ with everything that tests and linters need

demo: $(VENV)/.demo ## dossiers for three countries, now and in November 2018, in demo/
	@$(RUN) -m provenet demo demo

serve: $(VENV)/.demo ## the demo's case in a browser on this machine; after `make demo`
	@test -d demo/case || { echo "There is no demo yet. Run: make demo" >&2; exit 1; }
	@$(RUN) -m provenet serve demo/case --open

# One worker more than processors: many tests wait for a browser or for another program.
WORKERS := $(shell expr $$(nproc) + 1)

test: $(VENV)/.test ## the examples in the code, then the whole suite but its slow proofs; says what was skipped and why
	@POLARS_MAX_THREADS=1 $(RUN) -m pytest -n $(WORKERS) --dist worksteal -m "not slow and not wheel" --doctest-modules src/provenet tests

wheel: $(VENV)/.test ## builds the wheel, installs it bare and with every extra, and runs every verb
	@$(RUN) -m pytest -q -m "wheel and not slow" tests/doors/test_wheel.py

test-slow: $(VENV)/.spark ## the slow proofs alone, and every property on all its examples
	@PROVENET_EXAMPLES=1 $(RUN) -m pytest -n 2 --dist worksteal -m slow
	@PROVENET_EXAMPLES=1 $(RUN) -m pytest -q -n 2 --dist worksteal -m "not slow" tests/laws tests/against

coverage: $(VENV)/.test ## statements and branches that the suite reaches, file by file
	@$(RUN) -m pytest -q -n 2 --dist worksteal -m "not slow and not wheel" --cov --cov-report=
	@$(RUN) -m coverage report --skip-covered --sort=cover

KEPT := tests/unit/cli $(wildcard tests/*/test_whole_*.py tests/*/test_spoilt_*.py tests/unit/*/test_whole_*.py tests/unit/*/test_spoilt_*.py)

mutants: $(VENV)/.test ## changes the code in small ways, a hundred by a seed (SEED=2), and counts what the tests notice
	@$(RUN) scripts/mutants.py --seed $(or $(SEED),1)

size: $(VENV)/.made ## statements and lines, package by package, beside their budgets and the last release
	@$(RUN) scripts/size.py

# Benchmarks are scripts: what they import and call has to be there, their types may be loose.
LOOSE := arg-type assignment call-overload import-untyped misc return-value type-arg union-attr untyped-decorator unused-ignore var-annotated

lint: $(VENV)/.test ## style, types and floors
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m mypy benchmarks $(LOOSE:%=--disable-error-code=%)
	@$(VENV)/bin/lint-imports --no-cache

golden: $(VENV)/.test ## writes the golden case and kept outputs anew; read the difference before you keep it
	@PROVENET_GOLDEN=write $(RUN) -m pytest -q tests/golden $(KEPT)

manual: $(VENV)/.test ## writes docs/manual.md from the command line and the dictionary
	@$(RUN) scripts/write_manual.py

catalogues: $(VENV)/.test ## compiles the catalogues of the web app
	@$(RUN) scripts/write_catalogues.py

schemas: $(VENV)/.test ## writes docs/schema/ from the models of documents
	@$(RUN) scripts/write_schemas.py

instruments: $(VENV)/.test ## writes docs/instruments/ from the rule packs
	@$(RUN) scripts/write_instruments.py

floors: $(VENV)/.test ## draws docs/floors.svg from the import contract
	@$(RUN) scripts/draw_floors.py

backtests: $(VENV)/.test ## writes docs/backtests.md and docs/backtests-aid.md from their inputs and outcomes
	@$(RUN) scripts/write_backtests.py

readme: demo $(VENV)/.test ## writes the figure of the README from the demo's rows
	@$(RUN) scripts/draw_readme.py demo

bench: $(VENV)/.bench ## every benchmark, one after another, beside its peers
	@for file in $$(ls benchmarks/bench_*.py 2>/dev/null); do echo "== $$file"; $(RUN) $$file || exit 1; done

clean: ## removes what the other targets made
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Provenet needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1). Say which to use: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "This Python cannot make a virtual environment: ensurepip is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV)/ with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# Installed again only when pyproject.toml changes; code is read where it lies.
$(VENV)/.demo: pyproject.toml $(VENV)/.made
	@echo "Installing provenet, what draws its pages, makes its plans and shows them in a browser" >&2
	@$(PIP) -e ".[brief,plan,web]"
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.made
	@echo "Installing provenet and what tests it" >&2
	@$(PIP) -e ".[test]"
	@touch $(VENV)/.demo $@

# Without Spark its proof is skipped and says so; all others run.
$(VENV)/.spark: pyproject.toml $(VENV)/.test
	@echo "Installing Spark, which measured paths are summed on as well" >&2
	@$(PIP) -e ".[test,spark]" && touch $@ || echo "Spark could not be installed: its proof is skipped" >&2

$(VENV)/.bench: $(VENV)/.test
	@echo "Installing what provenet is measured against" >&2
	@$(PIP) -e ".[bench]"
	@touch $@
