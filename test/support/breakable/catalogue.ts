import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { RedisServer } from './redis-server.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import type { Member } from './member.ts';
import type { Fault } from './fault.ts';

const nothing = async () => undefined;

const each = async (victims: Member[], work: (victim: Member) => unknown) => void (await Promise.all(victims.map(work)));

/** The faults by name. An instantaneous fault (a flush, a restart) needs no repair: the replicas recover by themselves. */
export const faults = {
  'redis killed': () => ({
    begin: ({ redis }) => redis.kill(),
    heal: ({ redis }) => redis.startAgain('empty'),
  }),
  'redis frozen': () => ({
    begin: async ({ redis }) => redis.freeze(),
    heal: async ({ redis }) => redis.thaw(),
  }),
  'redis flushed': () => ({
    begin: async ({ redis }) => void (await redis.command('FLUSHALL')),
    heal: nothing,
  }),
  'redis restarted empty': () => ({
    async begin({ redis }) {
      await redis.kill();
      await redis.startAgain('empty');
    },
    heal: nothing,
  }),
  'redis restarted from an older dump': () => ({
    prepare: ({ redis }) => redis.dump(),
    async begin({ redis }) {
      await redis.kill();
      await redis.startAgain('last-dump');
    },
    heal: nothing,
  }),
  'redis refuses writes': () => ({
    begin: async ({ redis }) => void (await redis.command('CONFIG', 'SET', 'maxmemory', '1')),
    heal: async ({ redis }) => void (await redis.command('CONFIG', 'SET', 'maxmemory', '0')),
  }),
  'redis cut off from one replica': () => ({
    begin: async (_, victims) => each(victims, ({ links }) => links.redis.cut()),
    heal: async (_, victims) => each(victims, ({ links }) => links.redis.heal()),
  }),
  'redis link of one replica frozen': () => ({
    begin: async (_, victims) => each(victims, ({ links }) => links.redis.freeze()),
    heal: async (_, victims) => each(victims, ({ links }) => links.redis.heal()),
  }),
  'redis replica promoted': promotion,
  'postgres killed': () => ({
    begin: ({ postgres }) => postgres.kill(),
    heal: ({ postgres }) => postgres.startAgain(),
  }),
  'postgres frozen': () => ({
    begin: async ({ postgres }) => postgres.freeze(),
    heal: async ({ postgres }) => postgres.thaw(),
  }),
  'postgres cut off from one replica': () => ({
    begin: async (_, victims) => each(victims, ({ links }) => links.postgres.cut()),
    heal: async (_, victims) => each(victims, ({ links }) => links.postgres.heal()),
  }),
  'postgres link of one replica frozen': () => ({
    begin: async (_, victims) => each(victims, ({ links }) => links.postgres.freeze()),
    heal: async (_, victims) => each(victims, ({ links }) => links.postgres.heal()),
  }),
  'replica killed': () => ({
    begin: (_, victims) => each(victims, (victim) => victim.kill()),
    heal: (_, victims) => each(victims, (victim) => victim.start()),
  }),
} satisfies Record<string, () => Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];

/** Replication is asynchronous: the replica loses its primary, misses later writes, and is then promoted. */
function promotion(): Fault {
  let lagging: RedisServer;
  let replication: TcpProxy;
  return {
    async prepare({ redis, folder }) {
      replication = await TcpProxy.to(redis.port);
      lagging = await RedisServer.start(mkdtempSync(join(folder, 'redis-replica-')), { replicaOf: replication.port });
      await lagging.untilInSync();
      replication.freeze();
    },
    async begin(cluster) {
      await cluster.redis.kill();
      await replication.close();
      await cluster.promote(lagging);
    },
    heal: nothing,
  };
}
