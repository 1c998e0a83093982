import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { UNLIMITED, type PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import type { Member } from './member.ts';
import type { Fault } from './fault.ts';

const nothing = async () => undefined;

const each = async (victims: Member[], work: (victim: Member) => unknown) => void (await Promise.all(victims.map(work)));

type Store = keyof Member['links'];

/** How long a slow store stays slow after the other one has returned. */
const STILL_SLOW_MS = 1500;
/** Fewer than the four replicas of a run: at least one has no connection. */
const FEW_CONNECTIONS = 3;

const slowDown = ({ members }: Cluster, store: Store, lateMs: number) => {
  for (const { links } of members) links[store].slow(lateMs);
};
const speedUp = (cluster: Cluster, store: Store) => each(cluster.members, ({ links }) => links[store].heal());

/** The faults by name; `lateMs` is how late a slow store answers. An instantaneous fault (a flush, a restart) needs no repair: the replicas recover by themselves. */
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
  'redis slow': (lateMs = 500) => ({
    begin: async (cluster) => slowDown(cluster, 'redis', lateMs),
    heal: (cluster) => speedUp(cluster, 'redis'),
  }),
  'postgres slow': (lateMs = 100) => ({
    begin: async (cluster) => slowDown(cluster, 'postgres', lateMs),
    heal: (cluster) => speedUp(cluster, 'postgres'),
  }),
  'postgres read-only': () => ({
    begin: ({ postgres }) => postgres.setReadOnly(true),
    heal: ({ postgres }) => postgres.setReadOnly(false),
  }),
  'postgres standby promoted': failover,
  'postgres short of connections': () => ({
    begin: ({ postgres }) => postgres.limitConnections(FEW_CONNECTIONS, 'close open ones'),
    heal: ({ postgres }) => postgres.limitConnections(UNLIMITED),
  }),
  'postgres restarted while redis is slow': (lateMs = 500) => ({
    begin: ({ postgres }) => postgres.kill(),
    async heal(cluster) {
      slowDown(cluster, 'redis', lateMs);
      await cluster.postgres.startAgain();
      await pause(STILL_SLOW_MS);
      await speedUp(cluster, 'redis');
    },
  }),
  'redis restarted empty while postgres is slow': (lateMs = 500) => ({
    begin: ({ redis }) => redis.kill(),
    async heal(cluster) {
      slowDown(cluster, 'postgres', lateMs);
      await cluster.redis.startAgain('empty');
      await pause(STILL_SLOW_MS);
      await speedUp(cluster, 'postgres');
    },
  }),
  'replica killed': () => ({
    begin: (_, victims) => each(victims, (victim) => victim.kill()),
    heal: (_, victims) => each(victims, (victim) => victim.start()),
  }),
} satisfies Record<string, (lateMs?: number) => Fault>;

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

/** Replication is synchronous: the standby has every commit that was acknowledged, and takes over some time after its primary died. */
function failover(): Fault {
  let standby: PostgresServer;
  return {
    async prepare({ postgres, folder }) {
      standby = await postgres.startSynchronousStandby(mkdtempSync(join(folder, 'postgres-standby-')));
    },
    begin: ({ postgres }) => postgres.kill(),
    async heal(cluster) {
      await standby.promote();
      cluster.failOverTo(standby);
    },
  };
}
