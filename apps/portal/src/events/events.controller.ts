import { Draining } from '@baton/platform';
import { type SessionEvent, SessionFeed, sessionInfo } from '@baton/session';
import { type Looks, visitOf } from '@baton/ui';
import { Controller, Inject, type MessageEvent, Query, Req, Sse } from '@nestjs/common';
import type { Request } from 'express';
import { EMPTY, filter, from, fromEventPattern, interval, map, merge, type Observable, of, take, takeUntil } from 'rxjs';
import { ClusterNews } from '../demo/cluster/cluster-news.ts';
import { type Bookmark, bookmarkText, endsSession, farewell, parseBookmark, reasonSince } from './session-end.ts';

/** Keeps proxies from thinking that the stream is dead. */
const BEAT_MS = 15_000;
/** How soon a browser comes back when its replica went away. */
const RETRY_MS = 500;

/** News for open tabs. A stream ends with its replica and is continued by another one. */
@Controller('api/events')
export class EventsController {
  constructor(
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly news: ClusterNews,
    private readonly draining: Draining,
  ) {}

  @Sse()
  events(@Req() request: Request, @Query('cluster') cluster?: string, @Query('last') last?: string): Observable<MessageEvent> {
    const drained = fromEventPattern(
      (listener) => this.draining.onDrain(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    );
    const publicId = request.session?.user ? sessionInfo(request)?.publicId : undefined;
    const beats = interval(BEAT_MS).pipe(map(() => ({ type: 'beat', data: '{}' })));
    const views = cluster ? merge(of(this.news.now()), this.news.stream()) : EMPTY;
    const clusterNews = views.pipe(map((view) => ({ type: 'cluster', data: view })));
    const bookmark = parseBookmark(request.get('last-event-id') ?? last);
    return merge(of(hello(publicId)), this.end(request, publicId, bookmark), clusterNews, beats).pipe(
      map((message) => ({ ...message, id: this.idNow(publicId) })),
      takeUntil(drained),
    );
  }

  /** At most one message: that the session of this tab is over. */
  private end(request: Request, publicId: string | undefined, bookmark: Bookmark | null): Observable<MessageEvent> {
    const { looks } = visitOf(request);
    if (publicId) return this.endOf(publicId).pipe(map(({ reason }) => ended(reason, looks)));
    if (!bookmark) return EMPTY;
    return from(reasonSince(this.feed, bookmark)).pipe(map((reason) => ended(reason, looks)));
  }

  /** Every message carries how far this tab has heard, so that the next stream can go on from there. */
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

const ended = (reason: string | null, looks: Looks): MessageEvent => ({ type: 'ended', data: farewell(reason, looks) });
