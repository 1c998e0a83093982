import { Database, SessionFeed, THEFT, type SessionEvent } from '@baton/session';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuditLog } from './audit-log.ts';

/** Records revocations and renewals on all replicas of all apps. Every replica receives the events; one of them writes the row. */
@Injectable()
export class SessionAudit implements OnApplicationBootstrap, OnModuleDestroy {
  private work: Promise<unknown> = Promise.resolve();
  private isCaughtUp = false;
  private unsubscribe = (): void => {};

  constructor(
    /** Null where sessions live in memory or in Redis alone. */
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly audit: AuditLog,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.feed) return;
    this.unsubscribe = this.feed.subscribe((event) => this.inOrder(() => this.follow(event)));
    this.database.on('up', () => this.inOrder(() => this.catchUp()));
    if (this.database.ready) this.inOrder(() => this.catchUp());
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  /** One event after the other: what is recorded has no gaps, so the newest tells where to resume. */
  private inOrder(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch(() => (this.isCaughtUp = false));
  }

  private async follow(event: SessionEvent): Promise<void> {
    if (this.isCaughtUp) this.isCaughtUp = await this.record(event);
    else await this.catchUp();
  }

  /** Records what happened while no replica of this app was running, or could not be recorded, however much it is. */
  private async catchUp(): Promise<void> {
    const [row] = await this.database.query<{ last: string }>('SELECT coalesce(max(session_event_id), 0) AS last FROM audit_log');
    let last = Number(row!.last);
    for (let page = await this.feed!.since(last); page.length > 0; page = await this.feed!.since(last))
      for (const event of page) {
        if (!(await this.record(event))) return;
        last = event.id;
      }
    this.isCaughtUp = true;
  }

  private async record(event: SessionEvent): Promise<boolean> {
    const name = auditName(event);
    return (
      name === null ||
      this.audit.write({
        event: name,
        userId: event.userId,
        publicId: event.publicId,
        sessionEventId: event.id,
        details: { reason: event.reason },
      })
    );
  }
}

/** Null for events that an audit log does not record. */
export function auditName({ type, reason }: Pick<SessionEvent, 'type' | 'reason'>): string | null {
  if (type === 'revoked') return reason === THEFT ? 'theft-detected' : 'session-revoked';
  if (type === 'unused') return 'session-id-unused';
  return type === 'rotated' ? 'session-rotated' : null;
}
