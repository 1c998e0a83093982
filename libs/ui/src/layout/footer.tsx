import { Bib } from '../components/bib.tsx';
import { words } from '../language/words.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';

/** Names the replica that rendered the page, to whom it may, and the store that returned the session. */
export function Footer({ site, visit }: { site: Site; visit: Visit }) {
  const t = words(visit.language);
  return (
    <footer class="site-footer">
      <div class="wrap">
        <p class="served">
          {site.namesReplicas(visit) && (
            <>
              {t.servedBy} <Bib name={site.replica} />
            </>
          )}
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
