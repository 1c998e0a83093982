import { type Revocation, mayBeRevoked } from './revocations.ts';
import { type Exchange, isLogout } from '../../../test/support/visitors/exchange.ts';
import { type History, isAccepted, type Violation } from './history.ts';

/** P2: a session accepted for a request that began later than T after its revocation was acknowledged, or after a first refusal. */
export function lateAcceptances(history: History, revocations: Map<string, Revocation[]>): Violation[] {
  const firstRefusals = firstRefusalByCookie(history, revocations);
  return history.exchanges.filter(isAccepted).flatMap((exchange) => {
    const revocation = (revocations.get(exchange.cookie!) ?? []).find(
      ({ by, certain }) => certain && isTooLate(history, exchange, by),
    );
    if (revocation)
      return [
        violation(
          `accepted ${after(exchange, revocation.by)} after ${revocation.by.operation.kind} was acknowledged`,
          revocation.by,
          exchange,
        ),
      ];
    const refusal = firstRefusals.get(exchange.cookie!);
    if (refusal && isTooLate(history, exchange, refusal))
      return [violation(`accepted again ${after(exchange, refusal)} after it was refused`, refusal, exchange)];
    return [];
  });
}

/** Unexplained refusals are violations of P1: the session is live, so it may be accepted again. */
function firstRefusalByCookie(history: History, revocations: Map<string, Revocation[]>): Map<string, Exchange> {
  const first = new Map<string, Exchange>();
  const refusals = history.exchanges.filter((each) => each.cookie !== null && isLogout(each));
  for (const exchange of refusals.filter((each) => mayBeRevoked(revocations.get(each.cookie!), each))) {
    const earlier = first.get(exchange.cookie!);
    if (!earlier || exchange.endMs < earlier.endMs) first.set(exchange.cookie!, exchange);
  }
  return first;
}

const isTooLate = (history: History, accepted: Exchange, end: Exchange) =>
  accepted.startMs > end.endMs + history.boundMs + history.slackMs;
const after = (accepted: Exchange, end: Exchange) => `${Math.round(accepted.startMs - end.endMs)} ms`;
const violation = (what: string, ...exchanges: Exchange[]): Violation => ({ promise: 'P2', what, exchanges });
