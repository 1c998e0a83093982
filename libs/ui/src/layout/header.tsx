import { BatonMark } from '../components/drawings.tsx';
import { type Words, words } from '../language/words.ts';
import type { Visit } from '../visit.ts';

const PLACES: [keyof Words & ('shop' | 'cart' | 'cluster' | 'explain'), string][] = [
  ['shop', '/catalogue'],
  ['cart', '/cart'],
  ['cluster', '/cluster'],
  ['explain', '/how-it-works'],
];

/** Where one can go; on a narrow screen the places move to the lower edge, near the thumb. */
export function Header({ visit }: { visit: Visit }) {
  const t = words(visit.looks.language);
  return (
    <header class="site-header">
      <div class="wrap">
        <a class="brand" href="/">
          <BatonMark /> Baton
        </a>
        <nav class="site-nav" aria-label={t.navigation}>
          {PLACES.map(([place, href]) => (
            <a href={href} aria-current={isAt(visit.path, href) ? 'page' : undefined}>
              {t[place]}
              {place === 'cart' && <CartCount articles={visit.articles} label={t.articles(visit.articles)} />}
            </a>
          ))}
        </nav>
        <Account visit={visit} />
      </div>
    </header>
  );
}

function isAt(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`);
}

function CartCount({ articles, label }: { articles: number; label: string }) {
  return articles === 0 ? null : (
    <span class="count" data-cart-count>
      <span aria-hidden="true">{articles}</span>
      <span class="hidden-visually">{label}</span>
    </span>
  );
}

function Account({ visit }: { visit: Visit }) {
  const t = words(visit.looks.language);
  if (!visit.user) {
    return (
      <div class="account">
        <a class="button small" href={`/auth/login?to=${encodeURIComponent(signInReturn(visit.path))}`}>
          {t.signIn}
        </a>
      </div>
    );
  }
  return (
    <div class="account">
      <a href="/profile" title={visit.user.name}>
        {visit.user.name}
      </a>
      <form method="post" action="/auth/logout">
        <button class="button quiet small" type="submit">
          {t.signOut}
        </button>
      </form>
    </div>
  );
}

function signInReturn(path: string): string {
  return path.startsWith('/auth/') ? '/' : path;
}
