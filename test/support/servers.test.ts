import { Client } from 'pg';
import { createClient } from 'redis';
import { privatePostgres, privateRedis, testDatabase, testRedis } from './servers.ts';
import { tcpProxy } from './tcp-proxy.ts';

const count = async (url: string, sql: string) => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 500, query_timeout: 500 });
  client.on('error', () => undefined);
  await client.connect();
  return client.query(sql).finally(() => void client.end().catch(() => undefined));
};

describe('the test servers', () => {
  it('give every suite its own database', async () => {
    const [one, two] = [await testDatabase(), await testDatabase()];
    await count(one, 'CREATE TABLE mine ()');
    await expect(count(two, 'SELECT FROM mine')).rejects.toThrow('does not exist');
  });

  it('give every suite an empty numbered Redis database', async () => {
    const urls = [await testRedis(), await testRedis()].map(({ url }) => url);
    const clients = await Promise.all(urls.map((url) => createClient({ url }).connect()));
    await clients[0]!.set('a', '1');
    expect(await Promise.all(clients.map((client) => client.dbSize()))).toEqual([1, 0]);
    for (const client of clients) client.destroy();
  });

  it('restart a killed private Postgres with its data', async () => {
    const first = await privatePostgres();
    await count(first.url, 'CREATE TABLE kept ()');
    await first.kill();
    await expect(count(first.url, 'SELECT FROM kept')).rejects.toThrow('ECONNREFUSED');
    const second = await privatePostgres({ dataFolder: first.dataFolder, port: first.port });
    expect(second.url).toBe(first.url);
    expect((await count(second.url, 'SELECT FROM kept')).rowCount).toBe(0);
  });

  it('freeze a private Postgres with all its backends', async () => {
    const server = await privatePostgres();
    const client = new Client({ connectionString: server.url, query_timeout: 300 });
    await client.connect();
    server.freeze();
    await expect(client.query('SELECT 1')).rejects.toThrow('timeout');
    server.thaw();
    expect((await count(server.url, 'SELECT 1')).rowCount).toBe(1);
    await client.end();
  });

  it('cut, freeze and heal the link to a Redis', async () => {
    const server = await privateRedis();
    const link = await tcpProxy({ to: server.url });
    const ask = async () => {
      const client = createClient({
        url: link.url,
        socket: { reconnectStrategy: false, connectTimeout: 300, socketTimeout: 300 },
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return await client.ping();
      } finally {
        if (client.isOpen) client.destroy();
      }
    };
    expect(await ask()).toBe('PONG');
    await link.cut();
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    await link.heal();
    link.freeze();
    await expect(ask()).rejects.toThrow('timeout');
    await link.heal();
    expect(await ask()).toBe('PONG');
  });
});
