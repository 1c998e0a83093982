import type { NextFunction, Request, Response } from 'express';
import { SessionGoneError } from '../model/errors.ts';
import { isRenewalDue, isUnconfirmed, judgeNewest } from '../model/policy.ts';
import type { SessionRecord } from '../model/record.ts';
import type { ExpressStore } from './express-store.ts';
import { holdHeaders } from './hold-headers.ts';
import type { Found } from './lookup.ts';
import { attachRecord, changesOf, loadedRecord, snapshotOf, stateOf } from './session-object.ts';
import type { SignedCookie } from './signed-cookie.ts';

/** Responds to a request whose session could not be stored. Called before any header is sent. */
export type Fail = (error: unknown, request: Request, response: Response) => void;

/** The life of a session in one request: load, find changes, save before the first header, touch. */
export class BatonSession {
  constructor(
    private readonly expressStore: ExpressStore,
    private readonly cookie: SignedCookie,
    private readonly fail: Fail,
  ) {}

  handle(request: Request, response: Response, next: NextFunction): void {
    if (request.session !== undefined) return next();
    request.sessionStore = this.expressStore;
    const presented = this.cookie.read(request);
    if (presented === null) return this.begin(request, response, next);
    const startedAt = performance.now();
    this.expressStore.lookup.find(presented.id, presented.stored).then(
      (found) => {
        stateOf(request).lookupMs = performance.now() - startedAt;
        if (found === null) return this.begin(request, response, next);
        this.expressStore.resume(request, presented.id, found.record);
        this.hold(request, response, found);
        next();
      },
      (error: unknown) => next(error),
    );
  }

  private begin(request: Request, response: Response, next: NextFunction): void {
    this.expressStore.generate(request);
    this.hold(request, response, null);
    next();
  }

  private hold(request: Request, response: Response, found: Found | null): void {
    holdHeaders(response, {
      store: () => this.commit(request, response, found),
      ready: () => this.setCookie(request, response),
      fail: (error) => this.fail(error, request, response),
    });
  }

  /** Null when there is nothing to wait for, as for nearly every request. */
  private commit(request: Request, response: Response, found: Found | null): Promise<void> | null {
    const session = request.session as Request['session'] | undefined;
    if (session === undefined) return null;
    const changes = changesOf(session);
    if (changes !== null) {
      // Stored, such an attribute would break `save()` for every later request of the session.
      if (typeof session.save !== 'function') throw new TypeError('An attribute of the session hides its method save().');
      const saved = this.expressStore.save(session.id, session, changes);
      return saved.then(() => this.renewIfDue(request, response, found) ?? undefined);
    }
    const record = loadedRecord(session);
    if (record === undefined) return null;
    this.expressStore.touchIfDue(record);
    return this.renewIfDue(request, response, found);
  }

  /** A renewal that cannot be stored is put off: it protects the session, so it must not end it. */
  private renewIfDue(request: Request, response: Response, found: Found | null): Promise<void> | null {
    const record = loadedRecord(request.session);
    if (found === null || record === undefined || record.key !== found.record.key) return null;
    // An answer that reports an outage leaves the cookie alone.
    if (response.statusCode >= 500) return null;
    if (found.verdict === 'next') return this.confirm(request, record, found.proof).catch(keepCurrentId);
    const mayIssue = found.verdict === 'current' || isUnconfirmed(record);
    const { policy, clock } = this.expressStore;
    return mayIssue && isRenewalDue(record, policy, clock.estimate()) ? this.issue(request, record).catch(keepCurrentId) : null;
  }

  private async confirm(request: Request, record: SessionRecord, proof: string): Promise<void> {
    const confirmed = await this.expressStore.sessions.renew(record.key, { step: 'confirm', proof }, record);
    if (confirmed !== null) attachRecord(request.session, confirmed, snapshotOf(request.session));
  }

  private async issue(request: Request, record: SessionRecord): Promise<void> {
    const next = this.expressStore.newIdOf(request, record);
    if (next === null) return;
    const { sessions, policy } = this.expressStore;
    const renewal = { step: 'issue', proof: next.proof, renewSeconds: policy.renewSeconds } as const;
    const issued = await sessions.renew(record.key, renewal, record);
    if (issued === null) throw new SessionGoneError();
    attachRecord(request.session, issued, snapshotOf(request.session));
    if (judgeNewest(issued, next.proof) !== null) stateOf(request).cookie = next.id;
  }

  private setCookie(request: Request, response: Response): void {
    const { cookie } = stateOf(request);
    if (cookie !== null && request.session !== undefined) this.cookie.write(response, cookie, request.session.cookie);
  }
}

function keepCurrentId(): void {
  // The client's id stays valid; the next request tries again.
}
