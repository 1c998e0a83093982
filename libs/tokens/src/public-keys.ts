import { Database } from '@baton/session';
import { Injectable } from '@nestjs/common';
import { importJWK, type CryptoKey, type JWK } from 'jose';

/** A withdrawn key is trusted at most this long. */
const KEEP_MS = 60_000;
/** Tokens with invented key ids must not cause a query each. */
const ASK_AGAIN_MS = 1000;

/** The public keys of the auth app, from its table. Kept in memory, so that tokens stay valid while Postgres is unavailable. */
@Injectable()
export class PublicKeys {
  private keys = new Map<string, CryptoKey>();
  private loadedAt = -Infinity;
  private loading: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /** @throws StoreUnavailableError when the key is unknown here and Postgres is unavailable. */
  async find(kid: string): Promise<CryptoKey | null> {
    const age = performance.now() - this.loadedAt;
    if (age > KEEP_MS || (!this.keys.has(kid) && age > ASK_AGAIN_MS)) await this.reload(kid);
    return this.keys.get(kid) ?? null;
  }

  private async reload(kid: string): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = undefined));
    await this.loading.catch((error: unknown) => {
      if (!this.keys.has(kid)) throw error;
    });
  }

  private async load(): Promise<void> {
    const rows = await this.database.query<{ kid: string; public_jwk: JWK }>('SELECT kid, public_jwk FROM token_key');
    const keys = await Promise.all(rows.map(async (row) => [row.kid, await publicKey(row.public_jwk)] as const));
    this.keys = new Map(keys);
    this.loadedAt = performance.now();
  }
}

const publicKey = async (jwk: JWK): Promise<CryptoKey> => (await importJWK(jwk, 'EdDSA')) as CryptoKey;
