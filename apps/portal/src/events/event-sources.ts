import { Injectable, type MessageEvent } from '@nestjs/common';
import type { Request } from 'express';
import { merge, type Observable } from 'rxjs';

/** Null: nothing for this request. Data is a string, serialised once for all listeners. */
export type EventSource = (request: Request) => Observable<MessageEvent & { data: string }> | null;

/** What `GET /api/events` sends besides the end of a session. Feature modules add their own sources while the app starts. */
@Injectable()
export class EventSources {
  private readonly sources: EventSource[] = [];

  add(source: EventSource): void {
    this.sources.push(source);
  }

  /** Null: no source has anything for this request. */
  of(request: Request): Observable<MessageEvent> | null {
    const found = this.sources.map((source) => source(request)).filter((source) => source !== null);
    return found.length > 0 ? merge(...found) : null;
  }
}
