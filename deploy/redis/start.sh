#!/bin/sh
# Gives the users their passwords and becomes Redis. Further arguments are Redis' own.
set -eu
here=$(dirname "$0")
umask 077
users=$(mktemp)
sh "$here/../fill-in.sh" "$here/users.acl" >"$users"
exec redis-server "$here/redis.conf" --aclfile "$users" "$@"
