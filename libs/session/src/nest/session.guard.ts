import { HttpException, Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Whoever was recognised by something else than a session, such as a bearer token. */
export interface RequestPrincipal {
  principal?: unknown;
}

/** Lets in who is signed in; everybody else gets 401. */
@Injectable()
export class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request & RequestPrincipal>();
    if (request.session?.user !== undefined || request.principal !== undefined) return true;
    throw new HttpException({ title: 'Sign in first', detail: 'This needs a session.' }, 401);
  }
}

/** The request's session object, as express-session's `request.session`. */
export const CurrentSession = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().session,
);
