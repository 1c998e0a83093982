import type { Response } from 'express';

export interface Commit {
  /** Stores what must be stored before the response starts. Null when there is nothing to wait for. */
  readonly store: () => Promise<void> | null;
  /** Sets the last headers. Called when everything is stored. */
  readonly ready: () => void;
  /** Responds instead of the handler, synchronously. */
  readonly fail: (error: unknown) => void;
}

/**
 * Stores the session when the response is about to start, however it starts: JSON, a redirect, a page, a stream or flushed
 * headers. The response waits for the store; if the store fails, the response is discarded and `fail` responds instead. So no
 * success header is sent before the session is stored.
 */
export function holdHeaders(response: Response, commit: Commit): void {
  new HeldResponse(response, commit).hold();
}

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Method, (...args: never[]) => unknown>;
type Call = readonly [name: Method, args: never[]];

class HeldResponse {
  private readonly own: Methods;
  private readonly ours: Methods;
  /** A later middleware may have wrapped our methods in its own, so they cannot simply be removed. */
  private stage: 'waiting' | 'held' | 'passing' | 'replaced' = 'waiting';
  private held: Call[] | null = null;
  private readonly namesBefore: string[];

  constructor(
    private readonly response: Response,
    private readonly commit: Commit,
  ) {
    const methods = response as unknown as Methods;
    this.own = { writeHead: methods.writeHead, write: methods.write, end: methods.end, flushHeaders: methods.flushHeaders };
    this.ours = {
      writeHead: (...args) => this.call('writeHead', this.stage === 'waiting' ? this.withHeadersSet(args) : args),
      write: (...args) => this.call('write', args),
      end: (...args) => this.call('end', args),
      flushHeaders: (...args) => this.call('flushHeaders', args),
    };
    this.namesBefore = response.getHeaderNames();
  }

  /** Property by property, here and in `pass`: on the path of every request, a loop over names costs several times as much. */
  hold(): void {
    const methods = this.response as unknown as Methods;
    methods.writeHead = this.ours.writeHead;
    methods.write = this.ours.write;
    methods.end = this.ours.end;
    methods.flushHeaders = this.ours.flushHeaders;
  }

  private call(name: Method, args: never[]): unknown {
    if (this.stage === 'waiting') this.begin();
    if (this.stage === 'passing') return this.own[name].apply(this.response, args);
    if (this.stage === 'held') this.keep(this.held!, name, args);
    return name === 'write' ? false : name === 'flushHeaders' ? undefined : this.response;
  }

  private keep(held: Call[], name: Method, args: never[]): void {
    // Wrappers like compression write the head again for as long as Node has not built it.
    const isRepeated = name === 'writeHead' && held.length > 0;
    const isOver = held.at(-1)?.[0] === 'end';
    if (!isRepeated && !isOver) held.push([name, args]);
  }

  private begin(): void {
    const work = this.startedWork();
    if (work === null) return this.pass();
    this.stage = 'held';
    this.held = [];
    const { statusCode, statusMessage } = this.response;
    const unlock = lockHeaders(this.response);
    work
      .then(() => {
        unlock();
        Object.assign(this.response, { statusCode, statusMessage });
        this.release();
      })
      .catch((error: unknown) => {
        unlock();
        this.replace(error);
      });
  }

  /** A synchronous throw is a failure like any other. */
  private startedWork(): Promise<void> | null {
    try {
      return this.commit.store();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private pass(): void {
    this.stage = 'passing';
    const methods = this.response as unknown as Methods;
    const { own, ours } = this;
    if (methods.writeHead === ours.writeHead) methods.writeHead = own.writeHead;
    if (methods.write === ours.write) methods.write = own.write;
    if (methods.end === ours.end) methods.end = own.end;
    if (methods.flushHeaders === ours.flushHeaders) methods.flushHeaders = own.flushHeaders;
    this.commit.ready();
  }

  private release(): void {
    this.pass();
    const held = this.held!;
    const results = held.map(([name, args]) => this.own[name].apply(this.response, args));
    // Emits the `drain` that a handler waits for after a held write; a full socket emits its own.
    const wroteBody = held.some(([name]) => name === 'write');
    if (wroteBody && results.at(-1) !== false && !this.response.writableEnded) this.response.emit('drain');
  }

  /** The handler may still be writing its response, and must not write into this one. */
  private replace(error: unknown): void {
    if (this.response.headersSent) {
      this.response.destroy();
      return;
    }
    Object.assign(this.response, this.own);
    discardResponse(this.response, this.namesBefore);
    try {
      this.commit.fail(error);
    } catch {
      this.response.destroy();
    }
    this.stage = 'replaced';
    this.hold();
  }

  /** Headers given to writeHead, set one by one: else a Set-Cookie among them would replace the session's. */
  private withHeadersSet(args: unknown[]): never[] {
    const headers = args.at(-1);
    if (typeof headers !== 'object' || headers === null) return args as never[];
    for (const [name, value] of Array.isArray(headers) ? pairs(headers as unknown[]) : Object.entries(headers))
      this.response.setHeader(name, value as string);
    return args.slice(0, -1) as never[];
  }
}

/** `[name, value, name, value]` or `[[name, value]]` as writeHead takes them; values of a repeated name are collected. */
function pairs(list: unknown[]): [string, unknown][] {
  const tuples = Array.isArray(list[0]) ? (list as [string, string][]) : couples(list as string[]);
  const byName = Map.groupBy(tuples, ([name]) => name.toLowerCase());
  return [...byName.values()].map((same) => [same[0]![0], same.length === 1 ? same[0]![1] : same.map(([, value]) => value)]);
}

function couples(list: string[]): [string, string][] {
  return list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]!] as [string, string]] : []));
}

/** For the handler, a held response has started: changing its headers throws as in Node. */
function lockHeaders(response: Response): () => void {
  const { setHeader, appendHeader, removeHeader } = response as unknown as Record<string, unknown>;
  const refuse = () => {
    throw Object.assign(new Error('Cannot change headers after they are sent to the client'), { code: 'ERR_HTTP_HEADERS_SENT' });
  };
  Object.defineProperty(response, 'headersSent', { value: true, configurable: true });
  Object.assign(response, { setHeader: refuse, appendHeader: refuse, removeHeader: refuse });
  return () => {
    delete (response as { headersSent?: boolean }).headersSent;
    Object.assign(response, { setHeader, appendHeader, removeHeader });
  };
}

/** Set before the handler, but describing its response. */
const OF_THE_RESPONSE = new Set(['content-type', 'content-length', 'cache-control', 'etag', 'set-cookie', 'location']);

/** Headers set before the handler stay: security headers, request id, CORS. */
function discardResponse(response: Response, namesBefore: readonly string[]): void {
  for (const name of response.getHeaderNames())
    if (OF_THE_RESPONSE.has(name) || !namesBefore.includes(name)) response.removeHeader(name);
  response.statusMessage = '';
}
