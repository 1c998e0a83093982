import { Sessions, StoreUnavailableError } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Principal } from './principal.ts';
import { PublicKeys } from './public-keys.ts';

export interface TokenTerms {
  /** Who makes tokens: the auth app. */
  readonly issuer: string;
  /** Who this service is; a token made for another service is refused. */
  readonly audience: string;
}
export const TokenTerms = Symbol('TokenTerms');

export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
}

const CLOCK_TOLERANCE_SECONDS = 5;
const claims = z.object({ sub: z.string(), sid: z.string(), name: z.string(), roles: z.array(z.string()) });

/** RFC 8725 (JWT best practice): one algorithm, own type, issuer, audience and time checked, key by name from our own table only. */
@Injectable()
export class TokenVerifier {
  constructor(
    private readonly keys: PublicKeys,
    private readonly sessions: Sessions,
    @Inject(TokenTerms) private readonly terms: TokenTerms,
  ) {}

  /**
   * @throws InvalidTokenError when the token is not ours, not for us, expired, or its session has ended.
   * @throws StoreUnavailableError when no store can tell.
   */
  async verify(token: string): Promise<Principal> {
    const { sub, sid, name, roles } = await this.trustedClaims(token);
    if (await this.sessions.isRevoked(sid)) throw new InvalidTokenError('The session of this token has ended.');
    return { user: { id: sub, name, roles }, publicId: sid };
  }

  private async trustedClaims(token: string): Promise<z.infer<typeof claims>> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.key(header.kid), {
        ...this.terms,
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'jti'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return claims.parse(payload satisfies JWTPayload);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      throw new InvalidTokenError('Invalid token.', { cause: error });
    }
  }

  private async key(kid: string | undefined) {
    const key = kid === undefined ? null : await this.keys.find(kid);
    if (!key) throw new InvalidTokenError('No such key.');
    return key;
  }
}
