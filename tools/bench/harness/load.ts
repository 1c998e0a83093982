/**
 * The load generator: keep-alive connections, each sending its next request when the last response is complete (a closed loop).
 * Raw sockets, because on two cores a generator that costs more than the server measures itself.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Workload {
  /** The next request of this connection, ready to be sent; null when there is nothing left to send. */
  next(connection: number): Buffer | string | null;
  answered?(connection: number, status: number, head: string, latencyMs: number): void;
}

export interface LoadOptions extends Workload {
  port: number;
  connections: number;
  /** No request starts later than this; without it the load ends when `next` has nothing left. */
  seconds?: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  latenciesMs: number[];
  statuses: Record<number, number>;
  /** Connections that broke before their response was complete. */
  broken: number;
}

const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

const NOTHING = Buffer.alloc(0);

class Connection {
  private readonly socket: Socket;
  private readonly index: number;
  private readonly load: LoadOptions;
  private readonly result: LoadResult;
  private readonly endsAt: number;
  private buffered: Buffer = NOTHING;
  private sentAt = 0;
  private readonly done = Promise.withResolvers<void>();

  constructor(socket: Socket, index: number, load: LoadOptions, result: LoadResult, endsAt: number) {
    this.socket = socket;
    this.index = index;
    this.load = load;
    this.result = result;
    this.endsAt = endsAt;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.closed());
  }

  run(): Promise<void> {
    this.send();
    return this.done.promise;
  }

  private send(): void {
    const request = performance.now() < this.endsAt ? this.load.next(this.index) : null;
    this.sentAt = request === null ? 0 : performance.now();
    if (request === null) this.socket.destroy();
    else this.socket.write(request);
  }

  private receive(chunk: Buffer): void {
    this.buffered = this.buffered.length ? Buffer.concat([this.buffered, chunk]) : chunk;
    const headBytes = this.buffered.indexOf('\r\n\r\n');
    if (headBytes < 0) return;
    const head = this.buffered.toString('latin1', 0, headBytes);
    const length = CONTENT_LENGTH.exec(head);
    if (!length && / chunked/i.test(head)) throw new Error(`The generator reads responses with a content-length only:\n${head}`);
    if (this.buffered.length < headBytes + 4 + Number(length?.[1] ?? 0)) return;
    this.buffered = NOTHING;
    this.count(Number(head.slice(9, 12)), head);
    this.send();
  }

  private count(status: number, head: string): void {
    this.result.requests += 1;
    const latencyMs = performance.now() - this.sentAt;
    this.result.latenciesMs.push(latencyMs);
    this.result.statuses[status] = (this.result.statuses[status] ?? 0) + 1;
    this.load.answered?.(this.index, status, head, latencyMs);
  }

  private closed(): void {
    if (this.sentAt) this.result.broken += 1;
    this.done.resolve();
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const result: LoadResult = { requests: 0, seconds: 0, latenciesMs: [], statuses: {}, broken: 0 };
  const sockets = await Promise.all(Array.from({ length: options.connections }, () => open(options.port)));
  const startedAt = performance.now();
  const endsAt = startedAt + (options.seconds ?? Infinity) * 1000;
  await Promise.all(sockets.map((socket, index) => new Connection(socket, index, options, result, endsAt).run()));
  result.seconds = (performance.now() - startedAt) / 1000;
  return result;
}
