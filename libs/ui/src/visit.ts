import { ownPath } from '@baton/platform';
import type { SessionData } from 'express-session';

export const THEMES = ['light', 'dark', 'system'] as const;
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export const DENSITIES = ['cozy', 'compact'] as const;

export type Language = (typeof LANGUAGES)[number];

/** How a person wants pages to look. */
export interface Preferences {
  theme?: (typeof THEMES)[number];
  language?: Language;
  density?: (typeof DENSITIES)[number];
}

declare module 'express-session' {
  interface SessionData {
    /** Strings, because a newer version of the app may have written values that this one does not know. */
    preferences: Partial<Record<keyof Preferences, string>>;
  }
}

/** What a page shows about the request and its session. */
export interface Visit {
  /** Pages link to it, so it is never an address of another site. */
  path: string;
  user: { name: string; roles: string[] } | null;
  language: Language;
  preferences: Preferences;
  session: Partial<SessionData>;
  /** The store that returned the session, and how long the lookup took; null without a session. */
  lookup: { store: string; ms: number } | null;
}

interface VisitedRequest {
  path: string;
  originalUrl?: string;
  session?: Partial<SessionData>;
}

export function visitOf(request: VisitedRequest, lookup?: { store: string; lookupMs: number } | null): Visit {
  const session = request.session ?? {};
  const preferences = knownPreferences(session.preferences);
  return {
    path: ownPath(request.originalUrl?.split('?')[0] ?? request.path),
    user: session.user ?? null,
    language: preferences.language ?? 'en',
    preferences,
    session,
    lookup: lookup ? { store: lookup.store, ms: lookup.lookupMs } : null,
  };
}

const knownPreferences = (stored: SessionData['preferences'] = {}): Preferences => ({
  theme: oneOf(THEMES, stored.theme),
  language: oneOf(LANGUAGES, stored.language),
  density: oneOf(DENSITIES, stored.density),
});

function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((one) => one === value);
}
