import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { holdHeaders, type Commit } from './hold-headers.ts';

let handler: (res: Response) => unknown;
const server = createServer((_req, res) => void handler(res as unknown as Response));
let url: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

const later = () => new Promise<void>((resolve) => setImmediate(resolve));
const unavailable = () => later().then(() => Promise.reject(new Error('unavailable')));

function hold(res: Response, store: Commit['store']): void {
  const fail = () => void (res as ServerResponse).writeHead(503, { 'Content-Length': 4 }).end('down');
  holdHeaders(res, { store, ready: () => void res.appendHeader('Set-Cookie', 'session=1'), fail });
}

/** What a client gets from a handler whose session takes a moment to store. */
async function answerOf(handle: (res: Response) => unknown, store: Commit['store'] = later) {
  handler = (res) => {
    hold(res, store);
    return handle(res);
  };
  const answer = await fetch(url);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe.each([
  ['at once', () => null],
  ['after a moment', later],
])('a response whose session is stored %s', (_when, store) => {
  it.each<[string, object]>([
    ['an object', { 'Set-Cookie': 'mine=1', 'X-Name': 'value' }],
    ['a flat list', ['Set-Cookie', 'mine=1', 'X-Name', 'value']],
    ['pairs', [['Set-Cookie', 'mine=1'] as const, ['X-Name', 'value'] as const]],
  ])('keeps its own cookie beside the session, given to writeHead as %s', async (_form, headers) => {
    const { status, headers: got } = await answerOf((res) => res.writeHead(201, headers as never).end(), store);
    expect([status, got.get('x-name'), got.getSetCookie()]).toEqual([201, 'value', ['mine=1', 'session=1']]);
  });

  it('keeps the words of its status line, and every value of a repeated header', async () => {
    const answer = await answerOf((res) => res.writeHead(200, 'Fine', ['Via', 'a', 'Via', 'b']).end('x'), store);
    expect([answer.text, answer.headers.get('via')]).toEqual(['x', 'a, b']);
  });

  it('may be wrapped by a later middleware, as compression does', async () => {
    const answer = await answerOf((res) => {
      const { write, end } = res as unknown as Record<string, (...args: unknown[]) => never>;
      res.write = ((chunk: string) => {
        if (!(res as unknown as { _header: unknown })._header) res.writeHead(res.statusCode);
        return write!.call(res, chunk.toUpperCase());
      }) as never;
      res.end = ((chunk: string) => {
        res.write(chunk);
        return end!.call(res);
      }) as never;
      res.write('one ');
      res.write('two ');
      setImmediate(() => setImmediate(() => res.end('three')));
    }, store);
    expect([answer.status, answer.text]).toEqual([200, 'ONE TWO THREE']);
  });
});

describe('while the session is being stored', () => {
  it('the handler cannot respond twice', async () => {
    const refused: unknown[] = [];
    const answer = await answerOf((res) => {
      res.statusCode = 201;
      res.end('first');
      res.statusCode = 500;
      refused.push(res.headersSent);
      try {
        res.setHeader('Content-Length', '99');
      } catch (error) {
        refused.push((error as { code: string }).code);
      }
      res.end('second');
    });
    expect([answer.status, answer.text, refused]).toEqual([201, 'first', [true, 'ERR_HTTP_HEADERS_SENT']]);
  });

  it('a malformed response is a failure of this request alone', async () => {
    expect((await answerOf((res) => res.writeHead(99).end())).status).toBe(503);
    expect((await answerOf((res) => res.end('fine'))).text).toBe('fine');
  });

  it('emits the suppressed `drain` to a waiting stream', async () => {
    const answer = await answerOf((res) => {
      expect(res.write('one ')).toBe(false);
      res.once('drain', () => res.end('two'));
    });
    expect(answer.text).toBe('one two');
  });
});

describe('if the session cannot be stored', () => {
  it('nothing of the response is sent, including what the handler writes later', async () => {
    let finished: Promise<unknown> | undefined;
    const answer = await answerOf((res) => {
      finished = once(res, 'finish').then(later);
      void finished.then(() => {
        res.write('and more');
        res.end('success');
      });
      res.writeHead(201, 'Created', { 'X-Order': '7', 'Clear-Site-Data': '*', ETag: '"1"' });
      res.write('success');
    }, unavailable);
    await finished?.then(later);
    expect([answer.status, answer.text, answer.headers.get('set-cookie')]).toEqual([503, 'down', null]);
    expect([...answer.headers.keys()].toSorted()).toEqual(['connection', 'content-length', 'date', 'keep-alive']);
  });

  it('what was set before the handler stays', async () => {
    handler = (res) => {
      res.setHeader('X-Request-Id', '1');
      res.setHeader('Cache-Control', 'public, max-age=60');
      hold(res, unavailable);
      res.end('success');
    };
    const { headers } = await fetch(url);
    expect([headers.get('x-request-id'), headers.get('cache-control')]).toEqual(['1', null]);
  });

  it('an error page that cannot be made ends the connection, not the process', async () => {
    handler = (res) => {
      const fail = () => {
        throw new Error('no page');
      };
      holdHeaders(res, { store: unavailable, ready: () => undefined, fail });
      res.end('success');
    };
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
