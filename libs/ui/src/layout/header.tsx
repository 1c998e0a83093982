import { Mark } from '../components/mark.tsx';
import { words } from '../language/words.ts';
import type { NavigationItem } from '../navigation.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';

/** On a narrow screen the navigation moves to the lower edge, in reach of the thumb. */
export function Header({ site, visit }: { site: Site; visit: Visit }) {
  const items = site.navigationFor(visit);
  return (
    <header class="site-header">
      <div class="wrap">
        <a class="brand" href="/">
          <Mark /> {site.name}
        </a>
        {items.length > 0 && (
          <nav class="site-nav" aria-label={words(visit.language).navigation}>
            {items.map((item) => (
              <NavigationLink item={item} visit={visit} />
            ))}
          </nav>
        )}
        <Account visit={visit} />
      </div>
    </header>
  );
}

function NavigationLink({ item: { href, label, badge }, visit }: { item: NavigationItem; visit: Visit }) {
  const counted = badge?.(visit.session, visit.language);
  return (
    <a href={href} aria-current={isAt(visit.path, href) ? 'page' : undefined}>
      {label(visit.language)}
      {counted && (
        <span class="count">
          <span aria-hidden="true">{counted.count}</span>
          <span class="hidden-visually">{counted.label}</span>
        </span>
      )}
    </a>
  );
}

function isAt(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`);
}

function Account({ visit }: { visit: Visit }) {
  const t = words(visit.language);
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
        <button class="button quiet small">{t.signOut}</button>
      </form>
    </div>
  );
}

function signInReturn(path: string): string {
  return path.startsWith('/auth/') ? '/' : path;
}
