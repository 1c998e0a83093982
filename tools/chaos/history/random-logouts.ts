import { type Revocation, mayBeRevoked } from './revocations.ts';
import { type Exchange, isLogout, outcomeOf } from '../../../test/support/visitors/exchange.ts';
import { type History, overlaps, type Violation } from './history.ts';

/** P1: a 401 for a cookie that no request revoked, or a failed request without a fault. */
export function randomLogouts(history: History, revocations: Map<string, Revocation[]>): Violation[] {
  const usingSession = history.exchanges.filter(({ cookie, operation }) => cookie !== null && operation.kind !== 'login');
  const loggedOut = usingSession.filter(
    (exchange) => isLogout(exchange) && !mayBeRevoked(revocations.get(exchange.cookie!), exchange),
  );
  const refused = usingSession.filter(
    (exchange) => outcomeOf(exchange) === 'unknown' && !history.faults.some((fault) => overlaps(fault, exchange)),
  );
  return [
    ...loggedOut.map((exchange) => violation('a 401 for a session that nothing revoked', exchange)),
    ...refused.map((exchange) => violation('a failed request without a fault', exchange)),
  ];
}

const violation = (what: string, exchange: Exchange): Violation => ({ promise: 'P1', what, exchanges: [exchange] });
