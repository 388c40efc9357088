# Each target is one npm script or one short program in scripts/, for people without make.
SHELL := /bin/sh
SOURCES := $(shell find apps libs scripts -name '*.ts' 2>/dev/null) nest-cli.json tsconfig.json tsconfig.build.json
.DEFAULT_GOAL := help

.PHONY: help install build demo run test check get-ship-data clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

install: node_modules/.installed ## install what package-lock.json names

build: dist/.built ## compile all apps

demo: dist/.built ## book a contact, watch it, follow rockets, print the account
	@node --enable-source-maps dist/scripts/demo.js

run: dist/.built ## start all apps in one process and stay up
	@exec node --enable-source-maps dist/apps/all/src/main.js

test: dist/.built ## run every tier; the last line counts
	@node scripts/test.mjs

check: node_modules/.installed ## format, lint, types and unit tests
	@npm run --silent check

get-ship-data: dist/.built ## <ship name>: <count> for each ship of the running ingestor
	@node --enable-source-maps dist/scripts/ship-data.js

clean: ## forget what was built, installed and stored
	rm -rf dist node_modules data

node_modules/.installed: package-lock.json package.json
	@echo 'Installing packages …'
	@npm ci --loglevel=error
	@touch $@

dist/.built: node_modules/.installed $(SOURCES)
	@echo 'Building …'
	@rm -rf dist
	@npm run --silent build
	@touch $@
