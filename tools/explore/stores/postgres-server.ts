import { EventEmitter } from 'node:events';
import pg from 'pg';
import { contextOf, within, type Context, type Host, type PostgresSwitch } from '../context.ts';
import type { RealConnection } from '../servers.ts';

const terminated = () => new Error('Connection terminated unexpectedly');
const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Statements after which nobody else can see a difference: they are not steps of their own. */
const FREE = /^(BEGIN|ROLLBACK|LISTEN|SELECT version|SELECT \* FROM current_|SHOW)/i;

/** Postgres as the replicas of one schedule see it: the real server behind a network and a power switch of the scheduler. */
export class PostgresServer implements PostgresSwitch {
  state: 'up' | 'away' | 'read-only' = 'up';
  readonly cut = new Set<string>();
  /** When it last restarted, by its own clock; null: not in this schedule. */
  startedAt: string | null = null;
  private readonly clients = new Set<ScheduledClient>();

  readonly world: Host;

  constructor(world: Host) {
    this.world = world;
  }

  isReachable(replica: string): boolean {
    return this.state !== 'away' && !this.cut.has(replica);
  }

  adopt(client: ScheduledClient): void {
    this.clients.add(client);
  }

  forget(client: ScheduledClient): void {
    this.clients.delete(client);
  }

  async killAll(replica?: string): Promise<void> {
    for (const client of this.clients) if (replica === undefined || client.context.replica === replica) await client.kill();
    if (replica === undefined) this.world.dropLate(({ store }) => store === 'postgres');
    await this.world.unblock();
  }

  async restart(): Promise<void> {
    await this.killAll();
    this.startedAt = await this.world.servers.now();
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.leave();
  }
}

const START_TIME = 'pg_postmaster_start_time()';

interface Query {
  readonly text: string;
  readonly values?: unknown[];
  readonly name?: string;
}

type Callback = (error: unknown, result?: unknown) => void;
type Config = string | Query;

/** Stands in for pg.Client: what it is asked are steps of the scheduler, which run on a real connection. */
export class ScheduledClient extends EventEmitter {
  readonly context: Context;
  // Fields that pg-pool reads.
  _queryable = true;
  _ending = false;
  _connected = false;
  private real: RealConnection | undefined;
  private isInTransaction = false;
  private running: Promise<unknown> | undefined;
  /** The network or the server closed it. */
  private isGone = false;
  /** This side closed it; a command that is on its way still happens. */
  private isClosing = false;

  constructor() {
    super();
    const here = contextOf();
    if (here === undefined) throw new Error('Only a replica connects.');
    this.context = here;
  }

  connect(callback?: Callback): Promise<unknown> | void {
    const { world, replica } = this.context;
    const connected = this.post('connect', true, () => {
      if (!world.postgres.isReachable(replica)) return Promise.reject(refused());
      world.postgres.adopt(this);
      this._connected = true;
      return Promise.resolve();
    });
    return answered(connected, callback);
  }

  query(config: Config, values?: unknown[] | Callback, callback?: Callback): Promise<unknown> | void {
    const given = typeof values === 'function' ? values : callback;
    const text = typeof config === 'string' ? config : config.text;
    const query = typeof config === 'string' ? { text, values: Array.isArray(values) ? values : [] } : { ...config };
    if (this.isGone || this._ending) return answered(Promise.reject(terminated()), given);
    return answered(
      this.post(labelOf(text, 'name' in query ? query.name : undefined), FREE.test(text), () => this.perform(query)),
      given,
    );
  }

  private async perform(query: Query): Promise<unknown> {
    const { world, replica } = this.context;
    if (this.isGone || !world.postgres.isReachable(replica)) {
      await this.kill();
      throw terminated();
    }
    // Notifications arrive whenever they like. The feed also polls, which the scheduler controls.
    if (query.text.startsWith('LISTEN')) return { rows: [] };
    const real = (this.real ??= await world.servers.take());
    await this.adjust(real);
    if (/^BEGIN/i.test(query.text)) this.isInTransaction = true;
    const running = (this.running = real.client.query(restarted(query, world.postgres.startedAt)));
    try {
      return await running;
    } finally {
      this.running = undefined;
      if (/^(COMMIT|ROLLBACK)/i.test(query.text)) this.isInTransaction = false;
      if (this.isClosing) await this.leave();
    }
  }

  /** A server that only reads: a standby, or default_transaction_read_only. */
  private async adjust(real: RealConnection): Promise<void> {
    const isReadOnly = this.context.world.postgres.state === 'read-only';
    if (real.isReadOnly === isReadOnly || this.isInTransaction) return;
    await real.client.query(`SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    real.isReadOnly = isReadOnly;
  }

  private post(label: string, isFree: boolean, perform: () => Promise<unknown>): Promise<unknown> {
    const { world } = this.context;
    const here = contextOf();
    const context = here?.world === world ? here : this.context;
    const isBlocked = () => (this.real === undefined ? Promise.resolve(false) : world.servers.isBlocked(this.real));
    return world.post({ context, store: 'postgres', label: `postgres ${label}`, isFree, carrier: this, perform, isBlocked });
  }

  /** The pool or the library closes the connection. A command that is on its way still happens. */
  end(callback?: Callback): Promise<void> | void {
    this._ending = true;
    const { world } = this.context;
    this.isClosing = true;
    const ended = world.abandon(this, terminated) ? Promise.resolve() : this.leave();
    this.emit('end');
    if (callback === undefined) return ended;
    void ended.then(() => within(this.context, () => callback(null)));
  }

  /** The server or the network closes the connection: the transaction is rolled back. */
  async kill(): Promise<void> {
    if (this.isGone) return this.leave();
    this.isGone = true;
    this._queryable = false;
    this.context.world.failAll(this, terminated);
    await this.leave();
    within(this.context, () => {
      if (this.listenerCount('error') > 0) this.emit('error', terminated());
      this.emit('end');
    });
  }

  /** Gives the real connection back, without an open transaction. */
  async leave(): Promise<void> {
    this.isGone = true;
    const { world } = this.context;
    world.postgres.forget(this);
    const { real } = this;
    if (real === undefined) return;
    const { running } = this;
    if (running !== undefined) {
      await world.servers.cancel(real);
      await running.catch(() => undefined);
    }
    if (this.real === undefined) return;
    this.real = undefined;
    const isOpen = this.isInTransaction;
    this.isInTransaction = false;
    await world.servers.giveBack(real, isOpen);
  }

  isConnected(): boolean {
    return this._connected;
  }

  ref(): void {}

  unref(): void {}
}

/** The real server runs on: the statements that ask when it started get the answer of the schedule. */
function restarted(query: Query, startedAt: string | null): Query {
  const { text, values } = query;
  if (startedAt === null || !text.includes(START_TIME)) return query;
  return { text: text.replaceAll(START_TIME, `'${startedAt}'::timestamptz`), ...(values === undefined ? {} : { values }) };
}

function answered(result: Promise<unknown>, callback: Callback | undefined): Promise<unknown> | void {
  if (callback === undefined) return result;
  result.then(
    (value) => callback(null, value),
    (error: unknown) => callback(error),
  );
}

function labelOf(text: string, name: string | undefined): string {
  return name ?? text.trim().replaceAll(/\s+/g, ' ').slice(0, 40);
}

/** Inside a replica, pg connects through the scheduler. */
export function replacePostgresClient(): void {
  const { Client, Pool } = pg;
  const isInside = () => contextOf() !== undefined;
  class AnyClient {
    constructor(config: unknown) {
      return isInside() ? new ScheduledClient() : new Client(config as never);
    }
  }
  class AnyPool extends Pool {
    constructor(config?: pg.PoolConfig) {
      super({ ...config, ...(isInside() ? { Client: ScheduledClient } : {}) } as never);
    }
  }
  Object.assign(pg, { Client: AnyClient, Pool: AnyPool });
}
