import { Database } from '@baton/session';
import { Injectable } from '@nestjs/common';

/** What its owner sees of a passkey. */
export interface Passkey {
  id: string;
  name: string;
  /** It can be copied to other devices; whether it has been, by its last use. */
  backupEligible: boolean;
  backedUp: boolean;
  createdAt: Date;
  usedAt: Date | null;
}

/** What the site knows of a key (WebAuthn 4, credential record); the id is in base64url. */
export interface Credential {
  credentialId: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: number;
  transports: string[];
  backupEligible: boolean;
  backedUp: boolean;
}

export interface StoredCredential extends Credential {
  id: string;
  userId: string;
}

const CREDENTIAL = `id, user_id AS "userId", credential_id AS "credentialId", public_key AS "publicKey", counter::float8 AS counter,
  transports, backup_eligible AS "backupEligible", backed_up AS "backedUp"`;

/** The table of passkeys. */
@Injectable()
export class Passkeys {
  constructor(private readonly database: Database) {}

  /** Oldest first. */
  list(userId: string): Promise<Passkey[]> {
    return this.database.query<Passkey>(
      `SELECT id, name, backup_eligible AS "backupEligible", backed_up AS "backedUp", created_at AS "createdAt", used_at AS "usedAt"
         FROM passkey WHERE user_id = $1 ORDER BY created_at, id`,
      [userId],
    );
  }

  credentials(userId: string): Promise<StoredCredential[]> {
    return this.database.query<StoredCredential>(`SELECT ${CREDENTIAL} FROM passkey WHERE user_id = $1`, [userId]);
  }

  async find(credentialId: string): Promise<StoredCredential | null> {
    const sql = `SELECT ${CREDENTIAL} FROM passkey WHERE credential_id = $1`;
    const [row] = await this.database.query<StoredCredential>(sql, [credentialId]);
    return row ?? null;
  }

  /** Null: some account already has this credential. */
  async add(userId: string, name: string, key: Credential): Promise<string | null> {
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO passkey (user_id, name, credential_id, public_key, counter, transports, backup_eligible, backed_up)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential_id) DO NOTHING RETURNING id`,
      [userId, name, key.credentialId, Buffer.from(key.publicKey), key.counter, key.transports, key.backupEligible, key.backedUp],
    );
    return row?.id ?? null;
  }

  /** False: it was removed, or used with this counter or a higher one. A counter of 0 does not count (WebAuthn 6.1.1). */
  async recordUse(id: string, counter: number, backedUp: boolean): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE passkey SET counter = $2, backed_up = $3, used_at = now()
        WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING id`,
      [id, counter, backedUp],
    );
    return rows.length > 0;
  }

  /** Its name; null if the user has no such passkey. */
  async remove(userId: string, id: string): Promise<string | null> {
    const [row] = await this.database.query<{ name: string }>(
      'DELETE FROM passkey WHERE user_id = $1 AND id = $2 RETURNING name',
      [userId, id],
    );
    return row?.name ?? null;
  }
}
