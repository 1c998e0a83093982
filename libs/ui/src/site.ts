import type { ComponentChildren } from 'preact';
import type { Assets } from './assets.ts';
import type { Words } from './language/words.ts';
import { NAVIGATION, type NavigationItem } from './navigation.ts';
import type { Language, Visit } from './visit.ts';

/** What a view renders from. */
export interface Reader {
  site: Site;
  visit: Visit;
  /** The texts in the reader's language. */
  t: Words;
}

export interface PageOptions {
  title: string;
  /** Further entries of the client build that this page loads, such as `cluster`: their scripts. */
  scripts?: string[];
  /** The same: their style sheets. */
  styles?: string[];
  description?: string;
  /** Set where the text is not in the reader's language. */
  mainLanguage?: string;
  /** The page's event stream, and the event types it handles. Signed-in readers get the one that reports the end of their session. */
  events?: { address: string; types: string[] };
}

export interface HomePage {
  options: PageOptions;
  view: (reader: Reader) => ComponentChildren;
  /** The same for a terminal. */
  text: (reader: Reader, origin: string) => string;
}

/** Shared by all pages of one process. A feature module can inject it and add its own parts while the app starts. */
export class Site {
  /** The title of the product. */
  readonly name: string;
  readonly assets: Assets;
  readonly app: string;
  readonly replica: string;
  readonly navigation: NavigationItem[] = [...NAVIGATION];
  /** Pages of features, listed on the account page. */
  readonly accountLinks: Pick<NavigationItem, 'href' | 'label'>[] = [];
  /** The same below the form for signing in. */
  readonly signInLinks: Pick<NavigationItem, 'href' | 'label'>[] = [];
  /** Other ways to sign in, below that form, that need more than a button. */
  readonly signInParts: ((reader: Reader) => ComponentChildren)[] = [];
  /** Other ways to sign in, as buttons: each posts `to`. */
  readonly signInWays: { action: string; label: (language: Language) => string }[] = [];
  /** The same for confirming who one is. */
  readonly confirmWays: { action: string; label: (language: Language) => string }[] = [];
  /** Replaces the home page of the portal. */
  homePage?: HomePage;
  /** To whom pages name replicas. A demonstration names them to everybody. */
  namesReplicas = ({ user }: Pick<Visit, 'user'>): boolean => user?.roles.includes('admin') === true;
  /** A line below the form for signing in. */
  signInHint?: (language: Language) => string;

  constructor({ name, assets, app, replica }: Pick<Site, 'name' | 'assets' | 'app' | 'replica'>) {
    this.name = name;
    this.assets = assets;
    this.app = app;
    this.replica = replica;
  }

  /** What the header lists for this visit. */
  navigationFor(visit: Visit): NavigationItem[] {
    return this.navigation.filter(({ isFor }) => isFor?.(visit) ?? true);
  }
}
