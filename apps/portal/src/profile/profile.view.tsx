import type { Reader } from '@baton/ui';

interface Info {
  publicId: string;
  createdAt: Date | number | string;
  expiresAt: Date | number | string;
  store: string;
}

export function ProfileView({ reader, info }: { reader: Reader; info: Info | null }) {
  const { t, visit } = reader;
  const time = (at: Info['createdAt']) => <Time at={new Date(at)} language={visit.language} />;
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{visit.user?.name ?? t.profile}</h1>
        <p class="lead">{t.profileLead}</p>
      </div>
      <div class="panel">
        <dl class="pairs">
          <dt>{t.roles}</dt>
          <dd>{visit.user?.roles.join(', ') || '–'}</dd>
          {info && [
            <dt>{t.sessionId}</dt>,
            <dd>
              <code>{info.publicId}</code>
            </dd>,
            <dt>{t.signedInAt}</dt>,
            <dd>{time(info.createdAt)}</dd>,
            <dt>{t.endsAt}</dt>,
            <dd>{time(info.expiresAt)}</dd>,
            <dt>{t.store}</dt>,
            <dd>{info.store}</dd>,
          ]}
        </dl>
      </div>
      <p class="buttons">
        <a class="button" href="/auth/sessions">
          {t.yourSessions}
        </a>
        <a class="button quiet" href="/auth/account">
          {t.account}
        </a>
        <a class="button quiet" href="/preferences">
          {t.preferences}
        </a>
      </p>
    </div>
  );
}

function Time({ at, language }: { at: Date; language: string }) {
  const text = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }).format(at);
  return <time dateTime={at.toISOString()}>{text} UTC</time>;
}
