import { randomBytes } from 'node:crypto';

/** A complete response. */
export interface HttpResponse {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed if it is JSON, including problem documents. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests assert its shape
  body: any;
}

/** Cookies of one visitor, shared by all clients made from each other with `at`. */
export type CookieJar = Map<string, string>;

export interface Client {
  jar: CookieJar;
  send(method: string, path: string, init?: RequestInit): Promise<HttpResponse>;
  get(path: string, init?: RequestInit): Promise<HttpResponse>;
  /** Sends JSON. */
  post(path: string, body?: unknown, init?: RequestInit): Promise<HttpResponse>;
  put(path: string, body?: unknown, init?: RequestInit): Promise<HttpResponse>;
  delete(path: string, init?: RequestInit): Promise<HttpResponse>;
  /** Sends fields as an HTML form does. */
  submit(path: string, fields: Record<string, string>, init?: RequestInit): Promise<HttpResponse>;
  /** The same visitor at another address, such as one replica instead of the balancer. */
  at(url: string): Client;
}

const DEADLINE_MS = 15_000;

/** A visitor without a browser: keeps cookies, follows no redirects. */
export function browserless(url: string, jar: CookieJar = new Map()): Client {
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<HttpResponse> => {
    const headers = new Headers({ accept: 'application/json', ...(jar.size > 0 && { cookie: cookieHeader(jar) }) });
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(new URL(path, url), { redirect: 'manual', signal, ...init, method, headers });
    for (const cookie of response.headers.getSetCookie()) keepCookie(jar, cookie);
    return read(response);
  };
  const sendJson = (method: string, path: string, body: unknown, init: RequestInit = {}) =>
    send(method, path, {
      ...init,
      body: JSON.stringify(body ?? {}),
      headers: { 'content-type': 'application/json', ...(init.headers as object) },
    });
  return {
    jar,
    send,
    get: (path, init) => send('GET', path, init),
    post: (path, body, init) => sendJson('POST', path, body, init),
    put: (path, body, init) => sendJson('PUT', path, body, init),
    delete: (path, init) => send('DELETE', path, init),
    submit: (path, fields, init) => send('POST', path, { ...init, body: new URLSearchParams(fields) }),
    at: (other) => browserless(other, jar),
  };
}

export type Credentials = Record<'username' | 'password', string>;

/** Accounts of every migrated database. */
export const USER: Credentials = { username: 'robin', password: 'robins long password' };
export const ADMIN: Credentials = { username: 'alex', password: 'alexs long password' };

export async function loginAs(client: Client, who: Credentials = USER): Promise<HttpResponse> {
  const response = await client.post('/auth/login', who);
  if (response.status !== 200) throw new Error(`login of ${who.username}: ${response.status} ${response.text}`);
  return response;
}

/** A new account, signed in. */
export async function register(client: Client): Promise<Credentials> {
  const credentials = { username: `runner-${randomBytes(4).toString('hex')}`, password: 'a long sentence nobody guesses' };
  const response = await client.post('/auth/register', credentials);
  if (response.status !== 201) throw new Error(`registration: ${response.status} ${response.text}`);
  return credentials;
}

const cookieHeader = (jar: CookieJar): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

function keepCookie(jar: CookieJar, header: string): void {
  const [pair = '', ...attributes] = header.split(';');
  const [name = '', ...value] = pair.split('=');
  if (isOver(attributes)) jar.delete(name);
  else jar.set(name, value.join('='));
}

function isOver(attributes: string[]): boolean {
  const valueOf = (name: string) =>
    attributes.find((attribute) => attribute.trim().toLowerCase().startsWith(`${name}=`))?.split('=')[1];
  const [maxAge, expires] = [valueOf('max-age'), valueOf('expires')];
  return maxAge !== undefined ? Number(maxAge) <= 0 : expires !== undefined && Date.parse(expires) <= Date.now();
}

async function read(response: Response): Promise<HttpResponse> {
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : undefined };
}
