import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { startRedis } from '../../../tools/local/redis.ts';
import type { Server } from '../../../tools/local/server.ts';
import { Freezable } from './freezable.ts';

/** No automatic dumps, and no delay before a replica is synchronized. */
const ARGS = ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];

/** A Redis that can be killed, restarted empty or from an old dump, and replaced by its replica. */
export class RedisServer extends Freezable {
  private readonly dataFolder: string;
  private server: Server;

  private constructor(dataFolder: string, server: Server) {
    super();
    this.dataFolder = dataFolder;
    this.server = server;
  }

  static async start(dataFolder: string, { replicaOf }: { replicaOf?: number } = {}): Promise<RedisServer> {
    const replication = replicaOf ? ['--replicaof', '127.0.0.1', String(replicaOf)] : [];
    return new RedisServer(dataFolder, await startRedis({ dataFolder, args: [...ARGS, ...replication] }));
  }

  get port(): number {
    return this.server.port;
  }

  protected get running(): Server {
    return this.server;
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  /** Restarts it on the same port, empty or from its last dump. */
  async startAgain(data: 'empty' | 'last-dump'): Promise<void> {
    if (data === 'empty') await rm(this.dumpFile(), { force: true });
    this.server = await startRedis({ dataFolder: this.dataFolder, port: this.port, args: ARGS });
  }

  async dump(): Promise<void> {
    await this.command('SAVE');
  }

  /** Waits until this replica is in sync with its primary. */
  async untilInSync(): Promise<void> {
    while (!String(await this.command('INFO', 'replication')).includes('master_link_status:up')) await pause(10);
  }

  /** On a new connection, directly to the server. */
  async command(...words: string[]): Promise<unknown> {
    const client = createClient({ url: this.server.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }

  private dumpFile(): string {
    const { engine, version } = this.server;
    return join(this.dataFolder, `${engine}-${version.split('.')[0]}`, 'dump.rdb');
  }
}
