import type { Request } from 'express';
import type { SessionData } from 'express-session';
import type { SessionRecord } from '../model/record.ts';
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

const states = new WeakMap<Request, RequestState>();
const records = new WeakMap<object, SessionRecord>();

export function stateOf(req: Request): RequestState {
  let state = states.get(req);
  if (state === undefined) states.set(req, (state = { cookie: null, lookupMs: 0, creation: { authenticated: false } }));
  return state;
}

/** The record a session object was made from: the snapshot that its changes are compared with. Undefined: it is new. */
export function loadedRecord(session: Partial<SessionData> | undefined): SessionRecord | undefined {
  return session === undefined ? undefined : records.get(session);
}

export function attachRecord(session: object, record: SessionRecord): void {
  records.set(session, record);
}
