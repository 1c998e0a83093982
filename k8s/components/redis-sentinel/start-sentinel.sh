#!/bin/sh
# A Sentinel writes its state into its configuration file, so that cannot be the ConfigMap. An existing file is kept.
set -eu
if [ ! -s /sentinel/sentinel.conf ]; then
  umask 077
  cat > /sentinel/sentinel.conf <<END
port 26379
dir /sentinel
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOSTNAME.redis
sentinel monitor baton redis-0.redis 6379 2
sentinel auth-pass baton $REDIS_PASSWORD
sentinel down-after-milliseconds baton 3000
sentinel failover-timeout baton 15000
sentinel parallel-syncs baton 1
END
fi
exec valkey-server /sentinel/sentinel.conf --sentinel
