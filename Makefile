# Each of these sets up .venv by itself, on a fresh machine too. PYTHON is Python 3.11 or newer.
PYTHON ?= python3
# `make bench` measures up to 2^24 squares and writes the README's table; it takes minutes.
ARGS ?= --write README.md
RUN = .venv/bin/python -m
# Neighbouring tests stay together, so that what a module makes for its tests is made once.
TWO = -n 2 --dist worksteal

.PHONY: demo test slow bench lint
demo: .venv/ready
	@$(RUN) tauomega demo

test: .venv/ready
	@$(RUN) pytest -q $(TWO)

slow: .venv/ready
	@$(RUN) pytest -q $(TWO) -m slow

bench: .venv/ready
	@.venv/bin/python tests/benchmarks/table_speed.py $(ARGS)

lint: .venv/ready
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

.venv/ready: pyproject.toml constraints.txt
	@echo "setting up .venv (PyTorch is large: some minutes the first time)"
	@$(PYTHON) -m venv .venv
	@$(RUN) pip install -qq -c constraints.txt -e '.[dev]'
	@touch $@
