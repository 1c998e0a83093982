import { ProblemException } from '@baton/platform';
import { networkOf } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EventSettings } from './event-settings.ts';

const RETRY_AFTER_SECONDS = '10';

/** Counts the open streams of this replica: each holds memory and a connection for as long as its client likes. */
@Injectable()
export class StreamLimits {
  private readonly open = new Map<string, number>();

  constructor(@Inject(EventSettings) private readonly settings: EventSettings) {}

  /**
   * Counts the stream until its response closes.
   * @throws ProblemException 429 if its session or its address has too many, 503 if the replica has; with Retry-After.
   */
  admit(request: Request, response: Response, publicId: string | undefined): void {
    const { EVENT_STREAMS, EVENT_STREAMS_PER_SESSION, EVENT_STREAMS_PER_ADDRESS } = this.settings;
    const session = publicId === undefined ? [] : [`session ${publicId}`];
    const address = `address ${networkOf(request.ip ?? '')}`;
    for (const key of session) this.refuseAt(key, EVENT_STREAMS_PER_SESSION, 429);
    this.refuseAt(address, EVENT_STREAMS_PER_ADDRESS, 429);
    this.refuseAt('replica', EVENT_STREAMS, 503);
    this.count([...session, address, 'replica'], response);
  }

  private refuseAt(key: string, limit: number, status: 429 | 503): void {
    if ((this.open.get(key) ?? 0) < limit) return;
    const detail = 'Too many event streams are open. Close some tabs, or try again later.';
    throw new ProblemException(status, { title: 'Too many event streams', detail }, { 'Retry-After': RETRY_AFTER_SECONDS });
  }

  private count(keys: string[], response: Response): void {
    // Its `close` event is over: nothing would end the count.
    if (response.destroyed) return;
    for (const key of keys) this.open.set(key, (this.open.get(key) ?? 0) + 1);
    response.once('close', () => keys.forEach((key) => this.release(key)));
  }

  private release(key: string): void {
    const left = this.open.get(key)! - 1;
    if (left > 0) this.open.set(key, left);
    else this.open.delete(key);
  }
}
