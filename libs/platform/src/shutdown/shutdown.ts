import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Connections } from './connections.ts';
import { Draining } from './draining.ts';

interface ShutdownTimes {
  /** How long the replica keeps serving after SIGTERM, while it is already not ready. */
  drainMs: number;
  /** How long requests in progress may take after that. */
  timeoutMs: number;
}

/**
 * SIGTERM: not ready, but still serving (proxies need time to notice) -> no new connections, streams end -> requests in progress
 * finish -> `app.close()`, which closes the stores last -> exit 0. A second signal skips the first wait.
 */
export function shutDownGracefully(app: INestApplication, times: ShutdownTimes): void {
  const draining = app.get(Draining);
  const connections = new Connections(app.getHttpServer() as Server, draining);
  const stop = async () => {
    draining.begin();
    connections.closeAfterResponse();
    await drainTime(times.drainMs);
    await connections.end(times.timeoutMs, () => draining.endStreams());
    await app.close();
    process.exit(0);
  };
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping ??= stop().catch(exitBadly);
    });
  }
}

async function drainTime(drainMs: number): Promise<void> {
  const abort = new AbortController();
  const impatience = Promise.race([once(process, 'SIGTERM', abort), once(process, 'SIGINT', abort)]);
  await Promise.race([wait(drainMs, undefined, abort), impatience]);
  impatience.catch(() => {});
  abort.abort();
}

function exitBadly(error: unknown): void {
  process.stderr.write(`Shutdown failed: ${String(error)}\n`);
  process.exit(1);
}
