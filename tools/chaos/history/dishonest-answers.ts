import type { Exchange } from '../../../test/support/visitors/exchange.ts';
import type { History, Violation } from './history.ts';

/** P4: an answer that is not what the contract says for "done", "refused" and "cannot tell". */
export function dishonestAnswers(history: History): Violation[] {
  return history.exchanges.flatMap((exchange) => {
    const what = whatIsWrong(exchange);
    return what ? [{ promise: 'P4' as const, what, exchanges: [exchange] }] : [];
  });
}

function whatIsWrong({ answer, operation, cookie }: Exchange): string | null {
  if (answer.kind === 'none') return null;
  if (answer.status === 503 && !answer.retryAfter) return 'a 503 without Retry-After';
  if (answer.status === 503 && answer.cookie !== 'kept') return `a 503 that ${answer.cookie} the cookie`;
  if (answer.status >= 500 && answer.status !== 503) return `a ${answer.status} where "cannot tell" is a 503`;
  if (operation.kind === 'login' && operation.certain && answer.status === 401)
    return 'a login with the right password was called wrong';
  if (operation.kind === 'login' && answer.status < 400 && answer.cookie !== 'issued')
    return 'a login succeeded without a cookie';
  if (operation.kind === 'read' && answer.status < 400 && cookie !== null && !answer.user)
    return 'a read succeeded without saying whose session it is';
  return null;
}
