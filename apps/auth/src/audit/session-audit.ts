import { Database, SessionFeed, THEFT, type SessionEvent } from '@baton/session';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuditLog } from './audit-log.ts';

/** Records revocations and renewals on all replicas of all apps. Every replica receives the events; one of them writes the row. */
@Injectable()
export class SessionAudit implements OnApplicationBootstrap, OnModuleDestroy {
  private unsubscribe = (): void => {};

  constructor(
    /** Null where sessions live in memory or in Redis alone. */
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly audit: AuditLog,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.feed) return;
    this.unsubscribe = this.feed.subscribe((event) => void this.record(event));
    this.database.on('up', () => void this.catchUp().catch(() => {}));
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  /** Records what happened while no replica of this app was running. */
  private async catchUp(): Promise<void> {
    const [row] = await this.database.query<{ last: string | null }>('SELECT max(session_event_id) AS last FROM audit_log');
    if (row?.last == null) return;
    for (const event of await this.feed!.since(Number(row.last))) await this.record(event);
  }

  private async record(event: SessionEvent): Promise<void> {
    const name = auditName(event);
    if (!name) return;
    await this.audit.write({
      event: name,
      userId: event.userId,
      publicId: event.publicId,
      sessionEventId: event.id,
      details: { reason: event.reason },
    });
  }
}

/** Null for events that an audit log does not record. */
export function auditName({ type, reason }: Pick<SessionEvent, 'type' | 'reason'>): string | null {
  if (type === 'revoked') return reason === THEFT ? 'theft-detected' : 'session-revoked';
  if (type === 'unused') return 'session-id-unused';
  return type === 'rotated' ? 'session-rotated' : null;
}
