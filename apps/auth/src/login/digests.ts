import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { NAME } from '@baton/platform';

/**
 * HMAC-SHA-256 under keys derived from the peppers, for texts that a dump must not reveal by guessing: people type passwords
 * into the username field. The first pepper writes, all of them verify.
 */
export class Digests {
  private readonly keys: Buffer[];

  constructor(peppers: readonly string[]) {
    this.keys = peppers.map((pepper) => Buffer.from(hkdfSync('sha256', pepper, '', `${NAME} digests`, 32)));
  }

  of(text: string): string {
    return digest(this.keys[0]!, text).toString('base64url');
  }

  isOf(text: string, presented: string): boolean {
    const bytes = Buffer.from(presented, 'base64url');
    return this.keys.map((key) => digest(key, text)).some((each) => each.length === bytes.length && timingSafeEqual(each, bytes));
  }
}

const digest = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
