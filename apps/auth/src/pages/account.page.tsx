import { Field, Notice, type PageContext } from '@baton/ui';
import type { RecordedEvent, Theft } from '../audit/audit-log.ts';
import { FormPage, ProblemNotice } from './form-page.tsx';
import { NewPassword } from './register.page.tsx';

type AccountContext = PageContext & { done?: string; events?: RecordedEvent[]; theft?: Theft | null };

export const accountPage = ({ done, events = [], theft, ...context }: AccountContext) => (
  <FormPage context={context} title="Account" heading={context.visit.user?.name}>
    <p>
      <a href="/auth/sessions">Signed-in devices</a>
    </p>
    {context.site.accountLinks.map(({ href, label }) => (
      <p key={href}>
        <a href={href}>{label(context.visit.language)}</a>
      </p>
    ))}
    {context.visit.user?.roles.includes('admin') && (
      <p>
        <a href="/auth/admin">Users</a>
      </p>
    )}
    {theft && <TheftNotice theft={theft} />}
    <h2>Change the password</h2>
    {context.site.signInWays.length > 0 && <p>If you signed up with a provider, your account has no password to change.</p>}
    <ProblemNotice problem={context.problem} />
    {done && <Notice tone="good" title={done} />}
    <form method="post" action="/auth/password" class="stack">
      <Field name="currentPassword" label="Current password" type="password" autocomplete="current-password" required />
      <NewPassword name="newPassword" />
      <p>All other devices will be signed out.</p>
      <button class="button">Change password</button>
    </form>
    <Events events={events} />
  </FormPage>
);

/** A replaced id was used again: two people held ids of the session, and one of them was not its owner. */
const TheftNotice = ({ theft }: { theft: Theft }) => (
  <Notice tone="bad" title="One of your sessions may have been stolen and has been ended.">
    <p>
      This was at {theft.at.toISOString().slice(0, 16).replace('T', ' ')} UTC. If you do not recognize a device, change your
      password. This signs out all other devices.
    </p>
    <form method="post" action="/auth/account/theft">
      <input type="hidden" name="through" value={theft.id} />
      <button class="button quiet small">I have read this</button>
    </form>
  </Notice>
);

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
