import type { Request } from 'express';
import session, { Store, type SessionData } from 'express-session';
import { SessionGoneError } from '../model/errors.ts';
import { newPublicId, newSessionId, type Peppers } from '../model/id.ts';
import { applyPatch, copy, difference } from '../model/merge-patch.ts';
import { isTouchDue, type Policy } from '../model/policy.ts';
import type { Attributes, NewSession, SessionRecord } from '../model/record.ts';
import type { SessionStore } from '../model/store.ts';
import { asJson, attributesOf, changesOf } from './attributes.ts';
import type { SessionLookup } from './lookup.ts';
import { attachRecord, loadedRecord, snapshotOf, stateOf } from './state.ts';
import { TouchTimes } from './touch-times.ts';

export interface CookieOptions {
  readonly name: string;
  readonly secure: boolean;
}

type Callback = (error?: unknown) => void;

interface CookieWithData {
  readonly data: object;
}

/** express-session's constructor takes the request; its type is not exported. */
const SessionObject = session.Session as unknown as new (req: Request, data?: object) => Request['session'];
const CookieObject = session.Cookie as unknown as new (options: object) => SessionData['cookie'];

/**
 * Any store of this library as an ordinary express-session store: `req.session.save()`, `reload()`, `regenerate()` and
 * `destroy()` end here, whichever engine drives the requests. It never emits 'disconnect': express-session would then
 * run requests without a session, which looks like a logout.
 */
export class ExpressStore extends Store {
  /** From what `get` answered to the record it was made from, until `createSession` makes a session of it. */
  private readonly answered = new WeakMap<object, SessionRecord>();
  private readonly saving = new WeakMap<object, Promise<void>>();
  private readonly touches: TouchTimes;

  constructor(
    private readonly sessions: SessionStore,
    private readonly lookup: SessionLookup,
    private readonly peppers: Peppers,
    private readonly policy: Policy,
    private readonly cookie: CookieOptions,
  ) {
    super();
    this.touches = new TouchTimes(policy);
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    settle(
      this.lookup.find(sid).then((found) => (found === null ? null : this.answer(found.record))),
      callback,
    );
  }

  /** An insert for a session that was not loaded, a difference for one that was. Saves of one session object take turns. */
  override set(sid: string, session: SessionData, callback?: Callback): void {
    const store = () => this.store(sid, session as Request['session']);
    const work = this.saving.get(session)?.then(store, store) ?? store();
    this.saving.set(session, work);
    settle(work, callback);
  }

  override touch(_sid: string, session: SessionData, callback?: () => void): void {
    const record = loadedRecord(session);
    if (record !== undefined) this.touchIfDue(record);
    callback?.();
  }

  /** Nobody waits for it, and a store that is away will be told by the next request. */
  touchIfDue(record: SessionRecord): void {
    const now = Date.now();
    if (isTouchDue(record.lastSeenAt, this.policy, now) && this.touches.claim(record.key, now)) {
      this.sessions.touch(record).catch(() => this.touches.forget(record.key));
    }
  }

  override destroy(sid: string, callback?: Callback): void {
    settle(this.end(sid), callback);
  }

  override regenerate(req: Request, callback: (error?: unknown) => unknown): void {
    settle(this.end(req.sessionID), (error) => {
      this.generate(req);
      callback(error);
    });
  }

  override createSession(req: Request, data: SessionData): Request['session'] & SessionData {
    const record = this.answered.get(data);
    const created = super.createSession(req, data);
    if (record !== undefined) attachRecord(created, record);
    return created;
  }

  /** A new, empty session. Nothing is stored before something is put into it. */
  generate = (request: object): void => {
    const req = request as Request;
    req.sessionID = newSessionId();
    req.session = new SessionObject(req);
    req.session.cookie = this.newCookie(this.policy.absoluteSeconds * 1000);
  };

  /** The session of a loaded record, on a copy of its attributes that no other request sees. */
  resume(req: Request, sid: string, record: SessionRecord): void {
    req.sessionID = sid;
    req.session = new SessionObject(req, copy(record.attributes));
    req.session.cookie = this.newCookie(record.expiresAt - Date.now());
    attachRecord(req.session, record);
  }

  /** The same session, with its unsaved changes, under another id. An object keeps its id, so this makes a new one. */
  rename(req: Request, sid: string, record: SessionRecord): void {
    const { session } = req;
    req.sessionID = sid;
    req.session = Object.assign(new SessionObject(req), session);
    attachRecord(req.session, record, snapshotOf(session));
    stateOf(req).cookie = sid;
  }

  private newCookie(maxAge: number): SessionData['cookie'] {
    return new CookieObject({ path: '/', httpOnly: true, sameSite: 'lax', secure: this.cookie.secure, maxAge });
  }

  private answer(record: SessionRecord): SessionData {
    const maxAge = record.expiresAt - Date.now();
    const data = {
      ...copy(record.attributes),
      cookie: { ...(this.newCookie(maxAge) as unknown as CookieWithData).data, originalMaxAge: maxAge },
    } as unknown as SessionData;
    this.answered.set(data, record);
    return data;
  }

  private async store(sid: string, session: Request['session']): Promise<void> {
    const loaded = loadedRecord(session);
    if (loaded === undefined) return this.create(sid, session);
    const patch = changesOf(session);
    if (patch === null) return;
    const saved = await this.sessions.save(loaded.key, patch, loaded);
    if (saved === null) throw new SessionGoneError();
    attachRecord(session, saved, applyPatch(snapshotOf(session), patch) as Attributes);
  }

  private async create(sid: string, session: Request['session']): Promise<void> {
    const req = (session as unknown as { req: Request }).req;
    const { creation } = stateOf(req);
    const record = await this.sessions.create(this.newSession(sid, session, req, creation.authenticated), creation);
    attachRecord(session, record);
    stateOf(req).cookie = sid;
  }

  private newSession(sid: string, session: Request['session'], req: Request, authenticated: boolean): NewSession {
    const userAgent = req.headers?.['user-agent']?.slice(0, 256) ?? null;
    return {
      ...this.peppers.forWriting(sid),
      publicId: newPublicId(),
      attributes: difference({}, asJson(attributesOf(session))) ?? {},
      device: { ip: req.ip ?? null, userAgent },
      idleSeconds: this.policy.idleSeconds,
      absoluteSeconds: this.policy.absoluteSeconds,
      authenticated,
    };
  }

  private async end(sid: string): Promise<void> {
    const found = await this.lookup.find(sid);
    if (found !== null) await this.sessions.revoke(found.record.key, 'logout', found.record);
  }
}

/** Callbacks run outside the promise, so that what they throw is not taken for an error of the store. */
function settle<T>(work: Promise<T>, callback: ((error: unknown, value?: T) => void) | undefined): void {
  work.then(
    (value) => setImmediate(() => callback?.(null, value)),
    (error: unknown) => setImmediate(() => callback?.(error)),
  );
}
