import { Site } from '@baton/ui';
import { Injectable, type Provider, type Type } from '@nestjs/common';
import { RecoveryCodes } from './recovery-codes.ts';
import { Totp } from './totp.ts';
import { TotpController } from './totp.controller.ts';
import { VerifyController } from './verify.controller.ts';

@Injectable()
class TotpLink {
  constructor(site: Site) {
    site.accountLinks.push({ href: '/auth/totp', label: () => 'Authenticator app' });
  }
}

/** Parts of the auth module: they use its login, throttle and audit log. */
export const totpControllers: Type[] = [VerifyController, TotpController];
export const totpProviders: Provider[] = [Totp, RecoveryCodes, TotpLink];
