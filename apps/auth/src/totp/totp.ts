import { ProblemException, TITLE } from '@baton/platform';
import { Database, Sessions, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Secret, TOTP } from 'otpauth';
import { AuditLog } from '../audit/audit-log.ts';
import { type SecondFactor, SecondFactors, WRONG_PROOF } from '../login/second-factors.ts';
import { Throttle } from '../login/throttle.ts';
import { SealedBox } from '../secrets/sealed-box.ts';
import { RecoveryCodes } from './recovery-codes.ts';

const SECRET_BYTES = 20;
/** Codes of the step before and after count too: clocks of phones differ (RFC 6238, 5.2). */
const STEPS_AROUND = 1;

/** What an app is set up with. */
export interface Proposal {
  /** `otpauth://totp/...`, for a QR code. */
  readonly uri: string;
  /** Base32, to be typed. */
  readonly secret: string;
}

/** Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s, which all apps know). A user has one app. */
@Injectable()
export class Totp implements SecondFactor {
  readonly name = 'totp';
  readonly amr = 'otp';
  readonly path = '/auth/totp/verify';
  readonly label = 'a code from your app';

  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly box: SealedBox,
    private readonly codes: RecoveryCodes,
    private readonly throttle: Throttle,
    private readonly audit: AuditLog,
    factors: SecondFactors,
  ) {
    factors.kinds.push(this);
  }

  async isEnrolled(userId: string, tx: Tx = this.database): Promise<boolean> {
    const sql = 'SELECT user_id FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL';
    return (await tx.query(sql, [userId])).length > 0;
  }

  /** A secret that counts once a code of it was sent. @throws ProblemException 409 if the user has an app. */
  async propose(userId: string, userName: string): Promise<Proposal> {
    const secret = new Secret({ size: SECRET_BYTES });
    const stored = await this.database.query(
      `INSERT INTO totp (user_id, sealed_secret) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret WHERE totp.confirmed_at IS NULL
       RETURNING user_id`,
      [userId, this.seal(userId, secret.base32)],
    );
    if (stored.length === 0) throw new ProblemException(409, { title: 'Conflict', detail: 'Remove the present app first.' });
    return { uri: totpOf(secret.base32, userName).toString(), secret: secret.base32 };
  }

  /**
   * In the transaction that ends the other sessions of the user. Returns recovery codes.
   * @throws ProblemException 422 for a wrong code.
   */
  async confirm(tx: Tx, userId: string, code: string): Promise<string[]> {
    if (!(await this.use(tx, userId, code)))
      throw new ProblemException(422, { title: 'Not accepted', detail: 'This is not the code that the app shows now.' });
    await tx.query('UPDATE totp SET confirmed_at = now() WHERE user_id = $1', [userId]);
    return this.codes.replace(tx, userId);
  }

  /**
   * A code of the app or a recovery code. Each counts once.
   * @throws ProblemException 401 for any other code; 429 after too many.
   */
  async verify(request: Request, userId: string, typed: string): Promise<void> {
    const counts = this.throttle.secondFactor(userId);
    const { proven, isLocked } = await this.throttle.attempt(counts, () => this.isRight(request, userId, typed));
    if (proven) return;
    await this.audit.record(request, isLocked ? 'second-factor-locked' : 'second-factor-failed', { userId });
    throw new ProblemException(401, {
      type: WRONG_PROOF,
      title: 'Wrong code',
      detail: 'Wrong code, or one that was used already.',
    });
  }

  /** @throws ProblemException 409 without an app. */
  async newCodes(userId: string): Promise<string[]> {
    if (!(await this.isEnrolled(userId))) throw new ProblemException(409, { title: 'Conflict', detail: 'Set up an app first.' });
    return this.database.transaction((tx) => this.codes.replace(tx, userId));
  }

  async remove(tx: Tx, userId: string): Promise<void> {
    await tx.query('DELETE FROM totp WHERE user_id = $1', [userId]);
    await this.codes.remove(tx, userId);
  }

  /** An app that was never confirmed proves nothing: its owner has not added it. */
  private async isRight(request: Request, userId: string, typed: string): Promise<boolean> {
    if (!(await this.isEnrolled(userId))) return false;
    if (await this.use(this.database, userId, typed)) return true;
    if (!(await this.codes.use(userId, typed))) return false;
    await this.audit.record(request, 'recovery-code-used', { userId });
    return true;
  }

  /** One statement refuses a code that was used, also of parallel requests. Seals the secret again, with the newest of the keys. */
  private async use(tx: Tx, userId: string, typed: string): Promise<boolean> {
    const [row] = await tx.query<{ sealed: string }>('SELECT sealed_secret AS sealed FROM totp WHERE user_id = $1', [userId]);
    const secret = row ? this.box.open(boxName(userId), row.sealed) : null;
    const step = secret === null ? null : stepOf(totpOf(secret), typed, await this.sessions.now());
    if (step === null) return false;
    const used = await tx.query(
      `UPDATE totp SET last_step = $2, sealed_secret = $4 WHERE user_id = $1 AND last_step < $2 AND sealed_secret = $3 RETURNING user_id`,
      [userId, step, row!.sealed, this.seal(userId, secret!)],
    );
    return used.length > 0;
  }

  private seal(userId: string, secret: string): string {
    return this.box.seal(boxName(userId), secret);
  }
}

const boxName = (userId: string): string => `totp of ${userId}`;

const totpOf = (secret: string, label = ''): TOTP => new TOTP({ issuer: TITLE, label, secret });

/** The 30 s step of the code, or null for a wrong one. */
function stepOf(totp: TOTP, typed: string, timestamp: number): number | null {
  const delta = totp.validate({ token: typed.replaceAll(' ', ''), timestamp, window: STEPS_AROUND });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}
