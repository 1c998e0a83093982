import type { SessionData } from 'express-session';
import type { Language, Visit } from './visit.ts';

export interface NavigationItem {
  href: string;
  label: (language: Language) => string;
  /** Hides it from others. */
  isFor?: (visit: Visit) => boolean;
  /** A count beside the label; its own `label` is for screen readers. Null hides it. */
  badge?: (session: Partial<SessionData>, language: Language) => { count: number; label: string } | null;
}

/** The header of both apps: each feature of the product adds its line here. */
export const NAVIGATION: readonly NavigationItem[] = [{ href: '/notes', label: () => 'Notes' }];
