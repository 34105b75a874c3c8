# Two commands matter: `make report` and `make test`. Windows and conda users: see README.md.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2

.PHONY: report test check everything lab docs lock clean

report: .venv/installed
	$(BIN)/oso-analysis run
	@echo "For further commands, once in each new terminal: source .venv/bin/activate"

test: check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --nbval notebooks

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/oso-analysis check

# The long tests too: large fuzzing runs, hundreds of generated consultations, kill tests.
everything: test
	$(BIN)/python -m pytest -m slow

lab: .venv/installed
	$(BIN)/oso-analysis lab

# The documentation site, in site/; a broken link or reference fails.
docs: .venv/installed
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d .cache/docs docs site

# Every package that is installed is pinned with its hashes; the lock names no index.
.venv/installed: requirements.lock pyproject.toml
	@echo "Setting up .venv; the first time this takes a minute or two."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(PYTHON) -c "open('.venv/installed', 'w').close()"

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --python-version 3.11 --extra dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
