import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { SessionGoneError } from '../model/errors.ts';
import { renewSessionId, type Peppers } from '../model/id.ts';
import { isRenewalDue, type Policy } from '../model/policy.ts';
import type { SessionRecord } from '../model/record.ts';
import type { SessionStore } from '../model/store.ts';
import { changesOf } from './attributes.ts';
import type { ExpressStore } from './express-store.ts';
import { holdHeaders } from './hold-headers.ts';
import type { Found, SessionLookup } from './lookup.ts';
import type { SignedCookie } from './signed-cookie.ts';
import { attachRecord, loadedRecord, snapshotOf, stateOf } from './state.ts';

export interface BatonSessionOptions {
  readonly store: SessionStore;
  readonly face: ExpressStore;
  readonly lookup: SessionLookup;
  readonly cookie: SignedCookie;
  readonly peppers: Peppers;
  readonly policy: Policy;
  /** Answers a request whose session could not be stored. Called before any header has left. */
  readonly fail: (error: unknown, req: Request, res: Response) => void;
}

/** The life of a session in one request: load, find changes, save before the first header, touch. */
export function batonSession(options: BatonSessionOptions): RequestHandler {
  const lifecycle = new Lifecycle(options);
  return (req, res, next) => lifecycle.handle(req, res, next);
}

class Lifecycle {
  constructor(private readonly options: BatonSessionOptions) {}

  handle(req: Request, res: Response, next: NextFunction): void {
    if (req.session !== undefined) return next();
    req.sessionStore = this.options.face;
    const presented = this.options.cookie.read(req);
    if (presented === null) return this.begin(req, res, next);
    const startedAt = performance.now();
    this.options.lookup.find(presented.id, presented.stored).then(
      (found) => {
        stateOf(req).lookupMs = performance.now() - startedAt;
        if (found === null) return this.begin(req, res, next);
        this.options.face.resume(req, presented.id, found.record);
        this.hold(req, res, found);
        next();
      },
      (error: unknown) => next(error),
    );
  }

  private begin(req: Request, res: Response, next: NextFunction): void {
    this.options.face.generate(req);
    this.hold(req, res, null);
    next();
  }

  private hold(req: Request, res: Response, found: Found | null): void {
    holdHeaders(res, {
      store: () => this.commit(req, found),
      ready: () => this.setCookie(req, res),
      fail: (error) => this.options.fail(error, req, res),
    });
  }

  /** Null when there is nothing to wait for, which is the case of nearly every request. */
  private commit(req: Request, found: Found | null): Promise<void> | null {
    const session = req.session as Request['session'] | undefined;
    if (session === undefined) return null;
    const record = loadedRecord(session);
    if (changesOf(session) !== null) return this.save(req).then(() => this.renewIfDue(req, found) ?? undefined);
    if (record === undefined) return null;
    this.options.face.touchIfDue(record);
    return this.renewIfDue(req, found);
  }

  private save(req: Request): Promise<void> {
    return new Promise((resolve, reject) => {
      req.session.save((error: unknown) => (error ? reject(error) : resolve()));
    });
  }

  /** A renewal that cannot be stored is put off: it protects the session, so it must not end it. */
  private renewIfDue(req: Request, found: Found | null): Promise<void> | null {
    const record = loadedRecord(req.session);
    if (found === null || record === undefined || record.key !== found.record.key) return null;
    if (found.verdict === 'next') return this.confirm(req, record, found.proof).catch(putOff);
    if (found.verdict === 'current' && isRenewalDue(record, this.options.policy, Date.now()))
      return this.issue(req, record).catch(putOff);
    return null;
  }

  private async confirm(req: Request, record: SessionRecord, proof: string): Promise<void> {
    const confirmed = await this.options.store.renew(record.key, { step: 'confirm', proof }, record);
    if (confirmed !== null) attachRecord(req.session, confirmed, snapshotOf(req.session));
  }

  private async issue(req: Request, record: SessionRecord): Promise<void> {
    const id = renewSessionId(req.sessionID);
    const stored = this.options.peppers.forReading(id).find(({ key }) => key === record.key);
    if (stored === undefined) return;
    const issued = await this.options.store.renew(record.key, { step: 'issue', proof: stored.proof }, record);
    if (issued === null) throw new SessionGoneError();
    attachRecord(req.session, issued, snapshotOf(req.session));
    if (issued.nextProof === stored.proof) stateOf(req).cookie = id;
  }

  private setCookie(req: Request, res: Response): void {
    const { cookie } = stateOf(req);
    if (cookie !== null && req.session !== undefined) this.options.cookie.write(res, cookie, req.session.cookie);
  }
}

function putOff(): void {
  // The id that the client has stays good.
}
