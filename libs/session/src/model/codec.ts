import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { RemovedKeyError } from './errors.ts';

/** JSON text as it is kept in a store. `key` is the session's stored key. */
export interface Codec {
  encode(value: unknown, key: string): string;
  decode(text: string, key: string): unknown;
}

export const plainCodec: Codec = {
  encode: (value) => JSON.stringify(value),
  decode: (text) =>
    (text.startsWith(SEAL) ? fail('is encrypted, but SESSION_ENCRYPTION_KEYS is empty') : JSON.parse(text)) as unknown,
};

/**
 * AES-256-GCM with the stored key as additional data, so that a value moved to another record does not open. Any text serves
 * as a key; it is hashed to 256 bits, so give it at least 256 bits of randomness. The first key writes, all of them read, and
 * clear values are still read: encryption can be switched on while sessions live. Without keys, nothing is encrypted.
 * `name` is the name of the product, see `SessionConfig.name`: what is encrypted under one does not open under another.
 * `removedKeys` receives the ids of keys that values need and the list lacks.
 */
export function codecOf(encryptionKeys: readonly string[], name = 'baton', removedKeys = new Set<string>()): Codec {
  if (encryptionKeys.length === 0) return plainCodec;
  const keys = encryptionKeys.map((key) => {
    const secret = createHash('sha256').update(`${name} attributes`).update(key).digest();
    return { id: createHash('sha256').update(secret).digest('base64url').slice(0, 6), secret };
  });
  return {
    encode(value, key) {
      const { id, secret } = keys[0]!;
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(key));
      const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${SEAL}${id}${sealed.toString('base64url')}`;
    },
    decode(text, key) {
      if (!text.startsWith(SEAL)) return JSON.parse(text) as unknown;
      const keyId = text.slice(1, 7);
      const known = keys.find(({ id }) => id === keyId);
      if (known === undefined) {
        removedKeys.add(keyId);
        throw new RemovedKeyError(keyId);
      }
      const bytes = Buffer.from(text.slice(7), 'base64url');
      const opener = createDecipheriv('aes-256-gcm', known.secret, bytes.subarray(0, 12)).setAAD(Buffer.from(key));
      opener.setAuthTag(bytes.subarray(-16));
      return JSON.parse(Buffer.concat([opener.update(bytes.subarray(12, -16)), opener.final()]).toString('utf8')) as unknown;
    },
  };
}

/** Marks an encrypted value; JSON cannot begin with it. */
const SEAL = '~';

function fail(why: string): never {
  throw new Error(`A stored session ${why}.`);
}
