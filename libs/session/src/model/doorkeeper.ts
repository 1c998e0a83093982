const SLOT_BITS = 12;

/**
 * Remembers, roughly and in fixed space, what was asked for lately: only what is asked for twice is worth a place in a
 * cache. Without it, visitors who come once push out those who stay. After TinyLFU (Einziger, Friedman and Manes, 2017).
 */
export class Doorkeeper {
  private readonly seen = new Int32Array(2 ** SLOT_BITS);

  /** True if this text was here lately. Its end must be as good as random, as that of an HMAC. */
  knows(text: string): boolean {
    // The very last character of such a text carries less than the six bits of the others.
    const end = text.length - 1;
    let mark = 0;
    for (let i = end - 5; i < end; i++) mark = (mark << 6) ^ text.charCodeAt(i);
    const slot = Math.imul(mark, 0x9e3779b1) >>> (32 - SLOT_BITS);
    const known = this.seen[slot] === mark;
    this.seen[slot] = mark;
    return known;
  }
}
