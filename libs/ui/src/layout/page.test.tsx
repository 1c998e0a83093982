import { Assets } from '../assets.ts';
import { errorPage } from '../pages/error-page.tsx';
import { renderPage } from '../render.ts';
import { type Visit, visitOf } from '../visit.ts';
import { Page } from './page.tsx';

const site = { assets: Assets.none(), app: 'portal', replica: 'portal-1' };
const page = (visit: Visit) =>
  renderPage(
    <Page title="Cart" site={site} visit={visit}>
      text
    </Page>,
  );

describe('a page', () => {
  it('wears the looks that the session keeps', () => {
    const html = page(
      visitOf({ path: '/cart', session: { preferences: { theme: 'dark', language: 'de', density: 'compact' } } }),
    );
    expect(html).toContain('<html lang="de" data-theme="dark" data-density="compact">');
    expect(html).toContain('Anmelden');
  });

  it('names the replica that made it, and offers to sign out whoever is signed in', () => {
    const html = page(visitOf({ path: '/cart', session: { user: { name: 'Ada <b>', roles: [] }, cart: { shoe: 2, bib: 1 } } }));
    expect(html).toContain('data-replica="portal-1"');
    expect(html).toContain('action="/auth/logout"');
    expect(html).toContain('Ada &lt;b>');
    expect(html).toContain('3 articles');
  });

  it('carries no inline script or style, so a strict content policy needs no exception', () => {
    const html = page(visitOf({ path: '/' }));
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  it('says of an outage that nobody was signed out', () => {
    const html = errorPage(site, visitOf({ path: '/cart' }), { status: 503, title: 'Service Unavailable', retryAfterSeconds: 2 });
    expect(html).toContain('You have not been signed out');
    expect(html).toContain('data-retry-seconds="2"');
  });

  it('leads a visitor without a session to sign in and back', () => {
    const html = errorPage(site, visitOf({ path: '/profile', originalUrl: '/profile?x=1' }), {
      status: 401,
      title: 'Unauthorized',
    });
    expect(html).toContain('href="/auth/login?to=%2Fprofile"');
  });
});
