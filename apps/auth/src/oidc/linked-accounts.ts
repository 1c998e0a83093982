import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { Database } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { AuthSettings } from '../auth-settings.ts';
import { HashQueue } from '../login/hash-queue.ts';
import { Throttle } from '../login/throttle.ts';
import { hashPassword } from '../users/password-hash.ts';
import { isAcceptableUserName, normaliseUserName } from '../users/user-name.ts';
import type { Identity } from './identity-provider.ts';
import { OidcConfig } from './oidc-settings.ts';

export interface Link {
  readonly linkedAt: Date;
  /** Nobody knows a password of the account, so it needs the provider. */
  readonly isOnlyWay: boolean;
}

const NAMES_TO_TRY = 5;

/**
 * Which account belongs to whom at the provider: by issuer and subject alone. A name or a mail address at the provider proves
 * nothing here (OpenID Connect Core 1.0, 5.7).
 */
@Injectable()
export class LinkedAccounts {
  constructor(
    private readonly database: Database,
    private readonly throttle: Throttle,
    private readonly queue: HashQueue,
    private readonly audit: AuditLog,
    private readonly config: OidcConfig,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** The id of the account; null if there is none. */
  async find({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): Promise<string | null> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT user_id AS id FROM oidc_account WHERE issuer = $1 AND subject = $2',
      [issuer, subject],
    );
    return row?.id ?? null;
  }

  async of(userId: string): Promise<Link | null> {
    const [row] = await this.database.query<Link>(
      `SELECT linked_at AS "linkedAt", unknown_password_hash IS NOT DISTINCT FROM password_hash AS "isOnlyWay"
         FROM oidc_account JOIN users ON id = user_id WHERE user_id = $1 AND issuer = $2`,
      [userId, this.config.issuer],
    );
    return row ?? null;
  }

  /** @throws ProblemException 409 if the identity or the account is linked to another one. */
  async link(request: Request, { issuer, subject }: Identity): Promise<void> {
    const userId = request.session.user!.id;
    const rows = await this.database.query(
      'INSERT INTO oidc_account (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING user_id',
      [issuer, subject, userId],
    );
    if (rows.length > 0) return this.audit.record(request, 'provider-linked', { details: { issuer } });
    if ((await this.find({ issuer, subject })) !== userId) throw linkedElsewhere(this.config.name);
  }

  /** @throws ProblemException 409 for an account that nobody could sign in to afterwards. */
  async unlink(request: Request): Promise<void> {
    const userId = request.session.user!.id;
    const rows = await this.database.query(
      `DELETE FROM oidc_account USING users WHERE user_id = $1 AND id = user_id AND issuer = $2
          AND unknown_password_hash IS DISTINCT FROM password_hash RETURNING user_id`,
      [userId, this.config.issuer],
    );
    if (rows.length > 0) return this.audit.record(request, 'provider-unlinked', { details: { issuer: this.config.issuer } });
    if (await this.of(userId)) throw noOtherWay(this.config.name);
  }

  /**
   * A new account, with a password that nobody knows. Returns its id.
   * @throws ProblemException 403 while registration is closed; 429 after too many registrations.
   */
  async create(request: Request, identity: Identity): Promise<string> {
    if (!this.settings.REGISTRATION_OPEN)
      throw new ProblemException(403, { title: 'Registration is closed', detail: 'Ask an administrator for an account.' });
    const address = request.ip ?? '';
    await this.throttle.reserve(this.throttle.registration(address));
    const passwordHash = await this.queue.run(address, () => hashPassword(randomBytes(32).toString('base64url')));
    for (const name of namesFor(identity.name)) {
      const id = await this.insert(identity, name, passwordHash);
      if (id === null) continue;
      await this.audit.record(request, 'registered', { userId: id, details: { issuer: identity.issuer } });
      return id;
    }
    // Every name is taken, or the same visitor has just signed in elsewhere.
    const id = await this.find(identity);
    if (id !== null) return id;
    throw new ProblemException(503, { title: 'No name found', detail: 'No free user name was found. Please try again.' });
  }

  /** One statement: no account without its link. Null if the name is taken or the identity already has an account. */
  private async insert({ issuer, subject }: Identity, name: string, passwordHash: string): Promise<string | null> {
    const [row] = await this.database
      .query<{ id: string }>(
        `WITH made AS (
           INSERT INTO users (id, name, password_hash) SELECT $1::uuid, $2, $3
            WHERE NOT EXISTS (SELECT 1 FROM oidc_account WHERE issuer = $4 AND subject = $5)
           ON CONFLICT (name) DO NOTHING RETURNING id, password_hash)
         INSERT INTO oidc_account (issuer, subject, user_id, unknown_password_hash)
         SELECT $4, $5, id, password_hash FROM made RETURNING user_id AS id`,
        [randomUUID(), name, passwordHash, issuer, subject],
      )
      .catch(unlessLinked);
    return row?.id ?? null;
  }
}

const UNIQUE_VIOLATION = '23505';

/** Another request of the same visitor was first: nothing was inserted. */
function unlessLinked(error: unknown): [] {
  if ((error as { code?: string }).code === UNIQUE_VIOLATION) return [];
  throw error;
}

/** The name at the provider if it is acceptable here, then the same with numbers. A mail address is shortened to its first part. */
function namesFor(wanted: string): string[] {
  const typed = normaliseUserName(wanted.split('@')[0]!).replace(/\s+/g, '.').slice(0, 50);
  const name = isAcceptableUserName(typed) ? typed : 'user';
  const numbered = Array.from({ length: NAMES_TO_TRY }, () => `${name}-${randomInt(10_000, 100_000)}`);
  return name === typed ? [name, ...numbered] : numbered;
}

const linkedElsewhere = (provider: string) =>
  new ProblemException(409, {
    title: 'Already linked',
    detail: `This account at ${provider} belongs to another user here, or you have linked another one. Unlink that first.`,
  });

const noOtherWay = (provider: string) =>
  new ProblemException(409, {
    title: 'The only way to sign in',
    detail: `Your account has no password, so it needs ${provider} to sign in.`,
  });
