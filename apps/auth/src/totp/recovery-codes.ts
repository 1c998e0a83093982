import { createHash, randomBytes } from 'node:crypto';
import { Database, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';

const CODES = 10;
/** Stored hashes need no salt and no slow function from 112 bits on (OWASP ASVS 6.5.2). */
const BYTES = 15;

/** Each replaces one code of the app, once. */
@Injectable()
export class RecoveryCodes {
  constructor(private readonly database: Database) {}

  /** New ones; the old ones are void. They are shown once and stored as hashes. */
  async replace(tx: Tx, userId: string): Promise<string[]> {
    const codes = Array.from({ length: CODES }, newCode);
    await this.remove(tx, userId);
    await tx.query('INSERT INTO recovery_code (hash, user_id) SELECT unnest($1::text[]), $2', [
      codes.map((code) => hashOf(userId, code)),
      userId,
    ]);
    return codes;
  }

  /** Deletes the code. False: the user has no such code any more. */
  async use(userId: string, typed: string): Promise<boolean> {
    const hash = hashOf(userId, typed);
    return (await this.database.query('DELETE FROM recovery_code WHERE hash = $1 RETURNING hash', [hash])).length > 0;
  }

  async left(userId: string): Promise<number> {
    const sql = 'SELECT count(*)::integer AS left FROM recovery_code WHERE user_id = $1';
    return (await this.database.query<{ left: number }>(sql, [userId]))[0]!.left;
  }

  async remove(tx: Tx, userId: string): Promise<void> {
    await tx.query('DELETE FROM recovery_code WHERE user_id = $1', [userId]);
  }
}

const newCode = (): string => randomBytes(BYTES).toString('hex').match(/.{5}/g)!.join('-');

const hashOf = (userId: string, typed: string): string =>
  createHash('sha256')
    .update(`${userId} ${typed.toLowerCase().replace(/[^\da-f]/g, '')}`)
    .digest('base64url');
