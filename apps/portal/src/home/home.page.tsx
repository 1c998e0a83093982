import type { HomePage, Reader, Site } from '@baton/ui';

/** The beginning of a product: replace it with yours. */
export const plainHomePage = ({ name }: Site): HomePage => ({
  options: { title: name },
  view: (reader) => <Home reader={reader} />,
  text,
});

function Home({ reader: { site, visit, t } }: { reader: Reader }) {
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{site.name}</h1>
        <p class="lead">{visit.user ? t.signedInAs(visit.user.name) : t.signedOut}</p>
      </div>
      {visit.user ? (
        <ul>
          {[
            ...site.navigationFor(visit).map(({ href, label }) => [href, label(visit.language)] as const),
            ...accountLinks(t),
          ].map(([href, label]) => (
            <li>
              <a href={href}>{label}</a>
            </li>
          ))}
        </ul>
      ) : (
        <p class="buttons">
          <a class="button" href="/auth/login">
            {t.signIn}
          </a>
          <a class="button quiet" href="/auth/register">
            {t.register}
          </a>
        </p>
      )}
    </div>
  );
}

const accountLinks = (t: Reader['t']) =>
  [
    ['/profile', t.profile],
    ['/auth/sessions', t.yourSessions],
    ['/preferences', t.preferences],
  ] as const;

function text({ site, visit }: Reader, origin: string): string {
  const who = visit.user ? `${visit.user.name}, session read from ${visit.lookup?.store}` : 'no';
  return `${site.name}

${site.namesReplicas(visit) ? `  served by   ${site.replica}\n` : ''}  signed in   ${who}

Register, then ask who you are:
  curl -c jar --json '{"username":"YOUR-NAME","password":"YOUR-PASSWORD"}' ${origin}/auth/register
  curl -b jar ${origin}/api/session
`;
}
