import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { ExpressStore } from '../http/express-store.ts';
import {
  asJson,
  attachRecord,
  attributesOf,
  changesOf,
  loadedRecord,
  replaceAttributes,
  stateOf,
  type Creation,
} from '../http/session-object.ts';
import { SessionGoneError, StoreUnavailableError } from '../model/errors.ts';
import { applyPatch, copy } from '../model/merge-patch.ts';
import type { Attributes, SessionRecord } from '../model/record.ts';
import type { RevocationReason } from '../model/revocation.ts';
import type { CreateOptions, RevokeAllOptions } from '../model/store.ts';
import { Backend } from '../stores/backend.ts';
import { SESSION_CONFIG, type SessionConfig } from './session-config.ts';

/** Who is signed in, as the session knows it. */
export interface SessionUser {
  id: string;
  name: string;
  roles: string[];
}

export interface SignInOptions extends CreateOptions {
  /** Become part of the new session. */
  readonly attributes?: Partial<SessionData>;
  /** The user asked to stay signed in: the session gets the lifetime of `SessionConfig.remember`. */
  readonly remember?: boolean;
}

/** Everything about sessions that goes beyond `request.session`. */
@Injectable()
export class Sessions {
  constructor(
    private readonly backend: Backend,
    private readonly expressStore: ExpressStore,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {}

  /**
   * A new session for somebody who has just proved who they are. Always under a new id (session fixation); what the
   * anonymous session held is kept, and that session ends.
   */
  async signIn(request: Request, user: SessionUser, { attributes, remember, ...options }: SignInOptions = {}): Promise<void> {
    const owner = ownerOf(request);
    const keeps = owner === null || owner === user.id;
    await this.replace(
      request,
      keeps,
      { ...attributes, user },
      {
        ...options,
        authenticated: true,
        ...(remember && { lifetime: this.config.remember }),
      },
    );
  }

  /** The same for somebody who has not proved enough yet: nobody is signed in to the new session. */
  async startAnonymous(request: Request, attributes: Partial<SessionData>): Promise<void> {
    await this.replace(request, ownerOf(request) === null, attributes, { authenticated: false });
  }

  private async replace(request: Request, keeps: boolean, attributes: Partial<SessionData>, creation: Creation): Promise<void> {
    const before = { session: request.session, sessionID: request.sessionID, record: loadedRecord(request.session) };
    const { user: _other, ...kept } = attributesOf(request.session);
    this.expressStore.generate(request);
    Object.assign(request.session, keeps ? asJson(kept) : {}, attributes);
    stateOf(request).creation = creation;
    try {
      await save(request);
    } catch (error) {
      Object.assign(request, { session: before.session, sessionID: before.sessionID });
      throw error;
    } finally {
      stateOf(request).creation = { authenticated: false };
    }
    if (before.record !== undefined) await this.revokeReplaced(before.record);
  }

  /** The user proved again who they are: a new id at once, and the old one is void. `request.session` is a new object. */
  async reauthenticate(request: Request): Promise<void> {
    const record = this.loaded(request);
    const next = this.expressStore.newIdOf(request, record);
    if (next === null) throw new SessionGoneError();
    const replaced = await this.backend.store.renew(record.key, { step: 'replace', proof: next.proof }, record);
    if (replaced === null) throw new SessionGoneError();
    this.expressStore.rename(request, next.id, replaced);
  }

  /** Ends the request's session. Returns when no replica will honour it for longer than the revocation bound. */
  async signOut(request: Request): Promise<void> {
    const record = loadedRecord(request.session);
    if (record !== undefined) await this.backend.store.revoke(record.key, 'logout', record);
    delete (request as { session?: unknown }).session;
    const { name, secure } = this.config.cookie;
    request.res?.clearCookie(name, { path: '/', httpOnly: true, sameSite: 'lax', secure });
  }

  /** Exact read-modify-write: of a hundred parallel additions none is lost. `change` may run more than once. */
  async update(request: Request, change: (attributes: Partial<SessionData>) => Partial<SessionData>): Promise<void> {
    const session = request.session;
    const record = loadedRecord(session);
    if (record === undefined) {
      replaceAttributes(session, change(attributesOf(session)) as Attributes);
      return save(request);
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

  /** Removes an attribute and returns it, for values that are used once: of parallel requests, one gets it. */
  async take<K extends keyof SessionData>(request: Request, name: K): Promise<SessionData[K] | undefined> {
    if (request.session[name] === undefined) return undefined;
    let taken: SessionData[K] | undefined;
    await this.update(request, ({ [name]: value, ...others }) => {
      taken = value;
      return others;
    });
    return taken;
  }

  /**
   * Whether the request's session is still live, for requests that last. Many such calls in one turn of the event loop are one read.
   * @throws StoreUnavailableError if no store can tell.
   */
  async isLive(request: Request): Promise<boolean> {
    const record = loadedRecord(request.session);
    return record !== undefined && (await this.backend.store.find(record.key)) !== null;
  }

  /** The time by the clock of the stores, in epoch milliseconds: it decides what a replica's clock must not. */
  now(): Promise<number> {
    return this.backend.store.now();
  }

  /** Live sessions of a user, newest first. */
  list(userId: string): Promise<SessionRecord[]> {
    return this.backend.store.listByUser(userId);
  }

  /** False: this user has no such live session. */
  async revoke(userId: string, publicId: string, reason: RevocationReason = 'ended by its owner'): Promise<boolean> {
    const record = (await this.list(userId)).find((candidate) => candidate.publicId === publicId);
    return record !== undefined && (await this.backend.store.revoke(record.key, reason, record));
  }

  revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    return this.backend.store.revokeAll(userId, options);
  }

  /** Ends every session of the user but this one. */
  revokeOthers(request: Request, options: Omit<RevokeAllOptions, 'exceptKey'> = {}): Promise<number> {
    const record = this.loaded(request);
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

  private loaded(request: Request): SessionRecord {
    const record = loadedRecord(request.session);
    if (record === undefined) throw new SessionGoneError();
    return record;
  }

  /** The anonymous session that a login replaces holds nothing that is not in the new one. */
  private async revokeReplaced(record: SessionRecord): Promise<void> {
    try {
      await this.backend.store.revoke(record.key, 'replaced at login', record);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}

const ownerOf = (request: Request): string | null => loadedRecord(request.session)?.userId ?? null;

function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.save((error: unknown) => (error ? reject(error) : resolve()));
  });
}
