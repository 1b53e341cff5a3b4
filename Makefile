# What operators and developers type; the thinking is in bin/. Needs Python 3.11 with venv, and make.

PORT ?= 8000
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup run test check audit faults bench screenshots guide-pictures

setup: $(READY)
	@:

$(READY): requirements.txt requirements-dev.txt bin/setup
	@bin/setup $(READY)

run: $(READY)
	@PORT=$(PORT) bin/run

# make test ARGS="tests/portal -x" runs a part; REQUIRE_ALL=1 fails where PostgreSQL or Chromium did not run.
test: $(READY)
	@REQUIRE_ALL=$(REQUIRE_ALL) $(BIN)/python bin/test $(ARGS)

check: $(READY)
	@bin/check

# Known faults in what runs; asks over the network.
audit:
	@bin/audit

# Pages against their floors, then the short form of the load (three minutes): bench/README.md.
bench: $(READY)
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.load --short

# A thousand faults on both databases (a quarter of an hour and more), then faults put into the code, which the tests must notice.
faults: $(READY)
	@$(BIN)/python -m tests.faults $(ARGS)
	@$(BIN)/python -m tests.faults.seeded

screenshots: $(READY)
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

# Where our pages changed: the pictures of the workers' guide, taken anew, to be looked at and committed.
guide-pictures: $(READY)
	@$(BIN)/python -m tests.browser.guide_pictures
