import { ProblemException, TITLE } from '@baton/platform';
import { Sessions } from '@baton/session';
import { Injectable, Logger } from '@nestjs/common';
import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { Assurance } from '../login/assurance.ts';
import { Challenges } from './challenges.ts';
import { RelyingParty } from './passkey-settings.ts';
import { type Credential, Passkeys } from './passkeys.ts';
import { webAuthn } from './web-authn.ts';

const MOST_PASSKEYS = 20;

/** Adds passkeys to the account of the session (WebAuthn 7.1). No attestation: any make of authenticator is welcome. */
@Injectable()
export class Registration {
  private readonly logger = new Logger('passkeys');

  constructor(
    private readonly passkeys: Passkeys,
    private readonly challenges: Challenges,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    private readonly assurance: Assurance,
    private readonly party: RelyingParty,
  ) {}

  /** Every passkey names its user and verifies them, so that it can sign in alone. */
  async options(request: Request): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { id, name } = request.session.user!;
    const existing = await this.passkeys.credentials(id);
    if (existing.length >= MOST_PASSKEYS) throw refused(`You have ${MOST_PASSKEYS} passkeys. Remove one first.`);
    const { generateRegistrationOptions } = await webAuthn();
    return generateRegistrationOptions({
      rpName: TITLE,
      rpID: this.party.id,
      userID: new TextEncoder().encode(id),
      userName: name,
      challenge: await this.challenges.issue(request, 'registration'),
      excludeCredentials: existing.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** @throws ProblemException 422 for an answer that does not fit the challenge, 409 for a passkey that is registered already. */
  async add(request: Request, name: string, response: RegistrationResponseJSON): Promise<void> {
    const key = await this.verify(await this.challenges.take(request, 'registration'), response);
    const id = await this.passkeys.add(request.session.user!.id, name, key);
    if (id === null) throw new ProblemException(409, { title: 'Known already', detail: 'This passkey is registered already.' });
    await this.rememberFactor(request);
    await this.audit.record(request, 'passkey-added', { details: { id, name } });
  }

  /** @throws ProblemException 404 for a passkey of somebody else, 409 for the only second factor of an administrator who needs one. */
  async remove(request: Request, id: string): Promise<void> {
    const userId = request.session.user!.id;
    const [first, ...others] = await this.passkeys.list(userId);
    if (first?.id === id && others.length === 0) await this.assurance.refuseLastFactor(userId);
    const name = await this.passkeys.remove(userId, id);
    if (name === null) throw new ProblemException(404, { title: 'Not Found', detail: 'You have no such passkey.' });
    await this.audit.record(request, 'passkey-removed', { details: { id, name } });
  }

  /** The user has just used it, so this session does not ask for it at once. */
  private async rememberFactor({ session }: Request): Promise<void> {
    session.amr = [...new Set([...(session.amr ?? ['pwd']), 'pop', 'mfa'])];
    session.secondFactorAt = await this.sessions.now();
  }

  private async verify(expectedChallenge: string, response: RegistrationResponseJSON): Promise<Credential> {
    const { verifyRegistrationResponse } = await webAuthn();
    const { registrationInfo: info } = await verifyRegistrationResponse({
      response,
      expectedChallenge,
      expectedOrigin: this.party.origin,
      expectedRPID: this.party.id,
    }).catch((error: Error) => {
      this.logger.warn({ reason: error.message, msg: 'passkey not added' });
      throw refused('Your browser sent a passkey that does not fit this site.');
    });
    if (!info) throw refused('Your browser sent a passkey that cannot be verified.');
    return {
      credentialId: info.credential.id,
      publicKey: info.credential.publicKey,
      counter: info.credential.counter,
      transports: response.response.transports ?? [],
      backupEligible: info.credentialDeviceType === 'multiDevice',
      backedUp: info.credentialBackedUp,
    };
  }
}

const refused = (detail: string) => new ProblemException(422, { title: 'Not accepted', detail });
