import { parseCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import { Doorkeeper } from '../kit/doorkeeper.ts';
import { TwoGenerationCache } from '../kit/two-generation-cache.ts';
import { isSessionId, type StoredId } from '../model/id.ts';

export interface PresentedId {
  readonly id: string;
  readonly stored: readonly StoredId[];
}

/** express-session's Cookie has this method, its type has not. */
interface Serializable {
  serialize(name: string, value: string): string;
}

/** Longer than any cookie this library sets. */
const LONGEST = 256;

/**
 * express-session's cookie format: `s:<id>.<HMAC-SHA-256>`. The first secret signs, all of them verify.
 * Cookies that were verified are remembered, because three HMACs per request cost more than the session's lookup.
 */
export class SignedCookie {
  private readonly prefix: string;
  private readonly door = new Doorkeeper();
  private readonly verified: TwoGenerationCache<PresentedId>;

  constructor(
    private readonly name: string,
    private readonly secrets: readonly string[],
    private readonly storedIds: (id: string) => readonly StoredId[],
    remembered = 10_000,
  ) {
    this.prefix = `${name}=`;
    this.verified = new TwoGenerationCache({ entries: remembered });
  }

  /** Null without a cookie, and for a cookie that this library did not sign. */
  read(request: Request): PresentedId | null {
    const header = request.headers.cookie;
    if (header === undefined) return null;
    const raw = this.rawValueOf(header);
    return (raw === null ? null : (this.verified.get(raw) ?? this.readRaw(raw))) ?? this.verify(this.parsedValueOf(header));
  }

  write(response: Response, id: string, cookie: SessionData['cookie']): void {
    const serialized = (cookie as unknown as Serializable).serialize(this.name, `s:${sign(id, this.secrets[0]!)}`);
    response.appendHeader('Set-Cookie', serialized);
    forbidStoring(response);
  }

  /** The encoded value: the key of the verified cookies. Null where only a parser can find it. */
  private rawValueOf(header: string): string | null {
    const start = header.startsWith(this.prefix) ? 0 : header.indexOf(`; ${this.prefix}`) + 2;
    if (start === 1) return null;
    const end = header.indexOf(';', start);
    return header.slice(start + this.prefix.length, end === -1 ? undefined : end);
  }

  private readRaw(raw: string): PresentedId | null {
    if (raw.length > LONGEST) return null;
    const presented = this.verify(parseCookie(`${this.prefix}${raw}`)[this.name]);
    if (presented !== null && this.door.knows(raw)) this.verified.set(raw, presented);
    return presented;
  }

  private parsedValueOf(header: string): string | undefined {
    return header.includes(this.name) ? parseCookie(header)[this.name] : undefined;
  }

  private verify(value: string | undefined): PresentedId | null {
    if (value === undefined || value.length > LONGEST || !value.startsWith('s:')) return null;
    for (const secret of this.secrets) {
      const id = unsign(value.slice(2), secret);
      if (id !== false && isSessionId(id)) return { id, stored: this.storedIds(id) };
    }
    return null;
  }
}

/** A cache that kept the response would sign others in. */
export function forbidStoring(response: Response): void {
  response.setHeader('Cache-Control', 'no-store');
}
