import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns at once when told to stop. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Spread over 50 to 150 %, so that replicas that lost a server together do not come back together. */
export function jittered(ms: number): number {
  return ms * (0.5 + Math.random());
}
