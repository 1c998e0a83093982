import type { Response } from 'express';

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';

/**
 * Runs `before` when the answer is about to begin, whichever way it begins: JSON, a redirect, a page, a stream or
 * flushed headers. If `before` has something to wait for, the answer waits; if that fails, the answer is thrown away
 * and `fail` answers instead. So no success header can leave before the session is stored.
 */
export function holdHeaders(res: Response, before: () => Promise<void> | null, fail: (error: unknown) => void): void {
  const own = ownMethods(res);
  let held: (() => unknown)[] | null = null;
  let wroteBody = false;

  const restore = () => Object.assign(res, own);
  const release = () => {
    restore();
    const results = held!.map((call) => call());
    // Whoever was told to wait is told to go on, unless the socket itself is full now: then it will say so.
    if (wroteBody && results.at(-1) !== false && !res.writableEnded) res.emit('drain');
  };
  const begin = (): boolean => {
    const work = startedWork(before);
    if (work === null) {
      restore();
      return false;
    }
    held = [];
    work.then(release, (error: unknown) => {
      restore();
      discardAnswer(res);
      fail(error);
    });
    return true;
  };
  const wrapper =
    (name: Method, whenHeld: unknown) =>
    (...args: never[]): unknown => {
      if (held === null && !begin()) return own[name].apply(res, args);
      wroteBody ||= name === 'write';
      held!.push(() => own[name].apply(res, args));
      return whenHeld;
    };

  Object.assign(res, {
    writeHead: wrapper('writeHead', res),
    write: wrapper('write', false),
    end: wrapper('end', res),
    flushHeaders: wrapper('flushHeaders', undefined),
  });
}

function ownMethods(res: Response): Record<Method, (...args: never[]) => unknown> {
  const methods = res as unknown as Record<Method, (...args: never[]) => unknown>;
  return { writeHead: methods.writeHead, write: methods.write, end: methods.end, flushHeaders: methods.flushHeaders };
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
