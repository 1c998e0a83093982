import { randomUUID } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { SessionGuard, sessionInfo } from '@baton/session';
import { Controller, Get, Header, Inject, Post, Req, HttpCode, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { SignJWT } from 'jose';
import { AuthSettings } from '../auth-settings.ts';
import { acrOf, Assurance, PASSWORD } from '../login/assurance.ts';
import { Users } from '../users/users.ts';
import { SigningKeys, TOKEN_SECONDS } from './signing-keys.ts';

/** The published keys are the same for everybody, and caches keep them: they need no session. */
export const isKeySet = ({ path }: Request): boolean => path === '/auth/.well-known/jwks.json';

@Controller('auth')
export class TokensController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly users: Users,
    private readonly assurance: Assurance,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** A token for calls to services in the name of the user. It ends with the session it was made from, at the latest. */
  @Post('token')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  async token(@Req() request: Request): Promise<{ token: string; tokenType: string; expiresInSeconds: number }> {
    const { expiresAt } = sessionInfo(request)!;
    const seconds = Math.min(TOKEN_SECONDS, Math.ceil((expiresAt - Date.now()) / 1000));
    return { token: await this.sign(request, seconds), tokenType: 'Bearer', expiresInSeconds: seconds };
  }

  @Get('.well-known/jwks.json')
  @Header('Content-Type', 'application/jwk-set+json')
  async jwks(@Req() request: Request): Promise<object> {
    const keys = await this.keys.published();
    request.res?.set('Cache-Control', `public, max-age=${this.settings.TOKEN_KEY_LEAD_SECONDS}`);
    return { keys };
  }

  /** Reads the roles from the table: the session still has those of the login. */
  private async sign(request: Request, seconds: number): Promise<string> {
    const [user, { kid, key }] = await Promise.all([this.users.find(request.session.user!.id), this.keys.current()]);
    if (user === null || user.disabledAt !== null)
      throw new ProblemException(401, { title: 'Sign in first', detail: 'This account is disabled.' });
    const { amr = PASSWORD } = request.session;
    const roles = this.assurance.roles(user.roles, amr);
    return new SignJWT({ sid: sessionInfo(request)!.publicId, name: user.name, roles, amr, acr: acrOf(amr) })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setIssuer(this.settings.TOKEN_ISSUER)
      .setAudience(this.settings.TOKEN_AUDIENCE)
      .setSubject(user.id)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(key);
  }
}
