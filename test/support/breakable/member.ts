import { join } from 'node:path';
import { supervisor, type SupervisedProcess } from '../../../tools/local/supervisor.ts';
import { freePort, LOOPBACK } from '../../../tools/local/ports.ts';
import { untilReady } from '../../../tools/local/server.ts';
import type { App } from '../built.ts';
import { clockArguments } from '../skewed-clock.ts';
import { Freezable } from './freezable.ts';
import { TcpProxy } from '../tcp-proxy.ts';

export interface MemberOptions {
  app: App;
  /** The program that node runs. */
  script: string;
  name: string;
  postgresUrl: string;
  redisPort: number;
  /** More settings, such as SESSION_*. CLOCK_SKEW_MS skews the clock of the process. */
  env: Record<string, string>;
  logFolder: string;
}

/** One replica: a process with a separate link to each store. */
export class Member extends Freezable {
  private process!: SupervisedProcess;

  readonly app: App;
  readonly name: string;
  readonly url: string;
  readonly links: { redis: TcpProxy; postgres: TcpProxy };
  private readonly options: MemberOptions;

  private constructor(
    app: App,
    name: string,
    url: string,
    links: { redis: TcpProxy; postgres: TcpProxy },
    options: MemberOptions,
  ) {
    super();
    this.app = app;
    this.name = name;
    this.url = url;
    this.links = links;
    this.options = options;
  }

  static async start(options: MemberOptions): Promise<Member> {
    const links = {
      redis: await TcpProxy.to(options.redisPort),
      postgres: await TcpProxy.to(Number(new URL(options.postgresUrl).port)),
    };
    const url = `http://${LOOPBACK}:${await freePort()}`;
    const member = new Member(options.app, options.name, url, links, options);
    await member.start();
    return member;
  }

  /** Also restarts it after a kill, at the same address and with the same links. `more`: settings until the next start. */
  async start(more: Record<string, string> = {}): Promise<void> {
    const { script, name, logFolder, postgresUrl } = this.options;
    const env = { ...this.options.env, ...more };
    const logFile = join(logFolder, `${name}.log`);
    const stores = {
      DATABASE_URL: Object.assign(new URL(postgresUrl), { port: String(this.links.postgres.port) }).href,
      REDIS_URL: `redis://${LOOPBACK}:${this.links.redis.port}`,
    };
    this.process = await supervisor.start({
      command: process.execPath,
      args: ['--no-warnings', ...clockArguments(env), script],
      env: { PATH: process.env['PATH'], PORT: new URL(this.url).port, REPLICA: name, ...stores, ...env },
      logFile,
      stage: 'application',
    });
    await untilReady(this.process, () => this.ask('/health/live'), name, logFile);
  }

  protected get running(): SupervisedProcess {
    return this.process;
  }

  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** The body of a GET. @throws unless the status is 2xx. */
  async ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`${this.name} ${path}: ${response.status} ${await response.text()}`);
    return response.headers.get('content-type')?.includes('json') ? response.json() : response.text();
  }

  async close(): Promise<void> {
    await this.process.kill();
    await Promise.all([this.links.redis.close(), this.links.postgres.close()]);
  }
}
