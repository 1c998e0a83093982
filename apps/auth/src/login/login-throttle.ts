import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Database } from '@baton/session';
import { ProblemException } from '@baton/platform';
import { Inject, Injectable } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';
import { normaliseUserName } from '../users/user-name.ts';

/** What a failed login counts against. */
export interface Suspects {
  readonly account: string;
  readonly address: string;
}

/**
 * Counts wrong passwords per account and per address, in Postgres: one count for all replicas, and none the less while Redis is away.
 * (Without Postgres nobody can log in at all, so there is nothing to count.) Only failures count; who is logged in is not affected.
 */
@Injectable()
export class LoginThrottle {
  constructor(
    private readonly database: Database,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** @throws ProblemException 429 with Retry-After while there were too many failures. */
  async refuseIfLimited(suspects: Suspects): Promise<void> {
    const [row] = await this.database.query<{ seconds: number | null }>(
      `SELECT ceil(extract(epoch FROM max(forgotten_at) - now()))::integer AS seconds FROM login_failure
        WHERE forgotten_at > now() AND (key = $1 AND failures >= $2 OR key = $3 AND failures >= $4)`,
      [suspects.account, this.settings.LOGIN_FAILURES_PER_ACCOUNT, suspects.address, this.settings.LOGIN_FAILURES_PER_ADDRESS],
    );
    if (row?.seconds) throw tooManyFailures(row.seconds);
  }

  /** Counts a wrong password. Answers true for the one that locks the account or the address. */
  async failed(suspects: Suspects): Promise<boolean> {
    const rows = await this.database.query<{ key: string; failures: number }>(
      `INSERT INTO login_failure AS known (key, failures, forgotten_at)
       SELECT key, 1, now() + make_interval(secs => $2) FROM unnest($1::text[]) AS key
       ON CONFLICT (key) DO UPDATE SET
         failures = CASE WHEN known.forgotten_at > now() THEN known.failures + 1 ELSE 1 END,
         forgotten_at = CASE WHEN known.forgotten_at > now() THEN known.forgotten_at ELSE excluded.forgotten_at END
       RETURNING key, failures`,
      [[suspects.account, suspects.address].sort(), this.settings.LOGIN_WINDOW_SECONDS],
    );
    return rows.some(({ key, failures }) => failures === this.limitOf(key, suspects));
  }

  /** The account's owner is here. The address keeps its count: an attacker may own one account. */
  async succeeded(suspects: Suspects): Promise<void> {
    await this.database.query('DELETE FROM login_failure WHERE key = $1 OR forgotten_at < now()', [suspects.account]);
  }

  private limitOf(key: string, suspects: Suspects): number {
    const { LOGIN_FAILURES_PER_ACCOUNT, LOGIN_FAILURES_PER_ADDRESS } = this.settings;
    return key === suspects.account ? LOGIN_FAILURES_PER_ACCOUNT : LOGIN_FAILURES_PER_ADDRESS;
  }
}

/** Hashed: people type passwords into the field for the name. */
export const suspectsOf = (name: string, address: string): Suspects => ({
  account: `account:${digest(normaliseUserName(name))}`,
  address: `address:${digest(network(address))}`,
});

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Whoever has an IPv6 address has a /64 of them. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = tail === undefined ? head.split(':') : [...head.split(':'), ...Array<string>(8).fill('0')];
  return groups.slice(0, 4).join(':');
}

const tooManyFailures = (seconds: number) =>
  new ProblemException(
    429,
    { title: 'Too many attempts', detail: `There were too many wrong passwords. Try again in ${Math.ceil(seconds / 60)} min.` },
    { 'Retry-After': String(seconds) },
  );
