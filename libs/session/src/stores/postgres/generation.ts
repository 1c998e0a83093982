import { EVERYBODY } from '../../model/revocation.ts';
import type { Database } from './database.ts';
import { writeEvents } from './events.ts';

/**
 * The generation to use with this Redis server. A server that Postgres does not know (restarted, restored, promoted) may
 * hold anything, so the generation is raised and every key it holds becomes invisible.
 */
export async function agreeOnGeneration(database: Database, identity: string): Promise<number> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ generation: string; identity: string | null }>(
      'SELECT generation, identity FROM session_cache WHERE id = 1 FOR UPDATE',
    );
    const generation = Number(row!.generation);
    if (row!.identity === identity) return generation;
    // What the old server acknowledged alone is lost with it, so there is nothing left to drain.
    await tx.query(
      'UPDATE session_cache SET generation = generation + 1, identity = $1, drained_epoch = away_epoch WHERE id = 1',
      [identity],
    );
    // Keys of the old generation are not read again and need no repair.
    await tx.query('UPDATE session_event SET applied_at = now() WHERE applied_at IS NULL');
    await writeEvents(tx, [{ type: 'generation', details: { generation: generation + 1 }, unapplied: false }]);
    return generation + 1;
  });
}

/** The generation for this Redis server, from a Postgres that cannot be written to. Undefined: Postgres does not know the server. */
export async function knownGeneration(database: Database, identity: string): Promise<number | undefined> {
  const sql = 'SELECT generation::float8 AS generation FROM session_cache WHERE identity = $1';
  const [row] = await database.read<{ generation: number }>(sql, [identity]);
  return row?.generation;
}

/** Revokes every session in constant time: raises the earliest valid creation time, and the generation. Returns the latter. */
export async function revokeEverybody(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ generation: string }>(
      'UPDATE session_cache SET created_after = clock_timestamp(), generation = generation + 1, drained_epoch = away_epoch WHERE id = 1 RETURNING generation',
    );
    const generation = Number(row!.generation);
    await writeEvents(tx, [{ type: 'generation', reason: EVERYBODY, details: { generation }, unapplied: false }]);
    return generation;
  });
}
