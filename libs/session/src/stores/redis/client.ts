import type { EventEmitter } from 'node:events';
import { createClient, createCluster, type RedisClientType } from 'redis';
import { withDeadline } from '../../kit/deadline.ts';

/** Where Redis is. TLS by `rediss://`, ACL user and password in the URL. */
export interface RedisAddress {
  readonly url: string;
  /** Sentinel: these (host:port) know the address of the master with this name; user, password and TLS are those of `url`. */
  readonly sentinels?: { readonly nodes: readonly string[]; readonly name: string; readonly password?: string };
  /** Cluster: more seed nodes, as URLs. */
  readonly clusterNodes?: readonly string[];
}

interface EvalOptions {
  readonly keys: string[];
  readonly arguments: string[];
}

/** The commands in use, the same for a single server and a cluster. */
export interface RedisCommands {
  readonly isCluster: boolean;
  get(key: string): Promise<string | null>;
  /** The values of many keys; one command on a single server. */
  getMany(keys: string[]): Promise<(string | null)[]>;
  set(key: string, value: string, options?: object): Promise<string | null>;
  del(keys: string[]): Promise<number>;
  lRange(key: string, start: number, stop: number): Promise<string[]>;
  pTTL(key: string): Promise<number>;
  hSet(key: string, field: string, value: string): Promise<number>;
  hGetAll(key: string): Promise<Record<string, string>>;
  hDel(key: string, field: string): Promise<number>;
  eval(script: string, options: EvalOptions): Promise<unknown>;
  evalSha(sha: string, options: EvalOptions): Promise<unknown>;
}

export interface Connection {
  readonly commands: RedisCommands;
  readonly isCluster: boolean;
  /** Run ids of all masters: they change on a restart and on a failover. */
  identity(): Promise<string>;
  /** All keys that match the pattern. */
  scan(pattern: string): AsyncIterable<string[]>;
  onLost(listener: (why: Error) => void): void;
  /**
   * Calls back with the name of each key that was read over this connection and has changed (RESP3 client tracking), or
   * with null when any may have. False: this deployment does not support it.
   */
  track(listener: (key: string | null) => void): Promise<boolean>;
  destroy(): void;
}

const CONNECT_MS = 1000;

/** No offline queue and no reconnecting: a lost connection is replaced by a new one, which must recover first. */
const SOCKET = { reconnectStrategy: false, connectTimeout: CONNECT_MS, keepAlive: true } as const;
const OPTIONS = { disableOfflineQueue: true, commandOptions: { timeout: 0 } } as const;

export async function connect(address: RedisAddress): Promise<Connection> {
  if (address.clusterNodes !== undefined && address.clusterNodes.length > 0)
    return connectCluster([address.url, ...address.clusterNodes]);
  return connectServer(address.sentinels === undefined ? address.url : await masterUrl(address.url, address.sentinels));
}

async function opened<C extends { connect(): Promise<unknown>; destroy(): void }>(client: C): Promise<C> {
  try {
    await withDeadline(client.connect(), CONNECT_MS, 'Redis');
    return client;
  } catch (error) {
    destroy(client);
    throw error;
  }
}

function destroy(client: { destroy(): void }): void {
  try {
    client.destroy();
  } catch {
    // Already closed.
  }
}

async function connectServer(url: string): Promise<Connection> {
  const client = createClient({ url, socket: SOCKET, emitInvalidate: true, ...OPTIONS });
  const lost = lossOf(client);
  await opened(client);
  return {
    commands: Object.assign(client, {
      isCluster: false,
      getMany: (keys: string[]) => getTogether(client, keys),
    }) as unknown as RedisCommands,
    isCluster: false,
    identity: async () => runId(await client.info()),
    scan: (pattern) => client.scanIterator({ MATCH: pattern, COUNT: 500 }) as AsyncIterable<string[]>,
    onLost: lost,
    async track(listener) {
      client.on('invalidate', (key: Buffer | string | null) => listener(key === null ? null : key.toString()));
      await client.sendCommand(['CLIENT', 'TRACKING', 'ON']);
      return true;
    },
    destroy: () => destroy(client),
  };
}

async function connectCluster(urls: readonly string[]): Promise<Connection> {
  const { username, password, protocol } = new URL(urls[0]!);
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: {
      ...credentials(username, password),
      socket: protocol === 'rediss:' ? { ...SOCKET, tls: true } : SOCKET,
      ...OPTIONS,
    },
  });
  const lost = lossOf(cluster);
  await opened(cluster);
  const masters = () => Promise.all(cluster.masters.map((master) => cluster.nodeClient(master)));
  return {
    commands: Object.assign(cluster, {
      isCluster: true,
      getMany: (keys: string[]) => Promise.all(keys.map((key) => cluster.get(key))),
    }) as unknown as RedisCommands,
    isCluster: true,
    identity: async () => (await Promise.all((await masters()).map(async (node) => runId(await node.info())))).sort().join(','),
    async *scan(pattern) {
      for (const node of await masters()) yield* node.scanIterator({ MATCH: pattern, COUNT: 500 }) as AsyncIterable<string[]>;
    },
    onLost: lost,
    // The cluster client replaces node connections by itself; a new one would have no tracking.
    track: () => Promise.resolve(false),
    destroy: () => destroy(cluster),
  };
}

async function getTogether(client: Pick<RedisClientType, 'get' | 'mGet'>, keys: string[]): Promise<(string | null)[]> {
  return keys.length === 1 ? [await client.get(keys[0]!)] : client.mGet(keys);
}

function credentials(username: string, password: string) {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

/** Reports the first failure, also if it happened before the listener was added. */
function lossOf(client: object): Connection['onLost'] {
  let why: Error | undefined;
  const listeners: ((why: Error) => void)[] = [];
  const lost = (error: unknown) => {
    why ??= error instanceof Error ? error : new Error('The connection to Redis closed.');
    for (const listener of listeners) listener(why);
  };
  for (const event of ['error', 'node-error', 'terminated', 'end', 'reconnecting', 'node-disconnect'])
    (client as EventEmitter).on(event, lost);
  return (listener) => {
    if (why === undefined) listeners.push(listener);
    else listener(why);
  };
}

/** The server's run id. Throws if it cannot be written to. */
function runId(info: string): string {
  const field = (name: string) => new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(info)?.[1]?.trim();
  if (field('role') !== 'master') throw new Error('This Redis is a replica and cannot be written to.');
  if (field('loading') === '1') throw new Error('Redis is still loading its data.');
  return field('run_id') ?? 'unknown';
}

async function masterUrl(template: string, sentinels: NonNullable<RedisAddress['sentinels']>): Promise<string> {
  let why: unknown;
  for (const node of sentinels.nodes) {
    const sentinel = createClient({
      url: `redis://${node}`,
      ...(sentinels.password === undefined ? {} : { password: sentinels.password }),
      socket: SOCKET,
      ...OPTIONS,
    });
    sentinel.on('error', () => undefined);
    try {
      await opened(sentinel);
      const command = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinels.name];
      const master = await sentinel.sendCommand<[string, string] | null>(command);
      if (master === null) throw new Error(`Sentinel knows no master "${sentinels.name}".`);
      const url = new URL(template);
      [url.hostname, url.port] = master;
      return url.href;
    } catch (error) {
      why = error;
    } finally {
      destroy(sentinel);
    }
  }
  throw new Error(`No Sentinel returned the address of the master: ${why instanceof Error ? why.message : String(why)}`, {
    cause: why,
  });
}
