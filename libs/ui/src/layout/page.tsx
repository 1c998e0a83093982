import type { ComponentChildren } from 'preact';
import { words } from '../language/words.ts';
import type { PageOptions, Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';

interface PageProps extends PageOptions {
  site: Site;
  visit: Visit;
  children: ComponentChildren;
}

const SESSION_EVENTS = { address: '/api/events', types: [] };

/** The frame of every page. It works without scripts. */
export function Page({ title, site, visit, scripts = [], styles = [], children, ...options }: PageProps) {
  const { theme = 'system', density = 'cozy' } = visit.preferences;
  const { description, mainLanguage, events = visit.user ? SESSION_EVENTS : undefined } = options;
  return (
    <html lang={visit.language} data-theme={theme} data-density={density}>
      <head>
        <meta charset="utf-8" />
        <title>{title === site.name ? title : `${title} · ${site.name}`}</title>
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
      <body data-events={events?.address} data-event-types={events?.types.join(' ') || undefined}>
        <a class="skip" href="#main">
          {words(visit.language).skip}
        </a>
        <Header site={site} visit={visit} />
        <main id="main" class="site-main" tabIndex={-1} lang={mainLanguage}>
          {children}
        </main>
        <Footer site={site} visit={visit} />
      </body>
    </html>
  );
}
