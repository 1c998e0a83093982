import { ProblemException } from '@baton/platform';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import './principal.ts';
import { InvalidTokenError, TokenVerifier } from './token-verifier.ts';

/** Takes `Authorization: Bearer` (RFC 6750) where it is applied. A token that is not good is 401, also beside a good cookie. */
@Injectable()
export class BearerMiddleware implements NestMiddleware {
  constructor(private readonly verifier: TokenVerifier) {}

  async use(req: Request, _res: Response, next: NextFunction): Promise<void> {
    const token = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
    if (token) req.principal = await this.verifier.verify(token).catch(refused);
    next();
  }
}

function refused(error: unknown): never {
  if (!(error instanceof InvalidTokenError)) throw error;
  const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  throw new ProblemException(
    401,
    { title: 'Token not accepted', detail: 'The token is expired, or not for this service.' },
    challenge,
  );
}
