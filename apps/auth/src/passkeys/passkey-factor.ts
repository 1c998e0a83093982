import type { Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import { type SecondFactor, SecondFactors } from '../login/second-factors.ts';
import { Passkeys } from './passkeys.ts';
import { SECOND_STEP_PATH } from './passkeys.page.tsx';

/** A passkey after the password. An account with passkeys needs one: else whoever has the password could do without. */
@Injectable()
export class PasskeyFactor implements SecondFactor {
  readonly name = 'passkey';
  readonly amr = 'pop';
  readonly path = SECOND_STEP_PATH;
  readonly label = 'a passkey';

  constructor(
    private readonly passkeys: Passkeys,
    factors: SecondFactors,
  ) {
    factors.kinds.push(this);
  }

  async isEnrolled(userId: string): Promise<boolean> {
    return (await this.passkeys.list(userId)).length > 0;
  }

  async remove(tx: Tx, userId: string): Promise<void> {
    await tx.query('DELETE FROM passkey WHERE user_id = $1', [userId]);
  }
}
