import { createHash } from 'node:crypto';
import { countOperation } from '../operations.ts';
import type { RedisCommands } from './client.ts';
import { TOMBSTONE } from './value.ts';

/**
 * A script runs alone: nothing happens in Redis between its first and its last line. That is all the locking there is.
 * KEYS: 1 session, 2 lease, 3 pending changes, 4 dirty set.
 */
export class Script {
  private readonly sha: string;
  private readonly name: string;

  constructor(
    name: string,
    private readonly source: string,
  ) {
    this.name = `redis ${name}`;
    this.sha = createHash('sha1').update(source).digest('hex');
  }

  async run<T>(redis: RedisCommands, keys: string[], args: (string | number)[]): Promise<T> {
    countOperation(this.name);
    const options = { keys, arguments: args.map(String) };
    try {
      return (await redis.evalSha(this.sha, options)) as T;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(this.source, options)) as T;
    }
  }
}

/** Idle time and absolute end, by Redis's own clock. Never negative: 0 means "has ended". */
const TTL = `
local function ttl(idle_ms, expires_at)
  local time = redis.call('TIME')
  return math.floor(math.max(0, math.min(tonumber(idle_ms), tonumber(expires_at) - (time[1] * 1000 + math.floor(time[2] / 1000)))))
end
local function version(value) return tonumber(string.match(value, '^(%d+)|')) end
local DEAD = '${TOMBSTONE}'
`;

const EXTEND = `
local function extend(session, idle_ms, expires_at)
  local head = redis.call('GETRANGE', session, 0, 0)
  if head == '' or head == DEAD then return 0 end
  redis.call('PEXPIRE', session, ttl(idle_ms, expires_at))
  return 1
end
`;

const REMEMBER = (entry: string, key: string) => `
if ${entry} ~= '' then
  redis.call('RPUSH', KEYS[3], ${entry})
  redis.call('SADD', KEYS[4], ${key})
end`;

export type PutResult = 'stored' | 'older' | 'absent' | 'ended' | 'dirty';

/**
 * After a commit in Postgres. ARGV: version, value, idle ms, expires at, 'create' | 'save'.
 * A save never creates: after a FLUSHALL the record comes back through a leased fill, which cannot overtake a logout. A fill
 * that is under way may have read Postgres before this commit: it loses its lease.
 */
export const PUT = new Script(
  'put',
  `${TTL}
local current = redis.call('GET', KEYS[1])
if current == DEAD then return 'ended' end
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

/** After a miss, with what Postgres held. ARGV: lease token, value, when the session ends unless it is used. */
export const FILL = new Script(
  'fill',
  `${TTL}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local ms = ttl(math.huge, ARGV[3])
if ms == 0 or redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ms)
return 1`,
);

/** A tombstone until the session's absolute end. ARGV: expires at. */
export const REVOKE = new Script(
  'revoke',
  `${TTL}
redis.call('DEL', KEYS[2])
local ms = ttl(math.huge, ARGV[1])
if ms == 0 then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], DEAD, 'PX', ms) end
return 1`,
);

/**
 * The next three are for Redis on its own: while Postgres is away (they write down what Postgres has to get later, in the
 * same step), or for good (the pending entry is empty then and nothing is kept).
 * ARGV: expires at, entry, key. Returns 1 revoked, 0 had ended, -1 unknown here.
 */
export const REVOKE_DIRTY = new Script(
  'revoke-dirty',
  `${TTL}
local current = redis.call('GET', KEYS[1])
if not current then return -1 end
if current == DEAD then return 0 end
redis.call('SET', KEYS[1], DEAD, 'PX', math.max(1000, ttl(math.huge, ARGV[1])))
redis.call('DEL', KEYS[2], KEYS[3])
${REMEMBER('ARGV[2]', 'ARGV[3]')}
return 1`,
);

/** Many sessions at once. KEYS: their records. ARGV: idle ms and expires at of each. Answers 1 or 0 for each. */
export const TOUCH = new Script(
  'touch',
  `${TTL}${EXTEND}
local touched = {}
for i, session in ipairs(KEYS) do touched[i] = extend(session, ARGV[2 * i - 1], ARGV[2 * i]) end
return touched`,
);

/** One session while Postgres is away. ARGV: idle ms, expires at, key. */
export const TOUCH_DIRTY = new Script(
  'touch-dirty',
  `${TTL}${EXTEND}
local touched = extend(KEYS[1], ARGV[1], ARGV[2])
if touched == 1 then redis.call('SADD', KEYS[4], ARGV[3]) end
return touched`,
);

/** Compare-and-set and the dirty mark in one step. ARGV: version expected, value, idle ms, expires at, entry, key. */
export const SAVE_DIRTY = new Script(
  'save-dirty',
  `${TTL}
local current = redis.call('GET', KEYS[1])
if not current then return 'absent' end
if current == DEAD then return 'ended' end
if version(current) ~= tonumber(ARGV[1]) then return 'conflict' end
local ms = ttl(ARGV[3], ARGV[4])
if ms == 0 then return 'ended' end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ms)
redis.call('DEL', KEYS[2])
${REMEMBER('ARGV[5]', 'ARGV[6]')}
return 'stored'`,
);

/** ARGV: value, idle ms, expires at, entry, key. */
export const CREATE_DIRTY = new Script(
  'create-dirty',
  `${TTL}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', math.max(1, ttl(ARGV[2], ARGV[3])))
${REMEMBER('ARGV[4]', 'ARGV[5]')}
return 1`,
);

/**
 * Postgres holds the first ARGV[2] pending changes now. ARGV: first entry, how many, key, value, when the session ends
 * unless it is used. Returns how many are left. The value is replaced only when none is, and only by a newer one.
 */
export const SETTLE = new Script(
  'settle',
  `${TTL}
local count = tonumber(ARGV[2])
if count > 0 and redis.call('LINDEX', KEYS[3], 0) == ARGV[1] then redis.call('LTRIM', KEYS[3], count, -1) end
local left = redis.call('LLEN', KEYS[3])
if left > 0 then return left end
redis.call('SREM', KEYS[4], ARGV[3])
local current = redis.call('GET', KEYS[1])
if ARGV[4] ~= '' and current and current ~= DEAD and version(current) < version(ARGV[4]) then
  local ms = ttl(math.huge, ARGV[5])
  if ms > 0 then redis.call('SET', KEYS[1], ARGV[4], 'PX', ms) end
end
return 0`,
);

/** Forgets a copy that may be older than ARGV[1]; the next read fills it again. Returns -1 if changes are pending. */
export const DROP = new Script(
  'drop',
  `${TTL}
if redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
redis.call('DEL', KEYS[2])
local current = redis.call('GET', KEYS[1])
if current and current ~= DEAD and version(current) < tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1`,
);

/** Up to ARGV[1] dirty sessions of the sets in KEYS. */
export const DIRTY = new Script(
  'dirty',
  `
local found = {}
for _, set in ipairs(KEYS) do
  for _, key in ipairs(redis.call('SRANDMEMBER', set, ARGV[1])) do
    found[#found + 1] = key
    if #found >= tonumber(ARGV[1]) then return found end
  end
end
return found`,
);
