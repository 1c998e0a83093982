#!/bin/sh
# Starts as a replica of whom the Sentinels name; the first pod of a new set, whom nobody knows yet, as the primary.
set -eu
me="$HOSTNAME.redis"
primary=$(env -u REDISCLI_AUTH valkey-cli -h redis-sentinels -p 26379 --raw sentinel get-master-addr-by-name baton 2>/dev/null | head -n 1 || true)
[ -n "$primary" ] || primary=redis-0.redis
{
  echo "requirepass $REDIS_PASSWORD"
  echo "masterauth $REDIS_PASSWORD"
  echo "replica-announce-ip $me"
  [ "$primary" = "$me" ] || echo "replicaof $primary 6379"
} | exec valkey-server /etc/valkey/valkey.conf -
