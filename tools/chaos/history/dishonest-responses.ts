import type { Exchange } from '../../../test/support/visitors/exchange.ts';
import type { History, Violation } from './history.ts';

/** P4: a response that breaks the contract for success, refusal (401) and unavailability (503). */
export function dishonestResponses(history: History): Violation[] {
  return history.exchanges.flatMap((exchange) => {
    const what = problemOf(exchange);
    return what ? [{ promise: 'P4' as const, what, exchanges: [exchange] }] : [];
  });
}

function problemOf({ response, operation, cookie }: Exchange): string | null {
  if (response.kind === 'none') return null;
  if (response.status === 503 && !response.retryAfter) return 'a 503 without Retry-After';
  if (response.status === 503 && response.cookie !== 'kept') return `a 503 that changed the cookie (${response.cookie})`;
  if (response.status >= 500 && response.status !== 503) return `a ${response.status} instead of a 503`;
  if (operation.kind === 'login' && operation.certain && response.status === 401) return 'a 401 for the correct password';
  if (operation.kind === 'login' && response.status < 400 && response.cookie !== 'issued')
    return 'a successful login without a cookie';
  if (operation.kind === 'read' && response.status < 400 && cookie !== null && !response.user)
    return 'a successful read without an identity';
  return null;
}
