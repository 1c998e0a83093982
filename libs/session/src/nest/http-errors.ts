import { HttpException } from '@nestjs/common';
import { AttributesTooLargeError, SessionGoneError, StoreUnavailableError, TooManySessionsError } from '../model/errors.ts';

/** The one place where what went wrong with a session becomes an HTTP status. Other errors pass unchanged. */
export function toHttpError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError) {
    return problem(
      503,
      'Sessions are unavailable',
      'Nothing was changed and you are still signed in. Please try again in a moment.',
      error,
      { 'Retry-After': '1' },
    );
  }
  if (error instanceof SessionGoneError)
    return problem(401, 'Your session has ended', 'It ended while this request was in progress. Nothing was changed.', error);
  if (error instanceof AttributesTooLargeError) return problem(413, 'Session too large', error.message, error);
  if (error instanceof TooManySessionsError) return problem(403, 'Too many sessions', error.message, error);
  return error;
}

function problem(
  status: number,
  title: string,
  detail: string,
  cause: Error,
  headers: Record<string, string> = {},
): HttpException {
  return Object.assign(new HttpException({ title, detail }, status, { cause }), { headers });
}
