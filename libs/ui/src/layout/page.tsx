import type { ComponentChildren } from 'preact';
import { words } from '../language/words.ts';
import type { Site, Visit } from '../visit.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';

export interface PageOptions {
  title: string;
  /** Further entries of the client build for this page, e.g. `cluster`. */
  scripts?: string[];
  styles?: string[];
  description?: string;
  /** Set where the text is not in the reader's language. */
  mainLanguage?: string;
  /** Where the page hears what happens; for signed-in readers every page hears of the end of its session. */
  events?: string;
}

export interface PageProps extends PageOptions {
  site: Site;
  visit: Visit;
  children: ComponentChildren;
}

/** The frame of every page: usable without scripts, and the same on every replica. */
export function Page({ title, site, visit, scripts = [], styles = [], children, ...options }: PageProps) {
  const { theme = 'system', language = 'en', density = 'cozy' } = visit.looks;
  const { description, mainLanguage, events = visit.user ? '/api/events' : undefined } = options;
  return (
    <html lang={language} data-theme={theme} data-density={density}>
      <head>
        <meta charset="utf-8" />
        <title>{title === 'Baton' ? title : `${title} · Baton`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {description && <meta name="description" content={description} />}
        <link rel="icon" href={site.assets.url('icon.svg')} type="image/svg+xml" />
        {['barlow-condensed-latin-600-normal.woff2', 'barlow-latin-400-normal.woff2'].map((font) => (
          <link rel="preload" href={site.assets.url(font)} as="font" type="font/woff2" crossorigin="anonymous" />
        ))}
        {['site', ...styles].map((name) => (
          <link rel="stylesheet" href={site.assets.url(`${name}.css`)} />
        ))}
        {['site', ...scripts].map((name) => (
          <script type="module" src={site.assets.url(`${name}.js`)} />
        ))}
      </head>
      <body data-events={events}>
        <a class="skip" href="#main">
          {words(language).skip}
        </a>
        <Header visit={visit} />
        <main id="main" class="site-main" tabIndex={-1} lang={mainLanguage}>
          {children}
        </main>
        <Footer site={site} visit={visit} />
      </body>
    </html>
  );
}
