import { Bib } from '../components/bib.tsx';
import { words } from '../language/words.ts';
import type { Site, Visit } from '../visit.ts';

/** Says on every page which replica made it, so that reloading alone already tells the story. */
export function Footer({ site, visit }: { site: Site; visit: Visit }) {
  const t = words(visit.looks.language);
  return (
    <footer class="site-footer">
      <div class="wrap">
        <p class="served">
          {t.servedBy} <Bib name={site.replica} />
          {visit.lookup && <span class="muted numbers">{t.readFrom(visit.lookup.store, milliseconds(visit.lookup.ms))}</span>}
        </p>
        <a href="/preferences">{t.preferences}</a>
      </div>
    </footer>
  );
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;
}
