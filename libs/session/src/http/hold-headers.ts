import type { Response } from 'express';

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';

const METHODS = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

type Call = (this: Response, ...args: never[]) => unknown;

/**
 * Runs `before` when the answer is about to begin, whichever way it begins: JSON, a redirect, a page, a stream or
 * flushed headers. If `before` has something to wait for, the answer waits; if that fails, the answer is thrown away
 * and `fail` answers instead. So no success header can leave before the session is stored.
 */
export function holdHeaders(res: Response, before: () => Promise<void> | null, fail: (error: unknown) => void): void {
  const hold = new Hold(res, before, fail);
  const answer = res as unknown as Record<Method, Call>;
  answer.writeHead = (...args) => hold.call('writeHead', args, res);
  answer.write = (...args) => hold.call('write', args, false);
  answer.end = (...args) => hold.call('end', args, res);
  answer.flushHeaders = (...args) => hold.call('flushHeaders', args, undefined);
}

class Hold {
  private readonly own: Record<Method, Call>;
  private held: (() => unknown)[] | null = null;
  private wroteBody = false;

  constructor(
    private readonly res: Response,
    private readonly before: () => Promise<void> | null,
    private readonly fail: (error: unknown) => void,
  ) {
    const { writeHead, write, end, flushHeaders } = res as unknown as Record<Method, Call>;
    this.own = { writeHead, write, end, flushHeaders };
  }

  /** `whenHeld` is what the caller gets as long as the answer has to wait. */
  call(name: Method, args: never[], whenHeld: unknown): unknown {
    if (this.held === null && !this.begin()) return this.own[name].apply(this.res, args);
    this.wroteBody ||= name === 'write';
    this.held!.push(() => this.own[name].apply(this.res, args));
    return whenHeld;
  }

  /** False: nothing to wait for. */
  private begin(): boolean {
    const work = startedWork(this.before);
    if (work === null) {
      this.restore();
      return false;
    }
    this.held = [];
    work.then(
      () => this.release(),
      (error: unknown) => {
        this.restore();
        discardAnswer(this.res);
        this.fail(error);
      },
    );
    return true;
  }

  private restore(): void {
    for (const name of METHODS) (this.res as unknown as Record<Method, Call>)[name] = this.own[name];
  }

  private release(): void {
    this.restore();
    const results = this.held!.map((call) => call());
    // Whoever was told to wait is told to go on, unless the socket itself is full now: then it will say so.
    if (this.wroteBody && results.at(-1) !== false && !this.res.writableEnded) this.res.emit('drain');
  }
}

/** What `before` throws is a failure of the commit like any other. */
function startedWork(before: () => Promise<void> | null): Promise<void> | null {
  try {
    return before();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

const ABOUT_THE_BODY = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'content-disposition',
  'etag',
  'last-modified',
  'location',
  'set-cookie',
];

function discardAnswer(res: Response): void {
  for (const name of ABOUT_THE_BODY) res.removeHeader(name);
}
