const SLOT_BITS = 12;

/**
 * Remembers, approximately and in fixed space, which keys were used lately: only a key that is used twice deserves a place
 * in a cache. Otherwise visitors who come once displace those who stay. After TinyLFU (Einziger, Friedman and Manes, 2017).
 */
export class Doorkeeper {
  private readonly seen = new Int32Array(2 ** SLOT_BITS);

  /** True if this text was seen lately. Its end must be as good as random, like that of an HMAC. */
  knows(text: string): boolean {
    // The last character of base64url text may carry fewer than six bits.
    const end = text.length - 1;
    let mark = 0;
    for (let i = end - 5; i < end; i++) mark = (mark << 6) ^ text.charCodeAt(i);
    const slot = Math.imul(mark, 0x9e3779b1) >>> (32 - SLOT_BITS);
    const known = this.seen[slot] === mark;
    this.seen[slot] = mark;
    return known;
  }
}
