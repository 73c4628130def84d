# The command index. Each target is one or two lines; what they do stands in scripts/.
.DEFAULT_GOAL := help
# Where the toolchain that rust-toolchain.toml names is not installed and none is fetched, the machine's own is used; Cargo.toml says
# how old it may be.
ifneq ($(shell rustc --version >/dev/null 2>&1 || echo missing),)
export RUSTUP_TOOLCHAIN := stable
endif
.PHONY: help run build dist setup test check fmt bench torture soak clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

run: build ## build everything and start a shop with a demo month of traffic on http://127.0.0.1:8000
	@target/release/kassa up --demo

build: ## build the web part and target/release/kassa
	@scripts/build

dist: ## pack the program with its libduckdb, optimised as a whole: dist/kassa-<version>-<target>.tar.gz
	@scripts/dist

setup: ## fetch what cargo links: the prebuilt libduckdb, into .duckdb/
	@scripts/setup

test: ## run all tests and checks (CI runs this)
	@scripts/test

check: setup ## the quick part of it: format, lints, unit tests, repository rules
	@scripts/fmt --check && cargo clippy --workspace --all-targets -- -D warnings
	@cargo test --workspace --lib --bins && scripts/tidy_test.py && scripts/scripts_test.py && scripts/tidy

fmt: ## format all that is in the tree: Rust, TypeScript, CSS, Python, shell
	@scripts/fmt

bench: ## measure what docs/performance.md describes; PART=a for one part, RECORD=1 to note it in bench/history.jsonl
	@scripts/bench

torture: ## the hard tests at their full counts, noted in bench/torture.jsonl and docs/reliability.md
	@scripts/torture

soak: ## the hard tests with new seeds, until interrupted
	@scripts/torture --forever

clean: ## remove what was built and fetched (not data/)
	@cargo clean && rm -rf web/node_modules web/*/node_modules web/*/dist dist .duckdb .tools web/e2e/.python
