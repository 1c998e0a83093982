import { ProblemException } from '@baton/platform';
import { Injectable, Logger } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
  VerifiedAuthenticationResponse,
} from '@simplewebauthn/server';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { Challenges, type Purpose } from './challenges.ts';
import { RelyingParty } from './passkey-settings.ts';
import { Passkeys, type StoredCredential } from './passkeys.ts';
import { webAuthn } from './web-authn.ts';

/** Checks that somebody holds a passkey and has unlocked it: two factors (WebAuthn 7.2). */
@Injectable()
export class Assertion {
  private readonly logger = new Logger('passkeys');

  constructor(
    private readonly passkeys: Passkeys,
    private readonly challenges: Challenges,
    private readonly audit: AuditLog,
    private readonly party: RelyingParty,
  ) {}

  /** Without a user it names no passkey: browsers offer those they have, and a visitor cannot ask which ones an account has. */
  async options(request: Request, userId?: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const known = userId === undefined ? [] : await this.passkeys.credentials(userId);
    const { generateAuthenticationOptions } = await webAuthn();
    return generateAuthenticationOptions({
      rpID: this.party.id,
      challenge: await this.challenges.issue(request, purposeFor(userId)),
      userVerification: 'required',
      allowCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    });
  }

  /**
   * The id of the user whose passkey signed the session's challenge; of `userId`, if it is given.
   * @throws ProblemException 401 for any other; 409 without a challenge.
   */
  async verify(request: Request, response: AuthenticationResponseJSON, userId?: string): Promise<string> {
    const challenge = await this.challenges.take(request, purposeFor(userId));
    const stored = await this.passkeys.find(response.id);
    if (!stored) return this.refuse(request, 'unknown passkey', userId);
    const checked = await this.check(stored, challenge, response);
    if (checked instanceof Error) return this.refuse(request, checked.message, stored.userId);
    const { newCounter, credentialBackedUp } = checked.authenticationInfo;
    const flaw = flawOf(checked, stored, userId ?? userHandle(response));
    if (flaw !== null) return this.refuse(request, flaw, stored.userId);
    if (!(await this.passkeys.recordUse(stored.id, newCounter, credentialBackedUp)))
      return this.refuse(request, 'used counter', stored.userId);
    return stored.userId;
  }

  private async check(
    { credentialId: id, publicKey, counter }: StoredCredential,
    challenge: string,
    response: AuthenticationResponseJSON,
  ) {
    const { verifyAuthenticationResponse } = await webAuthn();
    return verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.party.origin,
      expectedRPID: this.party.id,
      credential: { id, publicKey, counter },
    }).catch((error: Error) => error);
  }

  private async refuse(request: Request, flaw: string, userId?: string): Promise<never> {
    this.logger.warn({ reason: flaw, msg: 'passkey refused' });
    await this.audit.record(request, 'login-failed', { userId, details: { reason: 'passkey refused' } });
    throw new ProblemException(401, {
      title: 'Not signed in',
      detail: 'This passkey does not sign in here. Choose another one.',
    });
  }
}

/** Null: none. */
function flawOf(checked: VerifiedAuthenticationResponse, stored: StoredCredential, userId: string): string | null {
  if (!checked.verified) return 'wrong signature';
  if (userId !== stored.userId) return 'another user';
  const backupEligible = checked.authenticationInfo.credentialDeviceType === 'multiDevice';
  return backupEligible === stored.backupEligible ? null : 'changed backup eligibility';
}

const userHandle = ({ response }: AuthenticationResponseJSON) => Buffer.from(response.userHandle ?? '', 'base64url').toString();

const purposeFor = (userId: string | undefined): Purpose => (userId === undefined ? 'sign-in' : 'second-factor');
