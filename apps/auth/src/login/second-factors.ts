import { NAME, ProblemException } from '@baton/platform';
import type { Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';

/** What an account can have besides its password. */
export interface SecondFactor {
  /** In problem documents and in the audit log, such as `totp`. */
  readonly name: string;
  /** The method in sessions and tokens (RFC 8176), such as `otp`. */
  readonly amr: string;
  /** A GET shows its page during a login, a POST takes the proof. */
  readonly path: string;
  /** Completes "Continue with ...". */
  readonly label: string;
  isEnrolled(userId: string, tx?: Tx): Promise<boolean>;
  /** In the transaction that ends the sessions of the user. */
  remove(tx: Tx, userId: string): Promise<void>;
}

/** Lists the enrolled factors when more than one is. */
export const SECOND_FACTORS_PATH = '/auth/second-factor';

/** The kinds of second factors. Each adds itself while the app starts. */
@Injectable()
export class SecondFactors {
  readonly kinds: SecondFactor[] = [];

  /** Those that the account has. With one or more, a password alone signs nobody in. */
  async of(userId: string, tx?: Tx): Promise<SecondFactor[]> {
    const enrolled = await Promise.all(this.kinds.map((kind) => kind.isEnrolled(userId, tx)));
    return this.kinds.filter((_kind, index) => enrolled[index]);
  }

  async removeAll(tx: Tx, userId: string): Promise<void> {
    for (const kind of this.kinds) await kind.remove(tx, userId);
  }
}

/** The type of the problem that a POST to the path of one of its `factors` solves. */
export const SECOND_FACTOR = `urn:${NAME}:second-factor`;

/** The type of the problem of a proof that was wrong: the second step goes on. */
export const WRONG_PROOF = `urn:${NAME}:wrong-proof`;

/** The password was right, and the account has second factors. A program sends the proof, in the same session, to a `path`. */
export class SecondFactorNeeded extends ProblemException {
  readonly page: string;

  constructor(factors: readonly SecondFactor[]) {
    super(401, {
      type: SECOND_FACTOR,
      title: 'Second factor needed',
      detail: `Continue with ${factors.map(({ label }) => label).join(' or ')}.`,
      factors: factors.map(({ name, path }) => ({ name, path })),
    });
    this.page = factors.length === 1 ? factors[0]!.path : SECOND_FACTORS_PATH;
  }
}
