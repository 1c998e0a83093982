import type { SessionData } from 'express-session';
import { difference, isSame, type MergePatch } from '../model/merge-patch.ts';
import type { Attributes } from '../model/record.ts';
import { snapshotOf } from './state.ts';

type Holder = Partial<SessionData> & Record<string, unknown>;

/** The application's part of a session object: everything but the cookie. Not copied. */
export function attributesOf(session: object): Attributes {
  const { cookie: _cookie, ...attributes } = session as Holder;
  return attributes as Attributes;
}

/**
 * What changed since the session was last the same as a store, as JSON would store it: dates, undefined and class
 * instances are settled here, and only when something changed. Throws for what JSON cannot express.
 */
export function changesOf(session: object): MergePatch | null {
  const snapshot = snapshotOf(session);
  return isUnchanged(session as Holder, snapshot) ? null : difference(snapshot, asJson(attributesOf(session)));
}

export function asJson(attributes: Attributes): Attributes {
  try {
    return JSON.parse(JSON.stringify(attributes)) as Attributes;
  } catch (error) {
    throw new TypeError('This session cannot be stored: it holds something that JSON cannot express.', { cause: error });
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
