import { StoreUnavailableError } from '../../model/errors.ts';
import type { RedisKeys } from '../redis/layout.ts';
import type { Ask } from '../redis/redis-link.ts';

/** While Postgres is unavailable, the generation that Redis holds is valid if it was written for this very server. */
export async function storedGeneration(ask: Ask, keys: RedisKeys, identity: string): Promise<number> {
  const stored = await ask((redis) => redis.get(keys.generation));
  const bar = stored?.indexOf('|') ?? -1;
  if (stored === null || stored.slice(bar + 1) !== identity)
    throw new StoreUnavailableError('redis', 'Redis was restarted while Postgres is unavailable: its data cannot be verified.');
  return Number(stored.slice(0, bar));
}
