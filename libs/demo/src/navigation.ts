import type { NavigationItem, Site } from '@baton/ui';
import type { SessionData } from 'express-session';
import { demoWords } from './language/words.ts';

const items = (site: Site): NavigationItem[] => [
  { href: '/catalogue', label: (language) => demoWords(language).shop },
  {
    href: '/cart',
    label: (language) => demoWords(language).cart,
    badge: (session, language) => {
      const count = articlesIn(session);
      return count > 0 ? { count, label: demoWords(language).articles(count) } : null;
    },
  },
  { href: '/cluster', label: (language) => demoWords(language).cluster, isFor: (visit) => site.namesReplicas(visit) },
  { href: '/how-it-works', label: (language) => demoWords(language).explain },
];

/** The demo's pages, before those of the product, in the header of both apps. With DEMO, everybody may see the replicas. */
export function addDemoNavigation(site: Site, demo: boolean): void {
  if (demo) site.namesReplicas = () => true;
  site.navigation.unshift(...items(site));
}

/** The cart belongs to the portal, but every app shows its count in the header. */
export function articlesIn(session: Partial<SessionData>): number {
  const { cart = {} } = session as { cart?: Record<string, number> };
  return Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
}
