import { isLoopback, ProblemException } from '@baton/platform';
import { SESSION_CONFIG, Sessions, type SessionConfig } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { returnTo } from '../login/return-to.ts';
import { SignIn } from '../login/sign-in.ts';
import { Throttle, type Count } from '../login/throttle.ts';
import { Users } from '../users/users.ts';
import { type Attempt, type Identity, IdentityProvider } from './identity-provider.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { OidcConfig } from './oidc-settings.ts';
import { ProviderSessions } from './provider-sessions.ts';

/** What the visitor wants the provider's proof for. */
export type Purpose = 'sign-in' | 'link' | 'confirm';

interface PendingAuthorization extends Attempt {
  readonly purpose: Purpose;
  /** Who was signed in when it began. */
  readonly userId?: string;
  /** Where to go afterwards. */
  readonly to: string;
  /** Epoch milliseconds, by the clock of the stores. */
  readonly beganAt: number;
}

declare module 'express-session' {
  interface SessionData {
    pendingAuthorization: PendingAuthorization;
  }
}

export const CALLBACK = '/auth/oidc/callback';
const PENDING_MS = 10 * 60_000;

/** Sends visitors to the provider, and decides what its proof allows: to sign in, to link an account, to confirm who one is. */
@Injectable()
export class ProviderLogin {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly accounts: LinkedAccounts,
    private readonly opened: ProviderSessions,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly users: Users,
    private readonly throttle: Throttle,
    private readonly config: OidcConfig,
    @Inject(SESSION_CONFIG) private readonly session: SessionConfig,
  ) {}

  /** Where to send the visitor. A second one of a session replaces the first. */
  async begin(request: Request, purpose: Purpose, to: unknown): Promise<string> {
    const isSignIn = purpose === 'sign-in';
    if (isSignIn && request.session.user) throw signedInAlready();
    const attempt = this.provider.newAttempt(this.ownAddress(request) + CALLBACK, purpose === 'confirm');
    const address = await this.provider.address(attempt);
    if (isSignIn) await this.throttle.reserve(this.attemptsFrom(request));
    const userId = request.session.user?.id;
    request.session.pendingAuthorization = { ...attempt, purpose, userId, to: returnTo(to), beganAt: await this.sessions.now() };
    return address;
  }

  /** The provider has sent the visitor back. Returns where to go. */
  async finish(request: Request): Promise<string> {
    const pending = await this.take(request);
    const identity = await this.provider.identify(pending, new URL(request.originalUrl, pending.redirectUri).search);
    // The visitor may have signed in or out in another tab meanwhile.
    if (request.session.user?.id !== pending.userId) throw startAgain();
    if (pending.purpose === 'sign-in') await this.enter(request, identity);
    else if (pending.purpose === 'link') await this.accounts.link(request, identity);
    else await this.confirm(request, identity);
    return pending.to;
  }

  /** Exact across replicas: of two requests with the same state, one gets the pending. */
  private async take(request: Request): Promise<PendingAuthorization> {
    const { state } = request.query;
    if (typeof state !== 'string' || request.session.pendingAuthorization?.state !== state) throw startAgain();
    const taken = await this.sessions.take(request, 'pendingAuthorization');
    if (taken?.state !== state || (await this.sessions.now()) - taken.beganAt > PENDING_MS) throw startAgain();
    return taken;
  }

  private async enter(request: Request, identity: Identity): Promise<void> {
    const userId = (await this.accounts.find(identity)) ?? (await this.accounts.create(request, identity));
    const user = await this.users.findEnabled(userId);
    if (!user) throw new ProblemException(403, { title: 'Account disabled', detail: 'This account has been disabled.' });
    const id = await this.opened.open(identity, user.id);
    request.session.providerSession = id;
    await this.signIn.signIn(request, user, identity.amr, { check: (tx) => this.opened.mustBeOpen(tx, id) });
    await this.throttle.release(this.attemptsFrom(request));
  }

  private async confirm(request: Request, identity: Identity): Promise<void> {
    if ((await this.accounts.find(identity)) !== request.session.user!.id)
      throw new ProblemException(403, {
        title: 'Another account',
        detail: `You signed in at ${this.config.name} with an account that is not linked to yours.`,
      });
    await this.signIn.renew(request);
  }

  /** Those that led to no session. */
  private attemptsFrom(request: Request): Count {
    const count = this.throttle.address(request.ip ?? '');
    return { ...count, key: `oidc:${count.key}` };
  }

  /** With a Secure cookie the site is https, also where the proxy that terminates TLS does not say so. */
  private ownAddress({ host, protocol }: Request): string {
    const scheme = this.session.cookie.secure && !isLoopback(host) ? 'https' : protocol;
    return `${scheme}://${host}`;
  }
}

const startAgain = () =>
  new ProblemException(400, {
    title: 'Please start again',
    detail: 'This attempt is not known here, was used already, or is too old.',
  });

const signedInAlready = () =>
  new ProblemException(409, { title: 'Signed in already', detail: 'You are signed in. Sign out first.' });
