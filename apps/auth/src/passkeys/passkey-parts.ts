import { Site } from '@baton/ui';
import { Injectable, type Provider, type Type } from '@nestjs/common';
import { Assertion } from './assertion.ts';
import { Challenges } from './challenges.ts';
import { type PasskeySettings, RelyingParty, relyingParty } from './passkey-settings.ts';
import { PasskeyFactor } from './passkey-factor.ts';
import { PasskeysController } from './passkeys.controller.ts';
import { PASSKEYS_PATH, passkeySignIn } from './passkeys.page.tsx';
import { Passkeys } from './passkeys.ts';
import { Registration } from './registration.ts';
import { PasskeyFactorController } from './second-factor.controller.ts';
import { PasskeySignInController } from './sign-in.controller.ts';

/** Adds passkeys to the pages of the other features. */
@Injectable()
class PasskeysOnPages {
  constructor(site: Site) {
    site.accountLinks.push({ href: PASSKEYS_PATH, label: () => 'Passkeys' });
    site.signInParts.push(passkeySignIn);
  }
}

/** Parts of the auth module rather than a module: they use its accounts, throttle and audit log. Empty without a relying party. */
export const passkeyControllers = (settings: PasskeySettings): Type[] =>
  relyingParty(settings) ? [PasskeysController, PasskeySignInController, PasskeyFactorController] : [];

export function passkeyProviders(settings: PasskeySettings): Provider[] {
  const party = relyingParty(settings);
  if (!party) return [];
  const known = { provide: RelyingParty, useValue: party };
  return [known, Passkeys, Challenges, Registration, Assertion, PasskeyFactor, PasskeysOnPages];
}
