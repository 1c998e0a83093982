import { Database, sessionInfo } from '@baton/session';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { AuthSettings } from '../auth-settings.ts';
import type { MailEvent } from '../mail/mail-event.ts';
import type { OidcEvent } from '../oidc/oidc-event.ts';
import type { OwnDataEvent } from '../own-data/own-data-event.ts';
import type { PasskeyEvent } from '../passkeys/passkey-event.ts';
import type { TotpEvent } from '../totp/totp-event.ts';

/** What people and administrators do here; events of sessions come from the feed (session-audit.ts). */
export type AuditEvent =
  | 'login-ok'
  | 'login-failed'
  | 'lockout'
  | 'logout'
  | 'registered'
  | 'password-changed'
  | 'reauthenticated'
  | 'theft-acknowledged'
  | 'account-disabled'
  | 'account-enabled'
  | 'sessions-ended-by-admin'
  | 'session-ended-by-admin'
  | 'roles-set'
  | 'everybody-signed-out'
  | 'factor-added'
  | 'factor-removed'
  | 'factor-reset'
  | 'factors-reset-by-admin'
  | MailEvent
  | OidcEvent
  | OwnDataEvent
  | PasskeyEvent
  | TotpEvent;

export interface AuditEntry {
  event: string;
  userId: string | null;
  publicId: string | null;
  address?: string | null;
  userAgent?: string | null;
  requestId?: string | null;
  details?: object;
  sessionEventId?: number | null;
}

export interface RecordedEvent {
  event: string;
  at: Date;
  address: string | null;
  userAgent: string | null;
  reason: string | null;
}

export interface Theft {
  /** Of the event: acknowledges this theft and those before it, not one that the owner has not seen. */
  id: string;
  at: Date;
}

/** Told of an entry once, on the replica that stored it. With the request, before its response leaves. */
export type AuditListener = (entry: AuditEntry, request?: Request) => Promise<void>;

/** Who did what, when, from where: a row in `audit_log` and a line in the log. Never an id, a key or a password. */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('audit');
  private readonly listeners: AuditListener[] = [];

  constructor(
    private readonly database: Database,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  async record(
    request: Request,
    event: AuditEvent,
    more: { userId?: string; publicId?: string | null; details?: object } = {},
  ): Promise<void> {
    const entry = {
      event,
      userId: more.userId ?? request.session?.user?.id ?? null,
      publicId: more.publicId ?? sessionInfo(request)?.publicId ?? null,
      address: request.ip,
      userAgent: request.get('user-agent')?.slice(0, 300),
      requestId: request.id as string,
      details: more.details,
    };
    await this.write(entry, request);
  }

  subscribe(listener: AuditListener): void {
    this.listeners.push(listener);
  }

  /** Events of an account for its owner, newest first. */
  recent(userId: string, limit: number): Promise<RecordedEvent[]> {
    return this.database.query<RecordedEvent>(
      `SELECT event, at, address, user_agent AS "userAgent", details->>'reason' AS reason
         FROM audit_log WHERE user_id = $1 AND event NOT IN ('session-rotated', 'session-id-unused') ORDER BY at DESC, id DESC LIMIT $2`,
      [userId, limit],
    );
  }

  /** The newest theft of a session that its owner has not acknowledged. */
  async theft(userId: string): Promise<Theft | null> {
    const [row] = await this.database.query<Theft>(
      `SELECT id, at FROM audit_log WHERE user_id = $1 AND event = 'theft-detected' AND id > (
         SELECT coalesce(max((details->>'through')::bigint), 0) FROM audit_log WHERE user_id = $1 AND event = 'theft-acknowledged')
        ORDER BY id DESC LIMIT 1`,
      [userId],
    );
    return row ?? null;
  }

  /** Always writes the log line. An unavailable table does not fail the request. Returns false if the row is missing. */
  async write(entry: AuditEntry, request?: Request): Promise<boolean> {
    try {
      if (!(await this.insert(entry))) return true;
      this.logger.log({ audit: entry, msg: entry.event });
      await this.tell(entry, request);
      return true;
    } catch (error) {
      this.logger.warn({ audit: entry, stored: false, reason: String(error), msg: entry.event });
      return false;
    }
  }

  /** What follows from an event does not fail the request either. */
  private async tell(entry: AuditEntry, request?: Request): Promise<void> {
    for (const listener of this.listeners)
      await listener(entry, request).catch((error: unknown) => this.logger.warn({ audit: entry, reason: String(error) }));
  }

  /** False: another replica has already recorded this session event. */
  private async insert(entry: AuditEntry): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO audit_log (event, user_id, public_id, address, user_agent, replica, request_id, details, session_event_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (session_event_id) DO NOTHING RETURNING id`,
      [
        entry.event,
        entry.userId,
        entry.publicId,
        entry.address ?? null,
        entry.userAgent ?? null,
        this.settings.REPLICA,
        entry.requestId ?? null,
        JSON.stringify(entry.details ?? {}),
        entry.sessionEventId ?? null,
      ],
    );
    return rows.length > 0;
  }
}
