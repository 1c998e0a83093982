import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type App, type Balancer, startBalancer } from './balancer/balancer.ts';
import { buildIfNeeded } from './build.ts';
import { extensions } from './extensions.ts';
import type { Started } from './extension.ts';
import { projectFolder, removeRunFile, type RunFile, secrets, writeRunFile } from './folder.ts';
import { supervisor } from './supervisor.ts';
import type { LauncherOptions } from './options.ts';
import { type Environment, Replicas } from './replicas.ts';
import { statusBlock } from './status.ts';
import { openPostgres, openRedis, type Store } from './stores.ts';

const PREFERRED_PORT = 8080;
const PORTS_TO_TRY = 20;

/** Starts and stops Postgres, Redis, the replicas and their balancer together. */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #environment: Environment;
  readonly #tell: (text: string) => void;
  #balancer: Balancer | null = null;
  #replicas: Replicas | null = null;
  #started: Started[] = [];
  #isUp = false;

  constructor(options: LauncherOptions, environment: Environment, tell: (text: string) => void) {
    this.#options = options;
    this.#environment = environment;
    this.#tell = tell;
  }

  async start(): Promise<void> {
    const startedAt = performance.now();
    const balancer = (this.#balancer = await this.#openBalancer());
    const stores = await this.#openStoresWhileBuilding();
    const environment = this.#replicaEnvironment(stores);
    await migrate(environment);
    const changed = (event: string) => this.#changed(balancer, stores, event);
    const replicas = (this.#replicas = new Replicas(
      balancer,
      (app) =>
        Object.assign({}, environment, ...this.#started.map((each) => each.environmentOf(app, balancer.url))) as Environment,
      changed,
    ));
    for (const extension of extensions.filter(({ flag }) => !flag || this.#options.flags.has(flag.name))) {
      const started = await extension.start(environment, { url: balancer.url, stores, replicas, changed });
      if (started) this.#started.push(started);
    }
    await this.#addReplicas(replicas);
    this.#isUp = true;
    this.#changed(balancer, stores, statusBlock(this.#run(balancer, stores), this.#started));
    this.#tell(`  Ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`);
  }

  /** In order: no more commands, the replicas finish their requests, then the stores stop. */
  async stop(): Promise<void> {
    this.#isUp = false;
    removeRunFile();
    await Promise.all(this.#started.map((each) => each.close()));
    await this.#replicas?.stop();
    await this.#balancer?.close();
    await supervisor.close();
  }

  async #openBalancer(): Promise<Balancer> {
    const { port } = this.#options;
    const hosts = (this.#environment['ALLOWED_HOSTS'] ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim());
    const start = (at: number) => startBalancer(at, {}, hosts.filter(Boolean));
    if (port !== null) return start(port).catch((error: unknown) => Promise.reject(portTaken(port, error)));
    for (let candidate = PREFERRED_PORT; candidate < PREFERRED_PORT + PORTS_TO_TRY; candidate++) {
      const balancer = await start(candidate).catch(onlyIfTaken);
      if (balancer && candidate !== PREFERRED_PORT) this.#tell(`Port ${PREFERRED_PORT} is taken: using ${candidate}.`);
      if (balancer) return balancer;
    }
    throw new Error(`Ports ${PREFERRED_PORT} to ${PREFERRED_PORT + PORTS_TO_TRY - 1} are all taken: choose one with --port.`);
  }

  async #openStoresWhileBuilding(): Promise<Stores> {
    const { DATABASE_URL, REDIS_URL } = this.#environment;
    const [postgres, redis] = await Promise.all([
      openPostgres(DATABASE_URL),
      openRedis(REDIS_URL, secrets(), this.#tell),
      buildIfNeeded().catch((error: { stdout?: string; message: string }) =>
        Promise.reject(new Error(error.stdout || error.message)),
      ),
    ]);
    return { postgres, redis };
  }

  #replicaEnvironment({ postgres, redis }: Stores): Environment {
    const { sessionSecret, sessionPepper } = secrets();
    return {
      ...Object.assign({}, ...extensions.map(({ environment }) => environment)),
      SESSION_SECRETS: sessionSecret,
      SESSION_PEPPER: sessionPepper,
      // The portal is served at http://localhost.
      COOKIE_SECURE: 'false',
      // Longer than the balancer takes to notice, so no request reaches a replica that is stopping.
      SHUTDOWN_DRAIN_MS: '700',
      ...this.#environment,
      TRUST_PROXY: '1',
      DATABASE_URL: postgres.url,
      REDIS_URL: redis?.url,
    };
  }

  async #addReplicas(replicas: Replicas): Promise<void> {
    const { auth, portal } = this.#options.replicas;
    const wanted: App[] = [...Array<App>(auth).fill('auth'), ...Array<App>(portal).fill('portal')];
    await Promise.all(wanted.map((app) => replicas.add(app)));
  }

  #changed(balancer: Balancer, stores: Stores, event: string): void {
    if (!this.#isUp) return;
    writeRunFile(this.#run(balancer, stores));
    this.#tell(event);
  }

  #run({ url }: Balancer, { postgres, redis }: Stores): RunFile {
    const replicas = this.#replicas?.list ?? [];
    return {
      url,
      launcher: { pid: process.pid, url: this.#started.find(({ url }) => url)?.url ?? null },
      stores: { redis: redis && describe(redis), postgres: describe(postgres) },
      replicas: replicas.map(({ app, name, pid, url }) => ({ app, name, pid, url })),
    };
  }
}

interface Stores {
  postgres: Store;
  redis: Store | null;
}

const describe = ({ url, engine, version, source }: Store) => ({ url, engine, version, source });

function onlyIfTaken(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
  throw error;
}

function portTaken(port: number, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(
    code === 'EADDRINUSE' ? `Port ${port} is taken: choose another with --port.` : `Cannot listen on port ${port}: ${message}.`,
  );
}

async function migrate(environment: Environment): Promise<void> {
  const script = join(projectFolder, 'dist', 'apps', 'auth', 'migrate.js');
  try {
    await promisify(execFile)(process.execPath, [script], { env: environment });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  }
}
