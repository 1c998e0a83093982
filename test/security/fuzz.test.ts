/** @seconds 7 */
import { request } from 'node:http';
import * as fc from 'fast-check';
import { startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ auths: 1, env: { LOGIN_FAILURES_PER_ADDRESS: '1000000' } });
}, 60_000);

/** Part of everything that is sent, to detect responses that reflect input. */
const MARK = 'zq<i>7';
const RUNS = { numRuns: 150 };
const SECONDS = 60_000;

interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Uses node:http, because fetch would correct malformed input. */
function send(origin: string, { method = 'GET', path, headers = {}, body }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sending = request({ hostname, port, method, path, headers: { accept: 'application/json', ...headers } }, (response) => {
      const head = JSON.stringify(response.headers);
      response
        .setEncoding('utf8')
        .toArray()
        .then((chunks) => resolve({ status: response.statusCode!, text: head + chunks.join('') }), reject);
    });
    sending.on('error', reject).end(body);
  });
}

async function survives(origin: string, sent: Sent): Promise<void> {
  const { status, text } = await send(origin, sent);
  expect(status).toBeLessThan(500);
  expect(text).not.toContain(MARK);
}

/** What a header may carry on the wire: Latin-1 without control characters. */
const headerValue = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .map((code) => String.fromCharCode(code))
    .filter((c) => c !== '\x7f'),
  maxLength: 300,
});
const marked = (text: fc.Arbitrary<string>) => fc.tuple(text, text).map(([before, after]) => `${before}${MARK}${after}`);
const cookie = fc.oneof(
  marked(headerValue).map((value) => `baton=${value}`),
  marked(headerValue),
  fc
    .string({ unit: fc.constantFrom('%', 's', ':', '.', 'j', '{', '=', ';', 'A'), maxLength: 120 })
    .map((value) => `baton=${value}`),
  fc.nat(40).map((count) => Array(count).fill('baton=s:a.b').join('; ')),
  fc.integer({ min: 1000, max: 7000 }).map((length) => `baton=s:${'A'.repeat(length)}.${'B'.repeat(43)}`),
);
const routes = ['/auth/login', '/auth/register', '/auth/password', '/auth/reauthenticate', '/auth/token', '/auth/logout'];

describe('random input', () => {
  it(
    'as a cookie never causes a 500 and is never reflected',
    async () => {
      const target = fc.constantFrom<[string, string]>(
        [site.auth[0]!.url, '/auth/sessions'],
        [site.portal[0]!.url, '/api/session'],
        [site.portal[0]!.url, '/api/tally'],
      );
      const property = fc.asyncProperty(target, cookie, ([origin, path], value) =>
        survives(origin, { path, headers: { cookie: value } }),
      );
      await expect(fc.assert(property, RUNS)).resolves.toBeUndefined();
    },
    SECONDS,
  );

  it(
    'as a body never causes a 500 and is never reflected',
    async () => {
      const types = [
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'application/json; charset=utf-7',
        'multipart/form-data',
        'x',
      ];
      const values = fc.oneof(fc.constant(MARK), fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(null, true, [], {}, '__proto__'));
      const names = fc.constantFrom(
        'username',
        'password',
        'to',
        'currentPassword',
        'newPassword',
        '__proto__',
        'constructor',
        MARK,
      );
      const json = fc.dictionary(names, values).map((body) => JSON.stringify(body));
      const wild = marked(fc.string({ unit: 'binary', maxLength: 200 }));
      const property = fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.constantFrom(...types),
        fc.oneof(json, wild),
        (path, type, body) => survives(site.auth[0]!.url, { method: 'POST', path, headers: { 'content-type': type }, body }),
      );
      await expect(fc.assert(property, RUNS)).resolves.toBeUndefined();
    },
    SECONDS,
  );

  it(
    'to the API of the portal never causes a 500 and is never reflected',
    async () => {
      const body = fc.oneof(
        fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
        marked(fc.string()),
      );
      const route = fc.constantFrom<[string, string]>(['POST', '/api/tally'], ['PUT', '/api/preferences']);
      const property = fc.asyncProperty(route, body, ([method, path], content) =>
        survives(site.portal[0]!.url, { method, path, headers: { 'content-type': 'application/json' }, body: content }),
      );
      await expect(fc.assert(property, RUNS)).resolves.toBeUndefined();
    },
    SECONDS,
  );

  it(
    'as headers never causes a 500 and is never reflected',
    async () => {
      const names = fc.constantFrom(
        'accept',
        'authorization',
        'content-type',
        'x-forwarded-for',
        'x-forwarded-proto',
        'x-forwarded-host',
        'host',
        'x-request-id',
        'user-agent',
        'origin',
        'sec-fetch-site',
        'accept-language',
        'if-none-match',
        'range',
      );
      const headers = fc.dictionary(names, marked(headerValue), { maxKeys: 5 });
      const target = fc.constantFrom<[string, string]>(
        [site.auth[0]!.url, '/auth/login'],
        [site.portal[0]!.url, '/api/session'],
        [site.portal[0]!.url, '/'],
      );
      const property = fc.asyncProperty(target, headers, ([origin, path], given) => survives(origin, { path, headers: given }));
      await expect(fc.assert(property, RUNS)).resolves.toBeUndefined();
    },
    SECONDS,
  );

  it(
    'as a path never causes a 500 and is never reflected',
    async () => {
      const part = fc.oneof(
        fc.constantFrom('..', '%', '%00', '%2e%2e', '%zz', 'auth', 'sessions', 'api', 'tally', 'assets', ';', '?to='),
        fc.webSegment(),
      );
      const property = fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.constantFrom('GET', 'DELETE', 'PUT'),
        async (parts, method) => {
          const path = `/auth/${parts.join('/')}${encodeURIComponent(MARK)}`;
          await survives(site.auth[0]!.url, { method, path });
          await survives(site.portal[0]!.url, { method, path: path.slice(5) });
        },
      );
      await expect(fc.assert(property, RUNS)).resolves.toBeUndefined();
    },
    SECONDS,
  );
});
