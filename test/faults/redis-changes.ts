import { createClient, type RedisClientType } from 'redis';
import type { RedisServer } from '../support/breakable/redis-server.ts';

/** Counts writes to session keys by keyspace notifications. Other keys, such as heartbeats, do not count. */
export class RedisChanges {
  private changes = 0;

  private constructor(
    private readonly redis: RedisServer,
    private readonly listener: Pick<RedisClientType, 'ping' | 'destroy'>,
  ) {}

  static async watch(redis: RedisServer): Promise<RedisChanges> {
    await redis.command('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
    const listener = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    listener.on('error', () => undefined);
    await listener.connect();
    const watching = new RedisChanges(redis, listener);
    await listener.pSubscribe('__keyspace@0__:*', (_event, channel) => void (SESSION_KEY.test(channel) && watching.changes++));
    return watching;
  }

  async soFar(): Promise<number> {
    // A connection keeps the order: earlier notifications arrive before this response.
    await this.listener.ping();
    return this.changes;
  }

  async stop(): Promise<void> {
    this.listener.destroy();
    await this.redis.command('CONFIG', 'SET', 'notify-keyspace-events', '');
  }
}

const SESSION_KEY = /:baton:\{/;
