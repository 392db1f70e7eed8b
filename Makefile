# run: hold a meeting on this machine.   test: everything.   check: lint and types.   ci: both.
# cluster: the same on PostgreSQL, Valkey and three processes.
# Nothing here needs more than python3 (with venv), make, git and the core utilities.

export PYTHON ?= python3
BIN := .venv/bin
UV := .venv/uv/bin/uv
comma := ,
COMPILE := pip compile --quiet --universal --generate-hashes --python-version 3.11 \
           --custom-compile-command "make lock"

.PHONY: setup run cluster test test-faults soak mutants train-review bench bench-peers check ci docs lock clean
.DEFAULT_GOAL := run
.NOTPARALLEL:

setup: .venv/.runtime

run: .venv/.runtime
	@exec $(BIN)/python -m chatroom.run

cluster: .venv/.dev
	@exec $(BIN)/python -m tests.cluster

# One file after the other. WORKERS=auto takes one on each core: half as long, and what waits for a browser is tried under load.
test: .venv/.dev
	@$(BIN)/python tests/browser/chromium.py
	@$(BIN)/python tests/engines/browsers.py
	$(BIN)/python -m pytest $(if $(WORKERS),--numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile)

# Breaks things on purpose: `test-faults` in the size of CI, or with FULL=1 in full. `soak` does it
# for 10 minutes, in an order that SEED= replays, and writes what it measured into docs/reliability.md.
test-faults: .venv/.dev
	$(BIN)/python -m pytest tests/faults

soak: export SOAK ?= 600
soak: export FIGURES := .faults.jsonl
soak: .venv/.dev
	@rm -f $(FIGURES)
	$(BIN)/python -m pytest tests/faults/test_schedule.py
	$(BIN)/python -m tests.faults.table $(FIGURES) docs/reliability.md
	@rm -f $(FIGURES)

# Plants small mistakes into chatroom/, in a copy: ON="live store" EACH=8 for fewer or more of them, SEED= for others.
mutants: export ON ?= live store bus people care groups web
mutants: .venv/.dev
	nice -n 19 $(BIN)/python -m tests.mutants --each $(or $(EACH),5) $(ON)

# Makes the artefacts of the learned review again, from the corpus and the pinned first weights: half an hour on one
# core, with tools in a venv of their own (some GB, which nothing else needs). `.venv/bin/python -m training.measure`
# then gives the figures of docs/review.md.
train-review: .venv/.train
	.venv/train/bin/python -m training

# One JSON object a line, within 15 minutes: `make -s bench > figures`; ONLY="join idle" for some of it. Then
# `.venv/bin/python -m tests.load.plot figures` writes them into docs/performance.md.
bench: .venv/.dev
	@$(BIN)/python -W ignore -m tests.load $(ONLY)

# The same fan-out with the servers of others in the same rounds; they are put into .peers. About 10 minutes.
bench-peers: .venv/.dev .peers/.done
	@PEERS=1 MEMBERS=$(or $(MEMBERS),200$(comma)1000$(comma)5000) $(BIN)/python -W ignore -m tests.load fanout

.peers/.done: tests/load/peers/install.sh
	@tests/load/peers/install.sh >&2
	@touch $@

# What keeps the shape of the house, and every branch of the rules.
RULES := tests/test_architecture.py tests/meeting tests/case tests/content tests/test_masks.py tests/test_bounds.py tests/test_places.py

check: .venv/.dev .venv/.node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@.ci/setup tsc
	$(BIN)/python -m coverage run -m pytest $(RULES)
	$(BIN)/python -m coverage report

ci: check test

docs: .venv/.runtime
	$(BIN)/python -m chatroom.web.protocol_docs
	$(BIN)/python -m tests.fc
	$(BIN)/python -m tests.abuse
	$(BIN)/python -m tests.cm
	$(BIN)/python -m tests.house write

# Takes the newest releases that pyproject.toml allows.
lock: .venv/.runtime
	$(BIN)/python -m venv .venv/uv
	.venv/uv/bin/python -m pip install -qq uv
	$(UV) $(COMPILE) --upgrade --group build pyproject.toml -o requirements.lock
	$(UV) $(COMPILE) --upgrade --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(UV) $(COMPILE) --upgrade --group train -c requirements.lock pyproject.toml -o requirements-train.lock

clean:
	rm -rf .venv .peers node_modules .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Each stamp is as new as the files it was made from, so that a second start does nothing.
.venv/.runtime: requirements.lock pyproject.toml
	@.ci/setup runtime
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@.ci/setup dev
	@touch $@

.venv/.train: .venv/.runtime requirements-train.lock
	@.ci/setup train
	@touch $@

.venv/.node: .venv/.dev package.json package-lock.json
	@.ci/setup node
	@touch $@
