# `make run` sets up and prints the verdict matrix; `make test` sets up and passes the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test quick check bench generated clean

run: $(VENV)/installed
	$(BIN)/coproduction classify

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n auto
	$(BIN)/coproduction check

quick: $(VENV)/tested
	$(BIN)/python -m pytest -n auto -m "not slow"

check: $(VENV)/installed
	$(BIN)/coproduction check

bench: $(VENV)/tested
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/validate.py

generated: $(VENV)/installed
	$(BIN)/python -m coproduction.generated

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	sh .ci/java
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
