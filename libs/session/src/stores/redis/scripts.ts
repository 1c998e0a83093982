import { createHash } from 'node:crypto';
import { countOperation } from '../operations.ts';
import { IN_USE_MS } from '../../model/standing.ts';
import type { RedisCommands } from './client.ts';
import { TOMBSTONE } from './layout.ts';

/**
 * The scripts that write sessions; they replace locks. Unless noted otherwise, KEYS are 1 session, 2 lease, 3 pending
 * entries, 4 dirty set. "ended" means revoked or expired.
 */

/** `ttl`: milliseconds to the earlier of idle end and absolute end, by Redis's own clock; 0: the session has ended. */
const COMMON = `
local TOMBSTONE = '${TOMBSTONE}'
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function ttl(idle_ms, expires_at)
  return math.floor(math.max(0, math.min(tonumber(idle_ms), tonumber(expires_at) - now())))
end
local function version(value) return tonumber(string.match(value, '^(%d+)|')) end
local function extend(session, idle_ms, expires_at)
  local head = redis.call('GETRANGE', session, 0, 0)
  if head == '' or head == TOMBSTONE then return 0 end
  redis.call('PEXPIRE', session, ttl(idle_ms, expires_at))
  return 1
end
local function remember(entry, key)
  if entry == '' then return end
  redis.call('RPUSH', KEYS[3], entry)
  redis.call('SADD', KEYS[4], key)
end
`;

/** Sent by its hash. Redis runs nothing else between its first and its last line. */
export class Script {
  private readonly source: string;
  private readonly sha: string;

  /** `operation`: its name in the metrics. */
  constructor(
    private readonly operation: `redis ${string}`,
    source: string,
  ) {
    this.source = COMMON + source;
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  async run<T>(redis: RedisCommands, keys: string[], args: (string | number)[]): Promise<T> {
    countOperation(this.operation);
    const options = { keys, arguments: args.map(String) };
    try {
      return (await redis.evalSha(this.sha, options)) as T;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(this.source, options)) as T;
    }
  }
}

export type PutResult = 'stored' | 'older' | 'absent' | 'ended' | 'dirty';

/**
 * After a commit in Postgres. ARGV: version, value, idle ms, expires at, 'create' | 'save'.
 * A save never creates: after a FLUSHALL the record returns through a leased fill, which cannot overtake a logout. A fill
 * in progress may have read Postgres before this commit, so it loses its lease.
 */
export const PUT = new Script(
  'redis put',
  `local current = redis.call('GET', KEYS[1])
if current == TOMBSTONE then return 'ended' end
if not current and ARGV[5] == 'save' then
  redis.call('DEL', KEYS[2])
  return 'absent'
end
if current and redis.call('EXISTS', KEYS[3]) == 1 then return 'dirty' end
if current and version(current) >= tonumber(ARGV[1]) then return 'older' end
local ms = ttl(ARGV[3], ARGV[4])
if ms == 0 then return 'ended' end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ms)
redis.call('DEL', KEYS[2])
return 'stored'`,
);

/** After a miss, with the record of Postgres. ARGV: lease token, value, when the session ends unless it is used. */
export const FILL = new Script(
  'redis fill',
  `if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local ms = ttl(math.huge, ARGV[3])
if ms == 0 or redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ms)
return 1`,
);

/** After a revocation in Postgres: a tombstone until the session's absolute end. ARGV: expires at. */
export const TOMB = new Script(
  'redis revoke',
  `redis.call('DEL', KEYS[2])
local ms = ttl(math.huge, ARGV[1])
if ms == 0 then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], TOMBSTONE, 'PX', ms) end
return 1`,
);

/** Many sessions at once. KEYS: their values. ARGV: idle ms and expires at of each. Returns 1 or 0 for each. */
export const TOUCH = new Script(
  'redis touch',
  `local touched = {}
for i, session in ipairs(KEYS) do touched[i] = extend(session, ARGV[2 * i - 1], ARGV[2 * i]) end
return touched`,
);

/**
 * CREATE, SAVE and REVOKE write to Redis first: while Postgres is unavailable, with an entry that Postgres gets later, or,
 * when Redis is the only store, with the entry '', which is not kept. CREATE's ARGV: value, idle ms, expires at, entry, key.
 */
export const CREATE = new Script(
  'redis create-dirty',
  `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', math.max(1, ttl(ARGV[2], ARGV[3])))
remember(ARGV[4], ARGV[5])
return 1`,
);

/** Compare-and-set. ARGV: version expected, value, idle ms, expires at, entry, key. */
export const SAVE = new Script(
  'redis save-dirty',
  `local current = redis.call('GET', KEYS[1])
if not current then return 'absent' end
if current == TOMBSTONE then return 'tombstone' end
if version(current) ~= tonumber(ARGV[1]) then return 'conflict' end
local ms = ttl(ARGV[3], ARGV[4])
if ms == 0 then return 'tombstone' end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ms)
redis.call('DEL', KEYS[2])
remember(ARGV[5], ARGV[6])
return 'stored'`,
);

/** ARGV: expires at, entry, key. */
export const REVOKE = new Script(
  'redis revoke-dirty',
  `local current = redis.call('GET', KEYS[1])
if not current then return 'absent' end
if current == TOMBSTONE then return 'tombstone' end
redis.call('SET', KEYS[1], TOMBSTONE, 'PX', math.max(1000, ttl(math.huge, ARGV[1])))
redis.call('DEL', KEYS[2], KEYS[3])
remember(ARGV[2], ARGV[3])
return 'revoked'`,
);

/** One session while Postgres is unavailable. ARGV: idle ms, expires at, key. */
export const TOUCH_DIRTY = new Script(
  'redis touch-dirty',
  `local touched = extend(KEYS[1], ARGV[1], ARGV[2])
if touched == 1 then redis.call('SADD', KEYS[4], ARGV[3]) end
return touched`,
);

/**
 * Postgres has the first ARGV[2] entries now. ARGV: first entry, how many, key, value, when the session ends unless it is
 * used. Returns how many are left. The value is replaced only if none is left, and only by a newer version.
 */
export const SETTLE = new Script(
  'redis settle',
  `local count = tonumber(ARGV[2])
if count > 0 and redis.call('LINDEX', KEYS[3], 0) == ARGV[1] then redis.call('LTRIM', KEYS[3], count, -1) end
local left = redis.call('LLEN', KEYS[3])
if left > 0 then return left end
redis.call('SREM', KEYS[4], ARGV[3])
local current = redis.call('GET', KEYS[1])
if ARGV[4] ~= '' and current and current ~= TOMBSTONE and version(current) < version(ARGV[4]) then
  local ms = ttl(math.huge, ARGV[5])
  if ms > 0 then redis.call('SET', KEYS[1], ARGV[4], 'PX', ms) end
end
return 0`,
);

/** Deletes a copy that is older than version ARGV[1]; the next read fills it again. Returns -1 if entries are pending. */
export const DROP = new Script(
  'redis drop',
  `if redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
redis.call('DEL', KEYS[2])
local current = redis.call('GET', KEYS[1])
if current and current ~= TOMBSTONE and version(current) < tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1`,
);

/** Redis's clock in epoch milliseconds. KEYS: any; on a cluster, its server responds. */
export const NOW = new Script('redis time', 'return now()');

/** Up to ARGV[1] dirty sessions of the sets in KEYS. */
export const DIRTY = new Script(
  'redis dirty',
  `local found = {}
for _, set in ipairs(KEYS) do
  for _, key in ipairs(redis.call('SRANDMEMBER', set, ARGV[1])) do
    found[#found + 1] = key
    if #found >= tonumber(ARGV[1]) then return found end
  end
end
return found`,
);

/** Beats that are further apart are a gap: no replica used Redis. Replicas beat every half revocation bound; a busy machine delays them. */
const GAP_MS = 5000;

/**
 * A replica uses this Redis. KEYS: the state. ARGV: 1 if the replica uses Postgres too; 1 if sessions are dirty (Redis is ahead
 * of Postgres), 0 if none is, '' if it did not look; 'refreshed' if it has just brought this Redis up to date, 'missed' if it
 * knows of a change that Redis has not got, else ''; 1 if the replica waits for the beat of another one that never lost Redis,
 * and the last beat that it has found, '' for none. Returns 1 if Redis is behind, because it missed a change, or because a gap
 * between beats began while Postgres was in use: this stays so until a replica has refreshed it; or if the replica has to wait.
 * Then milliseconds since Postgres was last used, and since sessions are dirty, -1 for never; and the last beat of another replica.
 * By Redis's clock.
 */
export const BEAT = new Script(
  'redis beat',
  `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function since(field, later)
  local at = redis.call('HGET', KEYS[1], field)
  return at and later and later - at or -1
end
local beat = redis.call('HGET', KEYS[1], 'beat_at')
local in_use = since('postgres_at', beat)
if ARGV[3] == 'missed' then redis.call('HSET', KEYS[1], 'missed', 1) end
if ARGV[3] == 'refreshed' then redis.call('HDEL', KEYS[1], 'missed')
elseif redis.call('HEXISTS', KEYS[1], 'missed') == 1 then return {1, 0, 0, ''}
elseif beat and now - beat > ${GAP_MS} and in_use >= 0 and in_use <= ${IN_USE_MS} then return {1, 0, 0, ''}
elseif ARGV[4] == '1' and (ARGV[5] == '' or ARGV[5] == beat) then return {1, 0, 0, beat or ''} end
redis.call('HSET', KEYS[1], 'beat_at', now)
if ARGV[1] == '1' then redis.call('HSET', KEYS[1], 'postgres_at', now) end
if ARGV[2] == '1' then redis.call('HSETNX', KEYS[1], 'dirty_since', now) end
if ARGV[2] == '0' then redis.call('HDEL', KEYS[1], 'dirty_since') end
return {0, since('postgres_at', now), since('dirty_since', now), beat or ''}`,
);
