import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK } from '../../tools/local/ports.ts';
import { onCleanup } from './cleanup.ts';

/** A TCP proxy that can cut, freeze and slow down the link between a client and a server. */
export class TcpProxy {
  readonly port: number;
  private target: URL;
  private isFrozen = false;
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private readonly lateMs = { requests: 0, answers: 0 };

  private constructor(server: Server, target: URL) {
    this.server = server;
    this.target = target;
    this.port = portOf(server);
    server.on('connection', (near) => this.join(near));
  }

  /** `target`: a port of this machine, or a URL. The caller closes it. */
  static async to(target: number | string): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await listen(server, 0);
    return new TcpProxy(server, typeof target === 'number' ? local(target) : new URL(target));
  }

  /** The target's URL with the proxy's port. */
  get url(): string {
    return Object.assign(new URL(this.target), { port: String(this.port) }).href;
  }

  /** Closes every connection and refuses new ones, as a dead server does. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.dropConnections();
    await closed;
  }

  /** Keeps connections open, accepts new ones and forwards no byte, as a network partition does. */
  freeze(): void {
    this.isFrozen = true;
    for (const part of [...this.pairs].flat()) part.unpipe().pause();
  }

  /** Delivers every answer, and every request if wanted, this late. The server is not slower: a late request waits before it. */
  slow(answersMs: number, requestsMs = 0): void {
    Object.assign(this.lateMs, { answers: answersMs, requests: requestsMs });
  }

  /** Delivers the data held back while frozen, delays no more, and accepts connections again. */
  async heal(): Promise<void> {
    this.slow(0);
    const wasFrozen = this.isFrozen;
    this.isFrozen = false;
    if (wasFrozen) for (const pair of this.pairs) flow(pair);
    if (!this.server.listening) await listen(this.server, this.port);
  }

  /** Switches to another local port, as a service address does after a failover. */
  aim(port: number): void {
    this.target = local(port);
    this.dropConnections();
  }

  close(): Promise<void> {
    return this.cut();
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    const { lateMs } = this;
    const pair: Pair = [near, new Delay(() => lateMs.requests), far, new Delay(() => lateMs.answers)];
    this.pairs.add(pair);
    const part = () => {
      this.pairs.delete(pair);
      for (const stream of pair) stream.destroy();
    };
    for (const end of [near, far]) end.setNoDelay(true).on('error', part).on('close', part);
    if (!this.isFrozen) flow(pair);
  }

  private dropConnections(): void {
    for (const part of [...this.pairs].flat()) part.destroy();
    this.pairs.clear();
  }
}

/** A proxy that closes with the test file. */
export async function tcpProxy({ to }: { to: number | string }): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(to);
  onCleanup(() => proxy.close());
  return proxy;
}

type Pair = [near: Socket, requests: Delay, far: Socket, answers: Delay];

/** Passes data on in order, each chunk this many milliseconds late. */
class Delay extends Transform {
  private before: Promise<unknown> = Promise.resolve();

  private readonly lateMs: () => number;

  constructor(lateMs: () => number) {
    super();
    this.lateMs = lateMs;
  }

  override _transform(bytes: Buffer, _encoding: string, done: TransformCallback): void {
    const late = this.lateMs() > 0 ? pause(this.lateMs()) : undefined;
    this.before = Promise.all([this.before, late]).then(() => void this.push(bytes));
    done();
  }

  override _flush(done: TransformCallback): void {
    void this.before.then(() => done());
  }
}

const flow = ([near, requests, far, answers]: Pair) => near.pipe(requests).pipe(far).pipe(answers).pipe(near);
const local = (port: number) => new URL(`tcp://${LOOPBACK}:${port}`);
const portOf = (server: Server) => (server.address() as { port: number }).port;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
