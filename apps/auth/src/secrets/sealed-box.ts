import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { NAME } from '@baton/platform';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM under keys derived from the session secrets, so that a dump of the tables signs no token and shows no key of an
 * authenticator app. The first secret seals, all of them open: rotating the secrets needs nothing else. `name` is bound to the content: a box moved to another row stays shut.
 */
export class SealedBox {
  private readonly keys: Buffer[];

  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `${NAME} token key`, 32)));
  }

  seal(name: string, content: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0]!, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(content, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Null when none of the secrets opens it. */
  open(name: string, box: string): string | null {
    const bytes = Buffer.from(box, 'base64url');
    for (const key of this.keys) {
      try {
        return this.openWith(key, name, bytes);
      } catch {
        // The next secret may be the one.
      }
    }
    return null;
  }

  private openWith(key: Buffer, name: string, bytes: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}
