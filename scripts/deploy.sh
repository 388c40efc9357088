#!/bin/sh
# Runs docker-compose.yml with passwords of its own; see "Deploy" in README.md.
set -eu

usage() {
  cat <<'TEXT'
Usage: scripts/deploy.sh up [service …]     builds, starts or renews all services, or these and what they need
       scripts/deploy.sh down               stops all and removes the containers; the data stays in its volumes
       scripts/deploy.sh settings [file]    only makes the file of settings, deploy/.env, or adds what it lacks

INGESTORS=3 scripts/deploy.sh up starts that many ingestors.
TEXT
}

fail() {
  echo "$1" >&2
  exit 1
}

# Keeps what there is: the servers' data knows the passwords of their first start.
write_settings() {
  umask 077
  mkdir -p "$(dirname "$1")"
  [ -e "$1" ] || cat >"$1" <<'TEXT'
# Made by scripts/deploy.sh for docker-compose.yml. Holds passwords: for nobody else to read.
TEXT
  chmod 600 "$1"
  # The address of this machine that the ports are published at; 0.0.0.0 for all, with no login before it.
  add_setting "$1" PERIGEE_BIND 127.0.0.1
  # The network of the containers, which the ship may send to. Change it if it is in use here.
  add_setting "$1" PERIGEE_NETWORK 172.29.87.0/24
  for name in POSTGRES POSTGRES_SCHEDULER POSTGRES_INGESTOR POSTGRES_ROCKET_MONITOR \
    REDIS_HEALTH REDIS_SCHEDULER REDIS_INGESTOR REDIS_ROCKET_MONITOR \
    RABBITMQ_OPERATOR RABBITMQ_SCHEDULER RABBITMQ_INGESTOR RABBITMQ_ROCKET_MONITOR; do
    add_setting "$1" "${name}_PASSWORD" "$(random_word)"
  done
}

add_setting() {
  grep -q "^$2=" "$1" || echo "$2=$3" >>"$1"
}

# 24 bytes in hexadecimal: safe in an address, a file of Redis and JSON.
random_word() {
  word=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  [ ${#word} -eq 48 ] || fail 'No random bytes are to be had from /dev/urandom.'
  echo "$word"
}

compose() {
  docker compose --env-file deploy/.env "$@"
}

need_docker() {
  docker compose version >/dev/null 2>&1 ||
    fail 'This needs Docker with `docker compose` (version 2), which is not here; `make run` does without.'
  docker info >/dev/null 2>&1 ||
    fail 'Docker is here, but its engine does not answer: start it, or ask for the right to use it.'
}

cd "$(dirname "$0")/.."
command=${1-}
[ $# -eq 0 ] || shift
case $command in
  up)
    need_docker
    write_settings deploy/.env
    case $* in
      '' | ingestor) set -- --scale "ingestor=${INGESTORS:-1}" "$@" ;;
    esac
    compose up --build --detach --wait --wait-timeout 300 "$@"
    ;;
  down)
    need_docker
    write_settings deploy/.env
    compose down --remove-orphans
    ;;
  settings) write_settings "${1-deploy/.env}" ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
