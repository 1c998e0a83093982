import { dishonestResponses } from './dishonest-responses.ts';
import { revocationsByCookie } from './revocations.ts';
import type { History, Violation } from './history.ts';
import { lateAcceptances } from './late-acceptances.ts';
import { lostChanges } from './lost-changes.ts';
import { randomLogouts } from './random-logouts.ts';

/** Returns every provable violation. What a missing response could explain is not a violation. */
export function check(history: History): Violation[] {
  const revocations = revocationsByCookie(history);
  return [
    ...randomLogouts(history, revocations),
    ...lateAcceptances(history, revocations),
    ...lostChanges(history),
    ...dishonestResponses(history),
  ];
}
