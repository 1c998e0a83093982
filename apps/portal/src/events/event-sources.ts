import { Injectable, type MessageEvent } from '@nestjs/common';
import type { Request } from 'express';
import { merge, type Observable } from 'rxjs';

export type EventSource = (request: Request) => Observable<MessageEvent>;

/** What `GET /api/events` sends besides the end of a session. Feature modules add their own sources while the app starts. */
@Injectable()
export class EventSources {
  private readonly sources: EventSource[] = [];

  add(source: EventSource): void {
    this.sources.push(source);
  }

  of(request: Request): Observable<MessageEvent> {
    return merge(...this.sources.map((source) => source(request)));
  }
}
