import { ADVISORY_LOCKS, Database, type Tx } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { AuthSettings } from '../auth-settings.ts';
import { SealedBox } from '../secrets/sealed-box.ts';

/** How long a token is valid. */
export const TOKEN_SECONDS = 300;

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

interface Row {
  kid: string;
  public_jwk: JWK;
  sealed_private_jwk: string;
  usable: boolean;
  due: boolean;
}

/**
 * The keys that sign tokens. They live in Postgres, so that all replicas sign with the same one and a restart changes nothing.
 * A new key is published for a while before it signs, and the old ones stay published until their last token has expired.
 */
@Injectable()
export class SigningKeys {
  constructor(
    private readonly database: Database,
    private readonly box: SealedBox,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** The key to sign with. Makes the next one when the newest is old enough. */
  async current(): Promise<SigningKey> {
    const rows = await this.rows();
    const found = await this.firstOpen(rows.filter((row) => row.usable));
    if (!found) return this.replace(0);
    if (rows[0]?.due) await this.replace(this.settings.TOKEN_KEY_LEAD_SECONDS);
    return found;
  }

  async published(): Promise<JWK[]> {
    return (await this.rows()).map((row) => row.public_jwk);
  }

  private rows(): Promise<Row[]> {
    return this.database.query<Row>(SELECT_KEYS, [this.settings.TOKEN_KEY_SECONDS]);
  }

  private async firstOpen(rows: Row[]): Promise<SigningKey | null> {
    for (const row of rows) {
      const jwk = this.box.open(row.kid, row.sealed_private_jwk);
      if (jwk !== null) return { kid: row.kid, key: (await importJWK(JSON.parse(jwk) as JWK, 'EdDSA')) as CryptoKey };
    }
    return null;
  }

  /** Under a lock, and only if no other replica was faster. */
  private async replace(leadSeconds: number): Promise<SigningKey> {
    const made = await this.makeKey();
    return this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.tokenKeys]);
      const rows = await tx.query<Row>(SELECT_KEYS, [this.settings.TOKEN_KEY_SECONDS]);
      const usable = await this.firstOpen(rows.filter((row) => row.usable));
      if (usable && !rows[0]?.due) return usable;
      await this.store(tx, made, leadSeconds);
      return usable ?? made;
    });
  }

  private async makeKey() {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const sealed = this.box.seal(kid, JSON.stringify(await exportJWK(privateKey)));
    return { kid, key: privateKey, sealed, published: { ...jwk, kid, alg: 'EdDSA', use: 'sig' } };
  }

  private async store(tx: Tx, made: { kid: string; sealed: string; published: JWK }, leadSeconds: number): Promise<void> {
    await tx.query(
      `INSERT INTO token_key (kid, public_jwk, sealed_private_jwk, usable_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
      [made.kid, JSON.stringify(made.published), made.sealed, leadSeconds],
    );
    await tx.query(
      `DELETE FROM token_key WHERE usable_at < now() - make_interval(secs => $1)
        AND kid NOT IN (SELECT kid FROM token_key WHERE usable_at <= now() ORDER BY usable_at DESC LIMIT 1)`,
      [this.settings.TOKEN_KEY_SECONDS + this.settings.TOKEN_KEY_LEAD_SECONDS + 2 * TOKEN_SECONDS],
    );
  }
}

const SELECT_KEYS = `
  SELECT kid, public_jwk, sealed_private_jwk, usable_at <= now() AS usable, usable_at < now() - make_interval(secs => $1) AS due
    FROM token_key ORDER BY usable_at DESC`;
