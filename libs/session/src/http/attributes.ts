import type { SessionData } from 'express-session';
import { difference, isSame, type MergePatch } from '../model/merge-patch.ts';
import type { Attributes } from '../model/record.ts';

type Holder = Partial<SessionData> & Record<string, unknown>;

/** The application's part of a session object: everything but the cookie. Not copied. */
export function attributesOf(session: object): Attributes {
  const { cookie: _cookie, ...attributes } = session as Holder;
  return attributes as Attributes;
}

/** What changed, as JSON would store it: dates, undefined and class instances are settled here, and only when something changed. */
export function changesOf(session: object, loaded: Attributes): MergePatch | null {
  if (isUnchanged(session as Holder, loaded)) return null;
  const attributes = attributesOf(session);
  if (difference(loaded, attributes) === null) return null;
  return difference(loaded, JSON.parse(JSON.stringify(attributes)) as Attributes);
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
