import { Checkbox, Field, Page, type PageContext } from '@baton/ui';
import type { ComponentChildren } from 'preact';
import type { OpenSession } from '../devices/open-session.ts';
import { ProblemNotice } from '../pages/form-page.tsx';
import { SessionTable, time } from '../pages/session-table.tsx';
import { ROLES, type Role } from '../users/user.entity.ts';

interface Summary {
  id: string;
  name: string;
  roles: Role[];
  disabled: boolean;
}

type UsersContext = PageContext & { search: string; users: Summary[]; next: string | null };

export const usersPage = ({ search, users, next, ...context }: UsersContext) => (
  <AdminPage context={context} title="Users">
    <form method="get" action="/auth/admin/users" class="stack">
      <Field name="search" label="Name contains" value={search} maxLength={64} autocomplete="off" />
      <button class="button">Search</button>
    </form>
    {users.length === 0 ? <p>No account has such a name.</p> : <UserTable users={users} />}
    {next && (
      <p>
        <a href={next} rel="next">
          Next page
        </a>
      </p>
    )}
  </AdminPage>
);

const UserTable = ({ users }: { users: Summary[] }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">User</th>
        <th scope="col">Roles</th>
        <th scope="col">State</th>
      </tr>
    </thead>
    <tbody>
      {users.map(({ id, name, roles, disabled }) => (
        <tr key={id}>
          <td>
            <a href={`/auth/admin/users/${id}`}>{name}</a>
          </td>
          <td>{roles.join(', ')}</td>
          <td>{state(disabled)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

interface Shown extends Summary {
  createdAt: Date;
  secondFactors: string[];
  sessions: OpenSession[];
}

export const userPage = ({ user, ...context }: PageContext & { user: Shown }) => {
  const at = `/auth/admin/users/${user.id}`;
  return (
    <AdminPage context={context} title={user.name}>
      <dl class="pairs">
        <dt>State</dt>
        <dd>{state(user.disabled)}</dd>
        <dt>Created</dt>
        <dd>{time(user.createdAt.toISOString())}</dd>
        <dt>Second factors</dt>
        <dd>{user.secondFactors.join(', ') || 'none'}</dd>
        <dt>Id</dt>
        <dd>{user.id}</dd>
      </dl>
      <h2>Sessions</h2>
      {user.sessions.length === 0 ? (
        <p>None.</p>
      ) : (
        <>
          <SessionTable sessions={user.sessions} endAddress={(publicId) => `${at}/sessions/${publicId}/end`} />
          <Action address={`${at}/sessions/end`} label="Sign out all devices" />
        </>
      )}
      <h2>Roles</h2>
      <form method="post" action={`${at}/roles`} class="stack">
        {ROLES.filter((role) => role !== 'user').map((role) => (
          <Checkbox key={role} name="roles" value={role} label={role} checked={user.roles.includes(role)} />
        ))}
        <p>The user signs in again to get new roles.</p>
        <button class="button quiet">Set the roles</button>
      </form>
      <h2>Account</h2>
      <div class="buttons">
        {user.secondFactors.length > 0 && <Action address={`${at}/second-factors/reset`} label="Reset the second factors" />}
        {user.disabled ? (
          <Action address={`${at}/enable`} label="Enable the account" />
        ) : (
          <Action address={`${at}/disable`} label="Disable the account" />
        )}
      </div>
    </AdminPage>
  );
};

/** What could not be done. */
export const adminProblemPage = (context: PageContext) => <AdminPage context={context} title="Administration" />;

const AdminPage = (props: { context: PageContext; title: string; children?: ComponentChildren }) => (
  <Page title={props.title} site={props.context.site} visit={props.context.visit} mainLanguage="en">
    <div class="wrap stack">
      <h1>{props.title}</h1>
      <ProblemNotice problem={props.context.problem} />
      {props.children}
      <p>
        <a href="/auth/admin">All users</a>
      </p>
    </div>
  </Page>
);

const Action = ({ address, label }: { address: string; label: string }) => (
  <form method="post" action={address}>
    <button class="button quiet">{label}</button>
  </form>
);

const state = (disabled: boolean): string => (disabled ? 'disabled' : 'enabled');
