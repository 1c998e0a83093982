/** @seconds 6 */
import { USER, type HttpResponse } from '../support/client.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { browserless } from '../support/client.ts';
import { startSite, type Site } from './site.ts';

let site: Site;
let secure: Replica;
beforeAll(async () => {
  site = await startSite({ auths: 1 });
  secure = await startReplica('auth', { ...site.env, COOKIE_SECURE: 'true' });
}, 60_000);

const html = { headers: { accept: 'text/html' } };

describe('every response', () => {
  it('forbids inline scripts, framing, sniffing and storing', async () => {
    const [auth, portal] = [site.visitor(), site.visitor().at(site.portal[0]!.url)];
    const responses: HttpResponse[] = await Promise.all([
      auth.get('/auth/login', html),
      auth.get('/auth/sessions'),
      auth.get('/nowhere'),
      auth.get('/%zz'),
      auth.post('/auth/login', USER),
      auth.post('/auth/login', undefined, { body: '{' }),
      auth.get('/health/live'),
      portal.get('/', html),
      portal.get('/api/session'),
    ]);
    for (const { headers } of responses) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).toMatch(/object-src 'none'/);
      expect(policy).toMatch(/base-uri 'none'/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toMatch(/no-store/);
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });

  it('has a unique nonce', async () => {
    const nonce = async () =>
      /'nonce-([^']+)'/.exec((await site.visitor().get('/auth/login')).headers.get('content-security-policy')!)![1];
    expect(await nonce()).not.toBe(await nonce());
  });

  it('has HSTS only if the cookie is Secure', async () => {
    const strict = await browserless(secure.url).get('/health/live');
    expect(strict.headers.get('strict-transport-security')).toMatch(/max-age=31536000; includeSubDomains/);
    const plain = await site.visitor().get('/health/live');
    expect(plain.headers.has('strict-transport-security')).toBe(false);
  });
});

describe('the cookie', () => {
  const setCookie = async (url: string) => (await browserless(url).post('/auth/login', USER)).headers.getSetCookie();

  it('has __Host-, Secure, HttpOnly, SameSite=Lax, path / and no domain', async () => {
    const cookies = await setCookie(secure.url);
    // The second marks a browser in which the account has signed in.
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0]))).toEqual(new Set(['__Host-baton', '__Host-baton-device']));
    for (const cookie of cookies) {
      for (const attribute of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\/(;|$)/i])
        expect(cookie).toMatch(attribute);
      expect(cookie).not.toMatch(/domain=/i);
      expect(cookie.length).toBeLessThan(4096);
    }
  });

  it('appears only in Set-Cookie, not in a body or a log', async () => {
    const client = site.visitor();
    const responses = [
      await client.post('/auth/login', USER),
      await client.get('/auth/sessions'),
      await client.post('/auth/token'),
    ];
    const id = decodeURIComponent(client.jar.get('baton')!).slice(2, 67);
    for (const { text } of responses) expect(text).not.toContain(id);
    expect(site.auth[0]!.logs()).toContain('login-ok');
    expect(site.auth[0]!.logs()).not.toContain(id);
    expect(site.auth[0]!.logs()).not.toContain(USER.password);
  });
});
