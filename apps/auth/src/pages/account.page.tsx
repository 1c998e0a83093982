import { Field, Notice, Page, type PageContext } from '@baton/ui';
import type { RecordedEvent } from '../audit/audit-log.ts';
import { ProblemNotice } from './form-parts.tsx';
import { NewPassword } from './register.page.tsx';

export const accountPage = ({
  site,
  visit,
  problem,
  done,
  events = [],
}: PageContext & { done?: string; events?: RecordedEvent[] }) => (
  <Page title="Account" site={site} visit={visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>{visit.user?.name ?? 'Account'}</h1>
      <p>
        <a href="/auth/sessions">Signed-in devices</a>
      </p>
      <Theft events={events} />
      <h2>Change the password</h2>
      <ProblemNotice problem={problem} />
      {done && <Notice tone="good" title={done} />}
      <form method="post" action="/auth/password" class="stack">
        <Field name="currentPassword" label="Current password" type="password" autocomplete="current-password" required />
        <NewPassword name="newPassword" />
        <button class="button" type="submit">
          Change password and sign out all other devices
        </button>
      </form>
      <Events events={events} />
    </div>
  </Page>
);

/** A replaced id was used again: two people held ids of the session, and one of them was not its owner. */
const Theft = ({ events }: { events: RecordedEvent[] }) =>
  events.some(({ event }) => event === 'theft-detected') ? (
    <Notice tone="bad" title="One of your sessions may have been stolen and has been ended.">
      If you do not recognize a device, change your password: this signs out all other devices.
    </Notice>
  ) : null;

const Events = ({ events }: { events: RecordedEvent[] }) =>
  events.length === 0 ? null : (
    <section class="stack">
      <h2>Recent activity</h2>
      <ul>
        {events.map(({ event, at, address, reason }) => (
          <li key={at.toISOString()}>
            <time dateTime={at.toISOString()}>{at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time> <code>{event}</code>{' '}
            {[reason, address && `from ${address}`].filter(Boolean).join(', ')}
          </li>
        ))}
      </ul>
    </section>
  );
