import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/i);

/** What a fault button sends. */
export const faultInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('replica'), instance: z.string().max(100), action: z.enum(['crash', 'stop']) }),
  z.object({ kind: z.literal('redis'), action: z.enum(['stop', 'start', 'freeze', 'thaw', 'flush']) }),
  z.object({ kind: z.literal('postgres'), action: z.enum(['stop', 'start', 'freeze', 'thaw']) }),
  z.object({ kind: z.literal('add'), action: z.enum(['auth', 'portal']) }),
  z.object({ kind: z.literal('remove'), action: name }),
]);

export type FaultInput = z.infer<typeof faultInput>;

/** The launcher's path for a command. */
export function launcherPath({ kind, action }: Exclude<FaultInput, { kind: 'replica' }>): string {
  return kind === 'add' || kind === 'remove' ? `replicas/${action}/${kind}` : `${kind}/${action}`;
}
