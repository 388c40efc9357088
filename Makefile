# Each target is one npm script or one short program in scripts/, for people without make.
SHELL := /bin/sh
SOURCES := $(shell find apps libs scripts -name '*.ts' -o -name '*.c' 2>/dev/null) nest-cli.json tsconfig.json tsconfig.build.json
.DEFAULT_GOAL := help

.PHONY: help install build demo run test check services services-down dead-letters redrive get-ship-data storm bench clean \
  deploy deploy-scheduler deploy-spaceship deploy-ingestor deploy-rocket-monitor undeploy

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-22s %s\n", $$1, $$2 }'

install: node_modules/.installed ## install what package-lock.json names

build: dist/.built ## compile all apps

demo: dist/.built ## book a contact, watch it, follow rockets, print the account
	@node --enable-source-maps dist/scripts/demo.js

run: dist/.built ## start all apps in one process and stay up
	@exec node --enable-source-maps dist/apps/all/src/main.js

test: dist/.built ## run every tier; the last line counts
	@node scripts/test.mjs

check: dist/.built ## format, lint, types and unit tests
	@npm run --silent check

services: dist/.built ## start PostgreSQL, Redis and RabbitMQ, and print export lines for their addresses
	@node --enable-source-maps dist/scripts/services.js up

services-down: dist/.built ## stop what `make services` has started; the data stays
	@node --enable-source-maps dist/scripts/services.js down

dead-letters: dist/.built ## what no app could handle, and why; needs RABBITMQ_URL
	@node --enable-source-maps dist/scripts/dead-letters.js list

redrive: dist/.built ## send the dead letters to their apps once more
	@node --enable-source-maps dist/scripts/dead-letters.js redrive

get-ship-data: dist/.built ## <ship name>: <count> for each ship of the running ingestor
	@node --enable-source-maps dist/scripts/ship-data.js

deploy: ## start or renew everything in containers: each app, its servers, Locust; INGESTORS=3 for three
	@scripts/deploy.sh up

deploy-scheduler: ## start or renew the scheduler and what it needs, in containers
	@scripts/deploy.sh up scheduler

deploy-spaceship: ## start or renew the spaceship in a container
	@scripts/deploy.sh up spaceship

deploy-ingestor: ## start or renew the ingestor and what it needs, in containers
	@scripts/deploy.sh up ingestor

deploy-rocket-monitor: ## start or renew the rocket monitor and what it needs, in containers
	@scripts/deploy.sh up rocket-monitor

undeploy: ## stop and remove the containers; the data stays
	@scripts/deploy.sh down

storm: dist/.built ## kill and freeze everything at random, then check what became of each contact
	@node --enable-source-maps dist/scripts/storm.js $(STORM)

bench: dist/.built ## measure rockets and telemetry, and what they cannot be faster than; BENCH='--help'
	@node --enable-source-maps dist/scripts/bench.js $(BENCH)

clean: ## forget what was built, installed and stored
	@[ ! -e dist/scripts/services.js ] || node dist/scripts/services.js down
	rm -rf dist node_modules data

node_modules/.installed: package-lock.json package.json
	@echo 'Installing packages …' >&2
	@npm ci --loglevel=error >&2
	@npm run --silent build:native >&2
	@touch $@

dist/.built: node_modules/.installed $(SOURCES)
	@echo 'Building …' >&2
	@rm -rf dist
	@npm run --silent build >&2
	@touch $@
