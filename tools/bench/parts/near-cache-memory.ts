/** Memory cost of the near cache: resident memory of a replica after requests of many different visitors. */
import { program } from '../build.ts';
import { runLoad } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { Server } from '../harness/server.ts';
import { round } from '../harness/statistics.ts';
import { Visitors } from '../harness/visitors.ts';
import { markdownTable, type Cell } from '../report/table.ts';
import type { Filled } from './lookup.ts';

const VISITORS = [1000, 10_000, 50_000];
const NEAR_CACHE_MS = [0, 1000];

async function heapAfter(
  filled: Filled,
  visitors: number,
  nearCacheMs: number,
  { connections }: Options,
): Promise<{ rss: number; heap: number }> {
  const env = { ...filled.env, SESSION_NEAR_CACHE_MS: String(nearCacheMs) };
  const server = await Server.start({ program: program('baton'), env, nodeArgs: ['--expose-gc'] });
  try {
    const reading = new Visitors(server.port, filled.cookies.slice(0, visitors)).reading('/session', connections);
    let left = visitors;
    await runLoad({ port: server.port, connections, next: (connection) => (left-- > 0 ? reading.next(connection) : null) });
    await server.collectGarbage();
    const { rssBytes, heapBytes } = await server.usage();
    return { rss: round(rssBytes / 2 ** 20, 0), heap: round(heapBytes / 2 ** 20, 0) };
  } finally {
    await server.stop();
  }
}

export async function nearCacheMemory(filled: Filled, options: Options): Promise<string> {
  const rows: Cell[][] = [];
  for (const visitors of VISITORS.filter((count) => count <= filled.cookies.length)) {
    for (const nearCacheMs of NEAR_CACHE_MS) {
      const { rss, heap } = await heapAfter(filled, visitors, nearCacheMs, options);
      rows.push([visitors.toLocaleString('en'), nearCacheMs === 0 ? 'off' : 'on', heap, rss]);
    }
  }
  return markdownTable(['visitors seen', 'near cache', 'heap MB', 'RSS MB'], rows);
}
