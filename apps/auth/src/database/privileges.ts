export type App = 'auth' | 'portal';

const CHANGE = 'SELECT, INSERT, UPDATE, DELETE';

/** The portal needs few tables: it cannot read passwords, keys that sign, links in mails, or the audit log. */
const PORTAL: Record<string, string> = {
  session: CHANGE,
  session_event: CHANGE,
  session_cache: 'SELECT, UPDATE',
  token_key: 'SELECT (kid, public_jwk)',
  note: CHANGE,
};

/** Auth owns the accounts, so it may change every table but these. Null: none of its business. */
const AUTH_EXCEPTIONS: Record<string, string | null> = {
  session_cache: 'SELECT, UPDATE',
  // Append-only.
  audit_log: 'SELECT, INSERT',
  migrations: null,
  note: null,
};

/** What an app may do with a table, in the words of GRANT. */
export function privilegesOf(app: App, table: string): string | null {
  if (app === 'portal') return PORTAL[table] ?? null;
  const exception = AUTH_EXCEPTIONS[table];
  return exception === undefined ? CHANGE : exception;
}
