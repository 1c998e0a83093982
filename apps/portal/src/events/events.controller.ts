import { Draining } from '@baton/platform';
import { type SessionEvent, SessionFeed, sessionInfo } from '@baton/session';
import { type Preferences, visitOf } from '@baton/ui';
import { Controller, Inject, type MessageEvent, Query, Req, Sse } from '@nestjs/common';
import type { Request } from 'express';
import { EMPTY, filter, from, fromEventPattern, interval, map, merge, type Observable, of, take, takeUntil } from 'rxjs';
import { EventSources } from './event-sources.ts';
import { type Bookmark, bookmarkText, endsSession, farewell, parseBookmark, reasonSince } from './session-end.ts';

/** More often than proxies close idle connections. */
const BEAT_MS = 15_000;
/** How soon a browser reconnects when its replica stopped. */
const RETRY_MS = 500;

/** Events for open tabs. When a replica stops, its streams end and browsers continue them on another one. */
@Controller('api/events')
export class EventsController {
  constructor(
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly sources: EventSources,
    private readonly draining: Draining,
  ) {}

  @Sse()
  events(@Req() request: Request, @Query('last') last?: string): Observable<MessageEvent> {
    const drained = fromEventPattern(
      (listener) => this.draining.onDrain(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    );
    const publicId = request.session?.user ? sessionInfo(request)?.publicId : undefined;
    const beats = interval(BEAT_MS).pipe(map(() => ({ type: 'beat', data: '{}' })));
    const bookmark = parseBookmark(request.get('last-event-id') ?? last);
    return merge(of(hello(publicId)), this.end(request, publicId, bookmark), this.sources.of(request), beats).pipe(
      map((message) => ({ ...message, id: this.idNow(publicId) })),
      takeUntil(drained),
    );
  }

  /** At most one message: the session of this tab has ended. */
  private end(request: Request, publicId: string | undefined, bookmark: Bookmark | null): Observable<MessageEvent> {
    const { preferences } = visitOf(request);
    if (publicId) return this.endOf(publicId).pipe(map(({ reason }) => ended(reason, preferences)));
    if (!bookmark) return EMPTY;
    return from(reasonSince(this.feed, bookmark)).pipe(map((reason) => ended(reason, preferences)));
  }

  /** Every message carries the tab's position in the event feed, so the next stream can resume there. */
  private idNow(publicId: string | undefined): string {
    return publicId ? bookmarkText({ position: this.feed?.position ?? 0, publicId }) : 'nobody';
  }

  private endOf(publicId: string): Observable<SessionEvent> {
    const { feed } = this;
    if (!feed) return EMPTY;
    return fromEventPattern<SessionEvent>(
      (listener) => feed.subscribe(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    ).pipe(filter(endsSession(publicId)), take(1));
  }
}

const hello = (publicId: string | undefined): MessageEvent => ({
  type: 'hello',
  retry: RETRY_MS,
  data: { publicId: publicId ?? null },
});

const ended = (reason: string | null, preferences: Preferences): MessageEvent => ({
  type: 'ended',
  data: farewell(reason, preferences),
});
