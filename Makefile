# Everything these commands install goes to .venv; everything they keep goes to var (or LINK4WEB_DATA_DIR).

WORKERS ?= 2
TESTS ?= tests
python := .venv/bin/python

.PHONY: help run test check bench soak format lock screenshots runtime dev
.DEFAULT_GOAL := help

help:
	@echo "make run          start Link4web here, with simulated accounting systems; PORT, SIMULATORS_PORT, SMTP_PORT and LINK4WEB_DATA_DIR choose where"
	@echo "make test         lint, types, import contracts and all tests (TESTS=tests/unit for some, WORKERS=4 for more at once)"
	@echo "make check        lint, types and import contracts alone"
	@echo "make bench        measure; writes benchmarks/results.md"
	@echo "make soak         kill, storm and attack runs; these take long"
	@echo "make format       let ruff lay out the code"
	@echo "make lock         write requirements/*.txt from pyproject.toml (UPGRADE=1 takes newer releases)"
	@echo "make screenshots  make the pictures of the README and the help anew"

run: runtime
	@exec $(python) -m link4web.supervisor

test: check
	@echo "== tests"
	@$(python) -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/soak $(TESTS)

check: dev
	@echo "== lint"
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@echo "== types"
	@$(python) -m mypy
	@echo "== import contracts"
	@$(python) -c "from importlinter.cli import lint_imports_command as run; run()"

bench: dev
	@$(python) -m benchmarks

soak: dev
	@if ls tests/soak/test_*.py >/dev/null 2>&1; then exec $(python) -m pytest tests/soak; else echo "There are no soak tests yet (tests/soak)."; fi

format: dev
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

screenshots: dev
	@$(python) -m scripts.screenshots

lock:
	@python=$$(scripts/find-python) && "$$python" scripts/lock.py $(if $(UPGRADE),--upgrade)

runtime dev:
	@python=$$(scripts/find-python) && "$$python" scripts/prepare.py $@
