import { articlesIn, demoWords } from '@baton/demo';
import type { Reader } from '@baton/ui';
import { Lanes } from './lanes.tsx';

export function HomeView({ reader: { site, visit } }: { reader: Reader }) {
  const t = demoWords(visit.language);
  return (
    <>
      <section class="hero on-track">
        <Lanes />
        <div class="wrap">
          <h1>{visit.user ? t.welcome(visit.user.name) : t.heroTitle}</h1>
          <p>{visit.user ? t.welcomeLead(articlesIn(visit.session)) : t.heroLead}</p>
          <p class="buttons">
            {(!visit.user || site.namesReplicas(visit)) && (
              <a class="button accent" href={visit.user ? '/cluster' : '/auth/login?to=/cluster'}>
                {t.heroAction}
              </a>
            )}
            <a class="button ghost" href="/how-it-works">
              {t.heroSecond}
            </a>
          </p>
        </div>
      </section>
      <ol class="wrap promises">
        {t.promises.map(({ title, text }) => (
          <li>
            <h2>{title}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
