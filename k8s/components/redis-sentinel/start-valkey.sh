#!/bin/sh
# Starts as a replica of the primary that the Sentinels report. In a new set, where they report none, redis-0 is the primary.
set -eu
me="$HOSTNAME.redis"
primary=$(env -u REDISCLI_AUTH valkey-cli -h redis-sentinels -p 26379 --raw sentinel get-master-addr-by-name baton 2>/dev/null | head -n 1 || true)
[ -n "$primary" ] || primary=redis-0.redis
{
  echo "requirepass $REDIS_PASSWORD"
  echo "user baton on >$REDIS_APP_PASSWORD $(cat /etc/valkey-acl/rules.acl)"
  echo "masterauth $REDIS_PASSWORD"
  echo "replica-announce-ip $me"
  [ "$primary" = "$me" ] || echo "replicaof $primary 6379"
} | exec valkey-server /etc/valkey/valkey.conf -
