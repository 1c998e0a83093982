import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/i);

/** What a fault button sends. */
export const order = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('replica'), instance: z.string().max(100), action: z.enum(['crash', 'stop']) }),
  z.object({ kind: z.literal('redis'), action: z.enum(['stop', 'start', 'freeze', 'thaw', 'flush']) }),
  z.object({ kind: z.literal('postgres'), action: z.enum(['stop', 'start', 'freeze', 'thaw']) }),
  z.object({ kind: z.literal('add'), action: z.enum(['auth', 'portal']) }),
  z.object({ kind: z.literal('remove'), action: name }),
]);

export type Order = z.infer<typeof order>;

/** The launcher's words for an order. */
export function launcherPath(given: Exclude<Order, { kind: 'replica' }>): string {
  if (given.kind === 'add') return `replicas/${given.action}/add`;
  if (given.kind === 'remove') return `replicas/${given.action}/remove`;
  return `${given.kind}/${given.action}`;
}
