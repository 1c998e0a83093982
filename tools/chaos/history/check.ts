import { dishonestResponses } from './dishonest-responses.ts';
import { endingsByCookie } from './endings.ts';
import type { History, Violation } from './history.ts';
import { lateHonours } from './late-honours.ts';
import { lostChanges } from './lost-changes.ts';
import { randomLogouts } from './random-logouts.ts';

/** Judges a run: every broken promise it can prove. What could be explained by a missing response is no proof. */
export function check(history: History): Violation[] {
  const endings = endingsByCookie(history);
  return [
    ...randomLogouts(history, endings),
    ...lateHonours(history, endings),
    ...lostChanges(history),
    ...dishonestResponses(history),
  ];
}
