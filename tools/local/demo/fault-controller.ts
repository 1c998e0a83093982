import { createClient } from 'redis';
import type { App } from '../balancer/balancer.ts';
import type { Running } from '../extension.ts';
import { MOST_REPLICAS } from '../options.ts';
import type { Store } from '../stores.ts';

/** The command cannot be executed now; the message says why. */
export class ConflictError extends Error {}

/** An unknown command or name. */
export class UnknownError extends Error {}

type StoreName = 'redis' | 'postgres';
type StoreState = 'running' | 'frozen' | 'stopped' | 'absent';

/** Stops, freezes and restarts servers and replicas of the launcher, one command at a time. */
export class FaultController {
  readonly #running: Running;
  readonly #frozen = new Set<StoreName>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(running: Running) {
    this.#running = running;
  }

  do(path: string): Promise<void> {
    const done = this.#last.then(() => this.#now(path));
    this.#last = done.catch(() => undefined);
    return done;
  }

  status() {
    const { replicas } = this.#running;
    const stores = { redis: this.#storeStatus('redis'), postgres: this.#storeStatus('postgres') };
    return { stores, replicas: replicas.list.map(({ app, name, pid, url }) => ({ app, name, pid, url })) };
  }

  async #now(path: string): Promise<void> {
    const [kind, subject, verb] = path.slice(1).split('/');
    if (kind === 'replicas' && subject && verb) await this.#replica(subject, verb);
    else if ((kind === 'redis' || kind === 'postgres') && subject) await this.#store(kind, subject);
    else throw new UnknownError('Unknown command.');
    this.#running.changed(path.slice(1).replaceAll('/', ' '));
  }

  async #replica(subject: string, verb: string): Promise<void> {
    const { replicas } = this.#running;
    if (verb === 'add' && (subject === 'auth' || subject === 'portal')) return this.#add(subject);
    const replica = replicas.list.find(({ name }) => name === subject);
    if (!replica) throw new UnknownError(`There is no replica ${subject}.`);
    if (verb === 'remove') await replicas.remove(subject);
    else if (verb === 'kill') await replica.process.kill();
    else if (verb === 'freeze' || verb === 'thaw') replica.process[verb]();
    else throw new UnknownError('Unknown command.');
  }

  async #add(app: App): Promise<void> {
    const { replicas } = this.#running;
    if (replicas.count(app) >= MOST_REPLICAS) throw new ConflictError(`There are ${MOST_REPLICAS} replicas of ${app} already.`);
    await replicas.add(app);
  }

  async #store(name: StoreName, verb: string): Promise<void> {
    const store = this.#running.stores[name];
    if (!store?.server) throw new ConflictError(`This launcher does not run ${name === 'redis' ? 'Redis' : 'Postgres'}.`);
    const isRunning = !store.server.exit;
    if (verb === 'start' && isRunning && !this.#frozen.has(name)) throw new ConflictError(`${name} is already running.`);
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
    else throw new UnknownError('Unknown command.');
  }

  #storeStatus(name: StoreName): { state: StoreState; ours: boolean } {
    const store = this.#running.stores[name];
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
