import type { Connection, RedisCommands } from '../../../libs/session/src/stores/redis/client.ts';
import { contextOf } from '../context.ts';

export type * from '../../../libs/session/src/stores/redis/client.ts';

/** Stands in for stores/redis/client.ts: a connection whose commands are steps of the scheduler, on the real server. */
export function connect(): Promise<Connection> {
  const here = contextOf();
  if (here === undefined) throw new Error('Only a replica connects.');
  return here.world.redis.connect(here);
}

export type { RedisCommands };
