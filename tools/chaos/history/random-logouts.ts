import { type Revocation, mayBeRevoked } from './revocations.ts';
import { type Exchange, isLogout, outcomeOf } from '../../../test/support/visitors/exchange.ts';
import { type History, overlaps, type Violation } from './history.ts';

/** P1: a 401 for a cookie that no request revoked and that was in use, or a failed request without a fault. */
export function randomLogouts(history: History, revocations: Map<string, Revocation[]>): Violation[] {
  const usingSession = history.exchanges.filter(({ cookie, operation }) => cookie !== null && operation.kind !== 'login');
  const loggedOut = usingSession.filter(
    (exchange) =>
      isLogout(exchange) && !mayBeRevoked(revocations.get(exchange.cookie!), exchange) && !mayHaveExpired(history, exchange),
  );
  const refused = usingSession.filter(
    (exchange) => outcomeOf(exchange) === 'unknown' && !history.faults.some((fault) => overlaps(fault, exchange)),
  );
  return [
    ...loggedOut.map((exchange) => violation('a 401 for a session that nothing revoked', exchange)),
    ...refused.map((exchange) => violation('a failed request without a fault', exchange)),
  ];
}

/** Whether its session may have been unused for the idle time: a use without a success may not have reached a store. */
function mayHaveExpired({ exchanges, idleMs, slackMs }: History, refused: Exchange): boolean {
  if (idleMs === null) return false;
  const uses = exchanges.filter(
    (exchange) => exchange.session === refused.session && outcomeOf(exchange) === 'done' && exchange.startMs < refused.endMs,
  );
  const lastUseMs = Math.max(-Infinity, ...uses.map(({ startMs }) => startMs));
  return refused.endMs - lastUseMs >= idleMs - slackMs;
}

const violation = (what: string, exchange: Exchange): Violation => ({ promise: 'P1', what, exchanges: [exchange] });
