import type { Request } from 'express';
import session, { Store, type SessionData } from 'express-session';
import { RateLimit } from '../kit/rate-limit.ts';
import { StoreClock } from '../kit/store-clock.ts';
import { TwoGenerationCache } from '../kit/two-generation-cache.ts';
import { SessionGoneError, TooManyCreationsError } from '../model/errors.ts';
import { newPublicId, newSessionId, renewSessionId, type Peppers } from '../model/id.ts';
import { applyPatch, copy, type MergePatch } from '../model/merge-patch.ts';
import { isTouchDue, type Policy } from '../model/policy.ts';
import type { Attributes, NewSession, SessionRecord } from '../model/record.ts';
import type { SessionStore } from '../model/store.ts';
import { networkOf } from './network.ts';
import { SessionLookup } from './lookup.ts';
import { attachRecord, changesOf, loadedRecord, snapshotOf, stateOf } from './session-object.ts';

type Callback = (error?: unknown) => void;

/** Times of touches that are remembered. More sessions than this within one touch interval would be touched at every read. */
const TOUCHES = 200_000;

/** express-session's constructor takes the request; its type is not exported. */
const SessionObject = session.Session as unknown as new (request: Request, data?: object) => Request['session'];
const CookieObject = session.Cookie as unknown as new (options: object) => SessionData['cookie'] & { readonly data: object };

/**
 * Any store of this library as an ordinary express-session store: `request.session.save()`, `reload()`, `regenerate()` and
 * `destroy()` end here, whichever engine drives the requests. It never emits 'disconnect': express-session would then
 * run requests without a session, which looks like a logout.
 */
export class ExpressStore extends Store {
  /** From the data that `get` returned to its record, until `createSession` turns the data into a session. */
  private readonly records = new WeakMap<object, SessionRecord>();
  private readonly saving = new WeakMap<object, Promise<void>>();
  private readonly refused = new WeakMap<object, TooManyCreationsError>();
  /** When this replica last touched which session: use is stored once per touch interval, however often a session is read. */
  private readonly touchedAt = new TwoGenerationCache<number>({ entries: TOUCHES });
  readonly lookup: SessionLookup;
  readonly clock: StoreClock;

  constructor(
    readonly sessions: SessionStore,
    private readonly peppers: Peppers,
    readonly policy: Policy,
    private readonly secureCookie: boolean,
    private readonly creations = new RateLimit(0),
  ) {
    super();
    this.lookup = new SessionLookup(sessions, peppers);
    this.clock = new StoreClock(() => sessions.now());
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    settle(
      this.lookup.find(sid).then((found) => (found === null ? null : this.dataOf(found.record))),
      callback,
    );
  }

  override set(sid: string, session: SessionData, callback?: Callback): void {
    settle(this.save(sid, session as Request['session']), callback);
  }

  /**
   * Inserts a session that was not loaded; patches one that was. Saves of one session object run one after the other.
   * `changes` spares finding them again, unless a save in progress stores some of them.
   */
  save(sid: string, session: Request['session'], changes: MergePatch | null = null): Promise<void> {
    const afterwards = () => this.store(sid, session, null);
    const work = this.saving.get(session)?.then(afterwards, afterwards) ?? this.store(sid, session, changes);
    this.saving.set(session, work);
    return work;
  }

  override touch(_sid: string, session: SessionData, callback?: () => void): void {
    const record = loadedRecord(session);
    if (record !== undefined) this.touchIfDue(record);
    callback?.();
  }

  /** Not awaited. If it fails, the next request tries again. */
  touchIfDue(record: SessionRecord): void {
    const now = this.clock.estimate();
    const { key, lastSeenAt } = record;
    if (!isTouchDue(lastSeenAt, this.policy, now) || !isTouchDue(this.touchedAt.peek(key) ?? 0, this.policy, now)) return;
    this.touchedAt.set(key, now);
    this.sessions.touch(record).catch(() => this.touchedAt.delete(key));
  }

  override destroy(sid: string, callback?: Callback): void {
    settle(this.revoke(sid), callback);
  }

  override regenerate(request: Request, callback: (error?: unknown) => unknown): void {
    settle(this.revoke(request.sessionID), (error) => {
      this.generate(request);
      callback(error);
    });
  }

  override createSession(request: Request, data: SessionData): Request['session'] & SessionData {
    const record = this.records.get(data);
    const created = super.createSession(request, data);
    if (record !== undefined) attachRecord(created, record);
    return created;
  }

  /** A new, empty session. Nothing is stored until it holds something. */
  generate = (anyRequest: object): void => {
    const request = anyRequest as Request;
    request.sessionID = newSessionId();
    request.session = new SessionObject(request);
    request.session.cookie = this.newCookie(this.policy.absoluteSeconds * 1000);
  };

  /** The session of a loaded record, on a private copy of its attributes. */
  resume(request: Request, sid: string, record: SessionRecord): void {
    request.sessionID = sid;
    request.session = new SessionObject(request, copy(record.attributes));
    request.session.cookie = this.newCookie(record.expiresAt - Date.now());
    attachRecord(request.session, record);
  }

  /** The same session, with its unsaved changes, under another id. An object keeps its id, so this makes a new one. */
  rename(request: Request, sid: string, record: SessionRecord): void {
    const { session } = request;
    request.sessionID = sid;
    request.session = Object.assign(new SessionObject(request), session);
    attachRecord(request.session, record, snapshotOf(session));
    stateOf(request).cookie = sid;
  }

  private newCookie(maxAge: number) {
    return new CookieObject({ path: '/', httpOnly: true, sameSite: 'lax', secure: this.secureCookie, maxAge });
  }

  private dataOf(record: SessionRecord): SessionData {
    const maxAge = record.expiresAt - Date.now();
    const data = {
      ...copy(record.attributes),
      cookie: { ...this.newCookie(maxAge).data, originalMaxAge: maxAge },
    } as unknown as SessionData;
    this.records.set(data, record);
    return data;
  }

  /** A new id for the request's session, and its proof. Null if the pepper of its key was removed. */
  newIdOf(request: Request, { key }: SessionRecord): { id: string; proof: string } | null {
    const id = renewSessionId(request.sessionID);
    const stored = this.peppers.forReading(id).find((candidate) => candidate.key === key);
    return stored === undefined ? null : { id, proof: stored.proof };
  }

  private async store(sid: string, session: Request['session'], changes: MergePatch | null): Promise<void> {
    const patch = changes ?? changesOf(session);
    const loaded = loadedRecord(session);
    if (loaded === undefined) return this.create(sid, session, patch);
    if (patch === null) return;
    const saved = await this.sessions.save(loaded.key, patch, loaded);
    if (saved === null) throw new SessionGoneError();
    attachRecord(session, saved, applyPatch(snapshotOf(session), patch) as Attributes);
  }

  private async create(sid: string, session: Request['session'], patch: MergePatch | null): Promise<void> {
    const { req: request } = session as unknown as { req: Request };
    const { creation } = stateOf(request);
    this.count(request, session);
    const record = await this.sessions.create(this.newSession(sid, patch ?? {}, request), creation);
    // By the clock of the store, unless the handler gave the cookie another age.
    if (Math.round((session.cookie.originalMaxAge ?? 0) / 1000) === this.policy.absoluteSeconds)
      session.cookie.expires = new Date(record.expiresAt);
    attachRecord(session, record);
    stateOf(request).cookie = sid;
  }

  /** Synchronously, so that `refusalOf` knows it before an engine that saves too late begins its response. */
  private count(request: Request, session: Request['session']): void {
    const seconds = this.creations.take(networkOf(addressOf(request)), performance.now());
    if (seconds === 0) return;
    const refusal = new TooManyCreationsError(seconds);
    this.refused.set(session, refusal);
    throw refusal;
  }

  /** Why this session was not created, if its address created too many. */
  refusalOf(session: object | undefined): TooManyCreationsError | undefined {
    return session === undefined ? undefined : this.refused.get(session);
  }

  private newSession(sid: string, attributes: Attributes, request: Request): NewSession {
    const { authenticated, lifetime = this.policy } = stateOf(request).creation;
    const userAgent = request.headers?.['user-agent']?.slice(0, 256) ?? null;
    return {
      ...this.peppers.forWriting(sid),
      publicId: newPublicId(),
      attributes,
      device: { ip: request.ip ?? null, userAgent },
      idleSeconds: lifetime.idleSeconds,
      absoluteSeconds: lifetime.absoluteSeconds,
      authenticated,
    };
  }

  private async revoke(sid: string): Promise<void> {
    const found = await this.lookup.find(sid);
    if (found !== null) await this.sessions.revoke(found.record.key, 'logout', found.record);
  }
}

/** The client as Express knows it behind `trust proxy`; without Express, the peer. */
function addressOf(request: Request): string {
  return request.ip ?? request.socket?.remoteAddress ?? '';
}

/** Callbacks run outside the promise, so that an error they throw is not taken for an error of the store. */
function settle<T>(work: Promise<T>, callback: ((error: unknown, value?: T) => void) | undefined): void {
  work.then(
    (value) => setImmediate(() => callback?.(null, value)),
    (error: unknown) => setImmediate(() => callback?.(error)),
  );
}
