/** Writes SESSIONS live sessions to Postgres and Redis in bulk, and their cookies to OUT. A server must be running, because it sets the generation. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { sign } from 'cookie-signature';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { plainCodec } from '../../../libs/session/src/model/codec.ts';
import { newPublicId, newSessionId, Peppers } from '../../../libs/session/src/model/id.ts';
import { newRecord, type Attributes, type SessionRecord } from '../../../libs/session/src/model/record.ts';
import { encodeValue, RedisKeys } from '../../../libs/session/src/stores/redis/layout.ts';
import { settings } from '../peers/settings.ts';
import { visitor } from '../peers/workload.ts';

const BATCH = 2000;
const IDLE_SECONDS = 1800;
const ABSOLUTE_SECONDS = 28_800;
const sessions = Number(process.env.SESSIONS);
const secret = process.env.SESSION_SECRETS!;
const peppers = new Peppers([process.env.SESSION_PEPPER!]);

const INSERT = `INSERT INTO session (key, public_id, proof, user_id, attributes, version, authenticated_at, idle_seconds, expires_at, ip, user_agent)
  SELECT key, public_id, proof, user_id, attributes, 1, now(), ${IDLE_SECONDS}, now() + interval '${ABSOLUTE_SECONDS} seconds', '127.0.0.1', 'bench'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS s(key, public_id, proof, user_id, attributes)`;

const pool = new Pool({ connectionString: settings.databaseUrl, max: 1 });
const redis = await createClient({ url: settings.redisUrl, commandOptions: { timeout: undefined } }).connect();
const cookies: string[] = [];
const keys: string[] = [];

/** Null if this run keeps no sessions in Redis. */
async function generation(): Promise<number | null> {
  if (process.env.SESSION_STRATEGY === 'postgres') return null;
  for (;;) {
    const { rows } = await pool.query<{ generation: string; identity: string | null }>(
      'SELECT generation, identity FROM session_cache',
    );
    if (rows[0]?.identity) return Number(rows[0].generation);
    await wait(100);
  }
}

function make(n: number): SessionRecord {
  const id = newSessionId();
  const attributes = visitor(n) as unknown as Attributes;
  cookies.push(`baton=${encodeURIComponent(`s:${sign(id, secret)}`)}`);
  const device = { ip: '127.0.0.1', userAgent: 'bench' };
  const session = { ...peppers.forWriting(id), publicId: newPublicId(), attributes, device };
  return newRecord(
    { ...session, idleSeconds: IDLE_SECONDS, absoluteSeconds: ABSOLUTE_SECONDS, authenticated: true },
    Date.now(),
    'postgres',
  );
}

async function seed(records: SessionRecord[], inGeneration: number | null): Promise<void> {
  const column = (pick: (record: SessionRecord) => unknown) => records.map(pick);
  await pool.query(INSERT, [
    column(({ key }) => key),
    column(({ publicId }) => publicId),
    column(({ proof }) => proof),
    column(({ userId }) => userId ?? randomUUID()),
    column(({ attributes }) => JSON.stringify(attributes)),
  ]);
  keys.push(...records.map(({ key }) => key));
  if (inGeneration === null) return;
  const names = new RedisKeys('baton');
  const store = (record: SessionRecord) =>
    redis.set(names.session(record.key, inGeneration), encodeValue(record, plainCodec, false), { PX: IDLE_SECONDS * 1000 });
  await Promise.all(records.map(store));
}

const current = await generation();
for (let from = 0; from < sessions; from += BATCH) {
  const records = Array.from({ length: Math.min(BATCH, sessions - from) }, (_, i) => make(from + i + 1));
  await seed(records, current);
}
await pool.query('VACUUM ANALYZE session');
writeFileSync(process.env.OUT!, JSON.stringify(cookies));
if (process.env.KEYS_OUT) writeFileSync(process.env.KEYS_OUT, JSON.stringify({ generation: current, keys }));
await pool.end();
redis.destroy();
