#!/bin/sh
# Gives the users their passwords and becomes RabbitMQ.
set -eu
here=$(dirname "$0")
umask 077
sh "$here/../fill-in.sh" "$here/definitions.json" >/tmp/definitions.json
exec rabbitmq-server
