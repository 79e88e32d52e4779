# `make check` is all that continuous integration runs.
PYTHON ?= python3

.PHONY: check
check:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -n 2 --dist loadfile
