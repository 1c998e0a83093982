import type { SessionData } from 'express-session';
import type { ComponentChildren } from 'preact';
import type { Assets } from './assets.ts';
import type { Words } from './language/words.ts';
import type { PageOptions } from './layout/page-options.ts';
import type { Language, Visit } from './visit.ts';

export interface NavigationItem {
  href: string;
  label: (language: Language) => string;
  /** A count beside the label; `label` is what a screen reader says. Null hides it. */
  badge?: (session: Partial<SessionData>, language: Language) => { count: number; label: string } | null;
}

/** What a view renders from. */
export interface Reader {
  site: Site;
  visit: Visit;
  /** The texts in the reader's language. */
  t: Words;
}

export interface HomePage {
  options: PageOptions;
  view: (reader: Reader) => ComponentChildren;
  /** The same for a terminal. */
  text: (reader: Reader, origin: string) => string;
}

export interface SiteOptions {
  /** The title of the product. */
  name: string;
  assets: Assets;
  app: string;
  replica: string;
}

/** Shared by all pages of one process. Feature modules inject it and add their own parts while the app starts. */
export class Site {
  readonly name: string;
  readonly assets: Assets;
  readonly app: string;
  readonly replica: string;
  readonly navigation: NavigationItem[] = [];
  /** Replaces the home page of the portal. */
  homePage?: HomePage;
  /** A line below the form for signing in. */
  signInHint?: (language: Language) => string;

  constructor({ name, assets, app, replica }: SiteOptions) {
    this.name = name;
    this.assets = assets;
    this.app = app;
    this.replica = replica;
  }
}
