import { parseCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import { isSessionId, type StoredId } from '../model/id.ts';

export interface PresentedId {
  readonly id: string;
  readonly stored: readonly StoredId[];
}

/** express-session's Cookie can do this; its type does not say so. */
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
  private young = new Map<string, PresentedId>();
  private old = new Map<string, PresentedId>();

  constructor(
    private readonly name: string,
    private readonly secrets: readonly string[],
    private readonly storedIds: (id: string) => readonly StoredId[],
    private readonly remembered = 10_000,
  ) {}

  /** Null for no cookie, and for anything that is not one of ours. */
  read(req: Request): PresentedId | null {
    const value = this.valueOf(req.headers.cookie);
    if (value === null) return null;
    return this.young.get(value) ?? this.refresh(value, this.old.get(value) ?? this.verify(value));
  }

  write(res: Response, id: string, cookie: SessionData['cookie']): void {
    const serialized = (cookie as unknown as Serializable).serialize(this.name, `s:${sign(id, this.secrets[0]!)}`);
    res.append('Set-Cookie', serialized);
  }

  private valueOf(header: string | undefined): string | null {
    if (header === undefined || !header.includes(this.name)) return null;
    const value = parseCookie(header)[this.name];
    return value !== undefined && value.length <= LONGEST && value.startsWith('s:') ? value : null;
  }

  private verify(value: string): PresentedId | null {
    for (const secret of this.secrets) {
      const id = unsign(value.slice(2), secret);
      if (id !== false && isSessionId(id)) return { id, stored: this.storedIds(id) };
    }
    return null;
  }

  private refresh(value: string, presented: PresentedId | null): PresentedId | null {
    if (presented === null) return null;
    if (this.young.size * 2 >= this.remembered) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(value, presented);
    return presented;
  }
}
