# The front door. Every target sets up what it needs: system packages, npm packages, the compiled tool.
# `make help` lists them. Only relative paths are used: a checkout may live under a path with spaces.

KERNEL ?=
S ?=
JOBS ?=
YES ?=
ARGS ?=
A ?=
N ?=
SEED ?=
SAMPLE ?=
OLDER ?= 14d

# Values reach the recipes through the environment, never through make's text: blanks and quotes in them are safe.
export KERNEL S SEED SAMPLE JOBS A N OLDER

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := help

# npm and the caches want a home; some CI systems and `env -i` give none.
ifeq ($(strip $(HOME)),)
export HOME := $(shell getent passwd "$$(id -u)" | cut -d: -f6)
endif

# Kernels are built with make too: this make's flags and variables are none of its business.
CLEAN_ENV := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES
LASTREF := $(CLEAN_ENV) node build/src/cli/main.js
OPTIONS = $${KERNEL:+--kernel "$$KERNEL"} $${JOBS:+--jobs "$$JOBS"} $(ARGS)
SOURCES := $(shell find src suites images guests test bench -name '*.ts' 2>/dev/null)

.PHONY: help check nightly try test lint format suite meta golden bench-verdict list doctor docs mutants kernel rootfs shell clean distclean new-scenario setup bench soak repeats

help: ## list the targets
	@printf 'usage: make TARGET [KERNEL=name|tree|bzImage|git:PATH#REF] [S="scenario or suite..."] [JOBS=n] [YES=1] [ARGS=...]\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

check: build/.compiled ## the main job: put the quick scenarios and a sample of the matrix to KERNEL (default linux-6.12-kasan), judge
	@$(LASTREF) run --tag '!nightly' --sample "$${SAMPLE:-12}" $${SEED:+--seed "$$SEED"} $(OPTIONS)

nightly: build/.compiled ## everything: slow scenarios, races from today's seed (or SEED), the whole matrix
	@$(LASTREF) run --seed "$${SEED:-$$(date +%Y%m%d)}" $(OPTIONS)

try: build/.compiled ## real verdicts in minutes: the p2pdma suite on Debian's ready-made 7.3, nothing to compile
	@KERNEL="$${KERNEL:-debian-7.3}"; $(LASTREF) run p2pdma $(OPTIONS)

test: build/.compiled ## the project's own tests, real guests included
	@$(CLEAN_ENV) node build/test/run.js $(ARGS)

lint: build/.compiled ## formatting, lint rules and types
	@$(CLEAN_ENV) npm run --silent lint

format: node_modules/.package-lock.json ## format the sources
	@npm run --silent format

suite: build/.compiled ## run the scenarios or suites S="p2pdma/x meta"
	@[ -n "$$S" ] || { echo 'which? make suite S=p2pdma, or S=p2pdma/SCENARIO; `make list` shows them' >&2; exit 2; }
	@$(LASTREF) run $$S $(OPTIONS)

meta: build/.compiled ## judge the tool itself: guests that panic, hang, flood, vanish
	@$(LASTREF) run meta --mutant more-crashes $(OPTIONS)

golden: build/.compiled ## capture test/verdict/logs anew from guests of KERNEL, a named one: review the diff
	@$(LASTREF) run meta --mutant more-crashes $(OPTIONS) || echo 'what did not come out as declared is left as it was'
	@node build/test/verdict/capture.js runs/latest
	@LASTREF_UPDATE_GOLDEN=1 npx ava test/verdict/golden.test.ts
	@npx biome format --write test/verdict/logs

bench: build/.compiled ## measure every target on this machine (an hour; ARGS="--only a,d --quick"); JSON goes to runs/bench
	@$(CLEAN_ENV) node build/bench/run.js $${KERNEL:+--kernel "$$KERNEL"} $(ARGS)

soak: build/.compiled ## one scenario S over and over (N=200), each time in a fresh clone: same answer, nothing left behind
	@$(CLEAN_ENV) node build/bench/soak.js $$S --rounds "$${N:-200}" $${KERNEL:+--kernel "$$KERNEL"}

repeats: build/.compiled ## the quick run N times (default 20), seeds of their own: false alarms on a kernel without a bug
	@$(CLEAN_ENV) node build/bench/repeats.js --times "$${N:-20}" $${KERNEL:+--kernel "$$KERNEL"}

bench-verdict: build/.compiled ## time the verdict engine (ARGS=FOLDER: on the logs in it too)
	@$(CLEAN_ENV) node build/bench/verdict.js $(ARGS)

list: build/.compiled ## suites, scenarios, shapes and kernels
	@$(LASTREF) list $(ARGS)

doctor: build/.compiled ## what this host lacks, which accelerator and why
	@$(LASTREF) doctor $(ARGS)

kernel: build/.compiled ## build KERNEL, or find it in the cache
	@$(LASTREF) kernel build $${KERNEL:+"$$KERNEL"} $(ARGS)

rootfs: build/.compiled ## build the initramfs of the guests
	@$(LASTREF) rootfs build $(ARGS)

shell: build/.compiled ## boot KERNEL and get a shell in the guest (ARGS="--shape cmb-hostbridge")
	@$(LASTREF) shell $${KERNEL:+--kernel "$$KERNEL"} $(ARGS)

docs: build/.compiled ## make docs/promises.md from docs/data; RUNS="runs/latest ..." takes results in first
	@$(LASTREF) docs $(RUNS)

mutants: build/.compiled ## seed every bug of the suites into KERNEL, one by one: which scenario sees it?
	@$(LASTREF) mutants --resume $(OPTIONS)

clean: build/.compiled ## remove runs and cached kernels not used for OLDER (default 14d); ARGS=--dry-run to look first
	@$(LASTREF) clean --older-than "$$OLDER" $(ARGS)

distclean: ## remove what was compiled and installed in the checkout; runs and caches stay
	@rm -rf build node_modules

new-scenario: ## start suites/A/N.ts from the template, e.g. make new-scenario A=p2pdma N=unbind-waits-for-read
	@.ci/new-scenario "$$A" "$$N"

setup: ## install the system packages that are missing (YES=1: without asking)
	@.ci/setup $(if $(YES),--yes)

node_modules/.package-lock.json: package.json package-lock.json | setup
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build/.compiled: node_modules/.package-lock.json tsconfig.json $(SOURCES) | setup
	@node_modules/.bin/tsc -p .
	@touch $@
