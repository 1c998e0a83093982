import { type Ending, mayHaveEnded } from './endings.ts';
import { type Exchange, isLogout, outcomeOf } from '../../../test/support/visitors/exchange.ts';
import { type History, overlaps, type Violation } from './history.ts';

/** P1: a 401 for a cookie that nobody had asked to end, or a session not served though nothing was broken. */
export function randomLogouts(history: History, endings: Map<string, Ending[]>): Violation[] {
  const usingSession = history.exchanges.filter(({ cookie, operation }) => cookie !== null && operation.kind !== 'login');
  const loggedOut = usingSession.filter(
    (exchange) => isLogout(exchange) && !mayHaveEnded(endings.get(exchange.cookie!), exchange),
  );
  const refused = usingSession.filter(
    (exchange) => outcomeOf(exchange) === 'unknown' && !history.faults.some((fault) => overlaps(fault, exchange)),
  );
  return [
    ...loggedOut.map((exchange) => violation('was logged out, though nothing had ended the session', exchange)),
    ...refused.map((exchange) => violation('was not served, though nothing was broken', exchange)),
  ];
}

const violation = (what: string, exchange: Exchange): Violation => ({ promise: 'P1', what, exchanges: [exchange] });
