import type { Assets } from './assets.ts';

export const THEMES = ['light', 'dark', 'system'] as const;
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export const DENSITIES = ['cozy', 'compact'] as const;

export type Language = (typeof LANGUAGES)[number];

/** How a person wants pages to look; kept in the session, so every replica knows. */
export interface Looks {
  theme?: (typeof THEMES)[number];
  language?: Language;
  density?: (typeof DENSITIES)[number];
}

/** What is the same for every page of one process. */
export interface Site {
  assets: Assets;
  app: string;
  replica: string;
  demo?: boolean;
}

/** What a page needs to know of the request it answers. */
export interface Visit {
  path: string;
  user: { name: string; roles: string[] } | null;
  looks: Looks;
  articles: number;
  /** Where the session was read, and how long that took; null without a session. */
  lookup: { store: string; ms: number } | null;
}

interface Visitor {
  path: string;
  originalUrl?: string;
  session?: {
    user?: { name: string; roles: string[] };
    preferences?: Partial<Record<keyof Looks, string>>;
    cart?: Record<string, number>;
  };
}

/** The visit of a request; `info` is what the session library says about its session. */
export function visitOf(request: Visitor, info?: { store: string; lookupMs: number } | null): Visit {
  const { user, preferences, cart } = request.session ?? {};
  return {
    path: request.originalUrl?.split('?')[0] ?? request.path,
    user: user ?? null,
    looks: {
      theme: oneOf(THEMES, preferences?.theme),
      language: oneOf(LANGUAGES, preferences?.language),
      density: oneOf(DENSITIES, preferences?.density),
    },
    articles: Object.values(cart ?? {}).reduce((sum, quantity) => sum + quantity, 0),
    lookup: info ? { store: info.store, ms: info.lookupMs } : null,
  };
}

/** A session may have been written by another version of this app; what is unknown here is left out. */
function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((one) => one === value);
}
