import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient } from 'redis';
import { bothUp, postgresUp, sessionDatabase, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { privateRedis, temporaryFolder } from '../../../../../test/support/servers.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { newSession } from '../session-store.contract.ts';

const PASSWORD = 'p@ss:w/rd%';

/** As shipped for compose and Kubernetes: own keys, and the commands that Baton uses. */
const RULES = readFileSync(resolve(import.meta.dirname, '../../../acl/rules.acl'), 'utf8').trim();

/** As their servers start: the line is part of the configuration. */
function configFile(): string {
  const file = join(temporaryFolder('acl'), 'redis.conf');
  writeFileSync(file, `user baton on >${PASSWORD} ${RULES}\n`);
  return file;
}

describe('a Redis with users', () => {
  let redis: Server;
  let databaseUrl: string;

  const urlOf = (user: string, password: string) =>
    redis.url.replace('redis://', `redis://${user}:${encodeURIComponent(password)}@`);

  async function setUser(...rules: string[]): Promise<void> {
    const client = await createClient({ url: redis.url }).connect();
    await client.sendCommand(['ACL', 'SETUSER', 'baton', ...rules]).finally(() => client.destroy());
  }

  beforeAll(async () => {
    [redis, databaseUrl] = [await privateRedis({ configFile: configFile() }), await sessionDatabase()];
  });

  it('logs in as the user of the URL, who has no access to other keys', async () => {
    const backend = await storesOfReplica({ databaseUrl, redis: { url: urlOf('baton', PASSWORD) } });
    const { store } = backend;
    const record = await store.create(newSession({ a: 1 }));
    const saved = await store.save(record.key, { a: 2 }, record);
    expect(await store.find(record.key)).toMatchObject({ attributes: { a: 2 }, readFrom: 'redis' });
    expect(await store.touch(saved!)).toBe(true);
    expect(await store.revoke(record.key, 'logout')).toBe(true);
    expect(await store.find(record.key)).toBeNull();
    await expect(backend.redis()!.ask((commands) => commands.get('foreign'))).rejects.toThrow('NOPERM');
  });

  it.each([['FLUSHALL'], ['KEYS', '*'], ['CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['PUBLISH', 'a', 'b'], ['SET', 'foreign', '1']])(
    'refuses that user %s',
    async (...command) => {
      const client = await createClient({ url: urlOf('baton', PASSWORD) }).connect();
      await expect(client.sendCommand(command).finally(() => client.destroy())).rejects.toThrow('NOPERM');
    },
  );

  it('reports a wrong password, and serves from Postgres', async () => {
    const backend = await storesOfReplica({ databaseUrl, redis: { url: urlOf('baton', 'wrong') } }, postgresUp);
    const { store } = backend;
    await until(() => backend.status().redis.reason?.includes('WRONGPASS'), 'the reason');
    const record = await store.create(newSession({ a: 1 }));
    expect(await store.find(record.key)).toMatchObject({ readFrom: 'postgres' });
    expect(backend.status().redis.state).not.toBe('closed');
  });

  it('recovers by itself once the password matches the URL', async () => {
    const replica = await storesOfReplica({ databaseUrl, redis: { url: urlOf('baton', 'next') } }, postgresUp);
    await until(() => replica.status().redis.reason?.includes('WRONGPASS'), 'the reason');
    await setUser('>next');
    await until(() => bothUp(replica), 'Redis to be trusted');
    expect(replica.status().redis).toMatchObject({ state: 'closed', reason: null });
  });

  it('reports a missing permission, and serves from Postgres', async () => {
    await setUser('on', '>poor', '-evalsha', '-eval', '-info');
    const backend = await storesOfReplica({ databaseUrl, redis: { url: urlOf('baton', 'poor') } }, postgresUp);
    const { store } = backend;
    await until(() => backend.status().redis.reason?.includes('NOPERM'), 'the reason');
    const record = await store.create(newSession({ a: 1 }));
    expect(await store.find(record.key)).toMatchObject({ readFrom: 'postgres' });
  });
});
