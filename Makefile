# Two commands: `make demo` and `make test`. Each makes a virtual environment in .venv when there is none.
# The plain pip commands behind them stand in README.md, for machines without make.

VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
CANDIDATES := python3.13 python3.12 python3.11 python3
CHECK := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit notebooks benchmarks docs lock clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1 - \2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## install, plan the town that ships with the project, say where the plan lies
	$(BIN)/matchmaker demo --out $(DEMO)
	@echo "The plan lies in $(CURDIR)/$(DEMO)"

test: lint types unit notebooks benchmarks ## everything the checks on a change run
	@echo "All checks passed."

lint: $(VENV)/.dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## annotations
	$(BIN)/mypy --strict src

unit: $(VENV)/.dev ## tests, examples in docstrings and README
	$(BIN)/pytest -q -n 2

# The notebooks are percent scripts; their .ipynb copies stand beside them so that relative paths hold, and are not kept.
notebooks: $(VENV)/.dev ## run every notebook from top to bottom
	@if ls notebooks/*.py >/dev/null 2>&1; then \
	  $(BIN)/jupytext --quiet --to ipynb notebooks/*.py && $(BIN)/pytest -q --nbmake notebooks/*.ipynb; \
	else echo "no notebooks yet"; fi

benchmarks: $(VENV)/.dev ## the small benchmarks
	$(BIN)/pytest -q --benchmark-columns=min,median,rounds benchmarks/*.py

docs: $(VENV)/.docs ## the documentation, in build/docs
	$(BIN)/sphinx-build -q -W -b html docs build/docs
	@echo "The documentation lies in $(CURDIR)/build/docs/index.html"

lock: $(VENV)/bin/python ## write requirements.lock again (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --all-extras --group dev --output-file requirements.lock pyproject.toml

clean: ## remove what the commands above made, but not the virtual environment
	rm -rf build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache notebooks/*.ipynb

$(VENV)/bin/python:
	@for p in $(CANDIDATES); do \
	  if $$p -c '$(CHECK)' >/dev/null 2>&1; then found=$$p; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer with venv is needed; looked for: $(CANDIDATES)." >&2; \
	  echo "Hint: on Debian and Ubuntu, install the package python3-venv." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; $$found -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[progress,report]"
	@touch $@

# Dependency groups need pip 25.1.
$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(VENV)/.docs: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@
