/** @seconds 60 */
import { randomUUID } from 'node:crypto';
import { type Client, USER } from '../support/client.ts';
import { newCredentials, PASSWORD, type Site, snapshot, startSite } from '../security/site.ts';
import { type Answer, documented, isRare, objections, pair } from './described.ts';
import { type Described, operations } from './document.ts';
import { mailEnvironment } from './mail/environment.ts';
import { mailBodies } from './mail/links.ts';
import { oidcEnvironment } from './oidc/environment.ts';
import { oidcSteps } from './oidc/journeys.ts';
import { ownDataSteps } from './own-data/deletion.ts';
import { passkeyEnvironment } from './passkeys/environment.ts';
import { passkeySteps } from './passkeys/proofs.ts';
import type { Given, Prepared, Steps } from './steps.ts';
import { totpSteps } from './totp/codes.ts';

const NO_LIMITS = {
  REGISTRATIONS_PER_ADDRESS: '10000',
  LOGIN_FAILURES_PER_ADDRESS: '10000',
  LOGIN_FAILURES_PER_ACCOUNT: '1000',
};

/** `ended`: with the cookie of a session that was logged out. */
type Visitor = 'nobody' | 'ended' | 'user' | 'admin';

describe('a running replica', () => {
  let site: Site;
  let bodies: Record<string, (body: object) => Promise<object>>;
  let steps: Steps;

  beforeAll(async () => {
    site = await startSite({
      auths: 1,
      env: { ...mailEnvironment, ...passkeyEnvironment, ...oidcEnvironment, DEMO: 'true', ...NO_LIMITS },
    });
    bodies = {
      'post /auth/login': async (body) => ({ ...body, ...(await site.newcomer()).credentials }),
      'post /auth/register': async () => newCredentials(),
      ...mailBodies(site),
    };
    steps = { ...totpSteps(site), ...passkeySteps, ...ownDataSteps, ...(await oidcSteps(site)) };
  }, 120_000);

  it.each(operations)(
    'answers $route as documented',
    async ({ method, path, described }) => {
      const url = described.tags.includes('auth') ? site.auth[0]!.url : site.portal[0]!.url;
      const seen = new Set<string>();
      const prepares = path.startsWith('/auth/admin/') ? 'admin' : 'user';
      for (const { who, accept, given } of variants(path, described)) {
        const step = given === 'malformed' ? undefined : steps[`${method} ${path}`];
        const client = await visitor(who, step !== undefined || (method !== 'get' && given === 'right'));
        if (path === '/api/memory/session' && who !== 'nobody') await client.at(url).post('/api/memory/login');
        const prepared = step && who === prepares ? await step(client, given) : {};
        const body = described.requestBody && (await bodyOf(`${method} ${path}`, described, given, prepared));
        const target = (await pathOf(path, client, given, prepared)) + queryOf(described, given, prepared);
        const answer = await ask(new URL(target, url), method, accept, client, body);
        expect(objections(path, method, described, answer)).toEqual([]);
        seen.add(pair(answer.status, answer.type));
      }
      // It has ended these too.
      if (path === '/auth/admin/sessions') shared.clear();
      const missing = documented(described).filter((each) => !seen.has(each) && !isRare(each, path, described));
      expect(missing).toEqual([]);
    },
    60_000,
  );

  function variants(path: string, described: Described) {
    const accepts = path === '/' ? ['text/html', 'text/plain'] : ['application/json', 'text/html'];
    const givens: Given[] = described.requestBody
      ? ['malformed', 'wrong', 'right']
      : path.includes('{') || checkedQuery(described).length > 0
        ? ['malformed', 'right']
        : ['right'];
    return (['nobody', 'ended', 'user', 'admin'] as const).flatMap((who) =>
      accepts.flatMap((accept) => givens.map((given) => ({ who, accept, given }))),
    );
  }

  const shared = new Map<Visitor, Client>();

  /** `isAlone`: who changes something does not share the session with other requests. */
  async function visitor(who: Visitor, isAlone: boolean): Promise<Client> {
    if (who === 'nobody') return site.visitor();
    const known = shared.get(who);
    if (known && (!isAlone || who === 'ended')) return known;
    const { credentials, ...client } = await site.newcomer();
    if (who === 'ended') return ended(client);
    if (who === 'admin') await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [credentials.username]);
    if (!isAlone) shared.set(who, client);
    return client;
  }

  async function ended(client: Client): Promise<Client> {
    const before = snapshot(client, site.auth[0]!.url);
    await client.post('/auth/logout');
    shared.set('ended', before);
    return before;
  }

  /** Passwords are those of the visitor; what has to exist is made. */
  async function bodyOf(route: string, { requestBody }: Described, given: Given, prepared: Prepared): Promise<object> {
    const { example } = Object.values(requestBody!.content)[0]!;
    if (given === 'malformed') return Object.fromEntries(Object.keys(example).map((field) => [field, {}]));
    const fields = Object.keys(example).filter((field) => /^(password|currentPassword|passwordToRemove)$/.test(field));
    const password = given === 'right' ? PASSWORD : 'not the password';
    const body = { ...example, ...Object.fromEntries(fields.map((field) => [field, password])), ...prepared.body };
    return given === 'right' && bodies[route] ? bodies[route](body) : body;
  }

  async function pathOf(path: string, client: Client, given: Given, prepared: Prepared): Promise<string> {
    const isKnown = given === 'right';
    const own = isKnown && path.includes('{publicId}') ? await whoIs(client, site.portal[0]!.url) : null;
    const values: Record<string, () => string | Promise<string>> = {
      id: async () => prepared.id ?? own?.user.id ?? (isKnown ? idOf(USER.username) : randomUUID()),
      publicId: () => own?.session.publicId ?? 'unknown',
      sku: () => (isKnown ? 'race-bib' : 'No Such Article'),
    };
    const parts = path.split('/').map(async (part) => (/^\{\w+\}$/.test(part) ? values[part.slice(1, -1)]!() : part));
    return (await Promise.all(parts)).map(encodeURIComponent).join('/');
  }

  async function idOf(username: string): Promise<string> {
    const [row] = await site.query<{ id: string }>('SELECT id FROM users WHERE name = $1', [username]);
    return row!.id;
  }
});

interface Visit {
  user: { id: string };
  session: { publicId: string };
}

/** Null for somebody who is not signed in. */
async function whoIs(client: Client, portal: string): Promise<Visit | null> {
  const { status, body } = await client.at(portal).get('/api/session');
  return status === 200 ? (body as Visit) : null;
}

/** Parameters that a route refuses. */
const checkedQuery = ({ parameters = [], responses }: Described) =>
  '400' in responses ? parameters.filter((each) => each.in === 'query') : [];

/** No parameter may be there twice. */
function queryOf(described: Described, given: Given, { query = '' }: Prepared): string {
  if (given !== 'malformed') return query;
  const twice = checkedQuery(described).flatMap(({ name }) => [`${name}=1`, `${name}=2`]);
  return twice.length > 0 ? `?${twice.join('&')}` : '';
}

/** A page's form where pages are accepted, else JSON; the bodies of both hold the same fields. */
async function ask(url: URL, method: string, accept: string, { jar }: Client, body?: object): Promise<Answer> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { accept, ...(cookie && { cookie }), ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(url, { method, headers, redirect: 'manual', body: body && JSON.stringify(body) });
  const type = response.headers.get('content-type')?.split(';')[0];
  // Such a stream does not end by itself.
  if (type === 'text/event-stream') await response.body!.cancel();
  return { status: response.status, type, text: type === 'text/event-stream' ? '' : await response.text() };
}
