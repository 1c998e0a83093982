import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { bothUp, postgresUp, redisOf, sessionDatabase, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { privateRedis, temporaryFolder } from '../../../../../test/support/servers.ts';
import { freePort } from '../../../../../tools/local/ports.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { newSession } from '../session-store.contract.ts';

const NAME = 'sessions';

async function ask<T>(url: string, ...command: string[]): Promise<T> {
  const client = await createClient({ url }).connect();
  const answer: unknown = await client.sendCommand(command).finally(() => client.destroy());
  return answer as T;
}

async function startSentinel(master: Server): Promise<Server> {
  const port = await freePort();
  const file = join(temporaryFolder('sentinel'), 'sentinel.conf');
  const settings = [
    `port ${port}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  writeFileSync(file, settings.join('\n'));
  return privateRedis({ port, configFile: file, args: ['--sentinel'] });
}

describe('Redis with Sentinel', () => {
  it('continues after a failover, and trusts nothing that the promoted replica holds', async () => {
    const master = await privateRedis();
    const replica = await privateRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const sentinels = [await startSentinel(master), await startSentinel(master), await startSentinel(master)];
    const known = (url: string) => ask<unknown[]>(url, 'SENTINEL', 'REPLICAS', NAME);
    const others = (url: string) => ask<unknown[]>(url, 'SENTINEL', 'SENTINELS', NAME);
    for (const { url } of sentinels)
      await until(async () => (await known(url)).length === 1 && (await others(url)).length === 2, 'the sentinels to meet');

    const nodes = sentinels.map(({ port }) => `127.0.0.1:${port}`);
    const address = { url: 'redis://ignored:1', sentinels: { nodes: ['127.0.0.1:1', ...nodes], name: NAME } };
    const backend = await storesOfReplica({ databaseUrl: await sessionDatabase(), redis: address });
    const { store } = backend;
    const sessions = await Promise.all(Array.from({ length: 20 }, (_, i) => store.create(newSession({ i }))));
    const loggedOut = sessions.pop()!;
    await until(async () => /connected_slaves:1/.test(await ask<string>(master.url, 'INFO')), 'the replica to follow');
    // The replica stops following its master: it will be promoted with a session that is logged out in the meantime.
    await until(async () => Number(await ask(replica.url, 'DBSIZE')) > 20, 'the replica to hold the sessions');
    replica.freeze();
    await store.revoke(loggedOut.key, 'logout');
    await store.save(sessions[0]!.key, { changed: true }, sessions[0]);
    const before = backend.status().generation;
    await master.kill();
    replica.thaw();

    for (const { key } of sessions) expect(await store.find(key)).not.toBeNull();
    await until(() => bothUp(backend) && backend.status().generation > before, 'the promoted replica to be trusted', 40_000);
    expect(await store.find(loggedOut.key)).toBeNull();
    for (const { key } of sessions) expect(await store.find(key)).not.toBeNull();
    expect((await store.find(sessions[0]!.key))?.attributes).toEqual({ i: 0, changed: true });
    await until(async () => (await store.find(sessions[0]!.key))?.readFrom === 'redis', 'the copy');
    expect(await redisOf(backend).read(loggedOut.key)).toBe('absent');
    expect(await ask(replica.url, 'ROLE')).toContain('master');
  }, 90_000);

  it('reports that no Sentinel knows the name', async () => {
    const sentinel = await startSentinel(await privateRedis());
    const address = { url: 'redis://ignored:1', sentinels: { nodes: [`127.0.0.1:${sentinel.port}`], name: 'other' } };
    const backend = await storesOfReplica({ databaseUrl: await sessionDatabase(), redis: address }, postgresUp);
    await until(() => backend.status().redis.reason?.includes('No Sentinel'), 'the reason');
    expect(backend.status().redis.reason).toContain('"other"');
  });
});
