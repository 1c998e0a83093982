import { Database, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import { type SecondFactor, SecondFactors } from '../login/second-factors.ts';
import { SECOND_STEP_PATH } from './passkeys.page.tsx';

/** A passkey after the password. An account with passkeys needs one: else whoever has the password could do without. */
@Injectable()
export class PasskeyFactor implements SecondFactor {
  readonly name = 'passkey';
  readonly amr = 'pop';
  readonly path = SECOND_STEP_PATH;
  readonly label = 'a passkey';

  constructor(
    private readonly database: Database,
    factors: SecondFactors,
  ) {
    factors.kinds.push(this);
  }

  async isEnrolled(userId: string, tx: Tx = this.database): Promise<boolean> {
    return (await tx.query('SELECT id FROM passkey WHERE user_id = $1 LIMIT 1', [userId])).length > 0;
  }

  async remove(tx: Tx, userId: string): Promise<void> {
    await tx.query('DELETE FROM passkey WHERE user_id = $1', [userId]);
  }
}
