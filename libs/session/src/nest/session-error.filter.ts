import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AttributesTooLargeError, SessionGoneError, StoreUnavailableError, TooManySessionsError } from '../model/errors.ts';
import { FAIL, type Fail } from './tokens.ts';

/** Handles this library's errors that a controller did not catch. */
@Catch(StoreUnavailableError, SessionGoneError, AttributesTooLargeError, TooManySessionsError)
export class SessionErrorFilter implements ExceptionFilter {
  constructor(@Inject(FAIL) private readonly fail: Fail) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.fail(error, http.getRequest<Request>(), http.getResponse<Response>());
  }
}
