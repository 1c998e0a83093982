import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RemovedKeyError } from './errors.ts';

/** JSON text as it is kept in a store. `key` is the session's stored key. */
export interface Codec {
  encode(value: unknown, key: string): string;
  decode(text: string, key: string): unknown;
  /** Passes a value on that was stored in clear. @throws RemovedKeyError if such values are not believed. */
  clear(value: unknown): unknown;
  /** Authenticates what a store keeps beside `sealed`, under the key that sealed it. Empty without encryption. */
  mac(sealed: string, rest: string): string;
  /** @throws if `mac` is not that of `sealed` and `rest`. */
  verify(sealed: string, rest: string, mac: string | undefined): void;
}

export const plainCodec: Codec = {
  encode: (value) => JSON.stringify(value),
  decode: (text) =>
    (text.startsWith(SEAL) ? fail('is encrypted, but SESSION_ENCRYPTION_KEYS is empty') : JSON.parse(text)) as unknown,
  clear: (value) => value,
  mac: () => '',
  verify: () => undefined,
};

/** In `removedKeys`: values were found that no key seals. */
export const UNSEALED = 'none';

export interface CodecOptions {
  /** Of the product, see `SessionConfig.name`: what is encrypted under one does not open under another. */
  readonly name?: string;
  /** Receives the ids of keys that values need and the list lacks, and UNSEALED. */
  readonly removedKeys?: Set<string>;
  /** Believes values without a seal or a MAC too: while encryption is switched on, or a version without MACs is replaced. */
  readonly migrating?: boolean;
}

/**
 * AES-256-GCM with the stored key as additional data, so that a value moved to another record does not open. Any text serves
 * as a key; it is hashed to 256 bits, so give it at least 256 bits of randomness. The first key writes, all of them read.
 * A clear value is refused: whoever can write to a store could otherwise replace a sealed one. Without keys, nothing is encrypted.
 */
export function codecOf(encryptionKeys: readonly string[], options: CodecOptions = {}): Codec {
  if (encryptionKeys.length === 0) return plainCodec;
  const { name = 'baton', removedKeys = new Set<string>(), migrating = false } = options;
  const keys = encryptionKeys.map((key) => keyOf(key, name));
  const refuse = (keyId: string): never => {
    removedKeys.add(keyId);
    throw new RemovedKeyError(keyId);
  };
  const keyFor = (sealed: string): SealingKey => {
    const keyId = sealed.slice(1, 7);
    return keys.find(({ id }) => id === keyId) ?? refuse(keyId);
  };
  const codec: Codec = {
    encode: (value, key) => seal(keys[0]!, JSON.stringify(value), key),
    decode: (text, key) =>
      text.startsWith(SEAL) ? (JSON.parse(open(keyFor(text), text, key)) as unknown) : codec.clear(JSON.parse(text)),
    clear: (value) => (migrating ? value : refuse(UNSEALED)),
    mac: (sealed, rest) => macOf(keyFor(sealed), sealed, rest).toString('base64url'),
    verify(sealed, rest, mac) {
      if (mac === undefined) return void codec.clear(sealed);
      const [given, wanted] = [Buffer.from(mac, 'base64url'), macOf(keyFor(sealed), sealed, rest)];
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) fail('was changed: its MAC is wrong');
    },
  };
  return codec;
}

interface SealingKey {
  readonly id: string;
  readonly secret: Buffer;
  readonly macSecret: Buffer;
}

function keyOf(key: string, name: string): SealingKey {
  const derive = (purpose: string) => createHash('sha256').update(`${name} ${purpose}`).update(key).digest();
  const secret = derive('attributes');
  const id = createHash('sha256').update(secret).digest('base64url').slice(0, 6);
  return { id, secret, macSecret: derive('record') };
}

function seal({ id, secret }: SealingKey, text: string, key: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(key));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${SEAL}${id}${sealed.toString('base64url')}`;
}

function open({ secret }: SealingKey, sealed: string, key: string): string {
  const bytes = Buffer.from(sealed.slice(7), 'base64url');
  const opener = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12)).setAAD(Buffer.from(key));
  opener.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([opener.update(bytes.subarray(12, -16)), opener.final()]).toString('utf8');
}

/** 128 bits are enough: a guess needs a request. */
const macOf = ({ macSecret }: SealingKey, sealed: string, rest: string): Buffer =>
  createHmac('sha256', macSecret).update(sealed).update('\n').update(rest).digest().subarray(0, 16);

/** Marks an encrypted value; JSON cannot begin with it. */
const SEAL = '~';

function fail(why: string): never {
  throw new Error(`A stored session ${why}.`);
}
