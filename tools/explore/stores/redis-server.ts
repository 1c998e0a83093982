import type { Connection, RedisCommands } from '../../../libs/session/src/stores/redis/client.ts';
import { contextOf, within, type Context, type Host } from '../context.ts';

/** The error of a server, as the client's own class is called: the connection goes on. */
class SimpleError extends Error {}

const READS = new Set(['get', 'getMany', 'lRange', 'pTTL', 'hGetAll', 'hGet', 'exists', 'info']);
const lost = () => new Error('Socket closed unexpectedly');

interface ShortLived {
  readonly key: string;
  readonly value: string;
  readonly dueAt: number;
}

/** Redis as the replicas of one schedule see it: the real server behind a network and a power switch of the scheduler. */
export class RedisServer {
  state: 'up' | 'away' | 'read-only' = 'up';
  /** Replicas whose link is cut. */
  readonly cut = new Set<string>();
  private run = 1;
  private readonly connections = new Set<RedisConnection>();
  private shortLived: ShortLived[] = [];
  private dump: { key: string; value: Buffer; ttl: number }[] = [];

  readonly world: Host;

  constructor(world: Host) {
    this.world = world;
  }

  get identity(): string {
    return `run${this.run}`;
  }

  isReachable(replica: string): boolean {
    return this.state !== 'away' && !this.cut.has(replica);
  }

  async connect(context: Context): Promise<Connection> {
    const connection = new RedisConnection(this, context);
    await connection.send('connect', async () => undefined, true);
    this.connections.add(connection);
    return connection;
  }

  async killAll(replica?: string): Promise<void> {
    for (const connection of this.connections)
      if (replica === undefined || connection.context.replica === replica) await connection.kill();
    if (replica === undefined) this.world.dropLate(({ store }) => store === 'redis');
  }

  forget(connection: RedisConnection): void {
    this.connections.delete(connection);
  }

  /** Another server answers at the address: with the same data, with none, or with those of `keepForLater`. */
  async restart(data: 'same' | 'none' | 'old'): Promise<void> {
    this.run++;
    await this.killAll();
    const { redis } = this.world.servers;
    if (data !== 'same') await redis.flushDb();
    if (data === 'old') for (const { key, value, ttl } of this.dump) await redis.restore(key, Math.max(0, ttl), value);
  }

  flush(): Promise<unknown> {
    return this.world.servers.redis.flushDb();
  }

  /** Whether Redis holds changes that Postgres lacks. */
  async isDirty(generation: number): Promise<boolean> {
    return (await this.world.servers.redis.keys(`*:${generation}:dirty`)).length > 0;
  }

  async keepForLater(): Promise<void> {
    const { redis } = this.world.servers;
    const binary = redis.withTypeMapping({ 36: Buffer });
    this.dump = [];
    for (const key of await redis.keys('*')) this.dump.push({ key, value: await binary.dump(key), ttl: await redis.pTTL(key) });
  }

  /** Real keys live in real time; those that live for seconds have to end in the time of the schedule. */
  private async expire(): Promise<void> {
    const { redis } = this.world.servers;
    const over = this.shortLived.filter(({ dueAt }) => dueAt <= this.world.clock.now);
    if (over.length === 0) return;
    this.shortLived = this.shortLived.filter((entry) => !over.includes(entry));
    for (const { key, value } of over) if ((await redis.get(key)) === value) await redis.del(key);
  }

  async perform(name: string, args: unknown[]): Promise<unknown> {
    if (this.state === 'read-only' && !READS.has(name))
      throw new SimpleError("READONLY You can't write against a read only replica.");
    await this.expire();
    const { redis } = this.world.servers;
    const result =
      name === 'getMany'
        ? await redis.mGet(args[0] as string[])
        : name === 'evalSha' && scriptNames.get(args[0] as string) === 'redis dirty'
          ? await this.findDirty(args as [string, { keys: string[]; arguments: string[] }])
          : await (redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!(...args);
    this.remember(name, args);
    this.invalidate(name, args);
    return result;
  }

  /** Names only the sets that exist, out of 256: to send all of them takes as long as ten other commands. */
  private async findDirty([sha, { keys, arguments: args }]: [string, { keys: string[]; arguments: string[] }]): Promise<unknown> {
    const { redis } = this.world.servers;
    const existing = new Set(await redis.keys('*:dirty'));
    return redis.evalSha(sha, { keys: keys.filter((key) => existing.has(key)), arguments: args });
  }

  private remember(name: string, args: unknown[]): void {
    if (name !== 'set') return;
    const [key, value, options] = args as [string, string, { expiration?: { value: number } }?];
    const ms = options?.expiration?.value;
    if (ms !== undefined) this.shortLived.push({ key, value, dueAt: this.world.clock.now + ms });
  }

  private invalidate(name: string, args: unknown[]): void {
    const keys = keysOf(name, args);
    for (const connection of this.connections) connection.noteKeys(keys, READS.has(name));
  }
}

function keysOf(name: string, args: unknown[]): string[] {
  if (name === 'eval' || name === 'evalSha') return (args[1] as { keys: string[] }).keys;
  return [args[0]].flat().filter((key): key is string => typeof key === 'string');
}

class RedisConnection implements Connection {
  readonly isCluster = false;
  readonly commands: RedisCommands;
  private why: Error | undefined;
  private readonly listeners: ((why: Error) => void)[] = [];
  private tracker: ((key: string | null) => void) | undefined;
  private readonly tracked = new Set<string>();
  private readonly server: RedisServer;
  readonly context: Context;

  constructor(server: RedisServer, context: Context) {
    [this.server, this.context] = [server, context];
    const known: Record<string | symbol, unknown> = { isCluster: false };
    this.commands = new Proxy(known, {
      get: (target, name) =>
        name in target || name === 'then' // Not a promise.
          ? target[name]
          : (...args: unknown[]) => this.send(String(name), () => this.server.perform(String(name), args), false, args),
    }) as unknown as RedisCommands;
  }

  identity(): Promise<string> {
    return this.send('info', () => Promise.resolve(this.server.identity), false) as Promise<string>;
  }

  // eslint-disable-next-line require-yield
  async *scan(): AsyncIterable<string[]> {
    throw new Error('No scenario scans.');
  }

  onLost(listener: (why: Error) => void): void {
    if (this.why === undefined) this.listeners.push(listener);
    else listener(this.why);
  }

  track(listener: (key: string | null) => void): Promise<boolean> {
    this.tracker = listener;
    return Promise.resolve(true);
  }

  destroy(): void {
    this.server.forget(this);
    this.tracker = undefined;
    this.server.world.abandon(this, lost);
  }

  async send(name: string, work: () => Promise<unknown>, isFree: boolean, args: unknown[] = []): Promise<unknown> {
    const { world } = this.server;
    const caller = callerOr(this.context);
    return world.post({
      context: caller,
      store: 'redis',
      label: labelOf(name, args),
      isFree,
      carrier: this,
      perform: async () => {
        if (this.why !== undefined || !this.server.isReachable(caller.replica)) {
          if (!isFree) await this.kill();
          throw lost();
        }
        return work();
      },
    });
  }

  /** The socket closes. */
  kill(): Promise<void> {
    if (this.why !== undefined) return Promise.resolve();
    const why = (this.why = lost());
    this.server.forget(this);
    this.server.world.failAll(this, lost);
    within(this.context, () => this.listeners.forEach((listener) => listener(why)));
    return Promise.resolve();
  }

  /** Client tracking: a key that this connection has read is reported once when it changes. */
  noteKeys(keys: string[], isRead: boolean): void {
    if (this.tracker === undefined) return;
    for (const key of keys) {
      if (isRead) this.tracked.add(key);
      else if (this.tracked.delete(key)) this.push(key);
    }
  }

  private push(key: string): void {
    const { world } = this.server;
    const { replica } = this.context;
    const context = { world, replica, actor: `${replica} push` };
    void world
      .post({
        context,
        store: 'none',
        label: 'invalidation arrives',
        isFree: false,
        carrier: this,
        perform: () => Promise.resolve(),
      })
      .then(
        () => within(this.context, () => this.tracker?.(key)),
        () => undefined,
      );
  }
}

function callerOr(context: Context): Context {
  const here = contextOf();
  return here?.world === context.world ? here : context;
}

/** `redis put` for a script, `redis get` for a command. */
function labelOf(name: string, args: unknown[]): string {
  const script = name === 'evalSha' ? scriptNames.get(args[0] as string) : undefined;
  return script ?? `redis ${name}`;
}

const scriptNames = new Map<string, string>();

/** Learns the names of scripts by their hash, for readable schedules. Returns the sources. */
export function nameScripts(scripts: object): string[] {
  const known = Object.values(scripts).filter(
    (each): each is { sha: string; source: string; operation: string } => typeof each?.sha === 'string',
  );
  for (const { sha, operation } of known) scriptNames.set(sha, operation);
  return known.map(({ source }) => source);
}
