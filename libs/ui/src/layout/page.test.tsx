import { Assets } from '../assets.ts';
import { words } from '../language/words.ts';
import { errorPage } from '../pages/error-page.tsx';
import { renderPage } from '../render.ts';
import { Site } from '../site.ts';
import { type Visit, visitOf } from '../visit.ts';
import { Page } from './page.tsx';

const site = new Site({ name: 'Acme', assets: Assets.none(), app: 'portal', replica: 'portal-1' });
site.navigation.push({
  href: '/cart',
  label: () => 'Cart',
  badge: ({ preferences }) => (preferences ? { count: 3, label: '3 articles' } : null),
});
site.navigation.push({ href: '/operations', label: () => 'Operations', isFor: (visit) => site.namesReplicas(visit) });
const reader = (visit: Visit) => ({ site, visit, t: words(visit.language) });
const page = (visit: Visit) =>
  renderPage(
    <Page title="Cart" site={site} visit={visit}>
      text
    </Page>,
  );

describe('a page', () => {
  it('has the preferences of the session', () => {
    const html = page(
      visitOf({ path: '/cart', session: { preferences: { theme: 'dark', language: 'de', density: 'compact' } } }),
    );
    expect(html).toContain('<html lang="de" data-theme="dark" data-density="compact">');
    expect(html).toContain('Anmelden');
  });

  it('names the replica that served it, and what is for administrators, to them alone', () => {
    const as = (...roles: string[]) => page(visitOf({ path: '/', session: { user: { id: '1', name: 'Ada', roles } } }));
    const shown = [as('user', 'admin'), as('user'), page(visitOf({ path: '/' }))].map((html) =>
      [html.includes('portal-1'), html.includes('href="/operations"')].join(),
    );
    expect(shown).toEqual(['true,true', 'false,false', 'false,false']);
  });

  it('lets a signed-in visitor sign out', () => {
    const html = page(visitOf({ path: '/cart', session: { user: { id: '1', name: 'Ada <b>', roles: [] }, preferences: {} } }));
    expect(html).toContain('action="/auth/logout"');
    expect(html).toContain('Ada &lt;b>');
    expect(html).toContain('3 articles');
    expect(page(visitOf({ path: '/' }))).not.toContain('3 articles');
  });

  it('has no inline script or style, so a strict content policy needs no exception', () => {
    const html = page(visitOf({ path: '/' }));
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  it('says in an outage that the visitor was not signed out', () => {
    const html = errorPage(reader(visitOf({ path: '/cart' })), {
      status: 503,
      title: 'Service Unavailable',
      retryAfterSeconds: 2,
    });
    expect(html).toContain('You have not been signed out');
    expect(html).toContain('data-retry-seconds="2"');
  });

  it.each(['//evil.example/cart', '/\\evil.example', 'http://evil.example/', '/.//evil.example'])(
    'does not offer to try again at %s',
    (originalUrl) => {
      const visit = visitOf({ path: '/cart', originalUrl });
      for (const status of [503, 429])
        expect(errorPage(reader(visit), { status, title: 'Try again', retryAfterSeconds: 1 })).not.toContain('evil.example');
    },
  );

  it('links a visitor without a session to the login, which returns here', () => {
    const html = errorPage(reader(visitOf({ path: '/profile', originalUrl: '/profile?x=1' })), {
      status: 401,
      title: 'Unauthorized',
    });
    expect(html).toContain('href="/auth/login?to=%2Fprofile"');
  });
});
