# Two commands matter: `make run` shows the tutorial, `make test` proves the rest.
.DEFAULT_GOAL := help

GO ?= go
# The linter is fetched by name and version; nothing has to be installed first.
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
STYLE ?= typed
OUTCOME ?= random
FUZZTIME ?= 30s
HOURS ?= 1
SEED ?= 1
# Each soak takes other cases; it prints its seed.
SOAKSEED ?= $(shell date +%s)
ONLY ?=
# On a terminal make run shows the run as a live tree, else its log. PROGRESS= turns it off.
PROGRESS ?= $(shell test -t 2 && echo 1)

# The packages with annotations of their own.
ANNOTATED := ./examples/... ./cmd/cloacina-gen/internal/starter/... ./runtime/bench/internal/seven/...
# The examples with recorded output.
RECORDED := $(patsubst examples/%/README.md,./examples/%/...,$(wildcard examples/*/README.md))

.PHONY: help
help: ## Show this list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: generate ## Generate and run tutorial 04. OUTCOME=fetch|cache|none|random STYLE=typed|dynamic
	$(if $(filter typed dynamic,$(STYLE)),,$(error unknown STYLE "$(STYLE)": want typed or dynamic))
	$(GO) run ./examples/tutorial_04/$(STYLE) -outcome $(OUTCOME) $(if $(PROGRESS),-progress)

.PHONY: generate
generate: ## Regenerate the code of all examples, and of the project that init writes.
	$(GO) generate $(ANNOTATED)

.PHONY: test
test: ## Run all tests, then those that exercise concurrency under the race detector.
	$(GO) vet ./...
	$(GO) run ./cmd/cloacina-gen check --werror $(ANNOTATED)
	$(GO) test ./...
	$(MAKE) race

# SQLite in pure Go is very slow under the race detector: there the
# runtime uses the in-memory store, but for the tests named here.
RACE_SQLITE_STORE := TestNobodyIsLockedOut|TestReadersOutliveACancelledQuery|TestInABubble|TestOpenTwiceNamesTheOwner|View
RACE_SQLITE_RUNTIME := TestManyRunsAtOnce|TestCancelEndsEverythingAtOnce|TestRecoveryAfterACrash|TestShutdownStopsAttempts

.PHONY: race
race: ## Run the tests that exercise concurrency under the race detector.
	$(GO) test -race ./annotations/... ./internal/plan ./internal/jsonvalue ./internal/engine ./internal/store/memory
	$(GO) test -race ./runtime ./runtime/cloacinatest ./runtime/console ./runtime/progress ./internal/terminal -skip '/sqlite'
	$(GO) test -race ./runtime -run '($(RACE_SQLITE_RUNTIME))/sqlite|TestRandomRunsSurviveRestarts'
	$(GO) test -race ./internal/store/sqlite -run '$(RACE_SQLITE_STORE)'

# Everything that reads or prints foreign text, as package/target.
FUZZ := \
	annotations/FuzzDirective annotations/FuzzArguments annotations/FuzzRule \
	cmd/cloacina-gen/internal/load/FuzzLoader cmd/cloacina-gen/internal/report/FuzzReport \
	cmd/cloacina-gen/internal/cache/FuzzParse \
	cmd/cloacina-gen/internal/emit/FuzzText cmd/cloacina-gen/internal/emit/FuzzProse \
	internal/sat/FuzzSolver internal/shape/FuzzShape internal/engine/FuzzStep internal/store/sqlite/FuzzUnpack \
	internal/jsonvalue/FuzzScalar internal/jsonvalue/FuzzDecode internal/jsonvalue/FuzzCanonical \
	internal/jsonvalue/FuzzParseDecimal internal/jsonvalue/FuzzText internal/jsonvalue/FuzzFind

.PHONY: fuzz $(FUZZ:%=fuzz/%)
fuzz: $(FUZZ:%=fuzz/%) ## Fuzz whatever reads or prints foreign text, FUZZTIME (default 30s) each.

$(FUZZ:%=fuzz/%): fuzz/%:
	$(GO) test ./$(*D) -run '^$$' -fuzz '^$(*F)$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x

.PHONY: soak
soak: ## Prove everything for longer: a million executions of each fuzz target, then HOURS=1 of the rows of make trust.
	$(MAKE) fuzz FUZZTIME=1000000x
	$(MAKE) proofs
	$(GO) run ./internal/proof/prove soak -hours $(HOURS) -seed $(SOAKSEED)

.PHONY: proofs
proofs: ## Hold the checker against 100,000 random workflows that the engine executes in every way.
	$(GO) test ./internal/oracle -count=1 -v -timeout 0 -run 'Outcomes|Findings|Misspellings' \
		-workflows 100000 -sources 100000 -misspellings
	$(GO) test ./annotations/check/internal/body -count=1 -timeout 0 -bodies 300
	$(GO) test ./cmd/cloacina-gen -count=1 -timeout 0 -run 'Hostile|TheCacheChangesNothing' -hostile -edits 200

# One row for each promise of docs/reliability.md: the same tests as in `make test`,
# each with a target, a budget in seconds and a seed.
.PHONY: trust
trust: ## Hold the promises of docs/reliability.md, as one table, in at most 20 minutes. SEED=1 ONLY=name
	$(GO) run ./internal/proof/prove trust -seed $(SEED) -only "$(ONLY)"

.PHONY: teeth
teeth: ## Put known bugs into the engine, one after another, and expect that a row of make trust catches each. ONLY=name
	$(GO) run ./internal/proof/prove teeth -only "$(ONLY)"

.PHONY: bench
bench: ## Compare with what the disk allows, as one table, and show how cost grows.
	$(GO) run ./runtime/bench

.PHONY: microbench
microbench: ## Run the benchmarks of single packages, and that of the tool beside go build.
	$(GO) test -run '^$$' -bench . -benchmem ./runtime ./internal/engine ./internal/jsonvalue ./internal/store/sqlite
	$(GO) test -run '^$$' -bench . -benchmem ./internal/outcome ./internal/sat ./cmd/cloacina-gen/internal/graph/...
	$(GO) test ./annotations/check -run '^$$' -bench . -benchtime 3x
	$(GO) test ./cmd/cloacina-gen -count=1 -v -timeout 0 -run TestSpeed -speed 5

.PHONY: golden
golden: generate ## Rewrite recorded outputs; review the difference like code.
	$(GO) test ./annotations/check ./cmd/cloacina-gen ./cmd/cloacina-gen/internal/emit ./cmd/cloacina-gen/internal/graph \
		./cmd/cloacina-gen/internal/report ./runtime/cloacinatest ./runtime/console ./runtime/progress \
		$(RECORDED) -update
	$(GO) test ./internal/docs -update # these two copy from what the others have written
	$(GO) test ./examples -update

.PHONY: schema
schema: ## Record the schema of the store as that of a release; what is released stays.
	$(GO) test ./internal/store/sqlite -count=1 -run TestReleasedSchemas -release

.PHONY: lint
lint: ## Check formatting and run the linters.
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	$(GO) run $(LINT) run ./...

.PHONY: cross
cross: ## Vet for the systems that the tests do not run on.
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
