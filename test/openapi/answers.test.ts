/** @seconds 30 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { randomUUID } from 'node:crypto';
import { type Client, USER } from '../support/client.ts';
import { newCredentials, PASSWORD, type Site, snapshot, startSite } from '../security/site.ts';
import { type Described, document, operations } from './document.ts';
import { mailEnvironment } from './mail/environment.ts';
import { mailBodies } from './mail/links.ts';

/** What takes a full cart, a weak password, a lock, an old login or an outage; other tests cause these. */
const RARE = /^(409|410|422|429|503) |^403 .*\/auth\/sessions/;

const NO_LIMITS = {
  REGISTRATIONS_PER_ADDRESS: '10000',
  LOGIN_FAILURES_PER_ADDRESS: '10000',
  LOGIN_FAILURES_PER_ACCOUNT: '1000',
};

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).addSchema(document, 'openapi');

/** `ended`: with the cookie of a session that was logged out. */
type Visitor = 'nobody' | 'ended' | 'user' | 'admin';
/** `wrong`: the password; `malformed`: no field of the body has its type, or the path names what does not exist. */
type Given = 'right' | 'wrong' | 'malformed';

interface Answer {
  status: number;
  type: string | undefined;
  text: string;
}

describe('a running replica', () => {
  let site: Site;
  let bodies: Record<string, (body: object) => Promise<object>>;

  beforeAll(async () => {
    site = await startSite({
      auths: 1,
      env: { ...mailEnvironment, DEMO: 'true', ...NO_LIMITS },
    });
    bodies = {
      'post /auth/login': async () => (await site.newcomer()).credentials,
      'post /auth/register': async () => newCredentials(),
      ...mailBodies(site),
    };
  }, 120_000);

  it.each(operations)(
    'answers $route as documented',
    async ({ method, path, described }) => {
      const url = described.tags.includes('auth') ? site.auth[0]!.url : site.portal[0]!.url;
      const seen = new Set<string>();
      for (const { who, accept, given } of variants(path, described)) {
        const client = await visitor(who, method !== 'get' && given === 'right');
        if (path === '/api/memory/session' && who !== 'nobody') await client.at(url).post('/api/memory/login');
        const body = described.requestBody && (await bodyOf(`${method} ${path}`, described, given));
        const answer = await ask(new URL(await pathOf(path, client, given), url), method, accept, client, body);
        expect(objections(path, method, described, answer)).toEqual([]);
        seen.add(pair(answer.status, answer.type));
      }
      // It has ended these too.
      if (path === '/auth/admin/sessions') shared.clear();
      const missing = documented(described).filter((each) => !seen.has(each) && !RARE.test(`${each} ${path}`));
      expect(missing).toEqual([]);
    },
    60_000,
  );

  function variants(path: string, { requestBody }: Described) {
    const accepts = path === '/' ? ['text/html', 'text/plain'] : ['application/json', 'text/html'];
    const givens: Given[] = requestBody
      ? ['malformed', 'wrong', 'right']
      : path.includes('{')
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
  async function bodyOf(route: string, { requestBody }: Described, given: Given): Promise<object> {
    const { example } = Object.values(requestBody!.content)[0]!;
    if (given === 'malformed') return Object.fromEntries(Object.keys(example).map((field) => [field, {}]));
    const fields = Object.keys(example).filter((field) => /^(password|currentPassword|passwordToRemove)$/.test(field));
    const password = given === 'right' ? PASSWORD : 'not the password';
    const body = { ...example, ...Object.fromEntries(fields.map((field) => [field, password])) };
    return given === 'right' && bodies[route] ? bodies[route](body) : body;
  }

  async function pathOf(path: string, client: Client, given: Given): Promise<string> {
    const [braces, name] = /\{(\w+)\}/.exec(path) ?? [];
    if (!braces) return path;
    const isKnown = given === 'right';
    const values: Record<string, () => string | Promise<string>> = {
      id: async () => (isKnown ? idOf(USER.username) : randomUUID()),
      publicId: async () => (isKnown ? ownSession(client, site.portal[0]!.url) : 'unknown'),
      sku: () => (isKnown ? 'race-bib' : 'No Such Article'),
    };
    return path.replace(braces, encodeURIComponent(await values[name!]!()));
  }

  async function idOf(username: string): Promise<string> {
    const [row] = await site.query<{ id: string }>('SELECT id FROM users WHERE name = $1', [username]);
    return row!.id;
  }
});

async function ownSession(client: Client, portal: string): Promise<string> {
  const { body } = await client.at(portal).get('/api/session');
  return (body as { session?: { publicId: string } }).session?.publicId ?? 'nobody';
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

const pair = (status: number, type: string | undefined): string =>
  status === 303 || !type ? String(status) : `${status} ${type}`;

/** Every status with each of its media types. */
const documented = ({ responses }: Described): string[] =>
  Object.entries(responses).flatMap(([status, { content }]) =>
    content ? Object.keys(content).map((type) => `${status} ${type}`) : [status],
  );

function objections(path: string, method: string, { responses }: Described, { status, type, text }: Answer): string[] {
  const response = responses[status];
  if (!response) return [`${status} is not documented: ${text.slice(0, 300)}`];
  if (status === 303 || (!type && text === '')) return [];
  if (!type || !response.content?.[type]) return [`${status} ${type} is not documented: ${text.slice(0, 300)}`];
  if (!type.endsWith('json')) return [];
  const pointer = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
  const validate = ajv.getSchema(`openapi#/${pointer.map(escaped).join('/')}`)!;
  return validate(JSON.parse(text)) ? [] : [`${status}: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`];
}

/** RFC 6901, in a fragment. */
const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
