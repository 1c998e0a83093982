import { ProblemException } from '@baton/platform';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import './principal.ts';
import { InvalidTokenError, TokenVerifier } from './token-verifier.ts';

/** Takes `Authorization: Bearer` (RFC 6750) where it is applied. An invalid token gets 401, even beside a valid cookie. */
@Injectable()
export class BearerMiddleware implements NestMiddleware {
  constructor(private readonly verifier: TokenVerifier) {}

  async use(request: Request, _response: Response, next: NextFunction): Promise<void> {
    const token = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (token) request.principal = await this.verifier.verify(token).catch(refused);
    next();
  }
}

function refused(error: unknown): never {
  if (!(error instanceof InvalidTokenError)) throw error;
  const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  throw new ProblemException(401, { title: 'Invalid token', detail: 'The token is expired or not for this service.' }, challenge);
}
