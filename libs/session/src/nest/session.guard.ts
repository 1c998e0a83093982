import { HttpException, Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** A caller who was authenticated without a session, such as by a bearer token. */
export interface RequestPrincipal {
  principal?: unknown;
}

/** 401 unless the caller is signed in. */
@Injectable()
export class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request & RequestPrincipal>();
    if (request.session?.user !== undefined || request.principal !== undefined) return true;
    throw new HttpException({ title: 'Sign in first', detail: 'You are not signed in.' }, 401);
  }
}

/** The request's session object, as express-session's `request.session`. */
export const CurrentSession = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().session,
);
