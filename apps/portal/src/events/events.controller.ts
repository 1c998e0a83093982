import { Draining, ProblemException } from '@baton/platform';
import { SESSION_CONFIG, type SessionConfig, type SessionEvent, SessionFeed, sessionInfo, Sessions } from '@baton/session';
import { type Preferences, visitOf } from '@baton/ui';
import { Controller, Inject, type MessageEvent, Query, Req, Res, Sse } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  EMPTY,
  exhaustMap,
  filter,
  from,
  fromEventPattern,
  interval,
  map,
  merge,
  type Observable,
  of,
  share,
  take,
  takeUntil,
  takeWhile,
} from 'rxjs';
import { EventSources } from './event-sources.ts';
import { type Bookmark, bookmarkText, endsSession, farewell, parseBookmark, reasonSince } from './session-end.ts';
import { StreamLimits } from './stream-limits.ts';

/** More often than proxies close idle connections. */
const BEAT_MS = 15_000;
/** How soon a browser reconnects when its replica stopped. */
const RETRY_MS = 500;
/** Characters that may wait for a client that does not read, before it is disconnected. */
const MAX_WAITING = 64 * 1024;

/**
 * Events for open tabs. A stream ends with its session. When a replica stops, its streams end too, and browsers continue them
 * on another one.
 */
@Controller('api/events')
export class EventsController {
  /** One clock for all streams: their sessions are then read together. */
  private readonly checks: Observable<number>;
  private readonly beats = interval(BEAT_MS).pipe(
    map(() => ({ type: 'beat', data: '{}' })),
    share(),
  );

  constructor(
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly sessions: Sessions,
    private readonly sources: EventSources,
    private readonly draining: Draining,
    private readonly limits: StreamLimits,
    @Inject(SESSION_CONFIG) { revocationMs }: SessionConfig,
  ) {
    this.checks = interval(revocationMs / 2).pipe(share());
  }

  /** For signed-in visitors, tabs whose session has just ended, and listeners of a source. */
  @Sse('', { maxPendingDataLength: MAX_WAITING })
  events(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query('last') last?: string,
  ): Observable<MessageEvent> {
    const publicId = request.session?.user ? sessionInfo(request)?.publicId : undefined;
    const bookmark = parseBookmark(request.get('last-event-id') ?? last);
    const news = this.sources.of(request);
    if (!publicId && !bookmark && !news)
      throw new ProblemException(401, { title: 'Sign in first', detail: 'You are not signed in.' });
    this.limits.admit(request, response, publicId);
    const drained = fromEventPattern(
      (listener) => this.draining.onDrain(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    );
    return merge(of(hello(publicId)), this.end(request, publicId, bookmark), news ?? EMPTY, this.beats).pipe(
      takeWhile(({ type }) => type !== 'ended', true),
      map((message) => ({ ...message, id: this.idNow(publicId) })),
      takeUntil(drained),
    );
  }

  /** At most one message: the session of this tab has ended. */
  private end(request: Request, publicId: string | undefined, bookmark: Bookmark | null): Observable<MessageEvent> {
    const { preferences } = visitOf(request);
    if (publicId) return this.endOf(request, publicId).pipe(map((reason) => ended(reason, preferences)));
    if (!bookmark) return EMPTY;
    return from(reasonSince(this.feed, bookmark)).pipe(map((reason) => ended(reason, preferences)));
  }

  /** Every message carries the tab's position in the event feed, so the next stream can resume there. */
  private idNow(publicId: string | undefined): string {
    return publicId ? bookmarkText({ position: this.feed?.position ?? 0, publicId }) : 'nobody';
  }

  /** The reason. The feed reports no session that expires, nor one that is revoked while Postgres is down: a look shows these. */
  private endOf(request: Request, publicId: string): Observable<string | null> {
    const bookmark = { position: this.feed?.position ?? 0, publicId };
    const looks = this.checks.pipe(
      exhaustMap(() => this.sessions.isLive(request).catch(() => true)),
      filter((isLive) => !isLive),
      exhaustMap(() => reasonSince(this.feed, bookmark)),
    );
    return merge(this.revocations(publicId), looks).pipe(take(1));
  }

  private revocations(publicId: string): Observable<string | null> {
    const { feed } = this;
    if (!feed) return EMPTY;
    return fromEventPattern<SessionEvent>(
      (listener) => feed.subscribe(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    ).pipe(
      filter(endsSession(publicId)),
      map(({ reason }) => reason),
    );
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
