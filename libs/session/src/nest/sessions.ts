import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { asJson, attributesOf, changesOf, replaceAttributes } from '../http/attributes.ts';
import type { ExpressStore } from '../http/express-store.ts';
import { attachRecord, loadedRecord, stateOf } from '../http/state.ts';
import { SessionGoneError, StoreUnavailableError } from '../model/errors.ts';
import { renewSessionId, type Peppers } from '../model/id.ts';
import { applyPatch, copy } from '../model/merge-patch.ts';
import type { Attributes, SessionRecord } from '../model/record.ts';
import type { CreateOptions, RevokeAllOptions } from '../model/store.ts';
import type { Backend } from '../stores/backend.ts';
import type { SessionConfig } from './session-config.ts';
import { BACKEND, EXPRESS_STORE, PEPPERS, SESSION_CONFIG } from './tokens.ts';

/** Who is signed in, as the session knows it. */
export interface SessionUser {
  id: string;
  name: string;
  roles: string[];
}

/** Everything about sessions that goes beyond `req.session`. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(BACKEND) private readonly backend: Backend,
    @Inject(EXPRESS_STORE) private readonly face: ExpressStore,
    @Inject(PEPPERS) private readonly peppers: Peppers,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {}

  /**
   * A new session for somebody who has just proved who they are. Always under a new id (session fixation); what the
   * anonymous session held is kept, and that session ends.
   */
  async signIn(req: Request, user: SessionUser, options: CreateOptions = {}): Promise<void> {
    const before = { session: req.session, sessionID: req.sessionID, record: loadedRecord(req.session) };
    const { user: _other, ...kept } = attributesOf(req.session);
    const sameUser = before.record === undefined || before.record.userId === null || before.record.userId === user.id;
    this.face.generate(req);
    Object.assign(req.session, sameUser ? asJson(kept) : {}, { user });
    stateOf(req).creation = { ...options, authenticated: true };
    try {
      await save(req);
    } catch (error) {
      Object.assign(req, { session: before.session, sessionID: before.sessionID });
      throw error;
    } finally {
      stateOf(req).creation = { authenticated: false };
    }
    if (before.record !== undefined) await this.endQuietly(before.record);
  }

  /** The user proved again who they are: a new id at once, and the old one is worth nothing. `req.session` is a new object. */
  async reauthenticate(req: Request): Promise<void> {
    const record = this.loaded(req);
    const id = renewSessionId(req.sessionID);
    const stored = this.peppers.forReading(id).find(({ key }) => key === record.key);
    if (stored === undefined) throw new SessionGoneError();
    const replaced = await this.backend.store.renew(record.key, { step: 'replace', proof: stored.proof }, record);
    if (replaced === null) throw new SessionGoneError();
    this.face.rename(req, id, replaced);
  }

  /** Ends the request's session. Returns when no replica will honour it for longer than the revocation bound. */
  async signOut(req: Request): Promise<void> {
    const record = loadedRecord(req.session);
    if (record !== undefined) await this.backend.store.revoke(record.key, 'logout', record);
    delete (req as { session?: unknown }).session;
    const { name, secure } = this.config.cookie;
    req.res?.clearCookie(name, { path: '/', httpOnly: true, sameSite: 'lax', secure });
  }

  /** Exact read-modify-write: of a hundred parallel additions none is lost. `change` may run more than once. */
  async update(req: Request, change: (attributes: Partial<SessionData>) => Partial<SessionData>): Promise<void> {
    const session = req.session;
    const record = loadedRecord(session);
    if (record === undefined) {
      replaceAttributes(session, change(attributesOf(session)) as Attributes);
      return save(req);
    }
    const unsaved = changesOf(session);
    const updated = await this.backend.store.update(
      record.key,
      change as unknown as (attributes: Attributes) => Attributes,
      record,
    );
    if (updated === null) throw new SessionGoneError();
    replaceAttributes(session, applyPatch(copy(updated.attributes), unsaved ?? {}) as Attributes);
    attachRecord(session, updated);
  }

  /** Live sessions of a user, newest first. */
  list(userId: string): Promise<SessionRecord[]> {
    return this.backend.store.listByUser(userId);
  }

  /** False: this user has no such live session. */
  async revoke(userId: string, publicId: string, reason = 'ended by its owner'): Promise<boolean> {
    const record = (await this.list(userId)).find((candidate) => candidate.publicId === publicId);
    return record !== undefined && (await this.backend.store.revoke(record.key, reason, record));
  }

  revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    return this.backend.store.revokeAll(userId, options);
  }

  /** Ends every session of the user but this one. */
  revokeOthers(req: Request, options: Omit<RevokeAllOptions, 'exceptKey'> = {}): Promise<number> {
    const record = this.loaded(req);
    if (record.userId === null) throw new SessionGoneError();
    return this.revokeAll(record.userId, { ...options, exceptKey: record.key });
  }

  /** Ends the sessions of everybody, however many there are, in constant time. */
  revokeEverybody(): Promise<void> {
    return this.backend.revokeEverybody();
  }

  /** Whether the session behind a token has ended. True at most the revocation bound late. */
  async isRevoked(publicId: string): Promise<boolean> {
    return !(await this.backend.isLive(publicId));
  }

  private loaded(req: Request): SessionRecord {
    const record = loadedRecord(req.session);
    if (record === undefined) throw new SessionGoneError();
    return record;
  }

  /** The anonymous session that a login replaces holds nothing that is not in the new one. */
  private async endQuietly(record: SessionRecord): Promise<void> {
    try {
      await this.backend.store.revoke(record.key, 'replaced at login', record);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}

function save(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.save((error: unknown) => (error ? reject(error) : resolve()));
  });
}
