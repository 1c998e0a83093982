import { createHmac, randomBytes } from 'node:crypto';

/**
 * A session id is 256 random bits that locate the session and 128 more that are renewed while it lives.
 * OWASP Session Management asks for 64 bits of entropy at least.
 */
const LOCATOR_BYTES = 32;
const SECRET_BYTES = 16;
const LOCATOR_LENGTH = 43;
const ID_LENGTH = LOCATOR_LENGTH + 22;
const ID_FORM = /^[A-Za-z0-9_-]{65}$/;

export function newSessionId(): string {
  return randomBytes(LOCATOR_BYTES).toString('base64url') + randomBytes(SECRET_BYTES).toString('base64url');
}

/** The same session under a new id. */
export function renewSessionId(id: string): string {
  return id.slice(0, LOCATOR_LENGTH) + randomBytes(SECRET_BYTES).toString('base64url');
}

export function isSessionId(text: string): boolean {
  return text.length === ID_LENGTH && ID_FORM.test(text);
}

export function newPublicId(): string {
  return randomBytes(12).toString('base64url');
}

/** What the stores may know of an id. */
export interface StoredId {
  readonly key: string;
  readonly proof: string;
}

/** Turns ids into what is stored. The first pepper writes, all of them read, so a pepper can be replaced without a logout. */
export class Peppers {
  constructor(private readonly peppers: readonly string[]) {
    if (peppers.length === 0) throw new Error('SESSION_PEPPER must name at least one value.');
  }

  forWriting(id: string): StoredId {
    return stored(this.peppers[0]!, id);
  }

  forReading(id: string): StoredId[] {
    return this.peppers.map((pepper) => stored(pepper, id));
  }
}

function stored(pepper: string, id: string): StoredId {
  return { key: hmac(pepper, id.slice(0, LOCATOR_LENGTH)), proof: hmac(pepper, id).slice(0, 22) };
}

function hmac(pepper: string, text: string): string {
  return createHmac('sha256', pepper).update(text).digest('base64url');
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const SIX_BITS = Array.from({ length: 128 }, (_, code) => Math.max(0, BASE64URL.indexOf(String.fromCharCode(code))));

/** The hash tag of a key in Redis Cluster: its first byte in hex, so that everything of one session lies in one slot. */
export function tagOf(key: string): string {
  return HEX_OF_BYTE[(SIX_BITS[key.charCodeAt(0)]! << 2) | (SIX_BITS[key.charCodeAt(1)]! >> 4)]!;
}
