import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** JSON text as it is kept in a store. `key` is the session's stored key. */
export interface Codec {
  encode(value: unknown, key: string): string;
  decode(text: string, key: string): unknown;
}

export const plainCodec: Codec = {
  encode: (value) => JSON.stringify(value),
  decode: (text) => (isSealed(text) ? fail('is encrypted, but SESSION_ENCRYPTION_KEYS is empty') : JSON.parse(text)) as unknown,
};

/** Marks an encrypted value; JSON cannot begin with it. */
const SEAL = '~';

function isSealed(text: string): boolean {
  return text.startsWith(SEAL);
}

function fail(why: string): never {
  throw new Error(`A stored session ${why}.`);
}

/**
 * AES-256-GCM with the stored key as additional data, so that a value moved to another record does not open.
 * The first key writes, all of them read, and clear values are still read: encryption can be switched on while sessions live.
 */
export class SealedCodec implements Codec {
  private readonly keys: readonly { id: string; secret: Buffer }[];

  /** Any text serves as a key; it is hashed to 256 bits, so give it at least 256 bits of randomness. */
  constructor(keys: readonly string[], name: string) {
    this.keys = keys.map((key) => {
      const secret = createHash('sha256').update(`${name} attributes`).update(key).digest();
      return { id: createHash('sha256').update(secret).digest('base64url').slice(0, 6), secret };
    });
  }

  encode(value: unknown, key: string): string {
    const { id, secret } = this.keys[0]!;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(key));
    const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${SEAL}${id}${sealed.toString('base64url')}`;
  }

  decode(text: string, key: string): unknown {
    if (!isSealed(text)) return JSON.parse(text);
    const id = text.slice(1, 7);
    const known =
      this.keys.find((candidate) => candidate.id === id) ??
      fail('needs an encryption key that is not in SESSION_ENCRYPTION_KEYS');
    const bytes = Buffer.from(text.slice(7), 'base64url');
    const opener = createDecipheriv('aes-256-gcm', known.secret, bytes.subarray(0, 12)).setAAD(Buffer.from(key));
    opener.setAuthTag(bytes.subarray(-16));
    return JSON.parse(Buffer.concat([opener.update(bytes.subarray(12, -16)), opener.final()]).toString('utf8'));
  }
}

/** `name`: the name of the product, see `SessionConfig.name`. It is part of the key: what is encrypted under one does not open under another. */
export function codecOf(encryptionKeys: readonly string[], name = 'baton'): Codec {
  return encryptionKeys.length === 0 ? plainCodec : new SealedCodec(encryptionKeys, name);
}
