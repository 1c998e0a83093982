import { randomUUID } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { Database, SESSION_CONFIG, Sessions, type SessionConfig, type Tx } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK_TOLERANCE_SECONDS, type Identity, invalidToken, LOGOUT_SECONDS } from './identity-provider.ts';

declare module 'express-session' {
  interface SessionData {
    /** The row of `oidc_session` through which this session began. */
    providerSession: string;
  }
}

/** What a valid logout token says: whose sessions, or which one, have ended at the provider. */
export interface ProviderLogout {
  readonly issuer: string;
  readonly jti: string;
  readonly subject: string | null;
  readonly sid: string | null;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

/** A token is refused as too old before its `jti` is forgotten. */
const REMEMBERED_SECONDS = LOGOUT_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS + 60;
/** A row outlives the session that is created a moment after it. */
const MARGIN_SECONDS = 3600;

/** Finds the sessions here that began with a session at the provider, and ends them with it. */
@Injectable()
export class ProviderSessions {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {}

  /** Before the session exists, so that no crash leaves one that cannot be found. Returns what the session has to keep. */
  async open(identity: Identity, userId: string): Promise<string> {
    await this.database.query('DELETE FROM oidc_session WHERE expires_at < now()');
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO oidc_session (id, issuer, subject, sid, user_id, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, to_timestamp($6), now() + make_interval(secs => $7)) RETURNING id`,
      [
        randomUUID(),
        identity.issuer,
        identity.subject,
        identity.sid,
        userId,
        identity.issuedAt,
        this.config.absoluteSeconds + MARGIN_SECONDS,
      ],
    );
    return row!.id;
  }

  /**
   * In the transaction that creates the session. A logout waits for that transaction and finds the session, or came first and
   * is seen here.
   * @throws ProblemException 403 if the provider has ended its session meanwhile.
   */
  async mustBeOpen(tx: Tx, id: string): Promise<void> {
    const rows = await tx.query(
      `SELECT id FROM oidc_session AS opened WHERE id = $1 AND ended_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM oidc_logout AS logout WHERE logout.issuer = opened.issuer AND logout.issued_at >= opened.issued_at
            AND CASE WHEN logout.sid IS NULL THEN logout.subject = opened.subject ELSE logout.sid = opened.sid END)
       FOR SHARE OF opened`,
      [id],
    );
    if (rows.length === 0)
      throw new ProblemException(403, { title: 'Signed out', detail: 'You have signed out at the provider meanwhile.' });
  }

  /**
   * Returns when no replica honours the sessions for longer than the revocation bound.
   * @throws ProblemException 400 for a token that was used before.
   * @throws StoreUnavailableError if they may live on; the same token can then be used again.
   */
  async end(logout: ProviderLogout): Promise<number> {
    await this.useOnce(logout);
    try {
      const ended = await Promise.all((await this.endedBy(logout)).map(({ id, userId }) => this.revoke(id, userId)));
      return ended.flat().filter(Boolean).length;
    } catch (error) {
      await this.database
        .query('DELETE FROM oidc_logout WHERE issuer = $1 AND jti = $2', [logout.issuer, logout.jti])
        .catch(() => undefined);
      throw error;
    }
  }

  private async useOnce({ issuer, jti, subject, sid, issuedAt }: ProviderLogout): Promise<void> {
    await this.database.query('DELETE FROM oidc_logout WHERE expires_at < now()');
    const rows = await this.database.query(
      `INSERT INTO oidc_logout (issuer, jti, subject, sid, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, to_timestamp($5), now() + make_interval(secs => $6)) ON CONFLICT DO NOTHING RETURNING jti`,
      [issuer, jti, subject, sid, issuedAt, REMEMBERED_SECONDS],
    );
    if (rows.length === 0) throw invalidToken();
  }

  /** Where the provider gave no `sid`, a logout of one session of the subject ends all: which one is not known. */
  private endedBy({ issuer, subject, sid }: ProviderLogout): Promise<{ id: string; userId: string }[]> {
    return this.database.query(
      `UPDATE oidc_session SET ended_at = coalesce(ended_at, now())
        WHERE issuer = $1 AND ($2::text IS NULL OR subject = $2)
          AND CASE WHEN $3::text IS NULL THEN true ELSE coalesce(sid = $3, $2 IS NOT NULL) END
        RETURNING id, user_id AS "userId"`,
      [issuer, subject, sid],
    );
  }

  private async revoke(id: string, userId: string): Promise<boolean[]> {
    const records = await this.sessions.list(userId);
    const begun = records.filter(({ attributes }) => attributes['providerSession'] === id);
    return Promise.all(
      begun.map(({ publicId }) => this.sessions.revoke(userId, publicId, 'signed out by the identity provider')),
    );
  }
}
