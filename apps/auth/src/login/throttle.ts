import { Database, networkOf } from '@baton/session';
import { ProblemException } from '@baton/platform';
import { Inject, Injectable } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';
import { normaliseUserName } from '../users/user-name.ts';
import { Digests } from './digests.ts';

/** A counter with a limit per window. */
export interface Count {
  readonly key: string;
  readonly limit: number;
  /** A success does not clear it. */
  readonly kept?: true;
}

/**
 * Counts failed logins and registrations in Postgres: one count for all replicas, also while Redis is unavailable.
 * (Without Postgres nobody can log in or register, so there is nothing to count.)
 */
@Injectable()
export class Throttle {
  constructor(
    private readonly database: Database,
    private readonly digests: Digests,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** What a wrong password of a browser in which the account has signed in counts against: nobody else can use this up. */
  knownDevice(name: string, device: string): Count[] {
    const key = `device:${this.digests.of(`${normaliseUserName(name)} ${device}`)}`;
    return [{ key, limit: this.settings.LOGIN_FAILURES_PER_ACCOUNT }];
  }

  /** What a wrong password of somebody who is signed in counts against: apart from logins, which anybody can attempt. */
  confirmation(userId: string, publicId: string): Count[] {
    return [{ key: `confirmation:${userId}:${publicId}`, limit: this.settings.LOGIN_FAILURES_PER_ACCOUNT }];
  }

  /** What a wrong second factor counts against. Only who knows the password can use it up. */
  secondFactor(userId: string): Count[] {
    return [{ key: `second-factor:${userId}`, limit: this.settings.LOGIN_FAILURES_PER_ACCOUNT }];
  }

  /** What a wrong password of any other browser counts against. The address keeps its count: an attacker may own one account. */
  login(name: string, address: string): Count[] {
    return [
      { key: `account:${this.digests.of(normaliseUserName(name))}`, limit: this.settings.LOGIN_FAILURES_PER_ACCOUNT },
      this.address(address),
    ];
  }

  /** What a failure counts against that names no account. */
  address(address: string): Count {
    const key = `address:${this.digests.of(networkOf(address))}`;
    return { key, limit: this.settings.LOGIN_FAILURES_PER_ADDRESS, kept: true };
  }

  /** What a new account counts against: hashing its password costs as much as a login. */
  registration(address: string): Count {
    return { key: `registration:${this.digests.of(networkOf(address))}`, limit: this.settings.REGISTRATIONS_PER_ADDRESS };
  }

  /**
   * Adds one before the attempt is made, so that of many parallel ones no more are made than the limit allows.
   * Returns true for the attempt that reaches a limit.
   * @throws ProblemException 429 with Retry-After while one of them is at its limit.
   */
  async reserve(...counts: Count[]): Promise<boolean> {
    await this.refuseIfLimited(counts);
    const sorted = counts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const added = await this.database.query<{ key: string; times: number }>(ADD_BELOW_LIMIT, [
      sorted.map(({ key }) => key),
      sorted.map(({ limit }) => limit),
      this.settings.LOGIN_WINDOW_SECONDS,
    ]);
    if (added.length === counts.length) return added.some(({ key, times }) => times === limitOf(counts, key));
    await this.release(...added);
    await this.refuseIfLimited(counts);
    throw tooMany(1);
  }

  /**
   * One attempt at a proof, which `check` judges: it returns something falsy for a wrong one. Not counted if it throws, because then it
   * was no attempt. `isLocked`: this one reaches a limit.
   * @throws ProblemException as `reserve` does.
   */
  async attempt<T>(counts: Count[], check: () => Promise<T>): Promise<{ proven: T; isLocked: boolean }> {
    const isLocked = await this.reserve(...counts);
    const proven = await check().catch(async (error: unknown) => {
      await this.release(...counts);
      throw error;
    });
    if (proven) await this.settle(...counts);
    return { proven, isLocked };
  }

  /** Takes back a reservation: the attempt was not a failure. One row at a time, so that no two of these wait for each other. */
  async release(...counts: Pick<Count, 'key'>[]): Promise<void> {
    for (const { key } of counts)
      await this.database.query('UPDATE throttle SET times = times - 1 WHERE key = $1 AND times > 0', [key]);
  }

  /** After a success: earlier failures no longer count, except where they are kept. */
  async settle(...counts: Count[]): Promise<void> {
    await this.release(...counts.filter(({ kept }) => kept));
    const keys = counts.filter(({ kept }) => !kept).map(({ key }) => key);
    await this.database.query('DELETE FROM throttle WHERE key = ANY($1::text[]) OR forgotten_at < now()', [keys]);
  }

  private async refuseIfLimited(counts: Count[]): Promise<void> {
    const [row] = await this.database.query<{ seconds: number | null }>(
      `SELECT ceil(extract(epoch FROM max(forgotten_at) - now()))::integer AS seconds
         FROM throttle JOIN unnest($1::text[], $2::integer[]) AS asked(key, most) USING (key)
        WHERE forgotten_at > now() AND times >= most`,
      [counts.map(({ key }) => key), counts.map(({ limit }) => limit)],
    );
    if (row?.seconds) throw tooMany(row.seconds);
  }
}

/** The check and the addition are one statement, under the lock of the row: exact across replicas. */
const ADD_BELOW_LIMIT = `
  WITH asked AS (SELECT * FROM unnest($1::text[], $2::integer[]) AS asked(key, most))
  INSERT INTO throttle AS known (key, times, forgotten_at)
  SELECT key, 1, now() + make_interval(secs => $3) FROM asked
  ON CONFLICT (key) DO UPDATE SET
    times = CASE WHEN known.forgotten_at > now() THEN known.times + 1 ELSE 1 END,
    forgotten_at = CASE WHEN known.forgotten_at > now() THEN known.forgotten_at ELSE excluded.forgotten_at END
  WHERE known.forgotten_at <= now() OR known.times < (SELECT most FROM asked WHERE asked.key = known.key)
  RETURNING key, times`;

const limitOf = (counts: Count[], key: string) => counts.find((count) => count.key === key)?.limit;

const tooMany = (seconds: number) =>
  new ProblemException(
    429,
    { title: 'Too many attempts', detail: `Too many attempts. Try again in ${Math.ceil(seconds / 60)} min.` },
    { 'Retry-After': String(seconds) },
  );
