import { Database, SessionFeed, THEFT, type SessionEvent } from '@baton/session';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuditLog } from './audit-log.ts';

/** Sessions that end or get a new id, on whichever replica of whichever app: every replica hears of it, one of them writes it down. */
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

  /** What happened while no replica of this app was there to hear it. */
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

/** Null for what is no business of an audit log. */
export function auditName({ type, reason }: Pick<SessionEvent, 'type' | 'reason'>): string | null {
  if (type === 'revoked') return reason === THEFT ? 'theft-detected' : 'session-revoked';
  return type === 'rotated' ? 'session-rotated' : null;
}
