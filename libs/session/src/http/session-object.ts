import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { difference, isSame, type MergePatch } from '../model/merge-patch.ts';
import type { Lifetime } from '../model/policy.ts';
import type { Attributes, SessionRecord } from '../model/record.ts';
import type { CreateOptions } from '../model/store.ts';

/** What the library knows of a request's session beyond `request.session`. */
export interface RequestState {
  /** The id to put into the response's cookie, if it needs one. */
  cookie: string | null;
  /** How long the lookup of the session took, in milliseconds. */
  lookupMs: number;
  /** How the session is to be created, if this request creates one. */
  creation: Creation;
}

export interface Creation extends CreateOptions {
  readonly authenticated: boolean;
  /** Default: that of the policy. */
  readonly lifetime?: Lifetime;
}

interface Loaded {
  record: SessionRecord;
  snapshot: Attributes;
}

/**
 * Properties under a symbol that cannot be enumerated: nothing prints, lists or copies them. A WeakMap would cost 3 µs per
 * request instead of 0.3, because each of its entries is work for the garbage collector.
 */
const STATE = Symbol('state');
const LOADED = Symbol('loaded');

type Holder = Partial<SessionData> & Record<string, unknown> & { [LOADED]?: Loaded };

const NOTHING: Attributes = {};

export function stateOf(request: Request & { [STATE]?: RequestState }): RequestState {
  return request[STATE] ?? hide(request, STATE, { cookie: null, lookupMs: 0, creation: { authenticated: false } });
}

/** The newest known record of a session object. Undefined: the session is new. */
export function loadedRecord(session: object | undefined): SessionRecord | undefined {
  return (session as Holder | undefined)?.[LOADED]?.record;
}

/**
 * What the object's changes are compared with. After a save this is not the record: the record also holds what other requests
 * wrote meanwhile, which this object does not show and so must not seem to have removed.
 */
export function snapshotOf(session: object): Attributes {
  return (session as Holder)[LOADED]?.snapshot ?? NOTHING;
}

export function attachRecord(session: object, record: SessionRecord, snapshot = record.attributes): void {
  const loaded = (session as Holder)[LOADED];
  if (loaded === undefined) hide(session, LOADED, { record, snapshot });
  else Object.assign(loaded, { record, snapshot });
}

function hide<T>(holder: object, name: symbol, value: T): T {
  Object.defineProperty(holder, name, { value });
  return value;
}

/** The application's part of a session object: everything but the cookie. Not copied. */
export function attributesOf(session: object): Attributes {
  const { cookie: _cookie, ...attributes } = session as Holder;
  return attributes as Attributes;
}

/**
 * What changed since the session was loaded or saved, as JSON would store it: dates, undefined and class instances are
 * converted here, and only when something changed.
 * @throws TypeError for what JSON cannot express.
 */
export function changesOf(session: object): MergePatch | null {
  const snapshot = snapshotOf(session);
  return isUnchanged(session as Holder, snapshot) ? null : difference(snapshot, asJson(attributesOf(session)));
}

export function asJson(attributes: Attributes): Attributes {
  try {
    return JSON.parse(JSON.stringify(attributes)) as Attributes;
  } catch (error) {
    throw new TypeError('The session cannot be stored: it holds a value that JSON cannot express.', { cause: error });
  }
}

function isUnchanged(session: Holder, loaded: Attributes): boolean {
  let names = 0;
  for (const name in session) {
    if (name === 'cookie') continue;
    if (!isSame(loaded[name], session[name])) return false;
    names++;
  }
  for (const _name in loaded) names--;
  return names === 0;
}

export function replaceAttributes(session: object, attributes: Attributes): void {
  const holder = session as Holder;
  for (const name of Object.keys(holder)) if (name !== 'cookie') delete holder[name];
  for (const [name, value] of Object.entries(attributes)) if (!(name in holder)) holder[name] = value;
}
