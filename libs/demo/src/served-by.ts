import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Self } from './self.ts';

const HEADER = 'x-served-by';

/** Names the replica in every response of a demonstration. */
export const servedBy =
  (replica: string) =>
  (_request: Request, response: Response, next: NextFunction): void => {
    response.set(HEADER, replica);
    next();
  };

/** Names the replica to administrators. A guard, because the session is known by now; it admits everybody. */
@Injectable()
export class ServedByGuard implements CanActivate {
  constructor(private readonly self: Self) {}

  canActivate(context: ExecutionContext): true {
    const http = context.switchToHttp();
    const { session } = http.getRequest<Request>();
    if (session?.user?.roles.includes('admin')) http.getResponse<Response>().set(HEADER, this.self.identity.replica);
    return true;
  }
}
