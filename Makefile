# One command each: `make demo` shows what the checker does, `make test` runs all tests. Both set up what they need.

PYTHON ?= $(shell command -v python3 || command -v python)
UV ?= $(shell command -v uv)
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
PYTEST_FLAGS ?= -n auto --dist loadgroup

COMPILE = $(UV) pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header $(LOCK_FLAGS)

.DEFAULT_GOAL := help
.PHONY: demo test check docs lock clean help environment

demo: environment  ## Set up, check the example study and say where the reports lie
	@$(BIN)/checker demo

test: environment  ## Set up and run all tests, the built wheel included
	@$(BIN)/python -m pytest -q $(PYTEST_FLAGS)

check: environment  ## Format, lint, types, generated pages: what .ci/run checks besides the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python docs/build.py --check

docs: environment  ## Write the generated pages in docs/ and the schema again
	@$(BIN)/python docs/build.py

lock:  ## Resolve the locked requirements again (needs uv); make lock LOCK_FLAGS=--upgrade takes newer releases
	$(if $(UV),,$(error make lock needs uv))
	$(COMPILE) --output-file requirements/run.txt
	$(COMPILE) --extra images --extra dicom --extra manuscript --group dev --constraint requirements/run.txt --output-file requirements/dev.txt

clean:  ## Remove what was made here: environment, caches, outputs, builds
	rm -rf .venv out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## Show this list
	@awk -F ' *## *' '/^[a-z]+:.*##/ { sub(/:.*/, "", $$1); printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment:
	$(if $(PYTHON),,$(error Python 3.11 or newer is needed))
	@$(PYTHON) requirements/install.py
