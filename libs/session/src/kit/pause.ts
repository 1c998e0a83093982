import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; returns early when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** 50 to 150 % of `ms`, so that replicas that lost a server at the same time do not reconnect at the same time. */
export function jittered(ms: number): number {
  return ms * (0.5 + Math.random());
}
