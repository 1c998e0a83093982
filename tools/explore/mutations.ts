/** One protection of the library, taken out: text of one of its modules (below libs/session/src) and what replaces it. */
export interface Mutation {
  readonly name: string;
  readonly what: string;
  /** Where exploration finds it, and within which bounds; the library as it is breaks no promise there. */
  readonly find: { readonly scenario: string; readonly preemptions: number; readonly faults: number };
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

const scripts = 'stores/redis/scripts.ts';
const saveQueue = 'stores/postgres/save-queue.ts';
const generation = 'stores/postgres/generation.ts';
const standing = 'stores/postgres/standing.ts';
const events = 'stores/postgres/events.ts';
const pending = 'stores/tiered/pending.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'lease',
    what: 'a fill does not ask whether its lease is still there',
    find: { scenario: 'fill-save', preemptions: 2, faults: 0 },
    edits: [{ file: scripts, find: "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end", replace: '' }],
  },
  {
    name: 'tombstone',
    what: 'a revocation deletes the copy and leaves no tombstone',
    find: { scenario: 'login-logout', preemptions: 1, faults: 1 },
    edits: [
      {
        file: scripts,
        find: "if ms == 0 then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], TOMBSTONE, 'PX', ms) end",
        replace: "redis.call('DEL', KEYS[1])",
      },
      {
        file: scripts,
        find: "redis.call('SET', KEYS[1], TOMBSTONE, 'PX', math.max(1000, ttl(math.huge, ARGV[1])))\nredis.call('DEL', KEYS[2], KEYS[3])",
        replace: "redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])",
      },
    ],
  },
  {
    name: 'redis-version',
    what: 'a save to Redis does not compare the version',
    find: { scenario: 'away-save', preemptions: 2, faults: 0 },
    edits: [{ file: scripts, find: "if version(current) ~= tonumber(ARGV[1]) then return 'conflict' end", replace: '' }],
  },
  {
    name: 'copy-version',
    what: 'an older version replaces the copy',
    find: { scenario: 'save-save', preemptions: 2, faults: 0 },
    edits: [{ file: scripts, find: "if current and version(current) >= tonumber(ARGV[1]) then return 'older' end", replace: '' }],
  },
  {
    name: 'postgres-version',
    what: 'a save to Postgres does not compare the version',
    find: { scenario: 'save-save', preemptions: 2, faults: 0 },
    edits: [{ file: saveQueue, find: 'WHERE s.key = c.key AND s.version = c.version', replace: 'WHERE s.key = c.key' }],
  },
  {
    name: 'generation',
    what: 'a Redis server that Postgres does not know keeps its generation',
    find: { scenario: 'read-logout', preemptions: 0, faults: 1 },
    edits: [{ file: generation, find: 'if (row!.identity === identity) return generation;', replace: 'return generation;' }],
  },
  {
    name: 'unapplied',
    what: 'no event is marked as unapplied',
    find: { scenario: 'repair-logout', preemptions: 0, faults: 0 },
    edits: [{ file: events, find: 'CASE WHEN e.unapplied THEN NULL ELSE now() END', replace: 'now()' }],
  },
  {
    name: 'drained-to',
    what: 'a drain does not ask which entries the row has already',
    find: { scenario: 'drain-drain', preemptions: 2, faults: 0 },
    edits: [
      { file: pending, find: 'return entries.slice(drained + 1).filter(', replace: 'return entries.slice(drained * 0).filter(' },
    ],
  },
  {
    name: 'recent-changes',
    what: 'a drain does not ask whether Postgres has a write after all whose answer was lost',
    find: { scenario: 'save-save', preemptions: 0, faults: 1 },
    edits: [{ file: pending, find: '.filter((entry) => !seen.has(entry.id))', replace: '.filter(() => seen.size >= 0)' }],
  },
  {
    name: 'newest',
    what: 'the copy alone decides that an id was stolen',
    find: { scenario: 'replace-read', preemptions: 1, faults: 1 },
    edits: [{ file: 'http/lookup.ts', find: 'this.store.find(key, { newest: true })', replace: 'this.store.find(key)' }],
  },
  {
    name: 'believe-behind',
    what: 'a read believes Postgres though changes that Redis acknowledged alone are not drained',
    find: { scenario: 'logout-away-return', preemptions: 1, faults: 1 },
    edits: [
      { file: standing, find: '`(SELECT away_epoch = drained_epoch\n', replace: '`(SELECT true OR away_epoch = drained_epoch\n' },
    ],
  },
  {
    name: 'believe-read-only',
    what: 'a read believes a Postgres that only reads, though Redis is in use',
    find: { scenario: 'read-only-logout', preemptions: 1, faults: 1 },
    edits: [
      {
        file: standing,
        find: " OR current_setting('transaction_read_only')::boolean OR $3::boolean",
        replace: ' OR ($3::boolean AND false)',
      },
    ],
  },
  {
    name: 'replica-clock',
    what: 'the clock of a replica decides whether an old id is still honoured',
    find: { scenario: 'replace-read', preemptions: 1, faults: 0 },
    edits: [{ file: 'http/lookup.ts', find: 'await this.store.now()', replace: 'Date.now() + 300_000' }],
  },
  {
    name: 'behind-session',
    what: 'a save changes the row of a session whose latest version only Redis has',
    find: { scenario: 'drain-save-same', preemptions: 1, faults: 0 },
    edits: [{ file: saveQueue, find: 'return base !== undefined && base.version < loadedVersion;', replace: 'return false;' }],
  },
];
