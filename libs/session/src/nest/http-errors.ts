import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Fail } from '../http/baton-session.ts';
import {
  AttributesTooLargeError,
  SessionGoneError,
  StoreUnavailableError,
  TooManyCreationsError,
  TooManySessionsError,
} from '../model/errors.ts';

/** Injection token of a `Fail`. */
export const FAIL = Symbol('FAIL');

/** Handles this library's errors that a controller did not catch. */
@Catch(StoreUnavailableError, SessionGoneError, AttributesTooLargeError, TooManySessionsError, TooManyCreationsError)
export class SessionErrorFilter implements ExceptionFilter {
  constructor(@Inject(FAIL) private readonly fail: Fail) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.fail(error, http.getRequest(), http.getResponse());
  }
}

/** The one place where an error of this library becomes an HTTP status. Other errors pass unchanged. */
export function toHttpError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError) {
    const detail = 'Nothing was changed and you are still signed in. Please try again in a moment.';
    return problem(503, 'Sessions are unavailable', detail, error, { 'Retry-After': '1' });
  }
  if (error instanceof SessionGoneError)
    return problem(401, 'Your session has ended', 'It ended while this request was in progress. Nothing was changed.', error);
  if (error instanceof AttributesTooLargeError) return problem(413, 'Session too large', error.message, error);
  if (error instanceof TooManySessionsError) return problem(403, 'Too many sessions', error.message, error);
  if (error instanceof TooManyCreationsError)
    return problem(429, 'Too many sessions', error.message, error, { 'Retry-After': String(error.retryAfterSeconds) });
  return error;
}

function problem(status: number, title: string, detail: string, cause: Error, headers = {}): HttpException {
  return Object.assign(new HttpException({ title, detail }, status, { cause }), { headers });
}
