import { StoreUnavailableError } from '../../model/errors.ts';
import { EVERYBODY } from '../../model/revocation.ts';
import type { Database } from '../postgres/database.ts';
import { writeEvents } from '../postgres/events.ts';
import { GENERATION_KEY } from '../redis/keys.ts';
import type { Ask } from '../redis/redis-link.ts';

/**
 * The generation to use with this Redis server. A server that Postgres does not know (restarted, restored, promoted) may
 * hold anything: the generation is raised, and with it every key it holds is out of sight.
 */
export async function agreeOnGeneration(database: Database, identity: string): Promise<number> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ generation: string; identity: string | null }>(
      'SELECT generation, identity FROM session_cache WHERE id = 1 FOR UPDATE',
    );
    const generation = Number(row!.generation);
    if (row!.identity === identity) return generation;
    await tx.query('UPDATE session_cache SET generation = generation + 1, identity = $1 WHERE id = 1', [identity]);
    // Nothing of the old generation will be read again, so there is nothing left to repair in it.
    await tx.query('UPDATE session_event SET applied_at = now() WHERE applied_at IS NULL');
    await writeEvents(tx, [{ type: 'generation', details: { generation: generation + 1 }, unapplied: false }]);
    return generation + 1;
  });
}

/** While Postgres is away, Redis's own word counts if it was written for the very server that says it. */
export async function believedGeneration(ask: Ask, identity: string): Promise<number> {
  const stored = await ask((redis) => redis.get(GENERATION_KEY));
  const bar = stored?.indexOf('|') ?? -1;
  if (stored === null || stored.slice(bar + 1) !== identity) {
    throw new StoreUnavailableError('redis', 'Redis was restarted while Postgres is away: what it holds cannot be checked.');
  }
  return Number(stored.slice(0, bar));
}

/** Ends every session there is, in constant time: a floor for the creation time, and a new generation of copies. */
export async function endEverything(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ generation: string }>(
      'UPDATE session_cache SET created_after = clock_timestamp(), generation = generation + 1 WHERE id = 1 RETURNING generation',
    );
    const generation = Number(row!.generation);
    await writeEvents(tx, [{ type: 'generation', reason: EVERYBODY, details: { generation }, unapplied: false }]);
    return generation;
  });
}
