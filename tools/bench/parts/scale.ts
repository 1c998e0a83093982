/** The part `scale`: many sessions, many expired ones, several replicas, memory of a replica. */
import type { Options } from '../harness/options.ts';
import type { BenchStores } from '../harness/stores.ts';
import { markdownTable } from '../report/table.ts';
import { fill, forget, lookUp, lookupTable, type Filled, type Lookups } from './lookup.ts';
import { nearCacheMemory } from './near-cache-memory.ts';
import { replicas } from './replicas.ts';
import { sweep } from './sweep.ts';

const SIZES = [1000, 100_000, 1_000_000];

function bytesTable(filled: Filled[]): string {
  const rows = filled.map(({ sessions, redisBytes, postgresBytes }) => [
    sessions.toLocaleString('en'),
    redisBytes,
    postgresBytes,
  ]);
  return markdownTable(['sessions', 'Redis, bytes per session', 'Postgres, bytes per session (with indexes)'], rows);
}

export async function scale(stores: BenchStores, options: Options): Promise<string> {
  const filled: Filled[] = [];
  const results: Lookups[] = [];
  for (const sessions of SIZES.filter((size) => size <= options.sessions)) {
    console.error(`scale: ${sessions} sessions`);
    const next = await fill(stores, sessions);
    filled.push(next);
    results.push(await lookUp(next, options));
  }
  filled.forEach(forget);
  const largest = filled.at(-1)!;
  const sections = {
    'Lookup by number of sessions': lookupTable(results),
    'Bytes of one session with 600 bytes of attributes': bytesTable(filled),
    'Sweeping expired sessions while visitors read': await sweep(stores, largest, options),
    'One, two and four replicas behind the balancer': await replicas(stores, options),
    'Memory of a replica against its near cache': await nearCacheMemory(
      filled.find(({ sessions }) => sessions >= 100_000) ?? largest,
      options,
    ),
  };
  return Object.entries(sections)
    .map(([title, text]) => `## ${title}\n\n${text}`)
    .join('\n\n');
}
