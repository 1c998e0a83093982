import { createClient } from 'redis';
import type { Replicas } from '../replicas.ts';
import type { Store } from '../stores.ts';

/** A request that makes no sense at the moment; the message says why. */
export class ConflictError extends Error {}

/** There is no such switch, or nothing of that name. */
export class UnknownError extends Error {}

type StoreName = 'redis' | 'postgres';
type StoreState = 'running' | 'frozen' | 'stopped' | 'absent';

export interface Controlled {
  stores: { redis: Store | null; postgres: Store };
  replicas: Replicas;
  changed: (event: string) => void;
}

/** Breaks and mends what the launcher runs, one thing at a time. */
export class FaultController {
  readonly #controlled: Controlled;
  readonly #frozen = new Set<StoreName>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
  }

  do(path: string): Promise<void> {
    const done = this.#last.then(() => this.#now(path));
    this.#last = done.catch(() => undefined);
    return done;
  }

  status() {
    const { replicas } = this.#controlled;
    const stores = { redis: this.#storeStatus('redis'), postgres: this.#storeStatus('postgres') };
    return { stores, replicas: replicas.list.map(({ app, name, pid, url }) => ({ app, name, pid, url })) };
  }

  async #now(path: string): Promise<void> {
    const [kind, subject, verb] = path.slice(1).split('/');
    if (kind === 'replicas' && subject && verb) await this.#replica(subject, verb);
    else if ((kind === 'redis' || kind === 'postgres') && subject) await this.#store(kind, subject);
    else throw new UnknownError('There is no such switch.');
    this.#controlled.changed(path.slice(1).replaceAll('/', ' '));
  }

  async #replica(subject: string, verb: string): Promise<void> {
    const { replicas } = this.#controlled;
    if (verb === 'add' && (subject === 'auth' || subject === 'portal')) return void (await replicas.add(subject));
    const replica = replicas.list.find(({ name }) => name === subject);
    if (!replica) throw new UnknownError(`There is no replica ${subject}.`);
    if (verb === 'remove') await replicas.remove(subject);
    else if (verb === 'kill') await replica.process.kill();
    else if (verb === 'freeze' || verb === 'thaw') replica.process[verb]();
    else throw new UnknownError('There is no such switch.');
  }

  async #store(name: StoreName, verb: string): Promise<void> {
    const store = this.#controlled.stores[name];
    if (!store?.server) throw new ConflictError(`This launcher does not run ${name === 'redis' ? 'a Redis' : 'the Postgres'}.`);
    const isRunning = !store.server.exit;
    if (verb === 'start' && isRunning && !this.#frozen.has(name)) throw new ConflictError(`${name} runs already.`);
    if (verb !== 'start' && !isRunning) throw new ConflictError(`${name} is stopped.`);
    await this.#switch(name, store, verb);
  }

  async #switch(name: StoreName, store: Store, verb: string): Promise<void> {
    const server = store.server!;
    const thaw = () => {
      this.#frozen.delete(name);
      server.thaw();
    };
    if (verb === 'stop' || verb === 'kill') {
      this.#frozen.delete(name);
      await server[verb]();
    } else if (verb === 'start') {
      if (server.exit) await store.restart();
      else thaw();
    } else if (verb === 'freeze') {
      this.#frozen.add(name);
      server.freeze();
    } else if (verb === 'thaw') thaw();
    else if (verb === 'flush' && name === 'redis') await flush(store.url);
    else throw new UnknownError('There is no such switch.');
  }

  #storeStatus(name: StoreName): { state: StoreState; ours: boolean } {
    const store = this.#controlled.stores[name];
    if (!store) return { state: 'absent', ours: false };
    if (!store.server) return { state: 'running', ours: false };
    if (store.server.exit) return { state: 'stopped', ours: true };
    return { state: this.#frozen.has(name) ? 'frozen' : 'running', ours: true };
  }
}

async function flush(url: string): Promise<void> {
  const client = createClient({ url, socket: { reconnectStrategy: false, socketTimeout: 2000 } });
  client.on('error', () => undefined);
  await client.connect();
  await client.flushAll().finally(() => client.destroy());
}
