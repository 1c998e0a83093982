import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Database } from '@baton/session';
import { ProblemException } from '@baton/platform';
import { Inject, Injectable } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';
import { normaliseUserName } from '../users/user-name.ts';

/** A counter with a limit per window. */
export interface Count {
  readonly key: string;
  readonly limit: number;
}

/**
 * Counts failed logins and registrations in Postgres: one count for all replicas, also while Redis is unavailable.
 * (Without Postgres nobody can log in or register, so there is nothing to count.)
 */
@Injectable()
export class Throttle {
  constructor(
    private readonly database: Database,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** What a wrong password counts against. */
  login(name: string, address: string): { account: Count; address: Count } {
    return {
      account: { key: `account:${digest(normaliseUserName(name))}`, limit: this.settings.LOGIN_FAILURES_PER_ACCOUNT },
      address: { key: `address:${digest(network(address))}`, limit: this.settings.LOGIN_FAILURES_PER_ADDRESS },
    };
  }

  /** What a new account counts against: hashing its password costs as much as a login. */
  registration(address: string): Count {
    return { key: `registration:${digest(network(address))}`, limit: this.settings.REGISTRATIONS_PER_ADDRESS };
  }

  /** @throws ProblemException 429 with Retry-After while one of them is at its limit. */
  async refuseIfLimited(...counts: Count[]): Promise<void> {
    const [row] = await this.database.query<{ seconds: number | null }>(
      `SELECT ceil(extract(epoch FROM max(forgotten_at) - now()))::integer AS seconds
         FROM throttle JOIN unnest($1::text[], $2::integer[]) AS asked(key, most) USING (key)
        WHERE forgotten_at > now() AND times >= most`,
      [counts.map(({ key }) => key), counts.map(({ limit }) => limit)],
    );
    if (row?.seconds) throw tooMany(row.seconds);
  }

  /** Adds one. Returns true for the attempt that reaches a limit. */
  async count(...counts: Count[]): Promise<boolean> {
    const rows = await this.database.query<{ key: string; times: number }>(
      `INSERT INTO throttle AS known (key, times, forgotten_at)
       SELECT key, 1, now() + make_interval(secs => $2) FROM unnest($1::text[]) AS key
       ON CONFLICT (key) DO UPDATE SET
         times = CASE WHEN known.forgotten_at > now() THEN known.times + 1 ELSE 1 END,
         forgotten_at = CASE WHEN known.forgotten_at > now() THEN known.forgotten_at ELSE excluded.forgotten_at END
       RETURNING key, times`,
      [counts.map(({ key }) => key).sort(), this.settings.LOGIN_WINDOW_SECONDS],
    );
    return rows.some((row) => row.times === counts.find(({ key }) => key === row.key)?.limit);
  }

  async forget(count: Count): Promise<void> {
    await this.database.query('DELETE FROM throttle WHERE key = $1 OR forgotten_at < now()', [count.key]);
  }
}

/** Hashed, because people type passwords into the username field. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The owner of an IPv6 address usually has its whole /64. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = tail === undefined ? head.split(':') : [...head.split(':'), ...Array<string>(8).fill('0')];
  return groups.slice(0, 4).join(':');
}

const tooMany = (seconds: number) =>
  new ProblemException(
    429,
    { title: 'Too many attempts', detail: `Too many attempts. Try again in ${Math.ceil(seconds / 60)} min.` },
    { 'Retry-After': String(seconds) },
  );
