import { type Ending, mayHaveEnded } from './endings.ts';
import { type Exchange, isLogout } from '../../../test/support/visitors/exchange.ts';
import { type History, isHonoured, type Violation } from './history.ts';

/** P2: a session honoured for a request that began later than T after its end was acknowledged, or after it was once refused. */
export function lateHonours(history: History, endings: Map<string, Ending[]>): Violation[] {
  const firstRefusals = firstRefusalByCookie(history, endings);
  return history.exchanges.filter(isHonoured).flatMap((exchange) => {
    const ending = (endings.get(exchange.cookie!) ?? []).find(({ by, certain }) => certain && isTooLate(history, exchange, by));
    if (ending)
      return [
        violation(
          `honoured ${after(exchange, ending.by)} after ${ending.by.operation.kind} was acknowledged`,
          ending.by,
          exchange,
        ),
      ];
    const refusal = firstRefusals.get(exchange.cookie!);
    if (refusal && isTooLate(history, exchange, refusal))
      return [violation(`came back ${after(exchange, refusal)} after it was refused`, refusal, exchange)];
    return [];
  });
}

/** A refusal that nothing explains is P1's business: the session has not ended, so it may well be honoured again. */
function firstRefusalByCookie(history: History, endings: Map<string, Ending[]>): Map<string, Exchange> {
  const first = new Map<string, Exchange>();
  const refusals = history.exchanges.filter((each) => each.cookie !== null && isLogout(each));
  for (const exchange of refusals.filter((each) => mayHaveEnded(endings.get(each.cookie!), each))) {
    const earlier = first.get(exchange.cookie!);
    if (!earlier || exchange.endMs < earlier.endMs) first.set(exchange.cookie!, exchange);
  }
  return first;
}

const isTooLate = (history: History, honoured: Exchange, end: Exchange) =>
  honoured.startMs > end.endMs + history.boundMs + history.slackMs;
const after = (honoured: Exchange, end: Exchange) => `${Math.round(honoured.startMs - end.endMs)} ms`;
const violation = (what: string, ...exchanges: Exchange[]): Violation => ({ promise: 'P2', what, exchanges });
