import { Lanes } from '@baton/ui';
import type { Reader } from '../pages/pages.tsx';

export function HomeView({ reader }: { reader: Reader }) {
  const { t, visit } = reader;
  return (
    <>
      <section class="hero on-track">
        <Lanes />
        <div class="wrap">
          <h1>{visit.user ? t.welcome(visit.user.name) : t.heroTitle}</h1>
          <p>{visit.user ? t.welcomeLead(visit.articles) : t.heroLead}</p>
          <p class="buttons">
            <a class="button baton" href={visit.user ? '/cluster' : '/auth/login?to=/cluster'}>
              {t.heroAction}
            </a>
            <a class="button ghost" href="/how-it-works">
              {t.heroSecond}
            </a>
          </p>
        </div>
      </section>
      <Promises reader={reader} />
    </>
  );
}

function Promises({ reader }: { reader: Reader }) {
  return (
    <ol class="wrap promises">
      {reader.t.promises.map(({ title, text }) => (
        <li>
          <h2>{title}</h2>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
