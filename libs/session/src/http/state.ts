import type { Request } from 'express';
import type { SessionData } from 'express-session';
import type { Attributes, SessionRecord } from '../model/record.ts';
import type { CreateOptions } from '../model/store.ts';

/** What the library knows of a request's session beyond `req.session`. Apart from the request, so that nothing prints it. */
export interface RequestState {
  /** The id to put into the cookie of the answer, if it needs one. */
  cookie: string | null;
  /** Time the session's lookup took, in milliseconds. */
  lookupMs: number;
  /** How the session is to be created, if this request creates one. */
  creation: CreateOptions & { authenticated: boolean };
}

/**
 * Puts the private fields of a subclass into an object that exists already. Nothing prints, lists or copies them. A
 * WeakMap does the same at many times the price, because each of its entries is work for the garbage collector.
 */
class Into {
  constructor(target: object) {
    return target;
  }
}

class WithState extends Into {
  readonly #state: RequestState = { cookie: null, lookupMs: 0, creation: { authenticated: false } };

  static of(req: object): RequestState {
    return #state in req ? req.#state : new WithState(req).#state;
  }
}

class WithRecord extends Into {
  #record: SessionRecord | undefined = undefined;
  #snapshot: Attributes = {};

  static of(session: object): SessionRecord | undefined {
    return #record in session ? session.#record : undefined;
  }

  static snapshotOf(session: object): Attributes {
    return #snapshot in session ? session.#snapshot : NOTHING;
  }

  static attach(session: object, record: SessionRecord, snapshot: Attributes): void {
    const holder = #record in session ? session : new WithRecord(session);
    holder.#record = record;
    holder.#snapshot = snapshot;
  }
}

const NOTHING: Attributes = {};

export function stateOf(req: Request): RequestState {
  return WithState.of(req);
}

/** The newest known record of a session object. Undefined: the session is new. */
export function loadedRecord(session: Partial<SessionData> | undefined): SessionRecord | undefined {
  return session === undefined ? undefined : WithRecord.of(session);
}

/**
 * What the object's changes are compared with. After a save it is not the record: that also holds what other requests
 * wrote meanwhile, which this object does not show and so must not seem to have removed.
 */
export function snapshotOf(session: object): Attributes {
  return WithRecord.snapshotOf(session);
}

export function attachRecord(session: object, record: SessionRecord, snapshot = record.attributes): void {
  WithRecord.attach(session, record, snapshot);
}
