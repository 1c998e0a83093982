import type { StoreName } from './errors.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** What the application keeps in a session: user, cart, preferences ... Plain JSON, at most 64 KiB. */
export type Attributes = { [name: string]: Json };

export interface Device {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** One session as every store knows it. Immutable: a change makes a new record with the next version. Times are epoch milliseconds. */
export interface SessionRecord {
  /** HMAC-SHA-256(pepper, locator), base64url. What the stores see; the id itself is only in the cookie. */
  readonly key: string;
  /** What lists and logs show. Works nowhere as a cookie. */
  readonly publicId: string;
  /** HMAC of the whole session id that is valid now; another id with the same locator is an old one. */
  readonly proof: string;
  /** The id before, honoured for a grace window from `renewedAt`. */
  readonly previousProof: string | null;
  /** A newer id that was issued to the client, which has not used it yet. */
  readonly nextProof: string | null;
  readonly renewedAt: number;
  /** Null before login. */
  readonly userId: string | null;
  readonly attributes: Attributes;
  /** +1 at every change. */
  readonly version: number;
  readonly createdAt: number;
  readonly authenticatedAt: number | null;
  readonly lastSeenAt: number;
  readonly idleSeconds: number;
  /** Absolute end. */
  readonly expiresAt: number;
  readonly device: Device;
  readonly revokedAt: number | null;
  /** The store that returned this record. Not stored. */
  readonly readFrom: StoreName;
}

/** What a store needs to create a session; the store's own clock sets the times. */
export interface NewSession {
  readonly key: string;
  readonly publicId: string;
  readonly proof: string;
  readonly attributes: Attributes;
  readonly device: Device;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  /** True when this request proved who the user is. */
  readonly authenticated: boolean;
}

/** The owner is an attribute like others, so that every engine and store agrees on it. */
export function userIdOf(attributes: Attributes): string | null {
  const user = attributes['user'];
  const id = user !== null && typeof user === 'object' && !Array.isArray(user) ? user['id'] : null;
  return typeof id === 'string' ? id : null;
}

export function newRecord(session: NewSession, now: number, readFrom: StoreName): SessionRecord {
  const { absoluteSeconds, authenticated, ...rest } = session;
  return {
    ...rest,
    userId: userIdOf(session.attributes),
    previousProof: null,
    nextProof: null,
    renewedAt: now,
    version: 1,
    createdAt: now,
    authenticatedAt: authenticated ? now : null,
    lastSeenAt: now,
    expiresAt: now + absoluteSeconds * 1000,
    revokedAt: null,
    readFrom,
  };
}
